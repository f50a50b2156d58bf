// Which of two venues finds the price: shares of price discovery for venue 1 (venue 2 has the
// rest), from the weights psi of the venues' innovations in the common price, their standard
// deviations and correlation:
//   Hasbrouck's information share, venue 1 ordered first (upper bound) and second (lower bound):
//     upper = (psi1 sigma1 + rho psi2 sigma2)^2 / V       lower = (1 - rho^2) (psi1 sigma1)^2 / V
//     V = (psi1 sigma1)^2 + 2 rho psi1 sigma1 psi2 sigma2 + (psi2 sigma2)^2
//   component share (Gonzalo-Granger) = psi1 / (psi1 + psi2)
// With `PriceDiscovery` psi, sigma and rho are estimated from the mids of both venues, sampled
// together: vector error correction of d = p1 - p2 by least squares over the last `window` samples,
//   dp1(t) = c1 + a1 d(t-1) + lags of dp1, dp2 + u1(t);  dp2 likewise;  psi = (a2, -a1) / (a2 - a1)
// Thread: one writer; estimate() is cold. Cost: 2 ns a sample; an estimate about 50 ns a sample of
// the window. Units: 0 to 1. Errors: not known for too few samples, prices that never differ, or
// equations without one solution. Allocates in the constructor only.
// Source: Hasbrouck, "One Security, Many Markets", J. Finance 50(4), 1995, eq. 13 to 15; Gonzalo
// and Granger, J. Business & Economic Statistics 13(1), 1995; psi from the error correction
// coefficients: Baillie, Booth, Tse and Zabotina, J. Financial Markets 5(3), 2002, eq. 8 to 13.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sq::book::analytics {
struct Innovations {
  double sigma1{0};  // >= 0
  double sigma2{0};
  double rho{0};  // -1 to 1
  double psi1{0};
  double psi2{0};
};

struct InformationShare {
  double upper{0};
  double lower{0};
  double component{0};
  [[nodiscard]] double middle() const noexcept { return 0.5 * (upper + lower); }
};

// Empty: no variance, or psi1 + psi2 is 0. Upper and lower change places when rho is negative.
[[nodiscard]] std::optional<InformationShare> information_share(const Innovations& of) noexcept;

struct PriceDiscoveryEstimate {
  InformationShare share{};
  Innovations innovations{};
  std::array<double, 2> error_correction{};  // a1, a2
  std::uint64_t rows{0};                     // of the regressions
};

class PriceDiscovery {
 public:
  static constexpr std::size_t kLagsMax = 5;
  // lags: 1 to 5; window >= 64 samples. Throws std::invalid_argument.
  PriceDiscovery(std::size_t lags, std::size_t window);

  // Both in the same currency, at the same moment.
  void sample(double mid1, double mid2) noexcept;
  void clear() noexcept { first_ = count_ = 0; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::optional<PriceDiscoveryEstimate> estimate() const noexcept;

 private:
  struct Pair {
    double mid1{0};
    double mid2{0};
  };
  static constexpr std::size_t kColumns = 2 + 2 * kLagsMax + 2;  // with dp1(t), dp2(t)
  [[nodiscard]] const Pair& at(std::size_t i) const noexcept {
    const std::size_t slot = first_ + i;
    return samples_[slot < samples_.size() ? slot : slot - samples_.size()];
  }
  void row_at(std::size_t t, std::array<double, kColumns>& row) const noexcept;

  std::size_t lags_;
  std::vector<Pair> samples_;
  std::size_t first_{0};
  std::size_t count_{0};
};
}  // namespace sq::book::analytics
