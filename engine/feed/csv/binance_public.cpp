#include "engine/feed/csv/binance_public.hpp"

#include <array>
#include <memory>

#include "engine/feed/csv/binance_rows.hpp"

namespace sq::feed::csv {
namespace {
bool is_interval(std::string_view text) {
  constexpr std::string_view kIntervals[] = {"1s", "1m", "3m", "5m",  "15m", "30m", "1h", "2h",
                                             "4h", "6h", "8h", "12h", "1d",  "3d",  "1w", "1mo"};
  for (const std::string_view interval : kIntervals)
    if (text == interval) return true;
  return false;
}

enum class Type : std::uint8_t { None, Trades, Aggregates, Klines, BookTicker, BookDepth };
// By "SYMBOL-trades-2024-01-01..." or "SYMBOL-1m-2024-01...".
Type type_of_name(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (dash == 0 || dash == std::string_view::npos) return Type::None;
  const std::string_view rest = name.substr(dash + 1);
  const std::string_view word = rest.substr(0, rest.find('-'));
  const std::string_view date = rest.substr(std::min(word.size() + 1, rest.size()));
  if (date.size() < 7 || date[0] != '2' || date[4] != '-') return Type::None;
  if (word == "trades") return Type::Trades;
  if (word == "aggTrades") return Type::Aggregates;
  if (word == "bookTicker") return Type::BookTicker;
  if (word == "bookDepth") return Type::BookDepth;
  return is_interval(word) ? Type::Klines : Type::None;
}

Type type_of_header(const Fields& header) {
  if (header.size() == 0) return Type::None;
  const auto has = [&header](std::string_view name) {
    for (std::size_t i = 0; i < std::min(header.size(), kColumnsMax); ++i)
      if (header[i] == name) return true;
    return false;
  };
  if (has("agg_trade_id")) return Type::Aggregates;
  if (has("open_time") && has("taker_buy_volume")) return Type::Klines;
  if (has("update_id") && has("best_bid_price")) return Type::BookTicker;
  if (has("percentage") && has("depth") && has("notional")) return Type::BookDepth;
  if (has("id") && has("is_buyer_maker")) return Type::Trades;
  return Type::None;
}

template <Type kType>
bool recognises(const std::filesystem::path& path, std::span<const std::byte> head) {
  const std::string line = first_line(path, head);
  Fields fields;
  if (line.empty() || !fields.split(line)) return false;
  if (!looks_like_header(fields)) {
    return type_of_name(path.filename().string()) == kType;
  }
  return type_of_header(fields) == kType;
}

template <class File>
std::unique_ptr<MarketFile> open(const std::filesystem::path& path, const FileOptions& options) {
  return std::make_unique<File>(path, options);
}
std::unique_ptr<MarketFile> refuse_depth(const std::filesystem::path& path, const FileOptions&) {
  refuse_file(path,
              "is a bookDepth file: sums of quantity in bands around the price, which are no book; "
              "expected trades, aggTrades, klines or bookTicker");
}

constexpr std::array<FileFormat, 5> kFormats{
    {{"binance-trades", "Binance public trades: SYMBOL-trades-DATE.zip or .csv",
      recognises<Type::Trades>, open<BinanceTrades>},
     {"binance-agg-trades", "Binance public aggTrades: SYMBOL-aggTrades-DATE.zip or .csv",
      recognises<Type::Aggregates>, open<BinanceAggregates>},
     {"binance-klines", "Binance public klines: SYMBOL-INTERVAL-DATE.zip or .csv",
      recognises<Type::Klines>, open<BinanceKlines>},
     {"binance-book-ticker", "Binance public bookTicker: SYMBOL-bookTicker-DATE.zip or .csv",
      recognises<Type::BookTicker>, open<BinanceTops>},
     {"binance-book-depth", "Binance public bookDepth: recognised and refused, it is no book",
      recognises<Type::BookDepth>, refuse_depth}}};
}  // namespace

std::span<const FileFormat> binance_formats() noexcept { return kFormats; }
}  // namespace sq::feed::csv
