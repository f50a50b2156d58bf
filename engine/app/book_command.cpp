// `shrivenquant book FILE`: the books of a market data file at its end or at a moment, and what was
// in it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "engine/app/binance_raw_file.hpp"
#include "engine/app/commands.hpp"
#include "engine/app/file_books.hpp"
#include "engine/app/moment_text.hpp"
#include "engine/telemetry/format.hpp"
#include "engine/types/decimal.hpp"

namespace sq::app {
namespace {
using Clock = std::chrono::steady_clock;

struct Pass {
  std::unique_ptr<feed::MarketFile> file;
  std::unique_ptr<FileBooks> books;
  WallTime last{};
  double seconds{0};
};

class Progress {
 public:
  void show(const feed::MarketFile& file, std::uint64_t records) {
    if ((records & 0xFFFF) != 0 || Clock::now() - shown_ < std::chrono::milliseconds{500}) return;
    shown_ = Clock::now();
    const std::uint64_t total = std::max<std::uint64_t>(file.bytes_total(), 1);
    fmt::print(stderr, "\rbook: {:3} %  {} records", file.bytes_read() * 100 / total,
               telemetry::with_separators(records));
    std::fflush(stderr);
    drawn_ = true;
  }
  void end() {
    if (drawn_) fmt::print(stderr, "\n");
  }

 private:
  Clock::time_point shown_{Clock::now()};
  bool drawn_{false};
};

feed::FileOptions file_options(const BookOptions& options) {
  feed::FileOptions wanted;
  wanted.format = options.format;
  for (const std::string& symbol : options.symbols)
    wanted.symbols.emplace_back(symbol,
                                InstrumentId{static_cast<std::uint32_t>(wanted.symbols.size())});
  return wanted;
}

// Times of day are the file's own: New York's for NASDAQ.
WallTime midnight_of(const feed::MarketFile& file, WallTime first) {
  const WallTime midnight = file.midnight();
  return midnight != WallTime{} ? midnight : WallTime{utc_day(first) * kNsPerDay};
}

// No more orders can live than the file has messages, and memory for them takes time to prepare.
std::uint32_t orders_room(const feed::MarketFile& file, std::uint32_t orders_max) {
  constexpr std::uint64_t kLeast = 10'000;
  const std::uint64_t messages = std::max(kLeast, file.bytes_total() / 2);  // 10 : 1 compressed
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(orders_max, messages));
}

Pass read(const BookOptions& options, std::map<std::string, Price> ticks) {
  const auto begin = Clock::now();
  Pass pass;
  pass.file = open_any_file(options.file, file_options(options));
  const FileBooks::OrderBudget budget{.orders_max = orders_room(*pass.file, options.orders_max)};
  pass.books = std::make_unique<FileBooks>(budget, std::move(ticks));
  std::optional<WallTime> until;
  Progress progress;
  std::uint64_t records = 0;
  while (RecordHeader* record = pass.file->peek()) {
    record->mono = MonoTime{record->wall.ns};
    const WallTime now = record->venue_time.ns != 0 ? record->venue_time : record->wall;
    if (!options.at.empty() && !until) until = parse_moment(options.at, midnight_of(*pass.file, now));
    if (until && now > *until) break;
    if (record->instrument != kNoInstrument)
      pass.books->apply(*record, pass.file->symbols()[index_of(record->instrument)]);
    pass.last = now;
    pass.file->pop();
    progress.show(*pass.file, ++records);
  }
  progress.end();
  pass.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return pass;
}

// The symbols that have something to show, busiest first.
std::vector<std::size_t> busiest(const FileBooks& books) {
  std::vector<std::size_t> order(books.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return books.statistics(i).messages == 0; });
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t i) { return books.statistics(i).messages; });
  return order;
}

std::string best_text(const std::vector<Level>& levels) {
  return levels.empty() ? "-" : to_text(levels.front().price);
}

void print_table(const Pass& pass, const std::vector<std::size_t>& order) {
  constexpr std::size_t kRows = 20;
  const FileBooks& books = *pass.books;
  fmt::print("{:<22} {:<7} {:>11} {:>9} {:>9} {:>9} {:>14} {:>14} {:>6} {:>8} {:>5}\n", "symbol",
             "book", "messages", "live", "executed", "trades", "bid", "ask", "gaps", "anomaly",
             "cross");
  for (std::size_t row = 0; row < order.size() && row < kRows; ++row) {
    const std::size_t i = order[row];
    const SymbolStatistics& statistics = books.statistics(i);
    fmt::print("{:<22} {:<7} {:>11} {:>9} {:>9} {:>9} {:>14} {:>14} {:>6} {:>8} {:>5}\n",
               pass.file->symbols()[i].name, books.kind(i),
               telemetry::with_separators(statistics.messages),
               telemetry::with_separators(books.live_orders(i)),
               telemetry::with_separators(statistics.executions),
               telemetry::with_separators(statistics.trades),
               best_text(books.levels(i, Side::Buy, 1)), best_text(books.levels(i, Side::Sell, 1)),
               statistics.gaps, statistics.anomalies, statistics.crossed);
  }
  if (order.size() > kRows)
    fmt::print("... and {} symbols more; --symbol NAME shows one, --json FILE holds all\n",
               telemetry::with_separators(order.size() - kRows));
}

void print_book(const Pass& pass, std::size_t i, std::size_t depth) {
  const auto bids = pass.books->levels(i, Side::Buy, depth);
  const auto asks = pass.books->levels(i, Side::Sell, depth);
  if (bids.empty() && asks.empty()) return;
  fmt::print("\n{} at {} UTC\n{:>16} {:>16}   {:<16} {:<16}\n", pass.file->symbols()[i].name,
             moment_text(pass.last), "quantity", "bid", "ask", "quantity");
  for (std::size_t row = 0; row < std::max(bids.size(), asks.size()); ++row)
    fmt::print("{:>16} {:>16}   {:<16} {:<16}\n", row < bids.size() ? to_text(bids[row].qty) : "",
               row < bids.size() ? to_text(bids[row].price) : "",
               row < asks.size() ? to_text(asks[row].price) : "",
               row < asks.size() ? to_text(asks[row].qty) : "");
}

void print_anomalies(const Pass& pass) {
  constexpr std::size_t kShown = 5;
  const feed::FileCounters& counters = pass.file->counters();
  if (const std::string refusals = pass.books->refusals(); !refusals.empty())
    fmt::print("\nrecords that the books refused: {}\n", refusals);
  const auto show = [&](std::string_view where, const std::vector<feed::Anomaly>& list) {
    for (std::size_t n = 0; n < list.size() && n < kShown; ++n)
      fmt::print("  {} {}: {}\n", where, list[n].position, list[n].reason);
  };
  show("record", pass.books->first_refusals());
  if (counters.anomalies != 0)
    fmt::print("\nmessages that could not be used: {}\n",
               telemetry::with_separators(counters.anomalies));
  show("at", counters.first_anomalies);
}

boost::json::array levels_json(const std::vector<Level>& levels) {
  boost::json::array array;
  for (const Level& level : levels)
    array.push_back(boost::json::array{to_text(level.price), to_text(level.qty)});
  return array;
}

boost::json::object symbol_json(const Pass& pass, std::size_t i, std::size_t depth) {
  const SymbolStatistics& statistics = pass.books->statistics(i);
  boost::json::object out{{"bids", levels_json(pass.books->levels(i, Side::Buy, depth))},
                          {"asks", levels_json(pass.books->levels(i, Side::Sell, depth))},
                          {"book", pass.books->kind(i)},
                          {"messages", statistics.messages},
                          {"live_orders", pass.books->live_orders(i)},
                          {"executions", statistics.executions},
                          {"executions_off_best", statistics.executions_off_best},
                          {"trades", statistics.trades},
                          {"volume", to_text(statistics.volume, Qty::kDecimals)},
                          {"gaps", statistics.gaps},
                          {"anomalies", statistics.anomalies},
                          {"crossed", statistics.crossed},
                          {"first", statistics.first.ns},
                          {"last", statistics.last.ns}};
  if (statistics.trades != 0) {
    out["last_trade"] = to_text(statistics.last_trade);
    out["low"] = to_text(statistics.low);
    out["high"] = to_text(statistics.high);
  }
  return out;
}

void write_json(const Pass& pass, const std::vector<std::size_t>& order,
                const BookOptions& options) {
  const feed::FileCounters& counters = pass.file->counters();
  boost::json::object kinds;
  for (const auto& [name, count] : counters.by_kind) kinds[name] = count;
  boost::json::object symbols;
  std::uint64_t live = 0;
  std::uint64_t executions = 0;
  std::uint64_t gaps = counters.gaps;
  std::uint64_t anomalies = counters.anomalies;
  for (const std::size_t i : order) {
    symbols[pass.file->symbols()[i].name] = symbol_json(pass, i, options.depth);
    live += pass.books->live_orders(i);
    executions += pass.books->statistics(i).executions;
    gaps += pass.books->statistics(i).gaps;
    anomalies += pass.books->statistics(i).anomalies;
  }
  const boost::json::object out{
      {"file", options.file.string()}, {"at", pass.last.ns},
      {"messages", counters.messages}, {"kinds", kinds},
      {"live_orders", live},           {"executions", executions},
      {"gaps", gaps},                  {"missing", counters.missing},
      {"anomalies", anomalies},        {"symbols", symbols}};
  write_file(options.json, boost::json::serialize(out) + "\n");
}
}  // namespace

int book_command(const BookOptions& options) {
  constexpr std::size_t kBooksShown = 3;
  Pass pass = read(options, {});
  if (pass.books->tick_too_coarse()) {  // the file does not state ticks: now they are known
    std::map<std::string, Price> ticks;
    while (pass.file->peek() != nullptr) pass.file->pop();
    for (const feed::FileSymbol& symbol : pass.file->symbols()) ticks[symbol.name] = symbol.tick;
    pass = read(options, std::move(ticks));
  }
  const feed::FileCounters& counters = pass.file->counters();
  const std::vector<std::size_t> order = busiest(*pass.books);
  fmt::print("{}: {} messages, {}, {} gaps ({} missing), {:.2f} s ({})\n",
             options.file.string(), telemetry::with_separators(counters.messages),
             order.size() == 1 ? std::string{"1 symbol"}
                               : telemetry::with_separators(order.size()) + " symbols",
             counters.gaps,
             counters.missing, pass.seconds,
             telemetry::rate_text(static_cast<double>(counters.messages) / pass.seconds));
  for (const auto& [name, count] : counters.by_kind)
    fmt::print("  {:<28} {:>12}\n", name, telemetry::with_separators(count));
  fmt::print("\n");
  if (order.empty()) {
    fmt::print("no record of {}\n",
               options.symbols.empty() ? "any symbol" : comma_separated(options.symbols));
  } else {
    print_table(pass, order);
  }
  if (order.size() <= kBooksShown || !options.symbols.empty())
    for (const std::size_t i : order) print_book(pass, i, options.depth);
  print_anomalies(pass);
  if (!options.json.empty()) write_json(pass, order, options);
  return order.empty() ? 1 : 0;
}

int book_formats_command() {
  for (const feed::FileFormat& format : feed::file_formats())
    fmt::print("{:<22} {}\n", format.name, format.summary);
  fmt::print("{:<22} {}\n", kBinanceRaw, kBinanceRawSummary);
  return 0;
}
}  // namespace sq::app
