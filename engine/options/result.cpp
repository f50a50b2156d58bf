#include "engine/options/result.hpp"

namespace sq::options {
std::string_view text_of(Error error) noexcept {
  switch (error) {
    case Error::NotFinite: return "an input is not a finite number";
    case Error::SpotNotPositive: return "the spot or forward must be above 0";
    case Error::StrikeNotPositive: return "the strike must be above 0";
    case Error::VolatilityNegative: return "the volatility must not be negative";
    case Error::TimeNegative: return "the time to expiry must not be negative";
    case Error::ParameterRange: return "a parameter is outside its range";
    case Error::PriceBelowBound: return "the price is below the intrinsic value";
    case Error::PriceAboveBound: return "the price is above what any volatility gives";
    case Error::NoConvergence: return "the iteration did not converge";
    case Error::Overflow: return "the value is too large for a double";
    case Error::Unsupported: return "this method cannot price this contract";
  }
  return "unknown";
}
}  // namespace sq::options
