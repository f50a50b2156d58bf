// One SBE frame of Binance's spot market streams (schema 1:0) to market data records: the same ones
// that the JSON messages of market_data.hpp give. Faster to read, and depth comes every 20 ms.
// Thread: one per object. Cost: bestBidAsk and a trade about 15 ns, depth 3 ns a level more.
// Allocates in the constructor only. Errors: DecodeResult, each counted; blocks are stepped over by
// the length that the frame gives, bytes behind the known ones are left alone. Units: decimals
// exactly, as Price 1e-9 and Qty 1e-8; what does not fit is Malformed. Times: microseconds.
// Source: protocol facts of binance_sbe 1.1, 2, 3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "engine/messaging/market_data.hpp"
#include "venues/binance/market_data.hpp"
#include "venues/binance/symbols.hpp"

namespace sq::binance {
class SbeMarketDataDecoder {
 public:
  // Throws std::invalid_argument: bad symbols (see SymbolTable).
  explicit SbeMarketDataDecoder(std::span<const SymbolEntry> symbols);

  // Record number `part` of the frame; `parts` is how many there are: one, or each trade of a
  // taker's order. `out` as for MarketDataDecoder::decode. When it is not Decoded there is no more
  // to be had of the frame.
  [[nodiscard]] DecodeResult decode(std::span<const std::byte> frame, WallTime received,
                                    std::uint32_t part, std::span<std::byte> out,
                                    std::uint32_t& parts) noexcept;

  [[nodiscard]] const DecodeCounts& counts() const noexcept { return counts_; }

 private:
  class Cursor;
  struct Head;
  [[nodiscard]] DecodeResult trade(Cursor& cursor, std::uint32_t part, const Head& head,
                                   std::span<std::byte> out, std::uint32_t& parts) noexcept;
  [[nodiscard]] DecodeResult top(Cursor& cursor, const Head& head,
                                 std::span<std::byte> out) noexcept;
  [[nodiscard]] DecodeResult depth(Cursor& cursor, const Head& head,
                                   std::span<std::byte> out) noexcept;

  std::unique_ptr<const SymbolTable> symbols_;
  DecodeCounts counts_;
};
}  // namespace sq::binance
