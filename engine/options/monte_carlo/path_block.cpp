#include "engine/options/monte_carlo/path_block.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/math/normal.hpp"

namespace sq::options::monte_carlo {
namespace {
constexpr std::size_t kBlockStep = 2 * kLanesMax;  // half a block is a whole number of lanes
constexpr std::size_t kBlockMax = 1U << 16U;
constexpr double kLogLow = -708.0;  // as in evolve_rows: stands for a spot of 0

std::size_t cache_fit(std::size_t dimensions) noexcept {
  constexpr std::size_t kRowsTimesPaths = 32'768;  // 256 kB of normals, as much of each result
  const std::size_t fit = std::clamp<std::size_t>(kRowsTimesPaths / dimensions, 64, 1024);
  return fit / kBlockStep * kBlockStep;
}

// Numbers of the generator's streams: the caller's above, below it what the stream is for.
Stream numbered(std::uint64_t seed, std::uint16_t stream, std::uint32_t purpose) noexcept {
  return {seed, std::uint32_t{stream} << 16U | purpose};
}
}  // namespace

Result<PathGenerator> PathGenerator::make(const Diffusion& model, const Settings& settings) {
  const bool sobol = settings.sequence == Sequence::Sobol;
  const std::size_t dimensions = model.steps() * model.assets();
  if (!std::isfinite(settings.standard_error) || !std::isfinite(settings.confidence)) {
    return std::unexpected{Error::NotFinite};
  }
  const bool right =
      settings.paths >= 2 && settings.paths <= kPathsMax && settings.block % kBlockStep == 0 &&
      settings.block <= kBlockMax && settings.standard_error >= 0 && settings.confidence > 0 &&
      settings.confidence < 1 &&
      (!sobol ||
       (settings.replications >= kReplicationsMin && settings.replications <= kReplicationsMax));
  if (!right) return std::unexpected{Error::ParameterRange};
  if (!supported(settings.path) || (sobol && dimensions > kSobolDimensionsMax)) {
    return std::unexpected{Error::Unsupported};
  }
  PathGenerator made;
  made.kernels_ = &path_kernels(settings.path);
  made.sequence_ = settings.sequence;
  made.seed_ = settings.seed;
  made.stream_ = settings.stream;
  made.antithetic_ = settings.antithetic;
  made.steps_ = model.steps();
  made.assets_ = model.assets();
  made.block_ = settings.block == 0 ? cache_fit(dimensions) : settings.block;
  made.normals_.resize((dimensions + dimensions % 2) * made.block_);
  if (sobol) {
    made.scrambled_.resize(settings.replications);
    if (settings.brownian_bridge) {
      made.bridge_.emplace(model.times());
      made.raw_.resize(dimensions * made.block_);
    }
  }
  made.logs_.resize(dimensions * made.block_);
  made.spots_ = made.logs_;
  return made;
}

void PathGenerator::draw(std::uint64_t first, std::uint32_t replication) {
  first_ = first;
  replication_ = replication;
  if (sequence_ == Sequence::Sobol) {
    draw_sobol();
  } else {
    draw_pseudo_random();
  }
  if (!antithetic_) return;
  for (std::size_t d = 0; d < steps_ * assets_; ++d) {
    double* const normals = row(normals_, d);
    for (std::size_t p = 0; p < base(); ++p) normals[base() + p] = -normals[p];
  }
}

void PathGenerator::draw_pseudo_random() {
  const std::size_t dimensions = steps_ * assets_;
  for (std::size_t d = 0; d < dimensions; d += 2) {
    double* const even = row(normals_, d);
    double* const odd = even + block_;
    kernels_->pseudo_random(numbered(seed_, stream_, 0), first_, static_cast<std::uint32_t>(d / 2),
                            base(), even, odd);
    kernels_->normals(even, base());
    if (d + 1 < dimensions) kernels_->normals(odd, base());
  }
}

void PathGenerator::draw_sobol() {
  std::vector<ScrambledDimension>& scrambled = scrambled_[replication_];
  const std::size_t dimensions = steps_ * assets_;
  if (scrambled.empty()) {
    scrambled.reserve(dimensions);
    for (std::size_t d = 0; d < dimensions; ++d) {
      scrambled.push_back(scrambled_sobol(d, numbered(seed_, stream_, 0), replication_));
    }
  }
  std::vector<double>& target = bridge_ ? raw_ : normals_;
  for (std::size_t d = 0; d < dimensions; ++d) {
    double* const out = row(target, d);
    kernels_->sobol(scrambled[d].directions.data(), scrambled[d].shift, first_, base(), out);
    kernels_->normals(out, base());
  }
  if (!bridge_) return;
  for (std::size_t j = 0; j < assets_; ++j) {
    bridge_->normals(row(raw_, j), assets_ * block_, row(normals_, j), assets_ * block_, base());
  }
}

PathBlock PathGenerator::evolve(const Diffusion& model) {
  double* const logs = logs_.data();
  double* const spots = spots_.data();
  for (std::size_t i = 0; i < assets_; ++i) {
    for (std::size_t k = 0; k < steps_; ++k) {
      const std::size_t at = (i * steps_ + k) * block_;
      // The factor is lower triangular: asset i is moved by factors up to i.
      kernels_->evolve({.normals = row(normals_, k * assets_),
                        .stride = block_,
                        .factors = i + 1,
                        .weights = model.weights(i, k).data(),
                        .drift = model.drift(i, k),
                        .spot = model.spot(i),
                        .log_before = k == 0 ? nullptr : logs + at - block_,
                        .log_after = logs + at,
                        .spot_after = spots + at,
                        .paths = block_});
      for (const Diffusion::Drop& drop : model.drops()) {
        if (drop.asset != i || drop.step != k) continue;
        for (std::size_t p = at; p < at + block_; ++p) {
          const double left = spots[p] * (1 - drop.dividend.proportion) - drop.dividend.cash;
          const double spot = model.spot(i);
          logs[p] = left > 0 ? std::max(math::log_ratio(left, spot), kLogLow) : kLogLow;
          spots[p] = spot * math::exp(logs[p]);
        }
      }
    }
  }
  return {model, *this, logs, spots};
}

void PathBlock::uniforms(std::uint32_t draw, std::span<double> even,
                         std::span<double> odd) const noexcept {
  const PathGenerator& g = *generator_;
  const std::size_t base = g.base();
  for (std::uint32_t half = 0; half < (g.antithetic() ? 2U : 1U); ++half) {
    const Stream stream = numbered(g.seed_, g.stream_, 1 + half + 2 * g.replication_);
    g.kernels_->pseudo_random(stream, g.first_, draw, base, even.data() + half * base,
                              odd.data() + half * base);
  }
  for (std::size_t p = 0; p < paths(); ++p) {
    even[p] += 0.5;
    odd[p] += 0.5;
  }
}
}  // namespace sq::options::monte_carlo
