// Four 64-bit words in an AVX2 register; see word_lane.hpp. Include only behind target_avx2.hpp.
// Thread: values. Cost: one or two instructions each. Errors: none.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace sq::options::monte_carlo {
struct Avx2Words {
  using Value = __m256i;
  static constexpr int kWidth = 4;

  static Value set(std::uint64_t value) noexcept {
    return _mm256_set1_epi64x(static_cast<std::int64_t>(value));
  }
  static Value ramp(std::uint64_t first) noexcept {
    return _mm256_add_epi64(set(first), _mm256_set_epi64x(3, 2, 1, 0));
  }
  static Value load(const std::uint64_t* from) noexcept {
    Value value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
  }
  static Value multiply_low(Value a, Value b) noexcept { return _mm256_mul_epu32(a, b); }
  static Value high_half(Value a) noexcept { return _mm256_srli_epi64(a, 32); }
  static Value low_half(Value a) noexcept { return _mm256_blend_epi32(a, set(0), 0b10101010); }
  static Value up_half(Value a) noexcept { return _mm256_slli_epi64(a, 32); }
  static Value exclusive_or(Value a, Value b) noexcept { return _mm256_xor_si256(a, b); }
  static Value either(Value a, Value b) noexcept { return _mm256_or_si256(a, b); }
  static void store_centred(double* to, Value bits) noexcept {
    const __m256i raw = either(_mm256_srli_epi64(bits, 12), set(0x3FF0'0000'0000'0000U));
    const __m256d centred = _mm256_sub_pd(_mm256_castsi256_pd(raw), _mm256_set1_pd(1.5));
    _mm256_storeu_pd(to, _mm256_add_pd(centred, _mm256_set1_pd(0x1p-53)));
  }
  static std::size_t collect_beyond(double limit, const double* values, std::uint32_t place,
                                    double* beyond, std::uint32_t* places) noexcept {
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < kWidth; ++i) {
      beyond[count] = values[i];
      places[count] = place + i;
      count += __builtin_fabs(values[i]) > limit ? 1U : 0U;
    }
    return count;
  }
};
}  // namespace sq::options::monte_carlo
