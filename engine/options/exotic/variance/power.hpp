// Payoffs of a power or of the logarithm of the asset (Haug, 2007, chapter 3).
//   Power: call (S(T)^exponent - strike)+, put (strike - S(T)^exponent)+, any exponent but 0.
//   Powered: (S(T) - strike)+ ^ exponent or its put, exponent 1 to 4.
//   LogContract: ln(S(T) / strike), which may be worth less than nothing.
//   LogOption: ln(S(T) / strike)+ or its put.
// Thread: plain functions. Cost: 60 ns, Powered 120 ns. Errors: those of pricing.hpp;
// ParameterRange for an exponent outside its range. Error: rounding; Powered 1e-15 of the largest
// power of spot or strike.
#pragma once

#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
struct Power {
  OptionType type{OptionType::Call};
  double strike{0};
  double exponent{1};
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const Power&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&, const Power&) noexcept;

struct Powered {
  OptionType type{OptionType::Call};
  double strike{0};
  int exponent{2};
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const Powered&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&, const Powered&) noexcept;

struct LogContract {
  double strike{0};
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const LogContract&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&, const LogContract&) noexcept;

struct LogOption {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};
};
[[nodiscard]] Result<double> evaluate(const Inputs<double>&, const LogOption&) noexcept;
[[nodiscard]] Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>&, const LogOption&) noexcept;
}  // namespace sq::options
