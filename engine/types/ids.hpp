// Identities. Each is a type of its own, so that one cannot stand for another.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

namespace sq {
enum class InstrumentId : std::uint32_t {};  // dense index, permanent, logged at first definition
enum class StrategyId : std::uint16_t {};    // dense index in configuration order; 0 is the first
enum class AccountId : std::uint16_t {};     // dense index; 0 is the first
constexpr InstrumentId kNoInstrument{0xFFFF'FFFF};
constexpr StrategyId kNoStrategy{0xFFFF};  // manual orders, orders adopted from outside

// Venues. The numbers are logged: never renumber.
enum class VenueId : std::uint16_t { None = 0, BinanceSpot = 1, BinanceUsdm = 2, Kite = 3, Simulated = 4 };

constexpr std::uint32_t index_of(InstrumentId id) noexcept { return static_cast<std::uint32_t>(id); }
constexpr std::uint16_t index_of(StrategyId id) noexcept { return static_cast<std::uint16_t>(id); }

// epoch (24 bits, one per start of the process, durable before the first send) and counter
// (40 bits, 1.1e12 orders an epoch). Never used twice. 0 is none.
struct OrderId {
  std::uint64_t value{0};
  static constexpr int kCounterBits = 40;
  static constexpr OrderId make(std::uint32_t epoch, std::uint64_t counter) noexcept {
    return {(std::uint64_t{epoch} << kCounterBits) | counter};
  }
  [[nodiscard]] constexpr std::uint32_t epoch() const noexcept {
    return static_cast<std::uint32_t>(value >> kCounterBits);
  }
  [[nodiscard]] constexpr std::uint64_t counter() const noexcept {
    return value & ((std::uint64_t{1} << kCounterBits) - 1);
  }
  friend constexpr auto operator<=>(OrderId, OrderId) noexcept = default;
};

// A fixed piece of text for the edges: symbols, instance names, reasons. Zero filled.
template <std::size_t N>
struct FixedText {
  std::array<char, N> chars{};
  constexpr FixedText() noexcept = default;
  // Cuts at N characters; callers that must not lose any check size() before.
  explicit constexpr FixedText(std::string_view text) noexcept {
    for (std::size_t i = 0; i < N && i < text.size(); ++i) chars[i] = text[i];
  }
  [[nodiscard]] constexpr std::string_view view() const noexcept {
    std::size_t n = 0;
    while (n < N && chars[n] != '\0') ++n;
    return {chars.data(), n};
  }
  friend constexpr bool operator==(const FixedText&, const FixedText&) noexcept = default;
};
using Symbol = FixedText<24>;
}  // namespace sq
