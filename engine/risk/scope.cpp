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

void Scope::judge() noexcept {
  if (sums.pnl > peak) peak = sums.pnl;
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
  out.put(open_orders);
  out.put(day_start);
  out.put(peak);
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
  open_orders = in.take<std::int64_t>();
  day_start = in.take<Int128>();
  peak = in.take<Int128>();
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
