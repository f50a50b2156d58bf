#include "engine/risk/scope.hpp"

#include <limits>

namespace sq::risk {
namespace {
constexpr std::array kLosses{LimitKind::DailyLoss, LimitKind::DailyLossHalt, LimitKind::Drawdown,
                             LimitKind::DrawdownHalt};
constexpr std::int64_t kNone = -1;  // of a saved limit: off
}  // namespace

Scope::Scope(ScopeKind kind, std::uint16_t number, const ScopeLimits& limits)
    : kind_{kind}, number_{number}, rate_{limits[LimitKind::OrdersPerSecond].value_or(0)} {
  for (std::size_t i = 0; i < kScopeLimits; ++i) {
    const auto each = static_cast<LimitKind>(i);
    apply(each, limits[each]);
  }
}

std::optional<std::int64_t> Scope::limit(LimitKind kind) const noexcept {
  if (static_cast<std::size_t>(kind) >= kScopeLimits) return std::nullopt;
  return limits_[kind];
}

bool Scope::required(LimitKind kind) const noexcept {
  const bool firm = kind_ == ScopeKind::Firm;
  if (kind == LimitKind::OpenOrders)
    return firm || kind_ == ScopeKind::Strategy || kind_ == ScopeKind::Instrument;
  if (kind == LimitKind::OrdersPerSecond || kind == LimitKind::DailyLoss)
    return firm || kind_ == ScopeKind::Strategy;
  return firm && kind == LimitKind::GrossNotional;
}

LimitChange Scope::set(LimitKind kind, std::optional<std::int64_t> value) noexcept {
  const auto index = static_cast<std::size_t>(kind);
  if (kind == LimitKind::None || index >= kScopeLimits) return LimitChange::NoSuchLimit;
  if (value && *value < 0) return LimitChange::OutOfRange;
  if (kind == LimitKind::OrdersPerSecond && value && *value > rate_.capacity())
    return LimitChange::OutOfRange;
  const bool was_judged = judged_;
  apply(kind, value);
  if (judged_ && !was_judged && !started_) awaits_base_ = true;
  changed_ |= std::uint32_t{1} << index;
  return LimitChange::Done;
}

void Scope::apply(LimitKind kind, std::optional<std::int64_t> value) noexcept {
  settled_ = false;
  limits_[kind] = value;
  bounds_[static_cast<std::size_t>(kind)] = value ? Int128{*value} * kFinePerLimit : kInt128Max;
  if (kind == LimitKind::OpenOrders)
    open_orders_max_ = value.value_or(std::numeric_limits<std::int64_t>::max());
  if (kind == LimitKind::OrdersPerSecond) {
    rate_on_ = value.has_value();
    if (value) static_cast<void>(rate_.set_limit(*value));
  }
  judged_ = false;
  for (const LimitKind loss : kLosses) judged_ = judged_ || limits_[loss].has_value();
}

bool Scope::move(const Sums& from, const Sums& to) noexcept {
  const auto add = [](Int128& sum, Int128 less, Int128 more) noexcept {
    return !__builtin_sub_overflow(sum, less, &sum) && !__builtin_add_overflow(sum, more, &sum);
  };
  settled_ = false;
  return add(sums_.worst.gross, from.worst.gross, to.worst.gross) &&
         add(sums_.worst.highest, from.worst.highest, to.worst.highest) &&
         add(sums_.worst.lowest, from.worst.lowest, to.worst.lowest) &&
         add(sums_.open_value, from.open_value, to.open_value) &&
         add(sums_.turnover, from.turnover, to.turnover) && add(sums_.pnl, from.pnl, to.pnl);
}

void Scope::settle() noexcept {
  const Int128 gross = sums_.worst.gross;
  headroom_[Room::OrderValue] = room_left(bound(LimitKind::OrderValue), 0);
  headroom_[Room::Gross] =
      std::min(room_left(bound(LimitKind::GrossNotional), gross),
               room_left(bound(LimitKind::Credit), gross + std::max(loss(), Int128{0})));
  headroom_[Room::Long] = room_left(bound(LimitKind::NetNotional), sums_.worst.highest);
  headroom_[Room::Short] = room_left(bound(LimitKind::NetNotional), -sums_.worst.lowest);
  headroom_[Room::OpenValue] =
      std::min(room_left(bound(LimitKind::OpenValue), sums_.open_value),
               room_left(bound(LimitKind::Turnover), sums_.turnover + sums_.open_value));
  headroom_[Room::OpenOrders] = static_cast<std::int64_t>(
      std::min(Int128{open_orders_max_} - open_orders_, Int128{kRoomMax}));
  headroom_[Room::Rate] = rate_on_ ? -rate_.free_at().ns : kRoomMax;
  headroom_[Room::Latch] = latch_ == LossLatch::Open ? 0 : -1;
  settled_ = true;
}

void Scope::judge() noexcept {
  peak_ = std::max(peak_, sums_.pnl);
  const auto latch = [&](LossLatch level, LimitKind cause) noexcept {
    if (latch_ >= level) return;
    set_latch(level, cause);
  };
  if (loss() >= bound(LimitKind::DailyLossHalt)) latch(LossLatch::Halt, LimitKind::DailyLossHalt);
  if (drawdown() >= bound(LimitKind::DrawdownHalt)) latch(LossLatch::Halt, LimitKind::DrawdownHalt);
  if (loss() >= bound(LimitKind::DailyLoss)) latch(LossLatch::ReduceOnly, LimitKind::DailyLoss);
  if (drawdown() >= bound(LimitKind::Drawdown)) latch(LossLatch::ReduceOnly, LimitKind::Drawdown);
}

void Scope::save(StateOut& out) const {
  rate_.save(out);
  out.put(open_orders_);
  out.put(day_start_);
  out.put(peak_);
  out.put(latch_);
  out.put(cause_);
  out.put(static_cast<std::uint8_t>(started_ ? 1 : 0));
  out.put(changed_);
  for (std::size_t i = 0; i < kScopeLimits; ++i) {
    if ((changed_ >> i & 1) != 0) out.put(limits_[static_cast<LimitKind>(i)].value_or(kNone));
  }
}

bool Scope::restore(StateIn& in) {
  if (!rate_.restore(in)) return false;
  settled_ = false;
  open_orders_ = in.take<std::int64_t>();
  day_start_ = in.take<Int128>();
  peak_ = in.take<Int128>();
  latch_ = in.take<LossLatch>();
  cause_ = in.take<LimitKind>();
  started_ = in.take<std::uint8_t>() != 0;
  const auto changed = in.take<std::uint32_t>();
  for (std::size_t i = 0; i < kScopeLimits && in.ok(); ++i) {
    if ((changed >> i & 1) == 0) continue;
    const auto value = in.take<std::int64_t>();
    const auto limit = value == kNone ? std::nullopt : std::optional{value};
    if (set(static_cast<LimitKind>(i), limit) != LimitChange::Done) return false;
  }
  return in.ok() && latch_ <= LossLatch::Halt && (changed >> kScopeLimits) == 0;
}
}  // namespace sq::risk
