#include "engine/backtest/margin_rules.hpp"

#include <algorithm>

#include "engine/types/amount.hpp"

namespace sq::backtest {
namespace {
constexpr Int128 kWhole = 1'000'000;
}  // namespace

MarginRules::MarginRules(const settings::SimulatedInstrument& settings) {
  if (settings.brackets.empty()) return;
  leverage_ = std::min(settings.leverage, settings.brackets.front().leverage_max);
  Bracket last;
  for (const settings::LeverageBracket& each : settings.brackets) {
    Bracket made;
    made.floor = last.cap;
    made.cap = Int128{each.cap} * Amount::kScale;
    made.rate_ppm = each.maintenance_ppm;
    made.cum_ppm =
        brackets_.empty() ? Int128{0} : last.cum_ppm + made.floor * (made.rate_ppm - last.rate_ppm);
    if (each.leverage_max >= leverage_) notional_max_ = made.cap;
    brackets_.push_back(made);
    last = made;
  }
}

std::size_t MarginRules::bracket_of(Int128 notional) const noexcept {
  std::size_t at = 0;
  while (at + 1 < brackets_.size() && notional > brackets_[at].cap) ++at;
  return at;
}

Int128 MarginRules::maintenance(Int128 notional) const noexcept {
  if (brackets_.empty()) return 0;
  const Bracket& bracket = brackets_[bracket_of(notional)];
  return (notional * bracket.rate_ppm - bracket.cum_ppm + kWhole - 1) / kWhole;
}

// equity - position x mark + position x P - others = |position| x P x rate - cum, solved for P in
// each bracket until P lies in the bracket it was solved with.
Price MarginRules::liquidation_price(Qty position, Price mark, Int128 equity,
                                     Int128 others) const noexcept {
  if (position == Qty{} || brackets_.empty()) return {};
  const Int128 size = position.raw() < 0 ? -Int128{position.raw()} : Int128{position.raw()};
  const Int128 fixed = equity - others - Int128{position.raw()} * mark.raw() / Price::kScale;
  for (const Bracket& bracket : brackets_) {
    const Int128 slope = Int128{position.raw()} * kWhole - size * bracket.rate_ppm;
    if (slope == 0) continue;
    const Int128 price = (-fixed * kWhole - bracket.cum_ppm) * Price::kScale / slope;
    if (price <= 0 || price > Price::max().raw()) continue;
    const Int128 notional = size * price / Price::kScale;
    const bool last = &bracket == &brackets_.back();
    if (notional < bracket.floor || (notional > bracket.cap && !last)) continue;
    return Price::from_raw(static_cast<std::int64_t>(price));
  }
  return {};
}
}  // namespace sq::backtest
