#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
double scaled_normal_cdf(double log_factor, double x) noexcept {
  if (log_factor < 500.0 && log_factor > -500.0 && x > -30.0) {
    return std::exp(log_factor) * normal_cdf(x);
  }
  if (!(x > -1e150)) return 0.0;
  return std::exp(log_factor + log_normal_cdf(x));
}
}  // namespace sq::options
