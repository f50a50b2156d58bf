// How to pack a column: a window [base, base + scale * 2^width) that leaves few values outside.
// Thread: any. Cost: one pass for the bounds, about 1 us for a sample of 64.
#pragma once

#include <cstdint>
#include <span>

namespace sq::feed::columnar {
struct Window {
  std::uint64_t base{0};
  std::uint64_t scale{1};
  std::uint8_t width{0};
  std::uint64_t bits{0};  // expected of the whole column, exceptions included
};
// Not empty; `scaled` looks for a common divisor.
[[nodiscard]] Window plan_window(std::span<const std::uint64_t> values, bool scaled);

// Exact division by `scale` of its multiples, as one multiplication and a shift. Of other values
// the quotient does not multiply back, or is 2^64 / scale at least.
struct ExactDivision {
  explicit constexpr ExactDivision(std::uint64_t scale) noexcept {
    while ((scale & 1) == 0) {
      scale >>= 1;
      ++shift;
    }
    inverse = scale;  // correct to 3 bits; each step doubles them
    for (int i = 0; i < 5; ++i) inverse *= 2 - scale * inverse;
  }
  [[nodiscard]] constexpr std::uint64_t operator()(std::uint64_t value) const noexcept {
    return (value * inverse) >> shift;
  }
  // Of a negative or positive multiple in two's complement.
  [[nodiscard]] constexpr std::uint64_t signed_quotient(std::uint64_t value) const noexcept {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value * inverse) >> shift);
  }
  std::uint64_t inverse{1};
  unsigned shift{0};
};
}  // namespace sq::feed::columnar
