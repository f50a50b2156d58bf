// Digits in text to exact integers, many at once.
// Thread: any. Cost: an integer 2 ns, a pair of decimals 3 ns (AVX2; without it a loop of one step
// a digit). The caller knows how many digits there are; that they are digits is collected in a
// DigitCheck and asked once at the end. Reads up to 16 bytes from each `first`, whatever the count.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "engine/messaging/market_data.hpp"

namespace sq::binance {
constexpr unsigned kIntegerDigitsMax = 16;  // of the routines here, not of the venue

// How a decimal of at most 16 characters lies in the text: `whole` digits, a point, `places`
// digits; without a point places is 0. whole 1 to 7, places 0 to 8.
struct Shape {
  std::uint32_t whole{1};
  std::uint32_t places{0};
  [[nodiscard]] constexpr std::uint32_t row() const noexcept { return whole * 16 + places; }
};
struct DecimalAt {
  const char* first{nullptr};
  Shape shape{};
};

namespace scalar {
struct DigitCheck {
  unsigned worst{0};
  [[nodiscard]] bool only_digits() const noexcept { return worst <= 9; }
  unsigned take(char c) noexcept {
    const unsigned digit = static_cast<unsigned char>(c) - unsigned{'0'};
    worst = digit > worst ? digit : worst;  // what is below '0' wraps to a large number
    return digit;
  }
};

[[nodiscard]] inline std::uint64_t to_integer(const char* first, unsigned count,
                                              DigitCheck& check) noexcept {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < count; ++i) value = value * 10 + check.take(first[i]);
  return value;
}

// In units of 1e-8; both fit: 8 + 8 digits.
[[nodiscard]] inline std::uint64_t to_e8(DecimalAt decimal, DigitCheck& check) noexcept {
  const Shape shape = decimal.shape;
  std::uint64_t value = to_integer(decimal.first, shape.whole, check);
  for (std::uint32_t i = 0; i < 8; ++i)
    value = value * 10 + (i < shape.places ? check.take(decimal.first[shape.whole + 1 + i]) : 0);
  return value;
}

inline void to_level(DecimalAt price, DecimalAt qty, Level* out, DigitCheck& check) noexcept {
  const std::uint64_t price_e8 = to_e8(price, check);
  const std::uint64_t qty_e8 = to_e8(qty, check);
  out->price = Price::from_raw(static_cast<std::int64_t>(price_e8 * 10));
  out->qty = Qty::from_raw(static_cast<std::int64_t>(qty_e8));
}
}  // namespace scalar

static_assert(Price::kDecimals == 9 && Qty::kDecimals == 8, "the scales are part of the code here");

#if defined(__AVX2__)
namespace avx2 {
class DigitCheck {
 public:
  [[nodiscard]] bool only_digits() const noexcept {
    const __m256i limited = _mm256_min_epu8(worst_, _mm256_set1_epi8(9));
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(limited, worst_)) == -1;
  }
  void take(__m256i digits) noexcept { worst_ = _mm256_max_epu8(worst_, digits); }
  void take(__m128i digits) noexcept { take(_mm256_zextsi128_si256(digits)); }

 private:
  __m256i worst_{_mm256_setzero_si256()};  // what is below '0' wraps to a large number
};

// Shuffles that move what is wanted in place and put zero elsewhere (index with the top bit set).
using Shuffle = std::array<std::uint8_t, 16>;
alignas(16) inline constexpr auto kRightAligned = [] {  // by count of digits
  std::array<Shuffle, 17> table{};
  for (unsigned count = 0; count < table.size(); ++count) {
    for (unsigned i = 0; i < 16; ++i)
      table[count][i] = static_cast<std::uint8_t>(i + count >= 16 ? i + count - 16 : 0x80);
  }
  return table;
}();
// By Shape::row(): 16 digits with `kPlaces` behind the point, so that both halves of a level are in
// their unit after the same steps: price 7 + 9, quantity 8 + 8.
template <unsigned kPlaces>
consteval auto make_decimal_shuffles() {
  constexpr unsigned kWhole = 16 - kPlaces;
  std::array<Shuffle, 9 * 16> table{};
  for (unsigned whole = 0; whole <= 8; ++whole) {
    for (unsigned places = 0; places < 16; ++places) {
      Shuffle& shuffle = table[whole * 16 + places];
      for (unsigned i = 0; i < kWhole; ++i)
        shuffle[i] = static_cast<std::uint8_t>(i + whole >= kWhole ? i + whole - kWhole : 0x80);
      for (unsigned i = 0; i < kPlaces; ++i)
        shuffle[kWhole + i] = static_cast<std::uint8_t>(i < places ? whole + 1 + i : 0x80);
    }
  }
  return table;
}
alignas(16) inline constexpr auto kPriceShuffles = make_decimal_shuffles<Price::kDecimals>();
alignas(16) inline constexpr auto kQtyShuffles = make_decimal_shuffles<Qty::kDecimals>();

[[nodiscard]] inline __m128i load(const void* from) noexcept {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

[[nodiscard]] inline std::uint64_t to_integer(const char* first, unsigned count,
                                              DigitCheck& check) noexcept {
  const __m128i digits = _mm_shuffle_epi8(_mm_sub_epi8(load(first), _mm_set1_epi8('0')),
                                          load(kRightAligned[count].data()));
  check.take(digits);
  const __m128i twos = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010A));   // 10, 1
  const __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(0x0001'0064));  // 100, 1
  const __m128i packed = _mm_packus_epi32(fours, fours);
  const __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(0x0001'2710));  // 10'000, 1
  const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  return (both & 0xFFFF'FFFFU) * 100'000'000U + (both >> 32);
}

inline void to_level(DecimalAt price, DecimalAt qty, Level* out, DigitCheck& check) noexcept {
  const __m256i text =
      _mm256_inserti128_si256(_mm256_castsi128_si256(load(price.first)), load(qty.first), 1);
  const __m256i shuffle = _mm256_inserti128_si256(
      _mm256_castsi128_si256(load(kPriceShuffles[price.shape.row()].data())),
      load(kQtyShuffles[qty.shape.row()].data()), 1);
  const __m256i digits = _mm256_shuffle_epi8(_mm256_sub_epi8(text, _mm256_set1_epi8('0')), shuffle);
  check.take(digits);
  const __m256i twos = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010A));
  const __m256i fours = _mm256_madd_epi16(twos, _mm256_set1_epi32(0x0001'0064));
  const __m256i packed = _mm256_packus_epi32(fours, fours);
  // Each half now starts with two numbers of eight digits.
  const __m256i eights = _mm256_madd_epi16(packed, _mm256_set1_epi32(0x0001'2710));
  const __m256i raw = _mm256_add_epi64(_mm256_mul_epu32(eights, _mm256_set1_epi64x(100'000'000)),
                                       _mm256_srli_epi64(eights, 32));
  static_assert(offsetof(Level, price) == 0 && offsetof(Level, qty) == 8);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                   _mm256_castsi256_si128(_mm256_permute4x64_epi64(raw, 0b00'00'10'00)));
}
}  // namespace avx2
using avx2::DigitCheck;
using avx2::to_integer;
using avx2::to_level;
#else
using scalar::DigitCheck;
using scalar::to_integer;
using scalar::to_level;
#endif
}  // namespace sq::binance
