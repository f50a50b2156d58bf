// One 64-bit word, with the integer operations of the random number kernels. The vector lanes
// (word_lane_avx2.hpp, word_lane_avx512.hpp) have the same on 4 and 8 words; integers and bit moves
// are exact, so every lane gives the same bits.
// Thread: values. Cost: one or two instructions each. Errors: none.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace sq::options::monte_carlo {
struct ScalarWords {
  using Value = std::uint64_t;
  static constexpr int kWidth = 1;

  static Value set(std::uint64_t value) noexcept { return value; }
  // first, first + 1, ...
  static Value ramp(std::uint64_t first) noexcept { return first; }
  static Value load(const std::uint64_t* from) noexcept { return *from; }
  // Product of the low halves.
  static Value multiply_low(Value a, Value b) noexcept { return (a & kLow) * (b & kLow); }
  static Value high_half(Value a) noexcept { return a >> 32U; }
  static Value low_half(Value a) noexcept { return a & kLow; }
  static Value up_half(Value a) noexcept { return a << 32U; }
  static Value exclusive_or(Value a, Value b) noexcept { return a ^ b; }
  static Value either(Value a, Value b) noexcept { return a | b; }
  // The 52 high bits as k: stores k 2^-52 + 2^-53 - 1/2, exact and symmetric about 0.
  static void store_centred(double* to, Value bits) noexcept {
    const double one_to_two = std::bit_cast<double>((bits >> 12U) | 0x3FF0'0000'0000'0000U);
    *to = (one_to_two - 1.5) + 0x1p-53;
  }
  // Appends those of the kWidth values whose size is above `limit`, and their places from `place`
  // on; may write kWidth of either. Returns how many.
  static std::size_t collect_beyond(double limit, const double* values, std::uint32_t place,
                                    double* beyond, std::uint32_t* places) noexcept {
    *beyond = *values;
    *places = place;
    return __builtin_fabs(*values) > limit ? 1 : 0;
  }

 private:
  static constexpr std::uint64_t kLow = 0xFFFF'FFFFU;
};
}  // namespace sq::options::monte_carlo
