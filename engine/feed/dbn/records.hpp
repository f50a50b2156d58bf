// Where the fields of DBN records lie, and what their codes mean. Views: a pointer into the bytes
// they were made from, nothing is copied; integers are little-endian at any alignment.
// Thread: any. Cost: a load a field. Errors: none here: the caller checks the length first.
// Units: prices are i64 at 1e-9, which is Price; sizes are whole contracts or shares; times UTC
// nanoseconds. Source: Databento's DBN documentation, encoder of 2026-04-14, versions 1 to 3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/feed/wire_bytes.hpp"
#include "engine/types/fixed.hpp"

namespace sq::feed::dbn {
constexpr std::int64_t kUndefinedPrice = INT64_MAX;
constexpr std::uint32_t kUndefinedSize = UINT32_MAX;

enum class RecordType : std::uint8_t {
  Trade = 0x00,
  Mbp1 = 0x01,  // also TBBO: the schema says which
  Mbp10 = 0x0A,
  OhlcvOld = 0x11,
  Status = 0x12,
  Definition = 0x13,
  Imbalance = 0x14,
  Error = 0x15,
  SymbolMapping = 0x16,
  System = 0x17,
  Statistics = 0x18,
  Ohlcv1s = 0x20,
  Ohlcv1m = 0x21,
  Ohlcv1h = 0x22,
  Ohlcv1d = 0x23,
  OhlcvEod = 0x24,
  Mbo = 0xA0,
  Cmbp1 = 0xB1,
  Cbbo1s = 0xC0,
  Cbbo1m = 0xC1,
  Tcbbo = 0xC2,
  Bbo1s = 0xC3,
  Bbo1m = 0xC4
};
[[nodiscard]] std::string_view name_of(RecordType type) noexcept;  // empty: unknown
// Bytes of such a record, without send time; 0: unknown type.
[[nodiscard]] std::size_t bytes_of(RecordType type, std::uint8_t version) noexcept;

constexpr std::uint16_t kSchemaTbbo = 3;

namespace flag {
constexpr std::uint8_t kLast = 0x80;       // last record of an event: the book is whole again
constexpr std::uint8_t kTopOfBook = 0x40;  // a quote, not an order
constexpr std::uint8_t kSnapshot = 0x20;
constexpr std::uint8_t kAggregated = 0x10;  // a price level, not an order
constexpr std::uint8_t kBadReceiveTime = 0x08;
constexpr std::uint8_t kMaybeBadBook = 0x04;  // a gap that was not recovered
}  // namespace flag

constexpr std::size_t kHeaderBytes = 16;

class RecordView {
 public:
  explicit RecordView(const std::byte* data) noexcept : data_{data} {}
  [[nodiscard]] std::size_t bytes() const noexcept { return get<std::uint8_t>(0) * std::size_t{4}; }
  [[nodiscard]] RecordType type() const noexcept { return get<RecordType>(1); }
  [[nodiscard]] std::uint16_t publisher() const noexcept { return get<std::uint16_t>(2); }
  [[nodiscard]] std::uint32_t instrument() const noexcept { return get<std::uint32_t>(4); }
  [[nodiscard]] std::uint64_t event_time() const noexcept { return get<std::uint64_t>(8); }
  [[nodiscard]] const std::byte* data() const noexcept { return data_; }

 protected:
  template <class T>
  [[nodiscard]] T get(std::size_t offset) const noexcept {
    T value{};
    std::memcpy(&value, data_ + offset, sizeof(T));
    return value;
  }
  // Zero terminated within `width`.
  [[nodiscard]] std::string_view text(std::size_t offset, std::size_t width) const noexcept {
    const char* begin = reinterpret_cast<const char*>(data_ + offset);
    return {begin, ::strnlen(begin, width)};
  }

 private:
  const std::byte* data_;
};

struct MboView : RecordView {
  using RecordView::RecordView;
  [[nodiscard]] std::uint64_t order() const noexcept { return get<std::uint64_t>(16); }
  [[nodiscard]] std::int64_t price() const noexcept { return get<std::int64_t>(24); }
  [[nodiscard]] std::uint32_t size() const noexcept { return get<std::uint32_t>(32); }
  [[nodiscard]] std::uint8_t flags() const noexcept { return get<std::uint8_t>(36); }
  [[nodiscard]] char action() const noexcept { return get<char>(38); }  // A C M R T F N
  [[nodiscard]] char side() const noexcept { return get<char>(39); }    // A B N
  [[nodiscard]] std::uint64_t receive_time() const noexcept { return get<std::uint64_t>(40); }
  [[nodiscard]] std::uint32_t sequence() const noexcept { return get<std::uint32_t>(52); }
};

// Trades, MBP-1, MBP-10, TBBO, BBO, CMBP-1, TCBBO, CBBO: the levels follow the trade part.
struct QuoteView : RecordView {
  using RecordView::RecordView;
  [[nodiscard]] std::int64_t price() const noexcept { return get<std::int64_t>(16); }
  [[nodiscard]] std::uint32_t size() const noexcept { return get<std::uint32_t>(24); }
  [[nodiscard]] char action() const noexcept { return get<char>(28); }
  [[nodiscard]] char side() const noexcept { return get<char>(29); }
  [[nodiscard]] std::uint8_t flags() const noexcept { return get<std::uint8_t>(30); }
  [[nodiscard]] std::uint64_t receive_time() const noexcept { return get<std::uint64_t>(32); }
  [[nodiscard]] std::uint32_t sequence() const noexcept { return get<std::uint32_t>(44); }
  [[nodiscard]] std::int64_t bid_price(std::size_t level) const noexcept {
    return get<std::int64_t>(48 + 32 * level);
  }
  [[nodiscard]] std::int64_t ask_price(std::size_t level) const noexcept {
    return get<std::int64_t>(56 + 32 * level);
  }
  [[nodiscard]] std::uint32_t bid_size(std::size_t level) const noexcept {
    return get<std::uint32_t>(64 + 32 * level);
  }
  [[nodiscard]] std::uint32_t ask_size(std::size_t level) const noexcept {
    return get<std::uint32_t>(68 + 32 * level);
  }
};

struct OhlcvView : RecordView {  // event_time() is the begin of the bar
  using RecordView::RecordView;
  [[nodiscard]] std::int64_t open() const noexcept { return get<std::int64_t>(16); }
  [[nodiscard]] std::int64_t high() const noexcept { return get<std::int64_t>(24); }
  [[nodiscard]] std::int64_t low() const noexcept { return get<std::int64_t>(32); }
  [[nodiscard]] std::int64_t close() const noexcept { return get<std::int64_t>(40); }
  [[nodiscard]] std::uint64_t volume() const noexcept { return get<std::uint64_t>(48); }
};

struct StatusView : RecordView {
  using RecordView::RecordView;
  [[nodiscard]] std::uint64_t receive_time() const noexcept { return get<std::uint64_t>(16); }
  [[nodiscard]] std::uint16_t action() const noexcept { return get<std::uint16_t>(24); }
  [[nodiscard]] char is_trading() const noexcept { return get<char>(30); }  // Y N ~
};

struct DefinitionView : RecordView {
  using RecordView::RecordView;
  [[nodiscard]] std::uint64_t receive_time() const noexcept { return get<std::uint64_t>(16); }
  [[nodiscard]] std::int64_t price_step() const noexcept { return get<std::int64_t>(24); }
  [[nodiscard]] std::string_view raw_symbol(std::uint8_t version) const noexcept {
    if (version == 1) return text(200, 22);
    return text(version == 2 ? 200 : 238, 71);
  }
};

struct SymbolMappingView : RecordView {
  using RecordView::RecordView;
  [[nodiscard]] std::string_view symbol_in(std::uint8_t version) const noexcept {
    return version == 1 ? text(16, 22) : text(17, 71);
  }
  [[nodiscard]] std::string_view symbol_out(std::uint8_t version) const noexcept {
    return version == 1 ? text(38, 22) : text(89, 71);
  }
};

struct ErrorView : RecordView {
  using RecordView::RecordView;
  [[nodiscard]] std::string_view message(std::uint8_t version) const noexcept {
    return text(16, version == 1 ? 64 : 302);
  }
};
}  // namespace sq::feed::dbn
