#include "engine/options/surface/ssvi_calibration.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/math/least_squares.hpp"

namespace sq::options {
namespace {
namespace lib = sq::options;
using lib::Result;

constexpr double kRhoMax = 0.999;
constexpr double kEtaMax = 50;  // where butterflies are allowed

class Search {
 public:
  Search(std::span<const lib::Slice> slices, bool no_butterfly, bool no_calendar)
      : no_butterfly_{no_butterfly}, no_calendar_{no_calendar} {
    for (const lib::Slice& slice : slices) {
      std::vector<lib::SmilePoint> points;
      for (const lib::SlicePoint& p : slice.points) {
        const double half = std::max((p.ask - p.bid) / 2, kHalfSpreadMin);
        points.push_back({p.k, p.mid * p.mid * slice.years, 1 / (2 * p.mid * slice.years * half)});
      }
      count_ += points.size();
      points_.push_back(std::move(points));
      const double theta = std::max(lib::total_variance(slice.fit.smile, 0), 1e-8);
      const bool falls = no_calendar_ && !thetas_.empty() && theta < thetas_.back();
      thetas_.push_back(falls ? thetas_.back() : theta);
    }
  }

  Result<SsviFit> run() {
    Result<double> best = std::unexpected{lib::Error::NoConvergence};
    const std::vector<double> first = thetas_;
    std::vector<double> thetas = first;
    std::array<double, 3> shape{};
    for (const double rho : {-0.6, 0.0, 0.5}) {
      thetas_ = first;
      shape_ = {rho, no_butterfly_ ? 0.5 : 1.0, 0.4};
      const Result<double> sum = descend();
      if (!sum || (best && *sum >= *best)) continue;
      best = sum;
      thetas = thetas_;
      shape = shape_;
    }
    if (!best) return std::unexpected{best.error()};
    return SsviFit{surface_of(shape), thetas, std::sqrt(*best / static_cast<double>(count_))};
  }

 private:
  // With butterflies kept out the second parameter is eta's share of its bound.
  [[nodiscard]] lib::Ssvi surface_of(std::span<const double> shape) const {
    const double bound = 2 / (1 + std::abs(shape[0])) * (1 - 1e-12);
    return {shape[0], no_butterfly_ ? shape[1] * bound : shape[1], shape[2]};
  }

  Result<double> descend() {
    constexpr int kTurnsMax = 12;
    double sum = 0;
    for (int turn = 0; turn < kTurnsMax; ++turn) {
      const Result<double> shaped = fit_shape();
      if (!shaped) return shaped;
      const Result<double> levelled = fit_levels();
      if (!levelled) return levelled;
      if (turn > 0 && *levelled > sum * (1 - 1e-8)) return *levelled;
      sum = *levelled;
    }
    return sum;
  }

  Result<double> fit_shape() {
    const std::array<double, 3> low{-kRhoMax, 1e-6, 1e-3};
    const std::array<double, 3> high{kRhoMax, no_butterfly_ ? 1.0 : kEtaMax,
                                     no_butterfly_ ? 0.5 : 0.999};
    const auto residuals = [&](std::span<const double> at, std::span<double> out) {
      const lib::Ssvi surface = surface_of(at);
      std::size_t n = 0;
      for (std::size_t i = 0; i < points_.size(); ++i) n = add(surface, i, thetas_[i], out, n);
    };
    const auto done = lib::math::least_squares(residuals, count_, {low, high}, shape_,
                                               {.iterations = 60, .tolerance = 1e-10});
    if (!done) return std::unexpected{done.error()};
    return done->sum;
  }

  Result<double> fit_levels() {
    const lib::Ssvi surface = surface_of(shape_);
    double sum = 0;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const double floor = no_calendar_ && i > 0 ? thetas_[i - 1] : 1e-10;
      const std::array<double, 1> low{floor};
      const std::array<double, 1> high{std::max(4 * thetas_[i], floor * 1.000001)};
      std::array<double, 1> theta{std::clamp(thetas_[i], low[0], high[0])};
      const auto residuals = [&](std::span<const double> at, std::span<double> out) {
        (void)add(surface, i, at[0], out, 0);
      };
      const auto done = lib::math::least_squares(residuals, points_[i].size(), {low, high}, theta,
                                                 {.iterations = 30, .tolerance = 1e-10});
      if (!done) return std::unexpected{done.error()};
      thetas_[i] = theta[0];
      sum += done->sum;
    }
    return sum;
  }

  // Writes the residuals of slice `i` from place `n` on; the place after them.
  [[nodiscard]] std::size_t add(const lib::Ssvi& surface, std::size_t i, double theta,
                                std::span<double> out, std::size_t n) const {
    const auto smile = lib::ssvi_slice(surface, theta);
    for (const lib::SmilePoint& p : points_[i]) {
      const double variance = smile ? lib::total_variance(*smile, p.k) : 1e3;
      out[n++] = p.weight * (variance - p.variance);
    }
    return n;
  }

  bool no_butterfly_, no_calendar_;
  std::vector<std::vector<lib::SmilePoint>> points_{};
  std::size_t count_{0};
  std::vector<double> thetas_{};
  std::array<double, 3> shape_{};
};
}  // namespace

Result<SsviFit> calibrate_ssvi(std::span<const lib::Slice> slices, bool no_butterfly,
                               bool no_calendar) {
  return Search{slices, no_butterfly, no_calendar}.run();
}
}  // namespace sq::options
