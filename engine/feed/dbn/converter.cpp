#include "engine/feed/dbn/converter.hpp"

#include <functional>

namespace sq::feed::dbn {
namespace {
constexpr std::int64_t kMinute_ns = 60 * kNsPerSecond;

WallTime wall_of(std::uint64_t ns) noexcept {
  constexpr std::uint64_t kMax = INT64_MAX;
  return WallTime{ns > kMax ? 0 : static_cast<std::int64_t>(ns)};  // undefined: 0
}
Qty qty_of(std::uint32_t size) noexcept {
  return Qty::from_raw(static_cast<std::int64_t>(size) * Qty::kScale);
}
bool stated(std::int64_t price, std::uint32_t size) noexcept {
  return price != kUndefinedPrice && size != kUndefinedSize;
}
}  // namespace

void Converter::convert(RecordView record, std::uint64_t position) {
  position_ = position;
  const auto as = [&]<class View>() { return View{record.data()}; };
  switch (record.type()) {
    case RecordType::Mbo:
      return mbo(as.operator()<MboView>());
    case RecordType::Trade: {
      const auto view = as.operator()<QuoteView>();
      return trade(view.price(), view.size(), view.side(), view.sequence(),
                   begin(view, view.receive_time()));
    }
    case RecordType::Mbp1:
      return quote(as.operator()<QuoteView>(), tbbo_ ? Quote::QuoteFirst : Quote::TradeFirst);
    case RecordType::Cmbp1:
      return quote(as.operator()<QuoteView>(), Quote::TradeFirst);
    case RecordType::Tcbbo:
      return quote(as.operator()<QuoteView>(), Quote::QuoteFirst);
    case RecordType::Bbo1s:
    case RecordType::Bbo1m:
    case RecordType::Cbbo1s:
    case RecordType::Cbbo1m:
      return quote(as.operator()<QuoteView>(), Quote::NoTrade);
    case RecordType::Mbp10:
      return ten_levels(as.operator()<QuoteView>());
    case RecordType::Ohlcv1s:
      return candle(as.operator()<OhlcvView>(), kNsPerSecond);
    case RecordType::Ohlcv1m:
      return candle(as.operator()<OhlcvView>(), kMinute_ns);
    case RecordType::Ohlcv1h:
      return candle(as.operator()<OhlcvView>(), 60 * kMinute_ns);
    case RecordType::Ohlcv1d:
    case RecordType::OhlcvEod:
      return candle(as.operator()<OhlcvView>(), kNsPerDay);
    case RecordType::Status:
      return status(as.operator()<StatusView>());
    case RecordType::Definition:
      return definition(as.operator()<DefinitionView>());
    case RecordType::SymbolMapping:
      return symbol_mapping(as.operator()<SymbolMappingView>());
    case RecordType::Error:
      return refuse("error of the server: " +
                    std::string{as.operator()<ErrorView>().message(version_)});
    case RecordType::OhlcvOld:  // of no stated length
    case RecordType::Imbalance:
    case RecordType::System:
    case RecordType::Statistics:
      return;
  }
}

Listing& Converter::begin(const RecordView& record, std::uint64_t received) {
  const std::uint64_t time = received == kUndefinedTime ? record.event_time() : received;
  Listing& listing = instruments_.find(record.publisher(), record.instrument(), time);
  output_.begin(listing.id, wall_of(record.event_time()), wall_of(time));
  return listing;
}

void Converter::mbo(const MboView& record) {
  switch (record.action()) {
    case 'A':
      ++mbo_.adds;
      break;
    case 'C':
      ++mbo_.cancels;
      break;
    case 'M':
      ++mbo_.modifies;
      break;
    case 'R':
      ++mbo_.clears;
      break;
    case 'T':
      ++mbo_.trades;
      break;
    case 'F':
      ++mbo_.fills;
      break;
    case 'N':
      ++mbo_.none;
      return;
    default:
      return refuse("action '" + std::string(1, record.action()) +
                    "', expected one of A C M R T F N");
  }
  Listing& listing = begin(record, record.receive_time());
  if (listing.id == kNoInstrument) return;
  book_flags(record, listing);
  if (record.action() == 'R') return;
  if (record.action() == 'T')
    return trade(record.price(), record.size(), record.side(), record.sequence(), listing);
  if ((record.flags() & flag::kTopOfBook) != 0) return quote_order(record, listing);
  if ((record.flags() & flag::kAggregated) != 0)
    return refuse("a price level among orders, which has no order to follow");
  order(record, listing);
}

// Clear, the begin of a snapshot without one, and books that the venue no longer vouches for.
void Converter::book_flags(const MboView& record, Listing& listing) {
  const bool snapshot = (record.flags() & flag::kSnapshot) != 0;
  const bool clear = record.action() == 'R' || (snapshot && !listing.in_snapshot);
  listing.in_snapshot = snapshot;
  const bool suspect = (record.flags() & flag::kMaybeBadBook) != 0;
  if (clear) {
    if (listing.suspect && !suspect) {
      listing.suspect = false;
      output_.status(FeedEvent::Connected);
    }
    output_.clear(record.action() == 'R' && (record.flags() & flag::kLast) != 0);
    listing.bid_price = listing.ask_price = 0;
    listing.bid_size = listing.ask_size = 0;
  }
  if (suspect && !listing.suspect) {
    listing.suspect = true;
    ++suspect_books_;
    output_.status(FeedEvent::Disconnected);
  }
}

void Converter::order(const MboView& record, Listing& listing) {
  const char action = record.action();
  const char side = record.side();
  const bool sided = side == 'A' || side == 'B';
  const bool needs_side = action == 'A' || action == 'M';
  if ((needs_side && !sided) || record.size() == kUndefinedSize ||
      (action != 'C' && record.price() == kUndefinedPrice))
    return refuse("order " + std::to_string(record.order()) + ": action " + std::string(1, action) +
                  " without side, size or price");
  MarketOrder& order = output_.order();
  order.order_id = record.order();
  order.side = side == 'A' ? Side::Sell : Side::Buy;
  order.side_known = sided ? 1 : 0;
  order.price = record.price() == kUndefinedPrice ? Price{} : Price::from_raw(record.price());
  order.qty = qty_of(record.size());
  order.event_end = (record.flags() & flag::kLast) != 0 ? 1 : 0;
  switch (action) {
    case 'A':
      order.action = OrderAction::Add;
      break;
    case 'C':
      order.action = OrderAction::Reduce;
      return;
    case 'M':
      order.action = OrderAction::Modify;
      order.keeps_priority = 2;
      break;
    default:
      order.action = OrderAction::Fill;
      return;
  }
  instruments_.saw_price(listing, record.price());
}

// A venue without orders: each record is one side's best level, or says that the side is empty.
void Converter::quote_order(const MboView& record, Listing& listing) {
  if (record.action() != 'A' || (record.side() != 'A' && record.side() != 'B'))
    return refuse("quote with action " + std::string(1, record.action()) + " and side " +
                  std::string(1, record.side()) + ", expected A with A or B");
  const bool ask = record.side() == 'A';
  const bool empty = !stated(record.price(), record.size());
  (ask ? listing.ask_price : listing.bid_price) = empty ? 0 : record.price();
  (ask ? listing.ask_size : listing.bid_size) = empty ? 0 : record.size();
  if (!empty) instruments_.saw_price(listing, record.price());
  TopOfBook& top = output_.top();
  top.update_id = record.sequence();
  top.bid_price = Price::from_raw(listing.bid_price);
  top.ask_price = Price::from_raw(listing.ask_price);
  top.bid_qty = qty_of(listing.bid_size);
  top.ask_qty = qty_of(listing.ask_size);
  top.transaction_time = wall_of(record.event_time());
}

void Converter::trade(std::int64_t price, std::uint32_t size, char side, std::uint32_t sequence,
                      Listing& listing) {
  if (listing.id == kNoInstrument) return;
  if (!stated(price, size)) return refuse("trade without price or size");
  instruments_.saw_price(listing, price);
  TradePrint& trade = output_.trade();
  trade.first_trade_id = trade.last_trade_id = sequence;
  trade.price = Price::from_raw(price);
  trade.qty = qty_of(size);
  trade.transaction_time = output_.venue_time();
  trade.aggressor = side == 'A' ? Side::Sell : Side::Buy;
  trade.aggressor_unknown = side == 'A' || side == 'B' ? 0 : 1;
}

void Converter::quote(const QuoteView& record, Quote kind) {
  Listing& listing = begin(record, record.receive_time());
  if (listing.id == kNoInstrument) return;
  const bool traded = kind != Quote::NoTrade && record.action() == 'T';
  const auto print = [&] {
    trade(record.price(), record.size(), record.side(), record.sequence(), listing);
  };
  if (traded && kind == Quote::TradeFirst) print();
  TopOfBook& top = output_.top();
  top.update_id = record.sequence();
  top.transaction_time = output_.venue_time();
  if (stated(record.bid_price(0), record.bid_size(0))) {
    top.bid_price = Price::from_raw(record.bid_price(0));
    top.bid_qty = qty_of(record.bid_size(0));
    instruments_.saw_price(listing, record.bid_price(0));
  }
  if (stated(record.ask_price(0), record.ask_size(0))) {
    top.ask_price = Price::from_raw(record.ask_price(0));
    top.ask_qty = qty_of(record.ask_size(0));
    instruments_.saw_price(listing, record.ask_price(0));
  }
  if (traded && kind == Quote::QuoteFirst) print();
}

void Converter::ten_levels(const QuoteView& record) {
  Listing& listing = begin(record, record.receive_time());
  if (listing.id == kNoInstrument) return;
  if (record.action() == 'T')
    trade(record.price(), record.size(), record.side(), record.sequence(), listing);
  LevelSide bids;
  LevelSide asks;
  for (std::size_t i = 0; i < kLevels; ++i) {
    if (stated(record.bid_price(i), record.bid_size(i)) && record.bid_size(i) != 0) {
      bids.add({Price::from_raw(record.bid_price(i)), qty_of(record.bid_size(i))});
      instruments_.saw_price(listing, record.bid_price(i));
    }
    if (stated(record.ask_price(i), record.ask_size(i)) && record.ask_size(i) != 0) {
      asks.add({Price::from_raw(record.ask_price(i)), qty_of(record.ask_size(i))});
      instruments_.saw_price(listing, record.ask_price(i));
    }
  }
  TenLevels& known = listing.levels;
  DepthHeader header;
  header.transaction_time = output_.venue_time();
  header.chain = DepthChain::Contiguous;
  if (known.updates == 0) {
    header.first_id = header.last_id = known.updates = 1;
    output_.depth(RecordKind::DepthSnapshot, header, bids.levels(), asks.levels());
  } else {
    std::array<Level, 2 * kLevels> bid_changes;
    std::array<Level, 2 * kLevels> ask_changes;
    const std::size_t bid_count =
        changes(known.bids.levels(), bids.levels(), bid_changes.data(), std::greater<>{});
    const std::size_t ask_count =
        changes(known.asks.levels(), asks.levels(), ask_changes.data(), std::less<>{});
    if (bid_count + ask_count == 0) return;
    header.previous_id = known.updates;
    header.first_id = header.last_id = ++known.updates;
    output_.depth(RecordKind::DepthUpdate, header, {bid_changes.data(), bid_count},
                  {ask_changes.data(), ask_count});
  }
  known.bids = bids;
  known.asks = asks;
}

void Converter::candle(const OhlcvView& record, std::int64_t span_ns) {
  Listing& listing = begin(record, record.event_time());
  if (listing.id == kNoInstrument) return;
  const WallTime open = wall_of(record.event_time());
  if (record.event_time() > static_cast<std::uint64_t>(INT64_MAX - span_ns) ||
      record.open() == kUndefinedPrice || record.high() == kUndefinedPrice ||
      record.low() == kUndefinedPrice || record.close() == kUndefinedPrice)
    return refuse("bar without time or prices");
  for (const std::int64_t price : {record.open(), record.high(), record.low(), record.close()})
    instruments_.saw_price(listing, price);
  output_.begin(listing.id, open + span_ns, open + span_ns);
  Candle& candle = output_.candle();
  candle.open_time = open;
  candle.close_time = open + (span_ns - 1);
  candle.open = Price::from_raw(record.open());
  candle.high = Price::from_raw(record.high());
  candle.low = Price::from_raw(record.low());
  candle.close = Price::from_raw(record.close());
  candle.volume = VolumeSum::from_raw(static_cast<Int128>(record.volume()) * Qty::kScale);
}

void Converter::status(const StatusView& record) {
  Listing& listing = begin(record, record.receive_time());
  if (listing.id == kNoInstrument) return;
  constexpr std::uint16_t kTrading = 7;
  constexpr std::uint16_t kHalt = 8;
  constexpr std::uint16_t kPause = 9;
  constexpr std::uint16_t kSuspend = 10;
  const std::uint16_t action = record.action();
  if (record.is_trading() == 'Y' || (record.is_trading() == '~' && action == kTrading)) {
    output_.status(FeedEvent::Resumed);
  } else if (record.is_trading() == 'N' || action == kHalt || action == kPause ||
             action == kSuspend) {
    output_.status(FeedEvent::Halted);
  }
}

void Converter::definition(const DefinitionView& record) {
  const std::string_view symbol = record.raw_symbol(version_);
  if (!instruments_.named(record.instrument()) && !symbol.empty())
    instruments_.rename(record.instrument(), std::string{symbol});
  Listing& listing = begin(record, record.receive_time());
  if (record.price_step() > 0 && record.price_step() != kUndefinedPrice)
    instruments_.define_step(listing, record.price_step());
}

// The symbol asked for may stand for many (ES.FUT): the one it stands for here is the name, unless
// that is a number.
void Converter::symbol_mapping(const SymbolMappingView& record) {
  std::string_view symbol = record.symbol_out(version_);
  const bool number = symbol.find_first_not_of("0123456789") == symbol.npos;
  if (number) symbol = record.symbol_in(version_);
  if (symbol.empty()) return refuse("symbol mapping without a symbol");
  instruments_.rename(record.instrument(), std::string{symbol});
}
}  // namespace sq::feed::dbn
