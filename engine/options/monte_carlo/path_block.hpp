// A block of simulated paths as columns, and the generator that fills it.
//
//   PathGenerator generator = *PathGenerator::make(model, settings);
//   generator.draw(first, 0);                           // normals of paths first, first + 1, ...
//   const PathBlock block = generator.evolve(model);    // their spots
//   for (double s : block.spot(asset, step)) ...
//
// Paths depend on seed, stream, replication and their number only: not on the size of the block,
// the vector instructions or what was drawn before. With antithetic paths the second half of the
// block mirrors the first. Thread: one generator a thread. Cost: make allocates; a path-step 4 ns
// with AVX-512, Sobol with bridge 7 (bench/options_monte_carlo_bench). Errors: by value, from make.
// Units: result.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/options/batch/path.hpp"
#include "engine/options/exotic/variance/heston_contracts.hpp"
#include "engine/options/monte_carlo/brownian_bridge.hpp"
#include "engine/options/monte_carlo/diffusion.hpp"
#include "engine/options/monte_carlo/path_kernels.hpp"
#include "engine/options/monte_carlo/sobol.hpp"

namespace sq::options::monte_carlo {
enum class Sequence : std::uint8_t { PseudoRandom = 1, Sobol };

inline constexpr std::uint32_t kReplicationsMin = 16;
inline constexpr std::uint32_t kReplicationsMax = 1024;
inline constexpr std::uint64_t kPathsMax = std::uint64_t{1} << 40U;

struct Settings {
  Sequence sequence{Sequence::PseudoRandom};
  std::uint64_t paths{65'536};  // in all, 2 to kPathsMax; Sobol: spread over the replications,
                                // best a power of two for each, at least two
  std::uint64_t seed{1};
  std::uint16_t stream{0};         // another stream is independent
  bool antithetic{false};          // paths in mirrored pairs
  bool brownian_bridge{true};      // of Sobol points; pseudo-random steps come in order
  std::uint32_t replications{32};  // of Sobol points, kReplicationsMin to kReplicationsMax
  double standard_error{0};        // above 0: stops when reached, `paths` at the latest
  double confidence{0.95};         // of the interval, in (0, 1)
  std::size_t block{0};            // paths held at once; 0: fit for the cache; a multiple of 16
  Path path{best_path()};
  double (*seconds)(){nullptr};  // a clock for the caller's information; none: 0 seconds
};

class PathGenerator;

class PathBlock {
 public:
  PathBlock(const Diffusion& model, const PathGenerator& generator, const double* logs,
            const double* spots) noexcept
      : model_{&model}, generator_{&generator}, logs_{logs}, spots_{spots} {}

  [[nodiscard]] const Diffusion& model() const noexcept { return *model_; }
  [[nodiscard]] std::size_t paths() const noexcept;
  [[nodiscard]] std::size_t steps() const noexcept { return model_->steps(); }
  // S at times()[step], and ln(S / spot today).
  [[nodiscard]] std::span<const double> spot(std::size_t asset, std::size_t step) const noexcept {
    return {spots_ + (asset * steps() + step) * paths(), paths()};
  }
  [[nodiscard]] std::span<const double> log_return(std::size_t asset,
                                                   std::size_t step) const noexcept {
    return {logs_ + (asset * steps() + step) * paths(), paths()};
  }
  // Independent standard normals that moved the assets over the step.
  [[nodiscard]] std::span<const double> normal(std::size_t factor, std::size_t step) const noexcept;
  // Uniforms in (0, 1) independent of the normals, two columns for each `draw`.
  void uniforms(std::uint32_t draw, std::span<double> even, std::span<double> odd) const noexcept;

 private:
  const Diffusion* model_;
  const PathGenerator* generator_;
  const double* logs_;
  const double* spots_;
};

class PathGenerator {
 public:
  // The model gives the dates and the number of assets. Unsupported: instructions that the
  // processor lacks, more than kSobolDimensionsMax steps x assets of Sobol points.
  [[nodiscard]] static Result<PathGenerator> make(const Diffusion& model, const Settings& settings);

  // Paths held, mirrored ones included; and how many numbers a draw uses up.
  [[nodiscard]] std::size_t block() const noexcept { return block_; }
  [[nodiscard]] std::size_t base() const noexcept { return antithetic_ ? block_ / 2 : block_; }
  [[nodiscard]] bool antithetic() const noexcept { return antithetic_; }

  // `first` a multiple of kLanesMax.
  void draw(std::uint64_t first, std::uint32_t replication);
  // Valid until the next evolve or draw. The model has dates and assets of the first one; it may be
  // another, for differences with common random numbers.
  PathBlock evolve(const Diffusion& model);
  // Of a Heston model (heston.hpp), whose carrier has two assets: the spot and its variance.
  PathBlock evolve(const Diffusion& carrier, const HestonDynamics& dynamics);

 private:
  friend class PathBlock;
  void draw_pseudo_random();
  void draw_sobol();
  [[nodiscard]] double* row(std::vector<double>& rows, std::size_t index) const noexcept {
    return rows.data() + index * block_;
  }

  const PathKernels* kernels_{nullptr};
  Sequence sequence_{Sequence::PseudoRandom};
  std::uint64_t seed_{0};
  std::uint16_t stream_{0};
  bool antithetic_{false};
  std::size_t block_{0}, steps_{0}, assets_{0};
  std::uint64_t first_{0};
  std::uint32_t replication_{0};
  std::optional<BrownianBridge> bridge_{};
  std::vector<std::vector<ScrambledDimension>> scrambled_;  // a replication: made when first drawn
  std::vector<double> normals_, raw_;                       // a row for each step and factor
  std::vector<double> logs_, spots_;                        // a row for each asset and step
};

inline std::size_t PathBlock::paths() const noexcept { return generator_->block(); }
inline std::span<const double> PathBlock::normal(std::size_t factor,
                                                 std::size_t step) const noexcept {
  return {generator_->normals_.data() + (step * model_->assets() + factor) * paths(), paths()};
}
}  // namespace sq::options::monte_carlo
