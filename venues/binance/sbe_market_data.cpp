#include "venues/binance/sbe_market_data.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "venues/binance/layout.hpp"

namespace sq::binance {
static_assert(std::endian::native == std::endian::little, "frames are read as they lie");

namespace {
constexpr std::uint16_t kSchema = 1;
constexpr std::uint16_t kTrades = 10'000;
constexpr std::uint16_t kBestBidAsk = 10'001;
constexpr std::uint16_t kDepthSnapshot = 10'002;
constexpr std::uint16_t kDepthDiff = 10'003;
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kTradeRoot = 18;
constexpr std::size_t kTradeEntry = 25;
constexpr std::size_t kTopRoot = 50;
constexpr std::size_t kDepthRoot = 26;
constexpr std::size_t kLevelEntry = 16;
constexpr int kExponentMax = 18;

constexpr std::array<std::int64_t, 19> kPowers = [] {
  std::array<std::int64_t, 19> made{};
  std::int64_t power = 1;
  for (std::size_t i = 0; i < made.size(); ++i) {
    made[i] = power;
    if (i + 1 < made.size()) power *= 10;
  }
  return made;
}();

template <class T>
T get(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// mantissa x 10^exponent in units of F, exactly; false: negative, or it does not fit.
template <class F>
bool read_decimal(const std::byte* at, int exponent, F& out) noexcept {
  const auto mantissa = get<std::int64_t>(at);
  if (mantissa < 0) return false;
  const int shift = exponent + F::kDecimals;
  std::int64_t raw = 0;
  if (shift < 0) {
    if (shift < -kExponentMax) return mantissa == 0;
    const std::int64_t power = kPowers[static_cast<std::size_t>(-shift)];
    if (mantissa % power != 0) return false;
    raw = mantissa / power;
  } else if (mantissa != 0) {
    if (shift > kExponentMax ||
        __builtin_mul_overflow(mantissa, kPowers[static_cast<std::size_t>(shift)], &raw))
      return false;
  }
  out = F::from_raw(raw);
  return true;
}
bool read_id(const std::byte* at, std::uint64_t& out) noexcept {
  const auto value = get<std::int64_t>(at);
  out = static_cast<std::uint64_t>(value);
  return value >= 0;
}
bool read_time(const std::byte* at, WallTime& out) noexcept {
  const auto us = get<std::int64_t>(at);
  return us >= 0 && !__builtin_mul_overflow(us, kNsPerUs, &out.ns);
}
}  // namespace

// Steps over the frame; nothing is read behind its end.
class SbeMarketDataDecoder::Cursor {
 public:
  explicit Cursor(std::span<const std::byte> left) noexcept : left_{left} {}
  // Null: the frame is shorter.
  [[nodiscard]] const std::byte* take(std::size_t bytes) noexcept {
    if (left_.size() < bytes) return nullptr;
    const std::byte* at = left_.data();
    left_ = left_.subspan(bytes);
    return at;
  }
  // Entries of a group: `entry` bytes each. Null: there are not as many as it says.
  template <class Count>
  [[nodiscard]] const std::byte* group(std::size_t entry_min, std::size_t& entry,
                                       Count& count) noexcept {
    const std::byte* head = take(sizeof(std::uint16_t) + sizeof(Count));
    if (head == nullptr) return nullptr;
    entry = get<std::uint16_t>(head);
    count = get<Count>(head + sizeof(std::uint16_t));
    if (count != 0 && entry < entry_min) return nullptr;
    return take(entry * std::size_t{count});
  }
  [[nodiscard]] bool text(std::string_view& out) noexcept {
    const std::byte* length = take(1);
    if (length == nullptr) return false;
    const std::byte* at = take(std::to_integer<std::size_t>(*length));
    if (at == nullptr) return false;
    out = {reinterpret_cast<const char*>(at), std::to_integer<std::size_t>(*length)};
    return true;
  }

 private:
  std::span<const std::byte> left_;
};

struct SbeMarketDataDecoder::Head {
  const std::byte* root{nullptr};
  std::size_t bytes{0};
  WallTime received{};
  // Exponents at `at` and behind it.
  [[nodiscard]] bool exponents(std::size_t at, int& price, int& qty) const noexcept {
    price = get<std::int8_t>(root + at);
    qty = get<std::int8_t>(root + at + 1);
    const auto good = [](int e) { return e >= -kExponentMax && e <= kExponentMax; };
    return good(price) && good(qty);
  }
};

SbeMarketDataDecoder::SbeMarketDataDecoder(std::span<const SymbolEntry> symbols)
    : symbols_{std::make_unique<const SymbolTable>(symbols)} {}

DecodeResult SbeMarketDataDecoder::decode(std::span<const std::byte> frame, WallTime received,
                                          std::uint32_t part, std::span<std::byte> out,
                                          std::uint32_t& parts) noexcept {
  parts = 1;
  Cursor cursor{frame};
  const std::byte* header = cursor.take(kHeaderBytes);
  Head head;
  head.received = received;
  DecodeResult result = DecodeResult::Malformed;
  if (header != nullptr && get<std::uint16_t>(header + 4) == kSchema) {
    head.bytes = get<std::uint16_t>(header);
    head.root = cursor.take(head.bytes);
    const auto kind = get<std::uint16_t>(header + 2);
    if (head.root == nullptr) {
      result = DecodeResult::Malformed;
    } else if (kind == kTrades) {
      result = trade(cursor, part, head, out, parts);
    } else if (kind == kBestBidAsk) {
      result = top(cursor, head, out);
    } else if (kind == kDepthDiff) {
      result = depth(cursor, head, out);
    } else {
      result = DecodeResult::Ignored;  // the top 20 levels, or a kind that is newer than this
      if (kind != kDepthSnapshot && counts_.ignored_kinds[0].count++ == 0)
        counts_.ignored_kinds[0].name = FixedText<24>{"other template"};
    }
  }
  switch (result) {
    case DecodeResult::Decoded:
      ++counts_.scanned;
      break;
    case DecodeResult::Ignored:
      ++counts_.ignored;
      break;
    case DecodeResult::UnknownSymbol:
      ++counts_.unknown_symbol;
      break;
    case DecodeResult::Malformed:
      ++counts_.malformed;
      break;
    case DecodeResult::TooLarge:
      ++counts_.too_large;
      break;
  }
  return result;
}

DecodeResult SbeMarketDataDecoder::trade(Cursor& cursor, std::uint32_t part, const Head& head,
                                         std::span<std::byte> out, std::uint32_t& parts) noexcept {
  if (head.bytes < kTradeRoot) return DecodeResult::Malformed;
  std::size_t entry = 0;
  std::uint32_t count = 0;
  const std::byte* entries = cursor.group(kTradeEntry, entry, count);
  std::string_view symbol;
  if (entries == nullptr || !cursor.text(symbol)) return DecodeResult::Malformed;
  parts = count;
  if (count == 0) return DecodeResult::Ignored;
  if (part >= count) return DecodeResult::Malformed;
  Stamp stamp;
  stamp.received = head.received;
  stamp.instrument = symbols_->find(symbol);
  if (stamp.instrument == kNoInstrument) return DecodeResult::UnknownSymbol;
  const std::byte* at = entries + entry * part;
  TradePrint trade;
  int price = 0;
  int qty = 0;
  const auto maker = get<std::uint8_t>(at + 24);
  const bool good = read_time(head.root, stamp.venue_time) &&
                    read_time(head.root + 8, trade.transaction_time) &&
                    head.exponents(16, price, qty) && read_id(at, trade.first_trade_id) &&
                    read_decimal(at + 8, price, trade.price) &&
                    read_decimal(at + 16, qty, trade.qty) && trade.price > Price{} &&
                    trade.qty > Qty{} && maker <= 1;
  if (!good) return DecodeResult::Malformed;
  trade.last_trade_id = trade.first_trade_id;
  trade.aggressor = maker == 1 ? Side::Sell : Side::Buy;
  write_record(out.data(), RecordKind::TradePrint, stamp, trade);
  ++counts_.trades;
  return DecodeResult::Decoded;
}

DecodeResult SbeMarketDataDecoder::top(Cursor& cursor, const Head& head,
                                       std::span<std::byte> out) noexcept {
  std::string_view symbol;
  if (head.bytes < kTopRoot || !cursor.text(symbol)) return DecodeResult::Malformed;
  Stamp stamp;
  stamp.received = head.received;
  stamp.instrument = symbols_->find(symbol);
  if (stamp.instrument == kNoInstrument) return DecodeResult::UnknownSymbol;
  TopOfBook top;
  int price = 0;
  int qty = 0;
  const std::byte* root = head.root;
  const bool good =
      read_time(root, stamp.venue_time) && read_id(root + 8, top.update_id) &&
      head.exponents(16, price, qty) && read_decimal(root + 18, price, top.bid_price) &&
      read_decimal(root + 26, qty, top.bid_qty) && read_decimal(root + 34, price, top.ask_price) &&
      read_decimal(root + 42, qty, top.ask_qty);
  if (!good) return DecodeResult::Malformed;
  write_record(out.data(), RecordKind::TopOfBook, stamp, top);
  ++counts_.tops;
  return DecodeResult::Decoded;
}

DecodeResult SbeMarketDataDecoder::depth(Cursor& cursor, const Head& head,
                                         std::span<std::byte> out) noexcept {
  if (head.bytes < kDepthRoot) return DecodeResult::Malformed;
  struct Side {
    const std::byte* at{nullptr};
    std::size_t entry{0};
    std::uint16_t count{0};
  } sides[2];
  for (Side& side : sides) {
    side.at = cursor.group(kLevelEntry, side.entry, side.count);
    if (side.at == nullptr) return DecodeResult::Malformed;
  }
  std::string_view symbol;
  if (!cursor.text(symbol)) return DecodeResult::Malformed;
  Stamp stamp;
  stamp.received = head.received;
  stamp.instrument = symbols_->find(symbol);
  if (stamp.instrument == kNoInstrument) return DecodeResult::UnknownSymbol;
  DepthHeader depth;
  depth.chain = DepthChain::Contiguous;
  depth.bid_count = sides[0].count;
  depth.ask_count = sides[1].count;
  if (std::size_t{depth.bid_count} + depth.ask_count > levels_that_fit(out.size()))
    return DecodeResult::TooLarge;
  int price = 0;
  int qty = 0;
  const bool good = read_time(head.root, stamp.venue_time) &&
                    read_id(head.root + 8, depth.first_id) &&
                    read_id(head.root + 16, depth.last_id) && head.exponents(24, price, qty) &&
                    depth.first_id <= depth.last_id;
  if (!good) return DecodeResult::Malformed;
  Level* level = levels_in(out.data());
  for (const Side& side : sides) {
    for (std::size_t i = 0; i < side.count; ++i, ++level) {
      const std::byte* at = side.at + i * side.entry;
      if (!read_decimal(at, price, level->price) || !read_decimal(at + 8, qty, level->qty))
        return DecodeResult::Malformed;
    }
  }
  write_depth(out.data(), RecordKind::DepthUpdate, stamp, depth);
  ++counts_.depth_updates;
  return DecodeResult::Decoded;
}
}  // namespace sq::binance
