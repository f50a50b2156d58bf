// European prices of a model known by its characteristic function, for a strip of strikes of one
// expiry: Fourier-cosine expansion (COS), and the damped
// Fourier integral, independent of it and exact relative to tiny out-of-the-money prices.
// Thread: plain values; a CosStrip allocates when made. Cost: making one of Heston 32 us (to 1e-8,
// with 32 prices from it 34 us). Errors: by value; NoConvergence where the characteristic function
// has not decayed after kTermsMax terms.
// Accuracy: 1e-13 of the larger of forward and strike, where terms suffice.
// Source: Fang and Oosterlee (2008); the range comes from Chernoff's bound on both tails instead of
// cumulants; Carr and Madan (1999), with the
// damping of Lord and Kahl (2007).
#pragma once

#include <complex>
#include <cstddef>
#include <vector>

#include "engine/options/result.hpp"

namespace sq::options::transform {
using Complex = std::complex<double>;

// X = ln(S_T / forward).
struct Model {
  Complex (*logarithm)(const void* model, Complex u);  // ln E exp(i u X)
  double (*growth)(const void* model, double s);  // ln E exp(s X), +infinity where there is none
  const void* model;
};
template <class Process>
Model model_of(const Process& process) noexcept {
  return {[](const void* m, Complex u) { return static_cast<const Process*>(m)->logarithm(u); },
          [](const void* m, double s) { return static_cast<const Process*>(m)->growth(s); },
          &process};
}

constexpr std::size_t kTermsMax = 1U << 15;

struct StripValue {
  double price{0};
  double delta{0};  // d price / d forward
  double gamma{0};  // d2 price / d forward2
};

class CosStrip {
 public:
  // `log_accuracy`: tails and terms below its exponential are left out, -36 is 2e-16.
  [[nodiscard]] static Result<CosStrip> make(const Model& model, double log_accuracy = -36);
  // Arguments positive and finite; `discount` multiplies everything.
  [[nodiscard]] double price(OptionType type, double forward, double discount,
                             double strike) const noexcept;
  [[nodiscard]] StripValue value(OptionType type, double forward, double discount,
                                 double strike) const noexcept;
  [[nodiscard]] std::size_t terms() const noexcept { return weights_.size(); }

 private:
  double low_{0}, high_{0}, step_{0};  // range of X and the spacing of the frequencies
  double at_low_{0};                   // e^low times the sum of the weights over 1 + u^2
  std::vector<double> weights_{};      // A_n / (1 + u_n^2)
};

[[nodiscard]] Result<double> damped_price(const Model& model, OptionType type, double forward,
                                          double discount, double strike);
}  // namespace sq::options::transform
