#include "engine/risk/greek_exposure.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace sq::risk {
namespace {
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::array<Rule, GreekExposure::kGreeks> kRules{Rule::GreekDelta, Rule::GreekGamma,
                                                          Rule::GreekVega, Rule::GreekTheta};
// From the unit of a limit to that of the sums: quantity 1e-8, multiplier 1e-8, Greek 1e-9 or
// 1e-12.
constexpr std::array<std::int64_t, GreekExposure::kGreeks> kFinePerUnit{
    power_of_ten(17), power_of_ten(16), power_of_ten(17), power_of_ten(17)};

// Away from zero, so that a breach never looks like none.
std::int64_t coarse(Int128 fine, std::int64_t scale) noexcept {
  const Int128 quotient = fine / scale;
  const Int128 up = fine % scale == 0 ? quotient : quotient + (fine < 0 ? -1 : 1);
  if (up > kMax) return kMax;
  return up < -Int128{kMax} ? -kMax : static_cast<std::int64_t>(up);
}
bool nothing(const Holding& holding) noexcept {
  return holding.position == 0 && holding.open.buy == 0 && holding.open.sell == 0;
}
Verdict refuse(Rule rule, std::size_t limit, std::int64_t observed, std::int64_t allowed) noexcept {
  return {rule, static_cast<std::uint8_t>(std::min<std::size_t>(limit, 255)), observed, allowed, 0};
}
}  // namespace

GreekExposure::GreekExposure(std::vector<GreekLimit> limits,
                             const std::vector<Instrument>& instruments)
    : limits_{std::move(limits)},
      active_((instruments.size() + 63) / 64, 0),
      known_(instruments.size()) {
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    const Instrument& each = instruments[i];
    Known& known = known_[i];
    known.option = each.kind == InstrumentKind::Option;
    known.underlying = known.option ? index_of(each.underlying) : static_cast<std::uint32_t>(i);
    known.multiplier = each.multiplier.raw();
    // A unit of the underlying has a delta of 1. An inverse contract's depends on its price.
    known.known = !known.option && each.kind != InstrumentKind::InversePerpetual;
    if (known.known) known.per_unit[0] = Greek::kScale;
  }
  for (const GreekLimit& limit : limits_) {
    const std::array maxima{limit.delta_max, limit.gamma_max, limit.vega_max, limit.theta_max};
    auto& bounds = bounds_.emplace_back();
    for (std::size_t g = 0; g < kGreeks; ++g)
      bounds[g] = maxima[g] ? Int128{*maxima[g]} * kFinePerUnit[g] : Int128{-1};
    auto& covered = covered_.emplace_back(active_.size(), 0);
    for (std::size_t i = 0; i < known_.size(); ++i)
      if (covers(limit, i)) covered[i / 64] |= std::uint64_t{1} << (i % 64);
  }
}

// What is no option has neither vega nor theta, which is all that a limit on everything bounds.
bool GreekExposure::covers(const GreekLimit& limit, std::size_t instrument) const noexcept {
  const Known& known = known_[instrument];
  return limit.underlying == kNoInstrument ? known.option
                                           : index_of(limit.underlying) == known.underlying;
}

void GreekExposure::set(InstrumentId instrument, const GreeksUpdate& greeks) noexcept {
  Known& known = known_[index_of(instrument)];
  if (!known.option) return;
  known.known = greeks.status != GreeksStatus::Unavailable;
  known.as_of = greeks.as_of;
  known.per_unit = {greeks.delta.raw(), greeks.gamma.raw(), greeks.vega.raw(), greeks.theta.raw()};
}

void GreekExposure::on_exposure(std::size_t instrument,
                                const InstrumentExposure& exposure) noexcept {
  const std::uint64_t bit = std::uint64_t{1} << (instrument % 64);
  const bool idle = nothing(exposure.total) &&
                    std::all_of(exposure.by_strategy.begin(), exposure.by_strategy.end(), nothing);
  std::uint64_t& word = active_[instrument / 64];
  word = idle ? word & ~bit : word | bit;
}

Verdict GreekExposure::check(const OrderRequest& order, std::size_t instrument, bool reduces,
                             const std::vector<InstrumentExposure>& exposures,
                             MonoTime now) const noexcept {
  for (std::size_t l = 0; l < limits_.size(); ++l) {
    const GreekLimit& limit = limits_[l];
    if (limit.strategy != kNoStrategy && limit.strategy != order.strategy) continue;
    if (!covers(limit, instrument)) continue;
    const Verdict verdict = check(l, order, instrument, exposures, now);
    if (verdict.accepted()) continue;
    const bool unknown = verdict.rule == Rule::GreeksUnknown || verdict.rule == Rule::GreeksStale;
    if (!(reduces && unknown)) return verdict;
  }
  return {};
}

Verdict GreekExposure::check(std::size_t l, const OrderRequest& order, std::size_t instrument,
                             const std::vector<InstrumentExposure>& exposures,
                             MonoTime now) const noexcept {
  const GreekLimit& limit = limits_[l];
  Ranges before{};
  Ranges after{};
  for (std::size_t word = 0; word < active_.size(); ++word) {
    std::uint64_t at_stake = active_[word];
    if (instrument / 64 == word) at_stake |= std::uint64_t{1} << (instrument % 64);
    for (std::uint64_t bits = at_stake & covered_[l][word]; bits != 0; bits &= bits - 1) {
      const std::size_t i = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      const InstrumentExposure& exposure = exposures[i];
      const Holding& held = limit.strategy == kNoStrategy
                                ? exposure.total
                                : exposure.by_strategy[index_of(limit.strategy)];
      if (i != instrument && nothing(held)) continue;
      const Known& known = known_[i];
      if (!known.known) return refuse(Rule::GreeksUnknown, l, static_cast<std::int64_t>(i), 0);
      if (known.option && now - known.as_of > limit.age_ns_max)
        return refuse(Rule::GreeksStale, l, now - known.as_of, limit.age_ns_max);
      const Int128 low = Int128{held.position} - held.open.sell;
      const Int128 high = Int128{held.position} + held.open.buy;
      const Int128 bought = i == instrument && order.side == Side::Buy ? order.qty.raw() : 0;
      const Int128 sold = i == instrument && order.side == Side::Sell ? order.qty.raw() : 0;
      if (!add(known, low, high, before) || !add(known, low - sold, high + bought, after))
        return refuse(Rule::Overflow, l, 0, 0);
    }
  }
  for (std::size_t g = 0; g < kGreeks; ++g) {
    const Int128 bound = bounds_[l][g];
    if (bound < 0) continue;
    const std::int64_t scale = kFinePerUnit[g];
    if (after[g].high > bound && after[g].high > before[g].high)
      return refuse(kRules[g], l, coarse(after[g].high, scale), coarse(bound, scale));
    if (after[g].low < -bound && after[g].low < before[g].low)
      return refuse(kRules[g], l, coarse(after[g].low, scale), coarse(-bound, scale));
  }
  return {};
}

bool GreekExposure::add(const Known& known, Int128 low, Int128 high, Ranges& ranges) noexcept {
  Int128 units_low = 0;
  Int128 units_high = 0;
  if (__builtin_mul_overflow(low, Int128{known.multiplier}, &units_low) ||
      __builtin_mul_overflow(high, Int128{known.multiplier}, &units_high))
    return false;
  for (std::size_t g = 0; g < kGreeks; ++g) {
    const Int128 value = known.per_unit[g];
    if (value == 0) continue;
    Int128 one = 0;
    Int128 other = 0;
    if (__builtin_mul_overflow(units_low, value, &one) ||
        __builtin_mul_overflow(units_high, value, &other))
      return false;
    if (__builtin_add_overflow(ranges[g].low, std::min(one, other), &ranges[g].low) ||
        __builtin_add_overflow(ranges[g].high, std::max(one, other), &ranges[g].high))
      return false;
  }
  return true;
}
}  // namespace sq::risk
