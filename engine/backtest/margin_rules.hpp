// The exchange's margin arithmetic for one linear contract: maintenance by brackets, initial margin
// by leverage, the price at which a pool is liquidated. The engine's own is in engine/portfolio:
// the two share no code. Thread: plain values. Cost: a scan of the brackets. Units: money 1e-8 of
// the settlement currency. Source: Binance USD-M, "Leverage and margin", "How to calculate
// liquidation price":
//   maintenance = notional x rate - cum,  cum(n) = cum(n-1) + floor(n) x (rate(n) - rate(n-1))
#pragma once

#include <cstdint>
#include <vector>

#include "engine/settings/simulation_venues.hpp"
#include "engine/types/fixed.hpp"

namespace sq::backtest {
class MarginRules {
 public:
  MarginRules() = default;
  // Brackets rise; none: no margin is kept. Leverage above the first bracket's is that one's.
  explicit MarginRules(const settings::SimulatedInstrument& settings);

  [[nodiscard]] bool on() const noexcept { return !brackets_.empty(); }
  [[nodiscard]] std::uint32_t leverage() const noexcept { return leverage_; }
  // Rounded up. Beyond the last bracket its rate goes on.
  [[nodiscard]] Int128 maintenance(Int128 notional) const noexcept;
  [[nodiscard]] Int128 initial(Int128 notional) const noexcept {
    return (notional + leverage_ - 1) / leverage_;
  }
  // Largest notional that the leverage allows.
  [[nodiscard]] Int128 notional_max() const noexcept { return notional_max_; }
  // 0: the lowest.
  [[nodiscard]] std::size_t bracket_of(Int128 notional) const noexcept;
  [[nodiscard]] Int128 cap(std::size_t bracket) const noexcept { return brackets_[bracket].cap; }
  // Price at which `equity` (of the pool at `mark`) meets its maintenance, `others` being that of
  // its other positions, which stand still. 0: there is none.
  [[nodiscard]] Price liquidation_price(Qty position, Price mark, Int128 equity,
                                        Int128 others) const noexcept;

 private:
  struct Bracket {
    Int128 floor{0};
    Int128 cap{0};
    Int128 rate_ppm{0};
    Int128 cum_ppm{0};  // 1e-6 of a unit
  };
  std::vector<Bracket> brackets_;
  std::uint32_t leverage_{1};
  Int128 notional_max_{0};
};
}  // namespace sq::backtest
