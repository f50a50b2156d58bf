#include "engine/book/analytics/models/information_share.hpp"

#include <stdexcept>

#include "engine/book/analytics/numeric/linear_solve.hpp"
#include "engine/book/analytics/numeric/real_math.hpp"

namespace sq::book::analytics {
std::optional<InformationShare> information_share(const Innovations& of) noexcept {
  const double first = of.psi1 * of.sigma1;
  const double second = of.psi2 * of.sigma2;
  const double variance = first * first + 2.0 * of.rho * first * second + second * second;
  if (!(variance > 0.0) || of.psi1 + of.psi2 == 0.0) return std::nullopt;
  const double leading = first + of.rho * second;
  return InformationShare{leading * leading / variance,
                          (1.0 - of.rho * of.rho) * first * first / variance,
                          of.psi1 / (of.psi1 + of.psi2)};
}

PriceDiscovery::PriceDiscovery(std::size_t lags, std::size_t window)
    : lags_{lags}, samples_(window) {
  if (lags < 1 || lags > kLagsMax || window < 64)
    throw std::invalid_argument{"price discovery needs 1 to 5 lags and 64 samples"};
}

void PriceDiscovery::sample(double mid1, double mid2) noexcept {
  if (count_ == samples_.size()) {
    samples_[first_] = {mid1, mid2};
    first_ = first_ + 1 == samples_.size() ? 0 : first_ + 1;
    return;
  }
  samples_[count_++] = {mid1, mid2};  // first_ is 0 until the ring is full
}

// 1, d(t-1), dp1(t-1..), dp2(t-1..), dp1(t), dp2(t)
void PriceDiscovery::row_at(std::size_t t, std::array<double, kColumns>& row) const noexcept {
  const auto change1 = [&](std::size_t i) { return at(i).mid1 - at(i - 1).mid1; };
  const auto change2 = [&](std::size_t i) { return at(i).mid2 - at(i - 1).mid2; };
  row[0] = 1.0;
  row[1] = at(t - 1).mid1 - at(t - 1).mid2;
  for (std::size_t lag = 1; lag <= lags_; ++lag) {
    row[1 + lag] = change1(t - lag);
    row[1 + lags_ + lag] = change2(t - lag);
  }
  row[2 + 2 * lags_] = change1(t);
  row[3 + 2 * lags_] = change2(t);
}

std::optional<PriceDiscoveryEstimate> PriceDiscovery::estimate() const noexcept {
  if (count_ < 8 * lags_ + 16) return std::nullopt;
  const std::size_t known = 2 + 2 * lags_;
  const std::size_t columns = known + 2;
  std::array<double, kColumns * kColumns> sums{};
  std::array<double, kColumns> row{};
  for (std::size_t t = lags_ + 1; t < count_; ++t) {
    row_at(t, row);
    for (std::size_t i = 0; i < columns; ++i) {
      for (std::size_t j = i; j < columns; ++j) sums[i * columns + j] += row[i] * row[j];
    }
  }
  const auto sum = [&](std::size_t i, std::size_t j) {
    return i <= j ? sums[i * columns + j] : sums[j * columns + i];
  };
  std::array<double, kColumns * kColumns> matrix{};
  std::array<double, 2 * kColumns> solution{};
  for (std::size_t i = 0; i < known; ++i) {
    for (std::size_t j = 0; j < known; ++j) matrix[i * known + j] = sum(i, j);
    solution[2 * i] = sum(i, known);
    solution[2 * i + 1] = sum(i, known + 1);
  }
  if (!solve_in_place(matrix, solution, known, 2)) return std::nullopt;

  PriceDiscoveryEstimate result;
  result.rows = count_ - lags_ - 1;
  const auto n = static_cast<double>(result.rows);
  const auto residual = [&](std::size_t a, std::size_t b) {  // mean of u_a u_b
    double value = sum(known + a, known + b);
    for (std::size_t i = 0; i < known; ++i) value -= solution[2 * i + a] * sum(i, known + b);
    return value / n;
  };
  const double variance1 = residual(0, 0);
  const double variance2 = residual(1, 1);
  const double a1 = solution[2];
  const double a2 = solution[3];
  if (!(variance1 > 0.0) || !(variance2 > 0.0) || a2 == a1) return std::nullopt;
  result.error_correction = {a1, a2};
  result.innovations = {square_root(variance1), square_root(variance2),
                        residual(0, 1) / square_root(variance1 * variance2), a2 / (a2 - a1),
                        -a1 / (a2 - a1)};
  const auto share = information_share(result.innovations);
  if (!share) return std::nullopt;
  result.share = *share;
  return result;
}
}  // namespace sq::book::analytics
