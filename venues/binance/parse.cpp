#include "venues/binance/parse.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/types/decimal.hpp"
#include "venues/binance/layout.hpp"
#include "venues/binance/stream_name.hpp"

namespace sq::binance {
namespace {
namespace od = simdjson::ondemand;

// The keys that records are made of. Those of one letter have it as their number.
enum Key : std::uint8_t {
  kUnknown = 0,
  kPu = 1,
  kLastUpdateId,
  kBids,
  kAsks,
  kSymbol,
  kReply,
  kKeys = 128
};

Key key_of(std::string_view text) noexcept {
  if (text.size() == 1) {
    constexpr std::string_view kLetters = "eEsTUubaBAtpqmflXiPr";
    return kLetters.contains(text[0]) ? static_cast<Key>(text[0]) : kUnknown;
  }
  if (text == "pu") return kPu;
  if (text == "lastUpdateId") return kLastUpdateId;
  if (text == "bids") return kBids;
  if (text == "asks") return kAsks;
  if (text == "symbol") return kSymbol;
  if (text == "result" || text == "error" || text == "code") return kReply;
  return kUnknown;
}

// One JSON object as it stands in the text: scalars as their tokens, levels already in the buffer.
struct Event {
  std::array<std::string_view, kKeys> tokens{};  // null: no such key
  std::string_view kind{};                       // value of e
  std::string_view symbol{};                     // value of s or symbol
  std::uint32_t bids{0};
  std::uint32_t asks{0};
  bool asks_first{false};
  [[nodiscard]] bool has(Key key) const noexcept { return tokens[key].data() != nullptr; }
  [[nodiscard]] std::string_view operator[](char key) const noexcept {
    return tokens[static_cast<unsigned char>(key)];
  }
};

std::string_view trimmed(std::string_view token) noexcept {
  while (!token.empty() && (token.back() == ' ' || token.back() == '\t' || token.back() == '\n' ||
                            token.back() == '\r'))
    token.remove_suffix(1);
  return token;
}

bool unquote(std::string_view token, std::string_view& out) noexcept {
  if (token.size() < 2 || token.front() != '"' || token.back() != '"') return false;
  out = token.substr(1, token.size() - 2);
  return true;
}

// A JSON integer, not negative.
bool read(std::string_view token, std::uint64_t& out) noexcept {
  if (token.empty() || (token.front() == '0' && token.size() > 1)) return false;
  const char* end = token.data() + token.size();
  const auto [last, error] = std::from_chars(token.data(), end, out);
  return error == std::errc{} && last == end;
}
bool read(std::string_view token, WallTime& out) noexcept {
  std::uint64_t stamp = 0;
  return read(token, stamp) && wall_from_stamp(stamp, out);
}
bool read(std::string_view token, bool& out) noexcept {
  out = token == "true";
  return out || token == "false";
}
template <class F>
bool read_signed(std::string_view token, F& out) noexcept {
  std::string_view digits;
  if (!unquote(token, digits)) return false;
  const auto value = parse_fixed<F>(digits);
  if (value) out = *value;
  return value.has_value();
}
template <class Tag, int Decimals>
bool read(std::string_view token, Fixed<Tag, Decimals>& out) noexcept {
  return !token.starts_with("\"-") && read_signed(token, out);
}
}  // namespace

struct Parser::State {
  DepthChain chain;
  const SymbolTable& symbols;
  std::size_t bytes_max;
  od::parser json;

  // Of the message at hand.
  WallTime received{};
  InstrumentId snapshot_of{kNoInstrument};
  std::span<std::byte> out{};

  ParseOutcome object(od::object root, int depth) noexcept;
  DecodeResult field(od::field& field, Event& event) noexcept;
  DecodeResult levels(od::value value, Event& event, bool bids) noexcept;
  ParseOutcome finish(const Event& event) noexcept;
  DecodeResult depth(const Event& event, bool snapshot) noexcept;
  DecodeResult trade(const Event& event, bool aggregate) noexcept;
  DecodeResult top_of_book(const Event& event) noexcept;
  DecodeResult mark_price(const Event& event) noexcept;
  bool stamp(const Event& event, Stamp& stamp, DecodeResult& result) const noexcept;
};

Parser::Parser(DepthChain chain, const SymbolTable& symbols, std::size_t message_bytes_max)
    : state_{std::make_unique<State>(chain, symbols, message_bytes_max,
                                     od::parser{message_bytes_max})} {
  if (state_->json.allocate(message_bytes_max) != simdjson::SUCCESS) throw std::bad_alloc{};
}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;

ParseOutcome Parser::parse(std::string_view message, WallTime received, InstrumentId snapshot_of,
                           std::span<std::byte> out) noexcept {
  State& state = *state_;
  if (message.size() > state.bytes_max || out.size() < kLevelsOffset)
    return {DecodeResult::TooLarge, {}};
  state.received = received;
  state.snapshot_of = snapshot_of;
  state.out = out;
  od::document document;
  if (state.json
          .iterate(message.data(), message.size(), message.size() + simdjson::SIMDJSON_PADDING)
          .get(document) != simdjson::SUCCESS)
    return {};
  od::json_type type{};
  if (document.type().get(type) != simdjson::SUCCESS) return {};
  // Streams over all symbols (!markPrice@arr): one message, many events.
  if (type == od::json_type::array) return {DecodeResult::Ignored, FixedText<24>{"array"}};
  od::object root;
  if (document.get_object().get(root) != simdjson::SUCCESS) return {};
  const ParseOutcome outcome = state.object(root, 0);
  const bool whole =
      outcome.result != DecodeResult::Malformed && outcome.result != DecodeResult::TooLarge;
  // Something behind the message's last brace.
  if (whole && document.current_location().error() != simdjson::OUT_OF_BOUNDS) return {};
  return outcome;
}

// The wrapper of combined streams is an object whose `data` is the event.
ParseOutcome Parser::State::object(od::object root, int nesting) noexcept {
  Event event;
  ParseOutcome inner;
  std::string_view stream;
  bool wrapper = false;
  for (auto item : root) {
    od::field field;
    if (std::move(item).get(field) != simdjson::SUCCESS) return {};
    const od::raw_json_string raw = field.key();
    if (nesting == 0 && raw.unsafe_is_equal("data")) {
      od::object data;
      if (wrapper) return {};
      wrapper = true;
      od::json_type type{};
      if (field.value().type().get(type) != simdjson::SUCCESS) return {};
      if (type == od::json_type::array) {
        inner = {DecodeResult::Ignored, FixedText<24>{"array"}};
        continue;
      }
      if (field.value().get_object().get(data) != simdjson::SUCCESS) return {};
      inner = object(data, 1);
      if (inner.result == DecodeResult::Malformed || inner.result == DecodeResult::TooLarge)
        return inner;
    } else if (nesting == 0 && raw.unsafe_is_equal("stream")) {
      if (stream.data() != nullptr || field.value().get_string().get(stream) != simdjson::SUCCESS)
        return {};
      if (const auto symbol = symbol_of_snapshot(stream); !symbol.empty())
        snapshot_of = symbols.find(symbol);
    } else if (const DecodeResult result = this->field(field, event);
               result != DecodeResult::Decoded) {
      return {result, {}};
    }
  }
  if (!wrapper) return finish(event);
  if (stream.data() == nullptr) return {};
  if (inner.result == DecodeResult::Decoded) {
    const auto kind = reinterpret_cast<const RecordHeader*>(out.data())->kind;
    const bool snapshot = kind == RecordKind::DepthSnapshot;
    const bool depth = kind == RecordKind::DepthUpdate || snapshot;
    const bool answer = snapshot && !symbol_of_snapshot(stream).empty();
    if (depth && !answer && !is_full_depth_stream(stream))
      return {DecodeResult::Ignored, FixedText<24>{"partial depth"}};
  }
  return inner;
}

// Decoded: taken or skipped.
DecodeResult Parser::State::field(od::field& field, Event& event) noexcept {
  const char* first = field.key().raw();
  const char* last = first;
  while (*last != '"' && last - first < 16) ++last;
  const Key key = key_of({first, last});
  if (key == kUnknown) return DecodeResult::Decoded;
  if (event.has(key)) return DecodeResult::Malformed;
  od::json_type type{};
  if (field.value().type().get(type) != simdjson::SUCCESS) return DecodeResult::Malformed;
  event.tokens[key] = trimmed(field.value().raw_json_token());
  const bool bids = key == kBids || key == Key{'b'};
  if (type == od::json_type::array && (bids || key == kAsks || key == Key{'a'})) {
    if (!event.kind.empty() && event.kind != "depthUpdate") return DecodeResult::Decoded;
    return levels(field.value(), event, bids);
  }
  if (key == Key{'e'} && field.value().get_string().get(event.kind) != simdjson::SUCCESS)
    return DecodeResult::Malformed;
  if ((key == Key{'s'} || key == kSymbol) && type == od::json_type::string &&
      field.value().get_string().get(event.symbol) != simdjson::SUCCESS)
    return DecodeResult::Malformed;
  return DecodeResult::Decoded;
}

DecodeResult Parser::State::levels(od::value value, Event& event, bool bids) noexcept {
  od::array list;
  if (value.get_array().get(list) != simdjson::SUCCESS) return DecodeResult::Malformed;
  const std::size_t room = levels_that_fit(out.size());
  Level* const first = levels_in(out.data());
  if (!bids && event.bids == 0 && !event.has(Key{'b'}) && !event.has(kBids))
    event.asks_first = true;
  std::uint32_t& count = bids ? event.bids : event.asks;
  for (auto item : list) {
    od::array pair;
    if (std::move(item).get_array().get(pair) != simdjson::SUCCESS) return DecodeResult::Malformed;
    if (std::size_t{event.bids} + event.asks == room) return DecodeResult::TooLarge;
    Level& level = first[event.bids + event.asks];
    int at = 0;
    for (auto number : pair) {
      od::value token;
      if (std::move(number).get(token) != simdjson::SUCCESS) return DecodeResult::Malformed;
      const std::string_view text = trimmed(token.raw_json_token());
      const bool good = at == 0 ? read(text, level.price) : at == 1 && read(text, level.qty);
      if (!good) return DecodeResult::Malformed;
      ++at;
    }
    if (at != 2) return DecodeResult::Malformed;
    ++count;
  }
  return DecodeResult::Decoded;
}

ParseOutcome Parser::State::finish(const Event& event) noexcept {
  if (event.has(Key{'e'})) {
    if (event.kind == "depthUpdate") return {depth(event, false), {}};
    if (event.kind == "bookTicker") return {top_of_book(event), {}};
    if (event.kind == "trade" || event.kind == "aggTrade") {
      // Futures also print trades that no book saw: insurance fund, settlement.
      if (event.has(Key{'X'}) && event['X'] != "\"MARKET\"")
        return {DecodeResult::Ignored, FixedText<24>{"trade off the book"}};
      return {trade(event, event.kind == "aggTrade"), {}};
    }
    if (event.kind == "markPriceUpdate") return {mark_price(event), {}};
    return {DecodeResult::Ignored, FixedText<24>{event.kind}};
  }
  if (event.has(kLastUpdateId)) return {depth(event, true), {}};
  if (event.has(Key{'u'}) && chain == DepthChain::Contiguous) return {top_of_book(event), {}};
  if (event.has(kReply)) return {DecodeResult::Ignored, FixedText<24>{"reply"}};
  return {};
}

// The symbol's instrument and, where it has one, the event time. False: `result` says why.
bool Parser::State::stamp(const Event& event, Stamp& stamp, DecodeResult& result) const noexcept {
  stamp.received = received;
  result = DecodeResult::Malformed;
  if (event.has(Key{'E'}) && !read(event['E'], stamp.venue_time)) return false;
  if (event.symbol.empty()) return false;
  stamp.instrument = symbols.find(event.symbol);
  result = DecodeResult::UnknownSymbol;
  return stamp.instrument != kNoInstrument;
}

DecodeResult Parser::State::depth(const Event& event, bool snapshot) noexcept {
  const bool linked = chain == DepthChain::Linked;
  const std::string_view bids = snapshot ? event.tokens[kBids] : event['b'];
  const std::string_view asks = snapshot ? event.tokens[kAsks] : event['a'];
  const bool timed = linked || !snapshot;
  if (!bids.starts_with('[') || !asks.starts_with('[') || (timed && !event.has(Key{'E'})))
    return DecodeResult::Malformed;
  Stamp stamp;
  DecodeResult result{};
  if (snapshot && event.symbol.empty()) {  // REST answers on one symbol do not repeat it
    stamp = {received, {}, snapshot_of};
    if (timed && !read(event['E'], stamp.venue_time)) return DecodeResult::Malformed;
    if (snapshot_of == kNoInstrument) return DecodeResult::UnknownSymbol;
  } else if (!this->stamp(event, stamp, result)) {
    return result;
  }
  DepthHeader header;
  header.chain = chain;
  if (linked && !read(event['T'], header.transaction_time)) return DecodeResult::Malformed;
  if (snapshot) {
    if (!read(event.tokens[kLastUpdateId], header.last_id)) return DecodeResult::Malformed;
    header.first_id = header.last_id;
  } else {
    if (!read(event['U'], header.first_id) || !read(event['u'], header.last_id) ||
        header.first_id > header.last_id)
      return DecodeResult::Malformed;
    if (linked && !read(event.tokens[kPu], header.previous_id)) return DecodeResult::Malformed;
  }
  header.bid_count = event.bids;
  header.ask_count = event.asks;
  Level* const first = levels_in(out.data());
  if (event.asks_first) std::rotate(first, first + event.asks, first + event.asks + event.bids);
  write_depth(out.data(), snapshot ? RecordKind::DepthSnapshot : RecordKind::DepthUpdate, stamp,
              header);
  return DecodeResult::Decoded;
}

DecodeResult Parser::State::trade(const Event& event, bool aggregate) noexcept {
  Stamp stamp;
  DecodeResult result{};
  if (!event.has(Key{'E'})) return DecodeResult::Malformed;
  if (!this->stamp(event, stamp, result)) return result;
  TradePrint trade;
  std::uint64_t aggregate_id = 0;
  bool buyer_is_maker = false;
  bool good = read(event['T'], trade.transaction_time) && read(event['p'], trade.price) &&
              read(event['q'], trade.qty) && read(event['m'], buyer_is_maker) &&
              trade.price > Price{} && trade.qty > Qty{};
  if (aggregate) {
    good = good && read(event['a'], aggregate_id) && read(event['f'], trade.first_trade_id) &&
           read(event['l'], trade.last_trade_id) && trade.first_trade_id <= trade.last_trade_id;
  } else {
    good = good && read(event['t'], trade.first_trade_id);
    trade.last_trade_id = trade.first_trade_id;
  }
  if (!good) return DecodeResult::Malformed;
  trade.aggressor = buyer_is_maker ? Side::Sell : Side::Buy;
  trade.aggregate = aggregate ? 1 : 0;
  write_record(out.data(), RecordKind::TradePrint, stamp, trade);
  return DecodeResult::Decoded;
}

DecodeResult Parser::State::top_of_book(const Event& event) noexcept {
  Stamp stamp;
  DecodeResult result{};
  const bool timed = chain == DepthChain::Linked;
  if (timed && !event.has(Key{'E'})) return DecodeResult::Malformed;
  if (!this->stamp(event, stamp, result)) return result;
  TopOfBook top;
  if (!read(event['u'], top.update_id) || !read(event['b'], top.bid_price) ||
      !read(event['B'], top.bid_qty) || !read(event['a'], top.ask_price) ||
      !read(event['A'], top.ask_qty) || (timed && !read(event['T'], top.transaction_time)))
    return DecodeResult::Malformed;
  write_record(out.data(), RecordKind::TopOfBook, stamp, top);
  return DecodeResult::Decoded;
}

DecodeResult Parser::State::mark_price(const Event& event) noexcept {
  Stamp stamp;
  DecodeResult result{};
  if (!event.has(Key{'E'})) return DecodeResult::Malformed;
  if (!this->stamp(event, stamp, result)) return result;
  MarkPrice mark;
  if (!read(event['p'], mark.mark) || !read(event['i'], mark.index) ||
      !read(event['P'], mark.settle_estimate) || !read(event['T'], mark.next_funding))
    return DecodeResult::Malformed;
  // Contracts with a delivery date have no funding: an empty rate and time 0.
  const bool unfunded = event['r'] == "\"\"" && mark.next_funding == WallTime{};
  if (!unfunded && !read_signed(event['r'], mark.funding_rate)) return DecodeResult::Malformed;
  write_record(out.data(), RecordKind::MarkPrice, stamp, mark);
  return DecodeResult::Decoded;
}

std::string_view text_of(DecodeResult result) noexcept {
  switch (result) {
    case DecodeResult::Decoded:
      return "decoded";
    case DecodeResult::Ignored:
      return "ignored";
    case DecodeResult::UnknownSymbol:
      return "unknown symbol";
    case DecodeResult::Malformed:
      return "malformed";
    case DecodeResult::TooLarge:
      return "too large";
  }
  return "?";
}
}  // namespace sq::binance
