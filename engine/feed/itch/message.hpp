// What all ITCH 5.0 messages share: the header of 11 bytes, big-endian numbers, the length table.
// A view is a pointer into the bytes it was given: it copies nothing and lives no longer than they
// do. Thread: any. Cost: a load and a byte swap a field. Errors: none here, decode.hpp checks the
// length before it makes a view. Units: prices are Price (exact; the wire has 4 or 8 decimals),
// price_ticks is the wire's own number (1e-4); shares are whole shares; times are ns since midnight
// of the exchange's day (US Eastern).
// Source: NASDAQ TotalView-ITCH 5.0, revisions to 2023-04-28, sections 1 to 1.8.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/types/fixed.hpp"
#include "engine/types/order_types.hpp"

namespace sq::feed::itch {
static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kHeaderLength = 11;
constexpr std::size_t kMessageLengthMax = 50;
constexpr std::int64_t kPriceTickRaw = Price::kScale / 10'000;  // one unit of a 4-decimal price

// A 32-bit price with 4 decimals; every value fits.
[[nodiscard]] constexpr Price price_of_ticks(std::uint32_t ticks) noexcept {
  return Price::from_raw(static_cast<std::int64_t>(ticks) * kPriceTickRaw);
}
// A 64-bit price with 8 decimals; empty when it is beyond Price's range.
[[nodiscard]] constexpr std::optional<Price> price_of_8_decimals(std::uint64_t wire) noexcept {
  constexpr auto kRawMax = static_cast<std::uint64_t>(Price::max().raw());
  if (wire > kRawMax / 10) return std::nullopt;
  return Price::from_raw(static_cast<std::int64_t>(wire * 10));
}
[[nodiscard]] constexpr Qty qty_of_shares(std::uint32_t shares) noexcept {
  return Qty::from_raw(static_cast<std::int64_t>(shares) * Qty::kScale);
}

[[nodiscard]] inline std::uint16_t load_u16(const std::byte* at) noexcept {
  std::uint16_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap16(value);
}
[[nodiscard]] inline std::uint32_t load_u32(const std::byte* at) noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap32(value);
}
[[nodiscard]] inline std::uint64_t load_u64(const std::byte* at) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap64(value);
}
// The last 6 of the 8 bytes at `at`, so that one load serves; `at` points 2 bytes before them.
[[nodiscard]] inline std::uint64_t load_u48_after_2(const std::byte* at) noexcept {
  return load_u64(at) & 0xFFFF'FFFF'FFFFU;
}

class Message {
 public:
  explicit Message(const std::byte* data) noexcept : data_{data} {}

  [[nodiscard]] char type() const noexcept { return character(0); }
  [[nodiscard]] std::uint16_t locate() const noexcept { return load_u16(data_ + 1); }
  [[nodiscard]] std::uint16_t tracking() const noexcept { return load_u16(data_ + 3); }
  [[nodiscard]] std::uint64_t time_ns() const noexcept { return load_u48_after_2(data_ + 3); }
  [[nodiscard]] const std::byte* data() const noexcept { return data_; }

 protected:
  [[nodiscard]] char character(std::size_t offset) const noexcept {
    return static_cast<char>(data_[offset]);
  }
  // Without the spaces at its end.
  [[nodiscard]] std::string_view text(std::size_t offset, std::size_t length) const noexcept {
    const char* begin = reinterpret_cast<const char*>(data_ + offset);
    while (length > 0 && begin[length - 1] == ' ') --length;
    return {begin, length};
  }
  [[nodiscard]] std::uint32_t u32(std::size_t offset) const noexcept {
    return load_u32(data_ + offset);
  }
  [[nodiscard]] std::uint64_t u64(std::size_t offset) const noexcept {
    return load_u64(data_ + offset);
  }
  [[nodiscard]] Price price4(std::size_t offset) const noexcept {
    return price_of_ticks(u32(offset));
  }
  [[nodiscard]] bool yes(std::size_t offset) const noexcept { return character(offset) == 'Y'; }

 private:
  const std::byte* data_;
};

// Bytes of a message by its type; 0: no such type.
inline constexpr std::array<std::uint8_t, 256> kMessageLengths = [] {
  std::array<std::uint8_t, 256> lengths{};
  struct Entry {
    char type;
    std::uint8_t length;
  };
  constexpr Entry kEntries[] = {{'S', 12}, {'R', 39}, {'H', 25}, {'Y', 20}, {'L', 26}, {'V', 35},
                                {'W', 12}, {'K', 28}, {'J', 35}, {'h', 21}, {'A', 36}, {'F', 40},
                                {'E', 31}, {'C', 36}, {'X', 23}, {'D', 19}, {'U', 35}, {'P', 44},
                                {'Q', 40}, {'B', 19}, {'I', 50}, {'N', 20}, {'O', 48}};
  for (const Entry& entry : kEntries) {
    lengths[static_cast<std::uint8_t>(entry.type)] = entry.length;
  }
  return lengths;
}();
[[nodiscard]] constexpr std::size_t length_of(char type) noexcept {
  return kMessageLengths[static_cast<std::uint8_t>(type)];
}
// "add order"; empty for an unknown type.
[[nodiscard]] std::string_view name_of(char type) noexcept;
}  // namespace sq::feed::itch
