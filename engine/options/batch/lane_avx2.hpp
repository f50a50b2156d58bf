// Four doubles in an AVX2 register; see engine/options/math/lane.hpp. Include only between the
// target pragmas of a batch_avx2.cpp-like file: everything here is compiled for AVX2 and FMA.
// Thread: values. Cost: one or two instructions each. Errors: none.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "engine/options/result.hpp"

namespace sq::options::batch {
struct Avx2Lane {
  using Value = __m256d;
  using Mask = __m256d;  // all bits of a lane set or clear
  static constexpr int kWidth = 4;
  static constexpr std::uint32_t kAllBits = (1U << kWidth) - 1U;

  static Value load(const double* from) noexcept { return _mm256_loadu_pd(from); }
  static void store(double* to, Value value) noexcept { _mm256_storeu_pd(to, value); }
  // +1 for a call, -1 for a put.
  static Value signs(const OptionType* types) noexcept {
    std::int32_t four = 0;
    __builtin_memcpy(&four, types, sizeof four);
    const __m128i wide = _mm_cvtepu8_epi32(_mm_cvtsi32_si128(four));
    return _mm256_cvtepi32_pd(_mm_sub_epi32(_mm_set1_epi32(3), _mm_add_epi32(wide, wide)));
  }
  static Value set(double value) noexcept { return _mm256_set1_pd(value); }
  static Value fma(Value a, Value b, Value c) noexcept { return _mm256_fmadd_pd(a, b, c); }
  static Value sqrt(Value a) noexcept { return _mm256_sqrt_pd(a); }
  static Value min(Value a, Value b) noexcept { return _mm256_min_pd(a, b); }
  static Value max(Value a, Value b) noexcept { return _mm256_max_pd(a, b); }
  static Value abs(Value a) noexcept { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a); }
  static Mask less(Value a, Value b) noexcept { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
  static Mask and_less(Mask mask, Value a, Value b) noexcept { return both(mask, less(a, b)); }
  static Mask both(Mask a, Mask b) noexcept { return _mm256_and_pd(a, b); }
  static Mask either(Mask a, Mask b) noexcept { return _mm256_or_pd(a, b); }
  static Value select(Mask mask, Value yes, Value no) noexcept {
    return _mm256_blendv_pd(no, yes, mask);
  }
  static std::uint32_t bits(Mask mask) noexcept {
    return static_cast<std::uint32_t>(_mm256_movemask_pd(mask));
  }
  static Value scale(Value value, Value magic) noexcept {
    return _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(value),
                                                _mm256_slli_epi64(_mm256_castpd_si256(magic), 52)));
  }
  static Value exponent(Value value) noexcept {
    // The bits below those of 2^52 hold the integer.
    const __m256i shifted = _mm256_srli_epi64(_mm256_castpd_si256(value), 52);
    const __m256d two52 = _mm256_set1_pd(0x1p52);
    return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(shifted, _mm256_castpd_si256(two52))),
                         two52);
  }
  static Value mantissa(Value value) noexcept {
    const __m256i fraction =
        _mm256_and_si256(_mm256_castpd_si256(value), _mm256_set1_epi64x(0x000F'FFFF'FFFF'FFFF));
    return _mm256_castsi256_pd(_mm256_or_si256(fraction, _mm256_castpd_si256(_mm256_set1_pd(1.0))));
  }
};
}  // namespace sq::options::batch
