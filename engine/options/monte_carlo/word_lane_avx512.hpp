// Eight 64-bit words in an AVX-512 register; see word_lane.hpp. Include only behind
// target_avx512.hpp. Thread: values. Cost: one or two instructions each. Errors: none.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace sq::options::monte_carlo {
struct Avx512Words {
  using Value = __m512i;
  static constexpr int kWidth = 8;

  static Value set(std::uint64_t value) noexcept {
    return _mm512_set1_epi64(static_cast<std::int64_t>(value));
  }
  static Value ramp(std::uint64_t first) noexcept {
    return _mm512_add_epi64(set(first), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
  }
  static Value load(const std::uint64_t* from) noexcept { return _mm512_loadu_si512(from); }
  static Value multiply_low(Value a, Value b) noexcept { return _mm512_mul_epu32(a, b); }
  static Value high_half(Value a) noexcept { return _mm512_srli_epi64(a, 32); }
  static Value low_half(Value a) noexcept { return _mm512_and_si512(a, set(0xFFFF'FFFFU)); }
  static Value up_half(Value a) noexcept { return _mm512_slli_epi64(a, 32); }
  static Value exclusive_or(Value a, Value b) noexcept { return _mm512_xor_si512(a, b); }
  static Value either(Value a, Value b) noexcept { return _mm512_or_si512(a, b); }
  static void store_centred(double* to, Value bits) noexcept {
    const __m512i raw = either(_mm512_srli_epi64(bits, 12), set(0x3FF0'0000'0000'0000U));
    const __m512d centred = _mm512_sub_pd(_mm512_castsi512_pd(raw), _mm512_set1_pd(1.5));
    _mm512_storeu_pd(to, _mm512_add_pd(centred, _mm512_set1_pd(0x1p-53)));
  }
  static std::size_t collect_beyond(double limit, const double* values, std::uint32_t place,
                                    double* beyond, std::uint32_t* places) noexcept {
    const __m512d all = _mm512_loadu_pd(values);
    const __mmask8 mask = _mm512_cmp_pd_mask(_mm512_abs_pd(all), _mm512_set1_pd(limit), _CMP_GT_OQ);
    _mm512_storeu_pd(beyond, _mm512_maskz_compress_pd(mask, all));
    const __m256i numbers = _mm256_add_epi32(_mm256_set1_epi32(static_cast<std::int32_t>(place)),
                                             _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
    const __m256i kept = _mm256_maskz_compress_epi32(mask, numbers);
    __builtin_memcpy(places, &kept, sizeof kept);
    return static_cast<std::size_t>(__builtin_popcount(mask));
  }
};
}  // namespace sq::options::monte_carlo
