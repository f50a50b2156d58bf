#include "engine/options/monte_carlo/sobol.hpp"

#include <bit>
#include <boost/random/sobol.hpp>
#include <vector>

namespace sq::options::monte_carlo {
namespace {
// The generator walks in Gray code, where point 2^k differs from the one before by direction k.
std::vector<Directions> make_table() {
  boost::random::sobol_engine<std::uint32_t, kSobolBits> points{kSobolDimensionsMax};
  std::vector<Directions> table(kSobolDimensionsMax);
  for (std::size_t k = 0; k < kSobolBits; ++k) {
    // It leaves out the point 0: seed n is followed by point n + 1.
    points.seed(k == 0 ? 0U : (1U << k) - 2U);
    for (std::size_t point = k == 0 ? 1 : 0; point < 2; ++point) {
      for (Directions& dimension : table) {
        dimension[k] ^= std::uint64_t{points()} << 32U;
      }
    }
  }
  return table;
}

// Steele, Lea and Flood (2014): a bijection of words whose outputs pass as independent.
class WordSource {
 public:
  explicit WordSource(std::uint64_t state) noexcept : state_{state} {}
  std::uint64_t operator()() noexcept {
    state_ += 0x9E37'79B9'7F4A'7C15U;
    return mixed(state_);
  }
  static std::uint64_t mixed(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_;
};
}  // namespace

Directions sobol_directions(std::size_t dimension) {
  static const std::vector<Directions> kTable = make_table();
  return kTable[dimension];
}

ScrambledDimension scrambled_sobol(std::size_t dimension, Stream stream,
                                   std::uint32_t replication) {
  const Directions plain = sobol_directions(dimension);
  std::uint64_t state = WordSource::mixed(stream.seed + 0x9E37'79B9'7F4A'7C15U);
  state = WordSource::mixed(state ^ (std::uint64_t{stream.number} << 32U | replication));
  WordSource random{WordSource::mixed(state ^ dimension)};
  ScrambledDimension scrambled;
  constexpr unsigned kRows = 52;
  for (unsigned row = 0; row < kRows; ++row) {
    // Lower triangular with ones on the diagonal; rows below the 32 digits are random throughout.
    std::uint64_t mask = random() & 0xFFFF'FFFF'0000'0000U;
    if (row < kSobolBits) {
      const std::uint64_t diagonal = std::uint64_t{1} << (63U - row);
      mask = (mask & ~(2 * diagonal - 1)) | diagonal;
      if (row == 0) mask = diagonal;
    }
    for (std::size_t k = 0; k < kSobolBits; ++k) {
      const auto digit = static_cast<std::uint64_t>(std::popcount(plain[k] & mask)) & 1U;
      scrambled.directions[k] |= digit << (63U - row);
    }
  }
  scrambled.shift = random();
  return scrambled;
}
}  // namespace sq::options::monte_carlo
