// One raw JSON message of Binance spot or USD-M futures to one market data record.
// Thread: one per object. Cost: bookTicker and trade about 30 ns, depth with 10+10 levels 100 ns
// (scan.hpp); all else about 600 ns and more (parse.hpp). No allocation after the constructor.
// Errors: DecodeResult; each result is counted, nothing becomes a default value.
// Units: the venue's decimals exactly, as Price 1e-9 and Qty 1e-8; what does not fit is Malformed.
// Source: README.md of this folder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "engine/messaging/market_data.hpp"
#include "venues/binance/parse.hpp"
#include "venues/binance/scan.hpp"
#include "venues/binance/symbols.hpp"

namespace sq::binance {
// Bytes that are readable behind every message given to decode().
constexpr std::size_t kMessagePadding = 64;
// Room for any record that decode() can write.
constexpr std::size_t kRecordBytesMax = kRecordLengthMax;

struct DecoderSettings {
  VenueId venue{VenueId::BinanceUsdm};      // BinanceSpot or BinanceUsdm
  std::span<const SymbolEntry> symbols{};   // copied
  std::size_t message_bytes_max{1U << 21};  // a 5,000 x 5,000 snapshot has 300 kB
};

struct DecodeCounts {
  struct Kind {
    FixedText<24> name{};
    std::uint64_t count{0};
  };
  std::uint64_t depth_updates{0};
  std::uint64_t snapshots{0};
  std::uint64_t trades{0};
  std::uint64_t aggregate_trades{0};
  std::uint64_t tops{0};
  std::uint64_t mark_prices{0};
  std::uint64_t scanned{0};  // of all decoded: by the scanner, the rest by the parser
  std::uint64_t ignored{0};
  std::uint64_t unknown_symbol{0};
  std::uint64_t malformed{0};
  std::uint64_t too_large{0};
  std::array<Kind, 16>
      ignored_kinds{};  // in order of appearance; what finds no room: the last, "other"

  [[nodiscard]] std::uint64_t decoded() const noexcept {
    return depth_updates + snapshots + trades + aggregate_trades + tops + mark_prices;
  }
};

class MarketDataDecoder {
 public:
  // Throws std::invalid_argument: another venue's id, bad symbols (see SymbolTable).
  explicit MarketDataDecoder(const DecoderSettings& settings);

  // `message`: kMessagePadding bytes behind it are readable. `out`: aligned to 8, kRecordBytesMax
  // bytes hold anything; when Decoded it starts with a RecordHeader with length, kind, wall
  // (`received`), venue_time (0: spot bookTicker and snapshot give none) and instrument; source and
  // sequences are the caller's. A snapshot names no symbol: it belongs to `snapshot_of`, and is
  // UnknownSymbol with kNoInstrument.
  [[nodiscard]] DecodeResult decode(std::string_view message, WallTime received,
                                    InstrumentId snapshot_of, std::span<std::byte> out) noexcept;
  // The same for bytes without padding: copies them first.
  [[nodiscard]] DecodeResult decode_unpadded(std::string_view message, WallTime received,
                                             InstrumentId snapshot_of,
                                             std::span<std::byte> out) noexcept;

  [[nodiscard]] const DecodeCounts& counts() const noexcept { return counts_; }
  // Which kind the last message was that was Ignored.
  [[nodiscard]] std::string_view last_ignored() const noexcept { return last_ignored_.view(); }

 private:
  DecodeResult parse(std::string_view message, WallTime received, InstrumentId snapshot_of,
                     std::span<std::byte> out) noexcept;
  void count_ignored(const FixedText<24>& kind) noexcept;

  std::unique_ptr<const SymbolTable> symbols_;  // scanner and parser keep its address
  Scanner scanner_;
  Parser parser_;
  std::size_t message_bytes_max_;
  std::unique_ptr<char[]> padded_;
  DecodeCounts counts_;
  FixedText<24> last_ignored_{};
};
}  // namespace sq::binance
