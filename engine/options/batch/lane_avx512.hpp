// Eight doubles in an AVX-512 register; see engine/options/math/lane.hpp. Include only between the
// target pragmas of a source file that is compiled for AVX-512 F and DQ.
// Thread: values. Cost: one or two instructions each. Errors: none.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "engine/options/math/coefficients.hpp"
#include "engine/options/result.hpp"

namespace sq::options::batch {
struct Avx512Lane {
  using Value = __m512d;
  using Mask = __mmask8;
  static constexpr int kWidth = 8;
  static constexpr std::uint32_t kAllBits = (1U << kWidth) - 1U;

  static Value load(const double* from) noexcept { return _mm512_loadu_pd(from); }
  static void store(double* to, Value value) noexcept { _mm512_storeu_pd(to, value); }
  // +1 for a call, -1 for a put.
  static Value signs(const OptionType* types) noexcept {
    std::int64_t eight = 0;
    __builtin_memcpy(&eight, types, sizeof eight);
    const __m256i wide = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(eight));
    return _mm512_cvtepi32_pd(_mm256_sub_epi32(_mm256_set1_epi32(3), _mm256_add_epi32(wide, wide)));
  }
  static Value set(double value) noexcept { return _mm512_set1_pd(value); }
  static Value fma(Value a, Value b, Value c) noexcept { return _mm512_fmadd_pd(a, b, c); }
  static Value sqrt(Value a) noexcept { return _mm512_sqrt_pd(a); }
  static Value min(Value a, Value b) noexcept { return _mm512_min_pd(a, b); }
  static Value max(Value a, Value b) noexcept { return _mm512_max_pd(a, b); }
  static Value abs(Value a) noexcept { return _mm512_abs_pd(a); }
  static Mask less(Value a, Value b) noexcept { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
  static Mask and_less(Mask mask, Value a, Value b) noexcept {
    return _mm512_mask_cmp_pd_mask(mask, a, b, _CMP_LT_OQ);
  }
  static Mask both(Mask a, Mask b) noexcept { return _kand_mask8(a, b); }
  static Mask either(Mask a, Mask b) noexcept { return _kor_mask8(a, b); }
  static Value select(Mask mask, Value yes, Value no) noexcept {
    return _mm512_mask_blend_pd(mask, no, yes);
  }
  static std::uint32_t bits(Mask mask) noexcept { return _cvtmask8_u32(mask); }
  // The instructions round nothing here and give the bits that the other lanes give.
  static Value scale(Value value, Value magic) noexcept {
    return _mm512_scalef_pd(value, _mm512_sub_pd(magic, set(math::kRoundToInteger)));
  }
  static Value exponent(Value value) noexcept { return _mm512_getexp_pd(value); }
  static Value mantissa(Value value) noexcept {
    return _mm512_getmant_pd(value, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
  }
};
}  // namespace sq::options::batch
