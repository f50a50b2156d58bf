#include "venues/binance/scan.hpp"

#include "venues/binance/layout.hpp"
#include "venues/binance/walk.hpp"

namespace sq::binance {
struct Scanner::Message {
  Walk walk;
  std::span<std::byte> out;
  std::string_view stream;  // name in the wrapper; empty when bare
  unsigned braces{1};       // that close the message
  WallTime received{};
};

namespace {
constexpr std::size_t kShortestMessage = 32;
constexpr std::size_t kFixedRecordBytes =
    sizeof(RecordHeader) + sizeof(DepthHeader);  // every fixed payload is as long
static_assert(sizeof(TradePrint) == sizeof(DepthHeader) && sizeof(TopOfBook) == sizeof(TradePrint));

// At most kMax characters (32 or 64; so many are readable), printable ASCII that JSON need not
// escape.
template <std::size_t kMax>
bool plain_text(std::string_view text) noexcept {
  if (text.size() > kMax) return false;
#if defined(__AVX2__)
  std::uint64_t odd = 0;
  for (std::size_t i = 0; i < kMax; i += 32) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + i));
    const __m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(' '), block);  // and all above 0x7F
    const __m256i escape = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'));
    const int mask = _mm256_movemask_epi8(_mm256_or_si256(low, escape));
    odd |= std::uint64_t{static_cast<std::uint32_t>(mask)} << i;
  }
  return text.empty() || (odd << (64 - text.size())) == 0;
#else
  for (const char c : text) {
    if (c < ' ' || c == '\\') return false;
  }
  return true;
#endif
}

// The stream of every change of the book of a symbol of that length: is_full_depth_stream() for a
// name that 32 bytes can be read of.
bool full_depth_stream(std::string_view name, std::size_t symbol_length) noexcept {
  if (symbol_length >= name.size() || symbol_length >= 32) return false;
#if defined(__AVX2__)
  const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(name.data()));
  const auto ats = static_cast<std::uint32_t>(
      _mm256_movemask_epi8(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('@'))));
  if ((ats & ((std::uint32_t{1} << symbol_length) - 1)) != 0) return false;
#else
  if (name.substr(0, symbol_length).find('@') != std::string_view::npos) return false;
#endif
  const char* kind = name.data() + symbol_length;  // a quote follows the name
  return differs<"@depth@">(kind) == 0 || differs<"@depth\"">(kind) == 0;
}

// A message's last braces.
[[gnu::always_inline]] inline void close(Walk& walk, unsigned braces) noexcept {
  if (braces == 2) {
    walk.literal<"}}">();
  } else {
    walk.literal<"}">();
  }
}

bool to_stamp(std::uint64_t stamp, WallTime& out) noexcept { return wall_from_stamp(stamp, out); }
}  // namespace

ScannedKind Scanner::scan(std::string_view text, WallTime received,
                          std::span<std::byte> out) noexcept {
  if (text.size() < kShortestMessage || out.size() < kFixedRecordBytes || text[0] != '{')
    return ScannedKind::Declined;
  const std::size_t count = index_.build(text);
  if (count == 0) return ScannedKind::Declined;
  Walk walk{text, index_.at(), count};
  Message message{walk, out, {}, 1, received};
  if (text[2] == 's' && text[3] == 't') {
    walk.literal<"{\"stream\":\"">();
    message.stream = walk.string();
    if (!plain_text<64>(message.stream)) return ScannedKind::Declined;
    walk.literal<"\",\"data\":">();
    message.braces = 2;
    message.walk = walk;
  }
  if (differs<"{\"u\":">(walk.here()) == 0)
    return top_of_book(message) ? ScannedKind::TopOfBook : ScannedKind::Declined;
  switch (walk.here()[6]) {
    case 'd':
      return depth(message) ? ScannedKind::Depth : ScannedKind::Declined;
    case 'b':
      return top_of_book(message) ? ScannedKind::TopOfBook : ScannedKind::Declined;
    case 't':
      return trade(message) ? ScannedKind::Trade : ScannedKind::Declined;
    case 'a':
      return aggregate_trade(message) ? ScannedKind::AggregateTrade : ScannedKind::Declined;
    default:
      return ScannedKind::Declined;
  }
}

// The symbol up to its closing quote and, on futures, the underlying pair behind it:
// `BTCUSD_PERP","ps":"BTCUSD`.
[[gnu::always_inline]] inline bool Scanner::take_symbol(Walk& walk, Stamp& stamp) const noexcept {
  const std::string_view symbol = walk.string();
  stamp.instrument = symbols_.find_padded(symbol.data(), symbol.size());
  if (stamp.instrument == kNoInstrument) return false;
  if (chain_ == DepthChain::Linked && differs<"\",\"ps\":\"">(walk.here()) == 0) {
    walk.literal<"\",\"ps\":\"">();
    return plain_text<32>(walk.string());
  }
  return true;
}

bool Scanner::depth(const Message& message) const noexcept {
  Walk walk = message.walk;
  Stamp stamp{message.received, {}, kNoInstrument};
  const bool linked = chain_ == DepthChain::Linked;
  DepthHeader depth;
  depth.chain = chain_;
  walk.literal<"{\"e\":\"depthUpdate\",\"E\":">();
  bool good = to_stamp(walk.integer(), stamp.venue_time);
  if (linked) {
    walk.literal<",\"T\":">();
    good &= to_stamp(walk.integer(), depth.transaction_time);
  }
  walk.literal<",\"s\":\"">();
  const char* symbol = walk.here();
  const auto symbol_length = static_cast<std::size_t>(walk.next_structural() - symbol);
  if (!take_symbol(walk, stamp)) return false;
  // Streams of part of the book have the same event.
  if (message.braces == 2 && !full_depth_stream(message.stream, symbol_length)) return false;
  walk.literal<"\",\"U\":">();
  depth.first_id = walk.integer();
  walk.literal<",\"u\":">();
  depth.last_id = walk.integer();
  if (linked) {
    walk.literal<",\"pu\":">();
    depth.previous_id = walk.integer();
  }
  if (!good || depth.first_id > depth.last_id) return false;
  Level* const first = levels_in(message.out.data());
  const Level* const limit = first + levels_that_fit(message.out.size());
  Level* bids_end = first;
  walk.literal<",\"b\":[">();
  if (!walk.levels(bids_end, limit)) return false;
  Level* asks_end = bids_end;
  walk.literal<",\"a\":[">();
  if (!walk.levels(asks_end, limit)) return false;
  close(walk, message.braces);
  if (!walk.ended()) return false;
  depth.bid_count = static_cast<std::uint32_t>(bids_end - first);
  depth.ask_count = static_cast<std::uint32_t>(asks_end - bids_end);
  write_depth(message.out.data(), RecordKind::DepthUpdate, stamp, depth);
  return true;
}

bool Scanner::trade(const Message& message) const noexcept {
  Walk walk = message.walk;
  Stamp stamp{message.received, {}, kNoInstrument};
  const bool linked = chain_ == DepthChain::Linked;
  TradePrint trade;
  Level deal;
  walk.literal<"{\"e\":\"trade\",\"E\":">();
  bool good = to_stamp(walk.integer(), stamp.venue_time);
  if (linked) {
    walk.literal<",\"T\":">();
    good &= to_stamp(walk.integer(), trade.transaction_time);
  }
  walk.literal<",\"s\":\"">();
  if (!take_symbol(walk, stamp)) return false;
  walk.literal<"\",\"t\":">();
  trade.first_trade_id = trade.last_trade_id = walk.integer();
  walk.literal<",\"p\":\"">();
  walk.decimals<"\",\"q\":\"">(deal);
  if (linked) {
    walk.literal<"\",\"X\":\"MARKET\",\"m\":">();
    trade.aggressor = walk.boolean() ? Side::Sell : Side::Buy;
  } else {
    walk.literal<"\",\"T\":">();
    good &= to_stamp(walk.integer(), trade.transaction_time);
    walk.literal<",\"m\":">();
    trade.aggressor = walk.boolean() ? Side::Sell : Side::Buy;
    walk.literal<",\"M\":">();
    static_cast<void>(walk.boolean());
  }
  close(walk, message.braces);
  good &= deal.price > Price{} && deal.qty > Qty{};
  if (!good || !walk.ended()) return false;
  trade.price = deal.price;
  trade.qty = deal.qty;
  write_record(message.out.data(), RecordKind::TradePrint, stamp, trade);
  return true;
}

bool Scanner::aggregate_trade(const Message& message) const noexcept {
  Walk walk = message.walk;
  Stamp stamp{message.received, {}, kNoInstrument};
  const bool linked = chain_ == DepthChain::Linked;
  TradePrint trade;
  trade.aggregate = 1;
  Level deal;
  walk.literal<"{\"e\":\"aggTrade\",\"E\":">();
  bool good = to_stamp(walk.integer(), stamp.venue_time);
  if (differs<",\"a\":">(walk.here()) == 0) {  // futures, as recorded; documented the other way
    walk.literal<",\"a\":">();
    static_cast<void>(walk.integer());
    walk.literal<",\"s\":\"">();
    if (!take_symbol(walk, stamp)) return false;
    walk.literal<"\",\"p\":\"">();
  } else {
    walk.literal<",\"s\":\"">();
    if (!take_symbol(walk, stamp)) return false;
    walk.literal<"\",\"a\":">();
    static_cast<void>(walk.integer());
    walk.literal<",\"p\":\"">();
  }
  walk.decimals<"\",\"q\":\"">(deal);
  walk.literal<"\",\"f\":">();
  trade.first_trade_id = walk.integer();
  walk.literal<",\"l\":">();
  trade.last_trade_id = walk.integer();
  walk.literal<",\"T\":">();
  good &= to_stamp(walk.integer(), trade.transaction_time);
  walk.literal<",\"m\":">();
  trade.aggressor = walk.boolean() ? Side::Sell : Side::Buy;
  if (!linked) {
    walk.literal<",\"M\":">();
    static_cast<void>(walk.boolean());
  }
  close(walk, message.braces);
  good &= deal.price > Price{} && deal.qty > Qty{} && trade.first_trade_id <= trade.last_trade_id;
  if (!good || !walk.ended()) return false;
  trade.price = deal.price;
  trade.qty = deal.qty;
  write_record(message.out.data(), RecordKind::TradePrint, stamp, trade);
  return true;
}

bool Scanner::top_of_book(const Message& message) const noexcept {
  Walk walk = message.walk;
  Stamp stamp{message.received, {}, kNoInstrument};
  const bool linked = chain_ == DepthChain::Linked;
  TopOfBook top;
  if (!linked) {
    walk.literal<"{\"u\":">();
    top.update_id = walk.integer();
  } else if (differs<"{\"u\":">(walk.here()) == 0) {  // coin-margined
    walk.literal<"{\"u\":">();
    top.update_id = walk.integer();
    walk.literal<",\"e\":\"bookTicker\"">();
  } else {
    walk.literal<"{\"e\":\"bookTicker\",\"u\":">();
    top.update_id = walk.integer();
  }
  walk.literal<",\"s\":\"">();
  if (!take_symbol(walk, stamp)) return false;
  Level bid;
  Level ask;
  walk.literal<"\",\"b\":\"">();
  walk.decimals<"\",\"B\":\"">(bid);
  walk.literal<"\",\"a\":\"">();
  walk.decimals<"\",\"A\":\"">(ask);
  bool good = true;
  if (linked) {
    walk.literal<"\",\"T\":">();
    good &= to_stamp(walk.integer(), top.transaction_time);
    walk.literal<",\"E\":">();
    good &= to_stamp(walk.last_integer(message.braces), stamp.venue_time);
  } else {
    walk.literal<"\"">();
  }
  close(walk, message.braces);
  if (!good || !walk.ended()) return false;
  top.bid_price = bid.price;
  top.bid_qty = bid.qty;
  top.ask_price = ask.price;
  top.ask_qty = ask.qty;
  write_record(message.out.data(), RecordKind::TopOfBook, stamp, top);
  return true;
}
}  // namespace sq::binance
