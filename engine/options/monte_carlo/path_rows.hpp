// The loops behind path_kernels.hpp as templates over a floating-point lane L and a word lane W.
// Everything must be a template over the lane (engine/options/math/kernels.hpp says why).
// Thread: pure functions. Cost with AVX-512, a value: pseudo_random 1.1 ns, sobol 0.2, normals 1.3,
// evolve 1.1 with one factor; one double at a time 4, 0.5, 6 and 5. Errors: none.
// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011),
// Philox 4x32 with 10 rounds; Sobol (1967) in natural order; Wichura (1988), algorithm AS 241, for
// the split of the inverse normal.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "engine/options/math/kernels.hpp"
#include "engine/options/monte_carlo/path_kernels.hpp"

namespace sq::options::monte_carlo {
// Counter: path (two halves), draw, stream. Key: seed. Result: two words of 64 bits a path.
template <class W>
void pseudo_random_rows(Stream stream, std::uint64_t first, std::uint32_t draw, std::size_t paths,
                        double* even, double* odd) noexcept {
  using V = typename W::Value;
  constexpr std::uint64_t kLow = 0xFFFF'FFFFU;
  const V multiplier0 = W::set(0xD251'1F53U);
  const V multiplier1 = W::set(0xCD9E'8D57U);
  for (std::size_t p = 0; p < paths; p += W::kWidth) {
    const V path = W::ramp(first + p);
    V c0 = W::low_half(path);
    V c1 = W::high_half(path);
    V c2 = W::set(draw);
    V c3 = W::set(stream.number);
    std::uint64_t key0 = stream.seed & kLow;
    std::uint64_t key1 = stream.seed >> 32U;
    for (int round = 0; round < 10; ++round) {
      const V product0 = W::multiply_low(c0, multiplier0);
      const V product1 = W::multiply_low(c2, multiplier1);
      // High halves of the words may hold rubbish until low_half: only low ones are multiplied.
      c0 = W::exclusive_or(W::exclusive_or(W::high_half(product1), c1), W::set(key0));
      c2 = W::exclusive_or(W::exclusive_or(W::high_half(product0), c3), W::set(key1));
      c1 = product1;
      c3 = product0;
      key0 = (key0 + 0x9E37'79B9U) & kLow;
      key1 = (key1 + 0xBB67'AE85U) & kLow;
    }
    W::store_centred(even + p, W::either(W::low_half(c0), W::up_half(c1)));
    W::store_centred(odd + p, W::either(W::low_half(c2), W::up_half(c3)));
  }
}

// Point i is the exclusive or of the directions of the bits of i. From one group of kLanesMax
// points to the next the bits up to the lowest set bit of the new group's number change.
template <class W>
void sobol_rows(const std::uint64_t* directions, std::uint64_t shift, std::uint64_t first,
                std::size_t paths, double* out) noexcept {
  constexpr unsigned kGroupBits = 3;
  static_assert(kLanesMax == 1U << kGroupBits);
  std::uint64_t within[kLanesMax] = {};
  for (std::size_t i = 0; i < kLanesMax; ++i) {
    for (unsigned bit = 0; bit < kGroupBits; ++bit) {
      if (((i >> bit) & 1U) != 0) within[i] ^= directions[bit];
    }
  }
  std::uint64_t change[kSobolBits] = {};
  for (unsigned bit = kGroupBits; bit < kSobolBits; ++bit) {
    change[bit] = directions[bit] ^ (bit == kGroupBits ? 0 : change[bit - 1]);
  }
  std::uint64_t group = first >> kGroupBits;
  std::uint64_t base = shift;
  for (unsigned bit = kGroupBits; bit < kSobolBits; ++bit) {
    if (((first >> bit) & 1U) != 0) base ^= directions[bit];
  }
  for (std::size_t p = 0; p < paths; p += kLanesMax) {
    const auto now = W::set(base);
    for (std::size_t i = 0; i < kLanesMax; i += W::kWidth) {
      W::store_centred(out + p + i, W::exclusive_or(W::load(within + i), now));
    }
    ++group;
    base ^= change[(static_cast<unsigned>(std::countr_zero(group)) + kGroupBits) % kSobolBits];
  }
}

// -x for probabilities `tail` in (1.4e-11, 0.075]: beyond, the caller's business.
template <class L>
[[gnu::always_inline]] inline typename L::Value near_tail(typename L::Value tail) noexcept {
  const auto r = L::sqrt(L::set(0.0) - math::logarithm<L>(tail));
  const auto excess = r - L::set(math::kTailLow);
  return math::polynomial<L>(excess, math::kTailNumerator) /
         math::polynomial<L>(excess, math::kTailDenominator);
}

// `x` unless the probability is below the range of near_tail.
[[gnu::cold]] double far_normal(double q, double x, double near) noexcept;

// The centre for all values; then the few of the tails, gathered.
template <class L, class W>
void normal_rows(double* values, std::size_t paths) noexcept {
  constexpr std::size_t kChunk = 256;
  constexpr double kCentre = 0.425;
  constexpr double kNearTail = 1.4e-11;  // r < 5
  double tails[kChunk + kLanesMax];
  std::uint32_t places[kChunk + kLanesMax];
  for (std::size_t begin = 0; begin < paths; begin += kChunk) {
    const std::size_t count = paths - begin < kChunk ? paths - begin : kChunk;
    double* const chunk = values + begin;
    std::size_t outside = 0;
    for (std::size_t p = 0; p < count; p += L::kWidth) {
      outside += W::collect_beyond(kCentre, chunk + p, static_cast<std::uint32_t>(p),
                                   tails + outside, places + outside);
      const auto q = L::load(chunk + p);
      const auto v = L::fma(L::set(0.0) - q, q, L::set(0.180625));
      L::store(chunk + p, q * math::polynomial<L>(v, math::kCentreNumerator) /
                              math::polynomial<L>(v, math::kCentreDenominator));
    }
    for (std::size_t i = outside; i < outside + L::kWidth; ++i) tails[i] = 0.45;
    for (std::size_t i = 0; i < outside; i += L::kWidth) {
      double x[L::kWidth];
      const auto q = L::load(tails + i);
      const auto tail = L::set(0.5) - L::abs(q);
      const auto size = near_tail<L>(L::max(tail, L::set(kNearTail)));
      L::store(x, L::select(L::less(q, L::set(0.0)), L::set(0.0) - size, size));
      const bool farther = L::bits(L::less(tail, L::set(kNearTail))) != 0;
      const std::size_t used = outside - i < L::kWidth ? outside - i : L::kWidth;
      for (std::size_t k = 0; k < used; ++k) {
        chunk[places[i + k]] = farther ? far_normal(tails[i + k], x[k], kNearTail) : x[k];
      }
    }
  }
}

template <class L>
void evolve_rows(const EvolveRow& row) noexcept {
  const auto drift = L::set(row.drift);
  const auto spot = L::set(row.spot);
  for (std::size_t p = 0; p < row.paths; p += L::kWidth) {
    auto x = row.log_before == nullptr ? drift : L::load(row.log_before + p) + drift;
    for (std::size_t j = 0; j < row.factors; ++j) {
      x = L::fma(L::set(row.weights[j]), L::load(row.normals + j * row.stride + p), x);
    }
    // kernels.hpp: the range of the exponential.
    x = L::max(L::min(x, L::set(709.0)), L::set(-708.0));
    L::store(row.log_after + p, x);
    L::store(row.spot_after + p, spot * math::exponential<L>(x));
  }
}

template <class L, class W>
const PathKernels& kernels_of() noexcept {
  static constexpr PathKernels kKernels{pseudo_random_rows<W>, sobol_rows<W>, normal_rows<L, W>,
                                        evolve_rows<L>};
  return kKernels;
}
}  // namespace sq::options::monte_carlo
