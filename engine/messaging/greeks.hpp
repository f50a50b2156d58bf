// What a live chain says about one option: Greeks, computed beside the core, entering as an input.
// Everything they were computed from is in the record, so that the numbers can be computed again:
// european_greeks({underlying, rate, yield, volatility}, {right, strike,
// years_actual_365(priced_at, expiry)}) gives the same values before they are rounded to the units
// here (engine/options). Units: currency is the option's quote currency; per one unit of the
// underlying that the contract covers (a position has qty x multiplier of those), one year, 1.00 of
// volatility and of rates.
#pragma once

#include <cstdint>

#include "engine/messaging/record.hpp"
#include "engine/types/fixed.hpp"

namespace sq {
using Greek = Fixed<struct GreekTag, 9>;   // delta, vega, theta, rho; +-9.2e9
using Gamma = Fixed<struct GammaTag, 12>;  // of delta per unit of price; +-9.2e6

enum class GreeksModel : std::uint8_t { BlackScholesMerton = 1 };  // logged, append only
// Where the volatility comes from. Logged, append only.
enum class GreeksStatus : std::uint8_t {
  Quoted = 1,      // the option's own quote, or that of the other right at its strike
  Neighbours = 2,  // quotes at other strikes of its expiry
  Held = 3,        // the last that was known: nothing of the expiry is quoted now
  Unavailable = 4  // no numbers: nothing to compute from, expired, or outside the units' range
};

struct GreeksUpdate {    // header.instrument: the option
  MonoTime as_of{};      // engine time of the underlying's price
  WallTime priced_at{};  // the moment that the time to expiry counts from
  Price underlying{};    // its mid
  Price theoretical{};   // of one unit
  Ratio volatility{};    // a year: 0.2 is 20 %
  Ratio rate{};
  Ratio yield{};
  Greek delta{};  // dV/dS
  Gamma gamma{};  // d2V/dS2
  Greek vega{};   // dV/dvol
  Greek theta{};  // a year of calendar time
  Greek rho{};    // dV/dr
  InstrumentId underlying_id{kNoInstrument};
  GreeksModel model{GreeksModel::BlackScholesMerton};
  GreeksStatus status{GreeksStatus::Unavailable};
  std::uint8_t reserved[2]{};
};
static_assert(sizeof(GreeksUpdate) == 104);
}  // namespace sq
