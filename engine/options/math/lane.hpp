// One double, with the operations the kernels of this folder are written in. The vector lanes
// (engine/options/batch) have the same operations on 4 and 8 doubles. Each operation is one
// correctly rounded IEEE operation or moves bits, therefore a kernel gives the same bits on every
// lane. Thread: values. Cost: one instruction each where the processor has FMA; without FMA
// (-march below x86-64-v3) fma() is a call of about 5 ns. Errors: none.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "engine/options/result.hpp"

namespace sq::options::math {
struct ScalarLane {
  using Value = double;
  using Mask = bool;
  static constexpr int kWidth = 1;
  static constexpr std::uint32_t kAllBits = (1U << kWidth) - 1U;

  static Value load(const double* from) noexcept { return *from; }
  static void store(double* to, Value value) noexcept { *to = value; }
  static Value signs(const OptionType* types) noexcept { return sign_of(*types); }
  static Value set(double value) noexcept { return value; }
  static Value fma(Value a, Value b, Value c) noexcept { return __builtin_fma(a, b, c); }
  static Value sqrt(Value a) noexcept { return __builtin_sqrt(a); }
  // If either is a NaN the second one, as the vector instructions do.
  static Value min(Value a, Value b) noexcept { return a < b ? a : b; }
  static Value max(Value a, Value b) noexcept { return a > b ? a : b; }
  static Value abs(Value a) noexcept { return __builtin_fabs(a); }
  static Mask less(Value a, Value b) noexcept { return a < b; }
  static Mask and_less(Mask mask, Value a, Value b) noexcept { return mask && a < b; }
  static Mask both(Mask a, Mask b) noexcept { return a && b; }
  static Mask either(Mask a, Mask b) noexcept { return a || b; }
  static Value select(Mask mask, Value yes, Value no) noexcept { return mask ? yes : no; }
  static std::uint32_t bits(Mask mask) noexcept { return mask ? 1U : 0U; }
  // value x 2^n, where `magic` is n + kRoundToInteger; value and result are normal.
  static Value scale(Value value, Value magic) noexcept {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) +
                                 (std::bit_cast<std::uint64_t>(magic) << 52U));
  }
  // Of a normal positive value: the exponent plus a constant of the lane (only differences count),
  // and the mantissa in [1, 2).
  static Value exponent(Value value) noexcept {
    return static_cast<double>(
        static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(value) >> 52U));
  }
  static Value mantissa(Value value) noexcept {
    return std::bit_cast<double>((std::bit_cast<std::uint64_t>(value) & 0x000F'FFFF'FFFF'FFFFU) |
                                 0x3FF0'0000'0000'0000U);
  }
};
}  // namespace sq::options::math
