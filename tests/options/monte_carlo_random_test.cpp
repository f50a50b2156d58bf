#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "engine/options/math/normal.hpp"
#include "engine/options/monte_carlo/brownian_bridge.hpp"
#include "engine/options/monte_carlo/path_kernels.hpp"
#include "engine/options/monte_carlo/sobol.hpp"

namespace sq::options::monte_carlo {
namespace {
std::vector<Path> paths_here() {
  std::vector<Path> paths;
  for (const Path path : {Path::Scalar, Path::Avx2, Path::Avx512}) {
    if (supported(path)) paths.push_back(path);
  }
  return paths;
}
// The uniform less 1/2 of a word whose upper 52 bits count.
double centred(std::uint64_t word) {
  return static_cast<double>(word >> 12U) * 0x1p-52 - 0.5 + 0x1p-53;
}
}  // namespace

TEST_CASE("the generator gives the published test vectors of Philox 4x32-10") {
  // Random123, kat_vectors: counter, key, result.
  struct Vector {
    std::array<std::uint32_t, 4> counter;
    std::array<std::uint32_t, 2> key;
    std::array<std::uint32_t, 4> result;
  };
  const Vector vectors[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
  for (const Path path : paths_here()) {
    for (const Vector& v : vectors) {
      double even[kLanesMax], odd[kLanesMax];
      const auto word = [](std::uint32_t low, std::uint32_t high) {
        return std::uint64_t{high} << 32U | low;
      };
      path_kernels(path).pseudo_random({word(v.key[0], v.key[1]), v.counter[3]},
                                       word(v.counter[0], v.counter[1]), v.counter[2], kLanesMax,
                                       even, odd);
      CHECK(even[0] == centred(word(v.result[0], v.result[1])));
      CHECK(odd[0] == centred(word(v.result[2], v.result[3])));
    }
  }
}

TEST_CASE("every instruction set gives the same bits, and normals those of the inverse normal") {
  constexpr std::size_t kPaths = 4096;
  std::vector<double> first[3];
  for (const Path path : paths_here()) {
    std::vector<double> even(kPaths), odd(kPaths), points(kPaths);
    const PathKernels& kernels = path_kernels(path);
    kernels.pseudo_random({42, 7}, 1U << 20U, 3, kPaths, even.data(), odd.data());
    const ScrambledDimension dimension = scrambled_sobol(5, {42, 7}, 3);
    kernels.sobol(dimension.directions.data(), dimension.shift, 4096, kPaths, points.data());
    even[17] = -0.5 + 0x1p-53;  // both ends of what a uniform can be
    even[18] = 0.5 - 0x1p-53;
    even[19] = 0.425;
    even[20] = std::nextafter(0.425, 1.0);
    even[21] = -0.5 + 1.4e-11;
    even[22] = std::nextafter(-0.5 + 1.4e-11, -1.0);
    const std::vector<double> uniform = even;
    kernels.normals(even.data(), kPaths);
    for (std::size_t p = 0; p < kPaths; ++p) {
      const double q = uniform[p];
      const double exact = q < 0 ? inverse_normal_cdf(0.5 + q) : -inverse_normal_cdf(0.5 - q);
      REQUIRE(even[p] == exact);
    }
    if (first[0].empty()) {
      first[0] = even;
      first[1] = odd;
      first[2] = points;
    }
    CHECK(first[0] == even);
    CHECK(first[1] == odd);
    CHECK(first[2] == points);
  }
}

TEST_CASE("evolving one step gives the same bits everywhere and stays finite at the ends") {
  const double normals[2][8] = {{0, 1, -1, 8, -8, 0.5, 1e300, -1e300}, {1, 1, 1, 1, 1, 1, 1, 1}};
  const double weights[2] = {0.2, 0.1};
  std::vector<double> results;
  for (const Path path : paths_here()) {
    double logs[8], spots[8];
    path_kernels(path).evolve({.normals = normals[0],
                               .stride = 8,
                               .factors = 2,
                               .weights = weights,
                               .drift = 0.03,
                               .spot = 1,
                               .log_after = logs,
                               .spot_after = spots,
                               .paths = 8});
    CHECK(logs[1] == Approx(0.33).epsilon(1e-15));
    CHECK(spots[1] == Approx(std::exp(0.33)).epsilon(1e-15));
    CHECK(logs[6] == 709.0);
    CHECK(logs[7] == -708.0);
    CHECK(std::isfinite(spots[6]));
    CHECK(spots[7] > 0);
    if (results.empty()) results.assign(spots, spots + 8);
    CHECK(std::vector<double>(spots, spots + 8) == results);
  }
}

TEST_CASE("the first Sobol points are the published ones") {
  // Joe and Kuo (2008): the first eight points of dimensions 1 to 3, in the order of the Gray code.
  const double points[8][3] = {{0, 0, 0},
                               {0.5, 0.5, 0.5},
                               {0.75, 0.25, 0.25},
                               {0.25, 0.75, 0.75},
                               {0.375, 0.375, 0.625},
                               {0.875, 0.875, 0.125},
                               {0.625, 0.125, 0.875},
                               {0.125, 0.625, 0.375}};
  for (std::size_t d = 0; d < 3; ++d) {
    const Directions directions = sobol_directions(d);
    for (std::uint64_t n = 0; n < 8; ++n) {
      std::uint64_t word = 0;
      for (std::size_t bit = 0; bit < 3; ++bit) {
        if ((((n ^ (n >> 1U)) >> bit) & 1U) != 0) word ^= directions[bit];
      }
      CHECK(std::ldexp(static_cast<double>(word), -64) == points[n][d]);
    }
  }
}

TEST_CASE(
    "scrambled Sobol points are still a net: each interval of length 2^-12 holds one of 2^12") {
  constexpr std::size_t kPoints = 4096;
  for (const std::size_t d :
       {std::size_t{0}, std::size_t{1}, std::size_t{200}, kSobolDimensionsMax - 1}) {
    for (const std::uint32_t replication : {0U, 1U, 999U}) {
      const ScrambledDimension dimension = scrambled_sobol(d, {3, 0}, replication);
      std::vector<double> points(kPoints);
      path_kernels(Path::Scalar)
          .sobol(dimension.directions.data(), dimension.shift, 0, kPoints, points.data());
      std::set<int> cells;
      for (const double p : points) cells.insert(static_cast<int>((p + 0.5) * kPoints));
      CHECK(cells.size() == kPoints);
    }
  }
  // The first two dimensions together are a (0, 12, 2)-net: every dyadic box of that area holds
  // one.
  const ScrambledDimension x = scrambled_sobol(0, {3, 0}, 5);
  const ScrambledDimension y = scrambled_sobol(1, {3, 0}, 5);
  std::vector<double> xs(kPoints), ys(kPoints);
  path_kernels(Path::Scalar).sobol(x.directions.data(), x.shift, 0, kPoints, xs.data());
  path_kernels(Path::Scalar).sobol(y.directions.data(), y.shift, 0, kPoints, ys.data());
  for (int bits = 0; bits <= 12; ++bits) {
    std::set<std::pair<int, int>> boxes;
    for (std::size_t p = 0; p < kPoints; ++p) {
      boxes.emplace(static_cast<int>(std::ldexp(xs[p] + 0.5, bits)),
                    static_cast<int>(std::ldexp(ys[p] + 0.5, 12 - bits)));
    }
    CHECK(boxes.size() == kPoints);
  }
}

TEST_CASE("replications, streams, seeds and draws are uncorrelated") {
  constexpr std::size_t kPaths = 1U << 16U;
  const auto numbers = [](Stream stream, std::uint32_t draw) {
    std::vector<double> even(kPaths), odd(kPaths);
    path_kernels(Path::Scalar).pseudo_random(stream, 0, draw, kPaths, even.data(), odd.data());
    even.insert(even.end(), odd.begin(), odd.end());
    return even;
  };
  const std::vector<std::vector<double>> runs{numbers({1, 0}, 0), numbers({1, 1}, 0),
                                              numbers({2, 0}, 0), numbers({1, 0}, 1),
                                              numbers({1ULL << 32U, 0}, 0)};
  for (std::size_t a = 0; a < runs.size(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double sum = 0;
      for (std::size_t p = 0; p < runs[a].size(); ++p) sum += 12 * runs[a][p] * runs[b][p];
      const double n = static_cast<double>(runs[a].size());
      CHECK(std::abs(sum / n - (a == b ? 1.0 : 0.0)) < 5 / std::sqrt(n));
    }
  }
}

TEST_CASE("the Brownian bridge turns independent normals into independent ones of the steps") {
  for (const std::size_t steps : {1U, 2U, 3U, 8U, 13U}) {
    std::vector<double> times;
    for (std::size_t k = 0; k < steps; ++k) {
      times.push_back(0.1 * static_cast<double>(k + 1) + 0.03 * static_cast<double>(k * k));
    }
    const BrownianBridge bridge{times};
    REQUIRE(bridge.steps() == steps);
    // Column j is what the j-th unit vector becomes: the map must be orthogonal.
    std::vector<double> unit(steps * steps, 0.0), mapped(steps * steps, 0.0);
    for (std::size_t j = 0; j < steps; ++j) unit[j * steps + j] = 1;
    bridge.normals(unit.data(), steps, mapped.data(), steps, steps);
    for (std::size_t a = 0; a < steps; ++a) {
      for (std::size_t b = 0; b < steps; ++b) {
        double sum = 0;
        for (std::size_t j = 0; j < steps; ++j)
          sum += mapped[a * steps + j] * mapped[b * steps + j];
        CHECK(std::abs(sum - (a == b ? 1.0 : 0.0)) < 1e-13);
      }
    }
    // The first coordinate alone sets the end: a straight line.
    for (std::size_t a = 0; a < steps; ++a) {
      const double years = times[a] - (a == 0 ? 0.0 : times[a - 1]);
      CHECK(mapped[a * steps] == Approx(std::sqrt(years / times.back())).epsilon(1e-13));
    }
  }
}
}  // namespace sq::options::monte_carlo
