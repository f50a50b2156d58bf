// Digital options on a lognormal spot, paid at expiry, with Greeks; and one-touch, no-touch prices.
// Thread: pure functions. Cost: 100 to 200 ns. Errors: the checks of european.hpp; ParameterRange
// for a negative amount; Unsupported where a one-touch has no real closed form (rate below
// -((r - q) / vol - vol / 2)^2 / 2); Overflow.
// Units: as european.hpp. Source: Reiner and Rubinstein, "Unscrambling the binary code" (1991).
#pragma once

#include "engine/options/result.hpp"

namespace sq::options {
enum class DigitalPayoff : std::uint8_t {
  Cash = 1,  // `amount`
  Asset,     // the spot at expiry
  Gap        // spot - amount for a call, amount - spot for a put: may be negative
};
struct Digital {
  OptionType type{OptionType::Call};  // call: pays when spot > strike at expiry; put: below
  double strike{0};
  double years{0};
  DigitalPayoff payoff{DigitalPayoff::Cash};
  double amount{1};  // cash, or the second strike of a gap; not read for Asset
};
struct DigitalGreeks {
  double price{0};
  double delta{0}, gamma{0}, vega{0}, theta{0}, rho{0}, phi{0};  // as AllGreeks
};
[[nodiscard]] Result<DigitalGreeks> digital_greeks(const Market& market,
                                                   const Digital& digital) noexcept;

enum class TouchPayment : std::uint8_t {
  AtHit = 1,  // one-touch, when the spot reaches the trigger
  AtExpiry,   // one-touch, at expiry
  NoTouch     // at expiry if the trigger was never reached
};
struct Touch {
  OptionType type{OptionType::Call};  // call: trigger above the spot, put: below
  double trigger{0};
  double years{0};
  DigitalPayoff payoff{DigitalPayoff::Cash};  // Gap: ParameterRange
  double amount{1};
  TouchPayment payment{TouchPayment::AtHit};
};
// A spot at or beyond the trigger has reached it. Asset at hit is the trigger (or the spot beyond).
[[nodiscard]] Result<double> touch_price(const Market& market, const Touch& touch) noexcept;
}  // namespace sq::options
