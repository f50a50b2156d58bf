// Limits at run time, and scopes by name.
#include <algorithm>

#include "engine/risk/order_gate.hpp"
#include "engine/risk/refusal.hpp"

namespace sq::risk {
namespace {
template <class T>
std::optional<std::int64_t> raw(const std::optional<T>& value) noexcept {
  return value ? std::optional{value->raw()} : std::nullopt;
}
template <class T>
void put(std::optional<T>& to, std::optional<std::int64_t> value) noexcept {
  to = value ? std::optional{T::from_raw(*value)} : std::nullopt;
}
std::optional<std::int64_t> unless_off(std::int64_t bound) noexcept {
  return bound < 0 ? std::nullopt : std::optional{bound};
}
}  // namespace

void OrderGate::list_judged() noexcept {
  judged_.clear();
  for (std::size_t i = 0; i < scopes_.size(); ++i)
    if (scopes_[i].judged()) judged_.push_back(static_cast<std::uint32_t>(i));
}

const Scope* OrderGate::scope(ScopeKind kind, std::uint32_t number) const noexcept {
  const auto among = [&](std::size_t first, std::size_t count) noexcept {
    return number < count ? &scopes_[first + number] : nullptr;
  };
  switch (kind) {
    case ScopeKind::Firm:
      return among(0, 1);
    case ScopeKind::Account:
      return among(1, accounts_);
    case ScopeKind::Venue: {
      const auto found = std::ranges::find(venues_, static_cast<VenueId>(number));
      if (found == venues_.end()) return nullptr;
      return &scopes_[first_venue_ + static_cast<std::size_t>(found - venues_.begin())];
    }
    case ScopeKind::Currency:
      return among(first_currency_, currencies().size());
    case ScopeKind::Strategy:
      return among(first_strategy_, strategies());
    case ScopeKind::Instrument:
      return among(first_instrument_, instruments_.size());
    case ScopeKind::StrategyInstrument:
    case ScopeKind::None:
      return nullptr;
  }
  return nullptr;
}

bool OrderGate::has_limit(const LimitKey& key) const noexcept {
  if (key.scope == ScopeKind::StrategyInstrument) {
    return index_of(key.strategy) < strategies() && key.number < instruments_.size() &&
           key.which >= LimitKind::OrderQty && key.which <= LimitKind::PositionShort;
  }
  if (scope(key.scope, key.number) == nullptr || key.which == LimitKind::None) return false;
  if (key.which > LimitKind::OrderValue)
    return key.scope == ScopeKind::Instrument && key.which <= LimitKind::ReferenceAge;
  return true;
}

std::optional<std::int64_t> OrderGate::limit(const LimitKey& key) const noexcept {
  if (!has_limit(key)) return std::nullopt;
  if (key.scope == ScopeKind::StrategyInstrument) {
    const HoldingBounds& bounds =
        holdings_[index_of(key.strategy) * instruments_.size() + key.number];
    if (key.which == LimitKind::OrderQty) return unless_off(bounds.order_qty_max);
    return unless_off(key.which == LimitKind::PositionLong ? bounds.long_max : bounds.short_max);
  }
  const bool of_instrument = key.scope == ScopeKind::Instrument;
  if (!of_instrument || key.which < LimitKind::OrderValue)
    return scope(key.scope, key.number)->limit(key.which);
  const InstrumentLimits& limits = limits_[key.number];
  switch (key.which) {
    case LimitKind::OrderValue:
      return limits.order_value_max;
    case LimitKind::OrderQty:
      return limits.order_qty_max.raw();
    case LimitKind::PositionLong:
      return limits.position_max.raw();
    case LimitKind::PositionShort:
      return raw(limits.short_position_max);
    case LimitKind::Collar:
      return limits.collar.raw();
    case LimitKind::AwayCollar:
      return raw(limits.away_collar);
    case LimitKind::BandLow:
      return raw(limits.band_low);
    case LimitKind::BandHigh:
      return raw(limits.band_high);
    case LimitKind::Jump:
      return raw(limits.jump_max);
    case LimitKind::JumpWindow:
      return limits.jump_window_ns;
    case LimitKind::ReferenceAge:
      return limits.reference_age_ns_max;
    default:
      return std::nullopt;
  }
}

LimitChange OrderGate::set_limit(const LimitKey& key, std::optional<std::int64_t> value) noexcept {
  if (!has_limit(key)) return LimitChange::NoSuchLimit;
  if (value && *value < 0) return LimitChange::OutOfRange;
  const LimitChange change = change_limit(key, value);
  if (change == LimitChange::Done) ++limits_version_;
  return change;
}

LimitChange OrderGate::change_limit(const LimitKey& key,
                                    std::optional<std::int64_t> value) noexcept {
  if (key.scope == ScopeKind::StrategyInstrument) {
    HoldingBounds& bounds = holdings_[index_of(key.strategy) * instruments_.size() + key.number];
    std::int64_t& bound = key.which == LimitKind::OrderQty       ? bounds.order_qty_max
                          : key.which == LimitKind::PositionLong ? bounds.long_max
                                                                 : bounds.short_max;
    bound = value.value_or(-1);
    bounds.changed |= std::uint32_t{1} << static_cast<std::uint32_t>(key.which);
    return LimitChange::Done;
  }
  if (key.scope != ScopeKind::Instrument || key.which < LimitKind::OrderValue) {
    auto* const of = const_cast<Scope*>(scope(key.scope, key.number));
    if (of->required(key.which) && !value) return LimitChange::Needed;
    const LimitChange change = of->set(key.which, value);
    list_judged();
    return change;
  }
  return change_instrument(key.number, key.which, value);
}

LimitChange OrderGate::change_instrument(std::size_t i, LimitKind which,
                                         std::optional<std::int64_t> value) noexcept {
  InstrumentLimits& limits = limits_[i];
  const bool optional = which == LimitKind::AwayCollar || which == LimitKind::BandLow ||
                        which == LimitKind::BandHigh || which == LimitKind::Jump;
  if (!value && !optional) return LimitChange::Needed;
  if (which == LimitKind::Jump && value && limits.jump_window_ns <= 0)
    return LimitChange::OutOfRange;  // a bound without a window says nothing
  if (which == LimitKind::JumpWindow && *value == 0) return LimitChange::OutOfRange;
  switch (which) {
    case LimitKind::OrderValue:
      limits.order_value_max = *value;
      break;
    case LimitKind::OrderQty:
      limits.order_qty_max = Qty::from_raw(*value);
      break;
    case LimitKind::PositionLong:
      limits.position_max = Qty::from_raw(*value);
      break;
    case LimitKind::PositionShort:
      limits.short_position_max = Qty::from_raw(*value);
      break;
    case LimitKind::Collar:
      limits.collar = Ratio::from_raw(*value);
      break;
    case LimitKind::AwayCollar:
      put(limits.away_collar, value);
      break;
    case LimitKind::BandLow:
      put(limits.band_low, value);
      break;
    case LimitKind::BandHigh:
      put(limits.band_high, value);
      break;
    case LimitKind::Jump:
      put(limits.jump_max, value);
      break;
    case LimitKind::JumpWindow:
      limits.jump_window_ns = *value;
      break;
    case LimitKind::ReferenceAge:
      limits.reference_age_ns_max = *value;
      break;
    default:
      return LimitChange::NoSuchLimit;
  }
  limits_changed_[i] |= std::uint32_t{1} << static_cast<std::uint32_t>(which);
  return LimitChange::Done;
}

std::optional<std::int64_t> OrderGate::in_use(const LimitKey& key) const noexcept {
  if (!has_limit(key)) return std::nullopt;
  const auto held = [&](const Holding& holding) {
    return saturate(key.which == LimitKind::PositionLong ? holding.worst_long()
                                                         : -holding.worst_short());
  };
  const bool position =
      key.which == LimitKind::PositionLong || key.which == LimitKind::PositionShort;
  if (key.scope == ScopeKind::StrategyInstrument)
    return position
               ? std::optional{held(exposures_[key.number].by_strategy[index_of(key.strategy)])}
               : std::nullopt;
  if (position) return held(exposures_[key.number].total);
  const Scope& of = *scope(key.scope, key.number);
  const auto sum = [](Int128 fine) { return std::optional{coarse(fine, kFinePerLimit)}; };
  const Sums& sums = of.sums();
  switch (key.which) {
    case LimitKind::OpenOrders:
      return of.open_orders();
    case LimitKind::OpenValue:
      return sum(sums.open_value);
    case LimitKind::GrossNotional:
      return sum(sums.worst.gross);
    case LimitKind::NetNotional:
      return sum(std::max(sums.worst.highest, -sums.worst.lowest));
    case LimitKind::Turnover:
      return sum(sums.turnover + sums.open_value);
    case LimitKind::DailyLoss:
    case LimitKind::DailyLossHalt:
      return sum(of.loss());
    case LimitKind::Drawdown:
    case LimitKind::DrawdownHalt:
      return sum(of.drawdown());
    case LimitKind::Credit:
      return sum(sums.worst.gross + std::max(of.loss(), Int128{0}));
    default:
      return std::nullopt;
  }
}

std::vector<LimitKey> OrderGate::limit_keys() const {
  std::vector<LimitKey> keys;
  const auto add = [&](LimitKey key) {
    for (int k = 1; k < kLimitKinds; ++k) {
      key.which = static_cast<LimitKind>(k);
      if (has_limit(key)) keys.push_back(key);
    }
  };
  for (const Scope& each : scopes_) add({each.kind(), LimitKind::None, kNoStrategy, each.number()});
  for (std::uint16_t s = 0; s < strategies(); ++s)
    for (std::uint32_t i = 0; i < instruments_.size(); ++i)
      if (permitted_[s][i]) add({ScopeKind::StrategyInstrument, LimitKind::None, StrategyId{s}, i});
  return keys;
}

std::optional<Int128> OrderGate::base_value(const OrderRequest& order,
                                            InstrumentId id) const noexcept {
  const std::size_t i = index_of(id);
  const auto rate = static_cast<UInt128>(rates_.rate(rates_.place_of(i)).up);
  UInt128 weight = 0;
  Int128 value = 0;
  if (rate == 0 ||
      __builtin_mul_overflow(unit_value(instruments_[i], order.limit, Rounding::Up), rate,
                             &weight) ||
      !times(order.qty.raw(), weight, value))
    return std::nullopt;
  return value;
}
}  // namespace sq::risk
