// Reads the messages that make up nearly all of the traffic, in exactly the key order and spacing
// in which the venue writes them: depthUpdate, bookTicker, trade, aggTrade, bare or in the wrapper
// of combined streams. Every byte is checked. Anything else is declined, never refused: the parser
// (parse.hpp) decides, and for what is accepted here it gives the same record.
// Thread: one per object. Cost: bookTicker and trade about 30 ns, depth with 10+10 levels 100 ns.
// Shapes: recordings of 2021 to 2024 of both venues and the venue's documents (README.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/messaging/market_data.hpp"
#include "venues/binance/structural_index.hpp"
#include "venues/binance/symbols.hpp"

namespace sq::binance {
class Walk;
struct Stamp;

enum class ScannedKind : std::uint8_t { Declined = 0, Depth, Trade, AggregateTrade, TopOfBook };

class Scanner {
 public:
  // `symbols` outlives the scanner.
  Scanner(DepthChain chain, const SymbolTable& symbols) : chain_{chain}, symbols_{symbols} {}

  // 64 bytes after the message are readable; out is aligned to 8 bytes. When declined, what is in
  // `out` is undefined.
  [[nodiscard]] ScannedKind scan(std::string_view message, WallTime received,
                                 std::span<std::byte> out) noexcept;

 private:
  struct Message;
  [[nodiscard]] bool depth(const Message& message) const noexcept;
  [[nodiscard]] bool trade(const Message& message) const noexcept;
  [[nodiscard]] bool aggregate_trade(const Message& message) const noexcept;
  [[nodiscard]] bool top_of_book(const Message& message) const noexcept;
  [[nodiscard]] bool take_symbol(Walk& walk, Stamp& stamp) const noexcept;

  DepthChain chain_;
  const SymbolTable& symbols_;
  StructuralIndex index_;
};
}  // namespace sq::binance
