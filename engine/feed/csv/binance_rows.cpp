#include "engine/feed/csv/binance_rows.hpp"

#include <algorithm>

namespace sq::feed::csv {
namespace {
constexpr Column kTradeColumns[] = {
    {"id", 0}, {"price", 1}, {"qty", 2}, {"time", 4}, {"is_buyer_maker", 5}};
constexpr Column kAggregateColumns[] = {
    {"agg_trade_id", 0},  {"price", 1},         {"quantity", 2},      {"first_trade_id", 3},
    {"last_trade_id", 4}, {"transact_time", 5}, {"is_buyer_maker", 6}};
constexpr Column kKlineColumns[] = {{"open_time", 0},
                                    {"open", 1},
                                    {"high", 2},
                                    {"low", 3},
                                    {"close", 4},
                                    {"volume", 5},
                                    {"close_time", 6},
                                    {"quote_volume", 7},
                                    {"count", 8},
                                    {"taker_buy_volume", 9},
                                    {"taker_buy_quote_volume", 10}};
constexpr Column kTopColumns[] = {
    {"update_id", 0},    {"best_bid_price", 1},   {"best_bid_qty", 2}, {"best_ask_price", 3},
    {"best_ask_qty", 4}, {"transaction_time", 5}, {"event_time", 6}};
constexpr std::size_t kMicrosecondsDigits = 16;  // in ms: the year 33658
}  // namespace

bool looks_like_header(const Fields& first) noexcept {
  return first.size() != 0 && !parse_id(first[0]);
}

BinanceFile::BinanceFile(const std::filesystem::path& path, const FileOptions& options,
                         std::span<const Column> columns, std::size_t fewest, std::size_t most)
    : CsvFile{path, options}, columns_(columns.begin(), columns.end()) {
  const std::string file = path.filename().string();
  std::string symbol = file.substr(0, std::min(file.find('-'), file.find('.')));
  // A name that says nothing: the one symbol that is asked for.
  if (file.find('-') == std::string::npos && options.symbols.size() == 1)
    symbol = options.symbols.front().first;
  const auto id = instrument_of(symbol);
  if (!id) refuse_file(path, "holds " + symbol + ", which is not among the symbols wanted");
  instrument_ = *id;
  read_first_line(fewest, most);
}

void BinanceFile::read_first_line(std::size_t fewest, std::size_t most) {
  std::string_view line;
  if (!next_line(line)) return;  // an empty file: nothing happened
  Fields fields;
  if (!fields.split(line)) refuse_file(path(), "line 1 has more than 256 columns");
  width_ = fields.size();
  if (looks_like_header(fields)) {
    place_columns(path(), fields, columns_, columns_.size());
    return;
  }
  first_ = line;
  first_waits_ = true;
  if (width_ < fewest || width_ > most)
    refuse_file(path(), "line 1 has " + std::to_string(width_) + " columns, expected " +
                            std::to_string(fewest) + " to " + std::to_string(most));
}

bool BinanceFile::next() {
  if (!first_waits_) return next_row(width_);
  first_waits_ = false;
  return take_row(first_, width_) || next_row(width_);
}

bool BinanceFile::read_moment(const Column& from, WallTime& out, std::int64_t& unit_ns) {
  // 10^15 has 16 digits; leading zeros are not written.
  unit_ns = row()[from.place].size() >= kMicrosecondsDigits ? kNsPerUs : kNsPerMs;
  return read_time(from, unit_ns, out);
}

bool BinanceFile::follows(const Column& from, std::uint64_t first, std::uint64_t last) {
  if (numbered_ && first <= last_number_) return bad(from, "a number above the last one's");
  if (numbered_ && first != last_number_ + 1) {
    ++counts().gaps;
    counts().missing += first - last_number_ - 1;
  }
  numbered_ = true;
  last_number_ = last;
  return true;
}

BinanceTrades::BinanceTrades(const std::filesystem::path& path, const FileOptions& options)
    : BinanceFile{path, options, kTradeColumns, 6, 7} {}

RecordHeader* BinanceTrades::produce() {
  while (next()) {
    TradePrint trade;
    bool buyer_is_maker = false;
    std::int64_t unit = 0;
    if (!read_id(column(0), trade.first_trade_id) || !read(column(1), trade.price) ||
        !read(column(2), trade.qty) || !read_moment(column(3), trade.transaction_time, unit) ||
        !read_flag(column(4), buyer_is_maker) ||
        !follows(column(0), trade.first_trade_id, trade.first_trade_id))
      continue;
    trade.last_trade_id = trade.first_trade_id;
    trade.aggressor = buyer_is_maker ? Side::Sell : Side::Buy;
    show(instrument(), trade.price, trade.qty);
    return stamped(make(RecordKind::TradePrint, instrument(), trade), trade.transaction_time);
  }
  return nullptr;
}

BinanceAggregates::BinanceAggregates(const std::filesystem::path& path, const FileOptions& options)
    : BinanceFile{path, options, kAggregateColumns, 7, 8} {}

RecordHeader* BinanceAggregates::produce() {
  while (next()) {
    TradePrint trade;
    std::uint64_t number = 0;
    bool buyer_is_maker = false;
    std::int64_t unit = 0;
    if (!read_id(column(0), number) || !read(column(1), trade.price) ||
        !read(column(2), trade.qty) || !read_id(column(3), trade.first_trade_id) ||
        !read_id(column(4), trade.last_trade_id) ||
        !read_moment(column(5), trade.transaction_time, unit) ||
        !read_flag(column(6), buyer_is_maker))
      continue;
    if (trade.last_trade_id < trade.first_trade_id) {
      static_cast<void>(bad(column(4), "a number from first_trade_id on"));
      continue;
    }
    if (!follows(column(0), number, number)) continue;
    trade.aggressor = buyer_is_maker ? Side::Sell : Side::Buy;
    trade.aggregate = 1;
    show(instrument(), trade.price, trade.qty);
    return stamped(make(RecordKind::TradePrint, instrument(), trade), trade.transaction_time);
  }
  return nullptr;
}

BinanceKlines::BinanceKlines(const std::filesystem::path& path, const FileOptions& options)
    : BinanceFile{path, options, kKlineColumns, 11, 12} {
  const std::string folders = path.parent_path().string();
  const auto within = [&folders](const char* name) {
    return folders.find(name) != std::string::npos;
  };
  if (within("markPriceKlines")) of_ = CandleOf::Mark;
  if (within("indexPriceKlines")) of_ = CandleOf::Index;
  if (within("premiumIndexKlines")) of_ = CandleOf::Premium;
}

bool BinanceKlines::read_candle(Candle& candle, std::int64_t& unit_ns) {
  std::int64_t open_unit = 0;
  if (!read_moment(column(0), candle.open_time, open_unit) || !read(column(1), candle.open) ||
      !read(column(2), candle.high) || !read(column(3), candle.low) ||
      !read(column(4), candle.close) || !read_sum(column(5), candle.volume) ||
      !read_moment(column(6), candle.close_time, unit_ns) ||
      !read_sum(column(7), candle.quote_volume) || !read_id(column(8), candle.trades) ||
      !read_sum(column(9), candle.taker_buy_volume) ||
      !read_sum(column(10), candle.taker_buy_quote_volume))
    return false;
  if (candle.high < candle.low || candle.high < std::max(candle.open, candle.close) ||
      candle.low > std::min(candle.open, candle.close))
    return bad(column(2), "a high and low that contain open and close");
  if (candle.close_time < candle.open_time) return bad(column(6), "a time from open_time on");
  return true;
}

RecordHeader* BinanceKlines::produce() {
  while (next()) {
    Candle candle;
    std::int64_t unit_ns = 0;
    if (!read_candle(candle, unit_ns)) continue;
    candle.of = of_;
    for (const Price price : {candle.open, candle.high, candle.low, candle.close})
      show(instrument(), price, {});
    return stamped(make(RecordKind::Candle, instrument(), candle), candle.close_time + unit_ns);
  }
  return nullptr;
}

BinanceTops::BinanceTops(const std::filesystem::path& path, const FileOptions& options)
    : BinanceFile{path, options, kTopColumns, 7, 7} {}

bool BinanceTops::read_row(Row& row) {
  std::int64_t unit = 0;
  return read_id(column(0), row.top.update_id) && read(column(1), row.top.bid_price) &&
         read(column(2), row.top.bid_qty) && read(column(3), row.top.ask_price) &&
         read(column(4), row.top.ask_qty) &&
         read_moment(column(5), row.top.transaction_time, unit) &&
         read_moment(column(6), row.event, unit);
}

RecordHeader* BinanceTops::produce() {
  const auto later = [](const Row& a, const Row& b) { return a.top.update_id > b.top.update_id; };
  while (!ended_ && waiting_.size() < kWindow) {
    Row row;
    if (!next()) {
      ended_ = true;
    } else if (read_row(row)) {
      if (row.top.update_id <= emitted_) {
        static_cast<void>(
            bad(column(0), "an id above those given before, or at most 256 rows late"));
        continue;
      }
      waiting_.push_back(row);
      std::push_heap(waiting_.begin(), waiting_.end(), later);
    }
  }
  if (waiting_.empty()) return nullptr;
  std::pop_heap(waiting_.begin(), waiting_.end(), later);
  const Row row = waiting_.back();
  waiting_.pop_back();
  emitted_ = row.top.update_id;
  show(instrument(), row.top.bid_price, row.top.bid_qty);
  show(instrument(), row.top.ask_price, row.top.ask_qty);
  return stamped(make(RecordKind::TopOfBook, instrument(), row.top), row.event);
}
}  // namespace sq::feed::csv
