#include "engine/options/monte_carlo/simulation.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/math/normal.hpp"
#include "engine/options/monte_carlo/regression.hpp"

namespace sq::options::monte_carlo {
namespace {
// Sums over samples (paths, or mirrored pairs) in the order of their numbers, so that the size of
// the block does not change a bit.
class Sums {
 public:
  Sums(std::size_t targets, std::size_t controls, std::size_t replications)
      : targets_{targets},
        columns_{targets + controls},
        shift_(columns_, 0.0),
        cross_(columns_ * columns_, 0.0),
        totals_(replications, std::vector<double>(columns_, 0.0)),
        counts_(replications, 0) {}

  void add(std::span<const double> values, std::size_t replication) noexcept {
    if (samples_ == 0) std::ranges::copy(values, shift_.begin());
    double moved[kColumnsMax];
    for (std::size_t c = 0; c < columns_; ++c) {
      moved[c] = values[c] - shift_[c];
      totals_[replication][c] += moved[c];
      cross_[c * columns_ + c] += moved[c] * moved[c];
    }
    for (std::size_t x = targets_; x < columns_; ++x) {
      for (std::size_t c = 0; c < x; ++c) cross_[x * columns_ + c] += moved[x] * moved[c];
    }
    ++samples_;
    ++counts_[replication];
  }

  [[nodiscard]] std::uint64_t samples() const noexcept { return samples_; }
  [[nodiscard]] std::size_t replications() const noexcept { return totals_.size(); }
  [[nodiscard]] double mean(std::size_t column) const noexcept {
    double sum = 0;
    for (const auto& total : totals_) sum += total[column];
    return shift_[column] + sum / static_cast<double>(samples_);
  }
  [[nodiscard]] double mean(std::size_t column, std::size_t replication) const noexcept {
    return shift_[column] +
           totals_[replication][column] / static_cast<double>(counts_[replication]);
  }
  // Of one sample; a <= b, and one of them a control or both the same.
  [[nodiscard]] double covariance(std::size_t a, std::size_t b) const noexcept {
    const double n = static_cast<double>(samples_);
    const double excess = (mean(a) - shift_[a]) * (mean(b) - shift_[b]);
    return (cross_[b * columns_ + a] / n - excess) * (n / (n - 1));
  }

 private:
  std::size_t targets_, columns_;
  std::vector<double> shift_, cross_;
  std::vector<std::vector<double>> totals_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t samples_{0};
};

// Half width of the interval in standard errors: the normal quantile, or Student's with `freedom`
// degrees by the expansion of Abramowitz and Stegun, 26.7.5.
double half_width(double confidence, double freedom) noexcept {
  const double z = -inverse_normal_cdf(0.5 * (1 - confidence));
  if (freedom == 0) return z;
  const double z2 = z * z;
  return z * (1 + (z2 + 1) / (4 * freedom) + ((5 * z2 + 16) * z2 + 3) / (96 * freedom * freedom));
}

class Run {
 public:
  Run(const Settings& settings, const Sampling& sampling, PathGenerator generator)
      : settings_{settings},
        sampling_{sampling},
        generator_{std::move(generator)},
        replications_{settings.sequence == Sequence::Sobol ? settings.replications : 1U},
        columns_{sampling.targets + sampling.control_means.size()},
        sums_{sampling.targets, sampling.control_means.size(), replications_} {
    values_.resize(columns_ * generator_.block());
    for (std::size_t c = 0; c < columns_; ++c) {
      pointers_.push_back(values_.data() + c * generator_.block());
    }
  }

  Result<std::vector<Estimate>> go() {
    const double began = settings_.seconds == nullptr ? 0.0 : settings_.seconds();
    const std::uint64_t per_sample = generator_.antithetic() ? 2 : 1;
    const std::uint64_t all =
        std::max<std::uint64_t>(settings_.paths / (per_sample * replications_), 2);
    constexpr std::uint64_t kFirst = 4096;
    std::uint64_t wanted = all;
    if (settings_.standard_error > 0) {
      wanted = std::min(all, std::max<std::uint64_t>(kFirst / replications_, 64));
    }
    for (std::uint64_t done = 0;;) {
      extend(done, wanted);
      done = wanted;
      const Estimate first = estimate(0);
      if (!std::isfinite(first.value) || !std::isfinite(first.standard_error)) break;
      if (done == all || first.standard_error <= settings_.standard_error) break;
      wanted = std::min(all, next(done, first.standard_error));
    }
    std::vector<Estimate> estimates;
    const double took = settings_.seconds == nullptr ? 0.0 : settings_.seconds() - began;
    for (std::size_t t = 0; t < sampling_.targets; ++t) {
      estimates.push_back(estimate(t));
      Estimate& e = estimates.back();
      e.paths = sums_.samples() * per_sample;
      e.seconds = took;
      if (!std::isfinite(e.value) || !std::isfinite(e.standard_error) || !std::isfinite(e.low) ||
          !std::isfinite(e.high)) {
        return std::unexpected{Error::Overflow};
      }
    }
    return estimates;
  }

 private:
  // Samples `from` to `to` of every replication.
  void extend(std::uint64_t from, std::uint64_t to) {
    const std::size_t base = generator_.base();
    double values[kColumnsMax];
    for (std::uint32_t r = 0; r < replications_; ++r) {
      for (std::uint64_t first = from / kLanesMax * kLanesMax; first < to; first += base) {
        generator_.draw(first, r);
        sampling_.call(sampling_.context, generator_, pointers_);
        const std::uint64_t begin = std::max(first, from) - first;
        const std::uint64_t end = std::min<std::uint64_t>(to - first, base);
        for (std::uint64_t p = begin; p < end; ++p) {
          for (std::size_t c = 0; c < columns_; ++c) {
            const double* const column = pointers_[c] + p;
            values[c] = generator_.antithetic() ? 0.5 * (column[0] + column[base]) : column[0];
          }
          sums_.add({values, columns_}, r);
        }
      }
    }
  }

  // The number that should suffice; Sobol: doubled, so that the points stay a net.
  [[nodiscard]] std::uint64_t next(std::uint64_t done, double error) const noexcept {
    if (replications_ > 1) return 2 * done;
    const double ratio = error / settings_.standard_error;
    const double growth = std::clamp(1.05 * ratio * ratio, 1.2, 4.0);
    return static_cast<std::uint64_t>(static_cast<double>(done) * growth);
  }

  // Of the controls, for target t: the regression on them over all samples.
  [[nodiscard]] std::vector<double> coefficients(std::size_t t) const {
    const std::size_t count = sampling_.control_means.size();
    std::vector<double> matrix(count * count);
    std::vector<double> right(count);
    for (std::size_t i = 0; i < count; ++i) {
      right[i] = sums_.covariance(t, sampling_.targets + i);
      for (std::size_t j = 0; j < count; ++j) {
        matrix[i * count + j] = sums_.covariance(sampling_.targets + std::min(i, j),
                                                 sampling_.targets + std::max(i, j));
      }
    }
    solve_normal_equations(matrix, right);
    return right;
  }

  [[nodiscard]] Estimate estimate(std::size_t t) const {
    const std::size_t count = sampling_.control_means.size();
    const std::vector<double> beta = coefficients(t);
    const auto adjusted = [&](auto&& mean_of) {
      double value = mean_of(t);
      for (std::size_t i = 0; i < count; ++i) {
        value -= beta[i] * (mean_of(sampling_.targets + i) - sampling_.control_means[i]);
      }
      return value;
    };
    Estimate e;
    e.value = adjusted([&](std::size_t c) { return sums_.mean(c); });
    double freedom = 0;
    double variance = 0;
    if (replications_ > 1) {
      freedom = static_cast<double>(replications_ - 1);
      for (std::size_t r = 0; r < replications_; ++r) {
        const double one = adjusted([&](std::size_t c) { return sums_.mean(c, r); });
        variance += (one - e.value) * (one - e.value) / freedom / replications_;
      }
    } else {
      variance = sums_.covariance(t, t);
      for (std::size_t i = 0; i < count; ++i) {
        variance -= beta[i] * sums_.covariance(t, sampling_.targets + i);
      }
      variance /= static_cast<double>(sums_.samples());
    }
    e.standard_error = std::sqrt(std::max(variance, 0.0));
    if (std::isnan(variance)) e.standard_error = variance;
    const double half = half_width(settings_.confidence, freedom) * e.standard_error;
    e.low = e.value - half;
    e.high = e.value + half;
    return e;
  }

  const Settings& settings_;
  const Sampling& sampling_;
  PathGenerator generator_;
  std::uint32_t replications_;
  std::size_t columns_;
  Sums sums_;
  std::vector<double> values_;
  std::vector<double*> pointers_;
};
}  // namespace

Result<std::vector<Estimate>> sample(const Diffusion& model, const Settings& settings,
                                     const Sampling& sampling) {
  if (sampling.targets == 0 || sampling.targets + sampling.control_means.size() > kColumnsMax) {
    return std::unexpected{Error::ParameterRange};
  }
  for (const double mean : sampling.control_means) {
    if (!std::isfinite(mean)) return std::unexpected{Error::NotFinite};
  }
  Result<PathGenerator> generator = PathGenerator::make(model, settings);
  if (!generator) return std::unexpected{generator.error()};
  return Run{settings, sampling, std::move(*generator)}.go();
}

Result<Estimate> simulate_evolved(const Diffusion& model, const Settings& settings,
                                  PayoffView payoff, std::span<const Control> controls,
                                  Evolution evolution) {
  struct Context {
    Evolution evolution;
    PayoffView payoff;
    std::span<const Control> controls;
  };
  const Context context{evolution, payoff, controls};
  if (const auto fault = payoff.fault(payoff.payoff, model)) return std::unexpected{*fault};
  std::vector<double> means;
  for (const Control& one : controls) {
    if (const auto fault = one.payoff.fault(one.payoff.payoff, model)) {
      return std::unexpected{*fault};
    }
    means.push_back(one.mean);
  }
  const auto call = [](const void* given, PathGenerator& generator,
                       std::span<double* const> columns) {
    const Context& c = *static_cast<const Context*>(given);
    const PathBlock block = c.evolution.call(c.evolution.context, generator);
    c.payoff.call(c.payoff.payoff, block, {columns[0], block.paths()});
    for (std::size_t i = 0; i < c.controls.size(); ++i) {
      const PayoffView& one = c.controls[i].payoff;
      one.call(one.payoff, block, {columns[i + 1], block.paths()});
    }
  };
  const auto estimates = sample(
      model, settings, {.call = call, .context = &context, .targets = 1, .control_means = means});
  if (!estimates) return std::unexpected{estimates.error()};
  return estimates->front();
}

Result<Estimate> simulate_view(const Diffusion& model, const Settings& settings, PayoffView payoff,
                               std::span<const Control> controls) {
  return simulate_evolved(model, settings, payoff, controls,
                          {[](const void* diffusion, PathGenerator& generator) {
                             return generator.evolve(*static_cast<const Diffusion*>(diffusion));
                           },
                           &model});
}
}  // namespace sq::options::monte_carlo
