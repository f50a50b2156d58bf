// Which price values a position at the end of a venue's day. Logged: append only.
// Thread: plain values.
#pragma once

#include <cstdint>
#include <string_view>

namespace sq {
enum class MarkSource : std::uint8_t {
  None = 0,
  MarkPrice = 1,  // the venue's own, by which it takes margin
  Mid = 2,        // of the best bid and ask of a book that is LIVE, rounded down
  Last = 3,       // the last trade
  Settlement = 4  // told by somebody as of the day (StaticFact::SettlementPrice)
};
[[nodiscard]] constexpr std::string_view text_of(MarkSource source) noexcept {
  switch (source) {
    case MarkSource::None:
      return "none";
    case MarkSource::MarkPrice:
      return "mark-price";
    case MarkSource::Mid:
      return "mid";
    case MarkSource::Last:
      return "last";
    case MarkSource::Settlement:
      return "settlement";
  }
  return "?";
}
}  // namespace sq
