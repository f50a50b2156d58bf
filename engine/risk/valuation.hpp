// From quantities to money: exact products, and where a quotient is needed, rounding against us.
// Thread: plain values. Cost: two or three multiplications; a 128-bit division for inverse
// contracts and for multipliers other than 1. Errors: false or empty when it does not fit.
// Units: unit values in 1e-17 of the settlement currency per 1e-8 base units or contracts; money in
// 1e-17 of the settlement currency, and after a rate of 1e-9 in 1e-26 of the base currency.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/types/instrument.hpp"

namespace sq::risk {
constexpr std::int64_t kFinePerLimit = power_of_ten(18);  // 1e-26 to the 1e-8 of limits
constexpr int kFineBits = 120;  // a larger product (1.3e10 units) cannot be evaluated

// |qty| x weight.
[[nodiscard]] inline bool times(Int128 qty, UInt128 weight, Int128& product) noexcept {
  const UInt128 magnitude = static_cast<UInt128>(qty < 0 ? -qty : qty);
  if ((magnitude >> 64) != 0) return false;
  const auto size = static_cast<std::uint64_t>(magnitude);
  const UInt128 low = UInt128{size} * static_cast<std::uint64_t>(weight);
  const UInt128 high = UInt128{size} * static_cast<std::uint64_t>(weight >> 64) + (low >> 64);
  if ((high >> (kFineBits - 64)) != 0) return false;
  product = static_cast<Int128>((high << 64) | static_cast<std::uint64_t>(low));
  return true;
}

// Toward minus infinity; divisor > 0.
[[nodiscard]] constexpr Int128 floor_divide(Int128 value, Int128 divisor) noexcept {
  const Int128 quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

// What 1e-8 base units or contracts are worth at `price`. 0: cannot be evaluated.
[[nodiscard]] constexpr UInt128 unit_value(const Instrument& instrument, Price price,
                                           Rounding rounding) noexcept {
  if (price <= Price{} || instrument.multiplier <= Qty{}) return 0;
  const UInt128 level = static_cast<UInt128>(price.raw());
  const UInt128 multiplier = static_cast<UInt128>(instrument.multiplier.raw());
  if (instrument.kind == InstrumentKind::InversePerpetual) {
    // contracts(1e-8) x multiplier(1e-8) / price(1e-9) is 1e-7 base units: 1e10 of them are 1e-17
    const UInt128 value = multiplier * static_cast<UInt128>(power_of_ten(10));
    return (value + (rounding == Rounding::Up ? level - 1 : 0)) / level;
  }
  if (instrument.multiplier == Qty::from_units(1)) return level;
  const UInt128 value = level * multiplier;
  return (value + (rounding == Rounding::Up ? Qty::kScale - 1 : 0)) / Qty::kScale;
}

// The signed value of a position at the middle of bid and ask, downward. Inverse contracts: a long
// position owes base currency, so its value is negative and rises with the price.
[[nodiscard]] constexpr std::optional<Int128> position_value(const Instrument& instrument,
                                                             std::int64_t position, Price bid,
                                                             Price ask) noexcept {
  const Int128 twice = Int128{bid.raw()} + ask.raw();
  Int128 value = 0;
  if (instrument.kind == InstrumentKind::InversePerpetual) {
    const Int128 size = -Int128{position} * instrument.multiplier.raw();
    if (__builtin_mul_overflow(size, Int128{2 * power_of_ten(10)}, &value)) return std::nullopt;
    return floor_divide(value, twice);
  }
  if (__builtin_mul_overflow(Int128{position}, twice, &value)) return std::nullopt;
  if (instrument.multiplier == Qty::from_units(1)) return floor_divide(value, 2);
  if (__builtin_mul_overflow(value, Int128{instrument.multiplier.raw()}, &value))
    return std::nullopt;
  return floor_divide(value, Int128{2} * Qty::kScale);
}
}  // namespace sq::risk
