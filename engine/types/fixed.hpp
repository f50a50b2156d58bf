// Exact decimals with the unit in the type: a Qty cannot be passed where a Price is wanted.
// Thread: any. Cost: an integer operation. Errors: sum/difference/times return empty on overflow;
// the operators abort on overflow (SQ_CHECK), for values that the instrument loader has bounded.
// Range: +-(2^63-1) / 10^Decimals. Text to decimal is exact or an error: see decimal.hpp.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>

#include "engine/types/check.hpp"

namespace sq {
__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;
constexpr Int128 kInt128Max = static_cast<Int128>(~UInt128{0} >> 1);

constexpr std::int64_t power_of_ten(int n) { return n == 0 ? 1 : 10 * power_of_ten(n - 1); }

template <class Tag, int Decimals>
class Fixed {
 public:
  static constexpr int kDecimals = Decimals;
  static constexpr std::int64_t kScale = power_of_ten(Decimals);

  constexpr Fixed() noexcept = default;
  static constexpr Fixed from_raw(std::int64_t raw) noexcept { return Fixed{raw}; }
  static constexpr Fixed from_units(std::int32_t units) noexcept { return Fixed{units * kScale}; }
  static constexpr Fixed max() noexcept { return Fixed{std::numeric_limits<std::int64_t>::max()}; }

  [[nodiscard]] constexpr std::int64_t raw() const noexcept { return raw_; }
  // For models, charts and text only: never back into an order, a fill or cash.
  [[nodiscard]] constexpr double to_double() const noexcept {
    return static_cast<double>(raw_) / static_cast<double>(kScale);
  }
  friend constexpr auto operator<=>(Fixed, Fixed) noexcept = default;

  [[nodiscard]] static constexpr std::optional<Fixed> sum(Fixed a, Fixed b) noexcept {
    std::int64_t raw = 0;
    if (__builtin_add_overflow(a.raw_, b.raw_, &raw)) return std::nullopt;
    return Fixed{raw};
  }
  [[nodiscard]] static constexpr std::optional<Fixed> difference(Fixed a, Fixed b) noexcept {
    std::int64_t raw = 0;
    if (__builtin_sub_overflow(a.raw_, b.raw_, &raw)) return std::nullopt;
    return Fixed{raw};
  }
  [[nodiscard]] static constexpr std::optional<Fixed> times(Fixed a, std::int64_t n) noexcept {
    std::int64_t raw = 0;
    if (__builtin_mul_overflow(a.raw_, n, &raw)) return std::nullopt;
    return Fixed{raw};
  }

  friend constexpr Fixed operator+(Fixed a, Fixed b) noexcept {
    std::int64_t raw = 0;
    SQ_CHECK(!__builtin_add_overflow(a.raw_, b.raw_, &raw));
    return Fixed{raw};
  }
  friend constexpr Fixed operator-(Fixed a, Fixed b) noexcept {
    std::int64_t raw = 0;
    SQ_CHECK(!__builtin_sub_overflow(a.raw_, b.raw_, &raw));
    return Fixed{raw};
  }
  friend constexpr Fixed operator*(Fixed a, std::int64_t n) noexcept {
    std::int64_t raw = 0;
    SQ_CHECK(!__builtin_mul_overflow(a.raw_, n, &raw));
    return Fixed{raw};
  }
  constexpr Fixed operator-() const noexcept { return Fixed{} - *this; }
  constexpr Fixed& operator+=(Fixed other) noexcept { return *this = *this + other; }
  constexpr Fixed& operator-=(Fixed other) noexcept { return *this = *this - other; }

  [[nodiscard]] constexpr bool is_multiple_of(Fixed step) const noexcept {
    return step.raw_ > 0 && raw_ % step.raw_ == 0;
  }

 private:
  explicit constexpr Fixed(std::int64_t raw) noexcept : raw_{raw} {}
  std::int64_t raw_{0};
};

using Price = Fixed<struct PriceTag, 9>;  // quote per base, +-9.22e9
using Qty = Fixed<struct QtyTag, 8>;      // base units or contracts, +-9.22e10
using Ratio = Fixed<struct RatioTag, 9>;  // fee and funding rates, haircuts: 0.0005 is 0.05 %

// The multiple of `tick` at or below / at or above `price`; tick > 0. Rounds toward -inf / +inf.
[[nodiscard]] constexpr Price floor_to_tick(Price price, Price tick) noexcept {
  std::int64_t rest = price.raw() % tick.raw();
  if (rest < 0) rest += tick.raw();
  return price - Price::from_raw(rest);
}
[[nodiscard]] constexpr Price ceil_to_tick(Price price, Price tick) noexcept {
  const Price floor = floor_to_tick(price, tick);
  return floor == price ? price : floor + tick;
}
// Toward zero, so that a size is never rounded up.
[[nodiscard]] constexpr Qty trunc_to_lot(Qty qty, Qty lot) noexcept {
  return Qty::from_raw(qty.raw() - qty.raw() % lot.raw());
}
}  // namespace sq
