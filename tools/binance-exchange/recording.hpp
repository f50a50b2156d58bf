// Order flow of a recorded session: its depth changes and trades go into the books as orders of
// nobody, at the pace they were recorded; whoever has an account trades with them.
// File: lines "<nanoseconds> {"stream":...,"data":...}", plain, gzip or Zstandard; a line without a
// stream is a snapshot of the symbol's book.
// Thread: the server's. Cost: JSON a line, an order a changed level. Errors: the constructor throws
// std::runtime_error; what cannot be used is counted.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "engine/feed/raw_file.hpp"
#include "tools/binance-exchange/venue.hpp"

namespace sq::exchange {
struct RecordingCounters {
  std::uint64_t lines{0};
  std::uint64_t levels{0};  // set
  std::uint64_t trades{0};
  std::uint64_t skipped{0};  // lines of no use here, or of symbols that are not traded
};

class Recording {
 public:
  Recording(Venue& venue, const std::string& path);
  // The first symbol it speaks of.
  [[nodiscard]] const std::string& symbol() const noexcept { return symbol_; }
  // All that is due; the first line is, at the first call.
  void act(std::int64_t now_ms);
  [[nodiscard]] bool over() const noexcept { return over_; }
  [[nodiscard]] const RecordingCounters& counters() const noexcept { return counters_; }

 private:
  using Levels = std::map<Price, std::deque<std::uint64_t>>;  // orders of a level
  [[nodiscard]] bool read_line();
  void apply(const boost::json::object& line);
  void apply_levels(SymbolMarket& market, Side side, const boost::json::value& list, bool removals);
  void set_level(SymbolMarket& market, Side side, Price price, Qty qty);
  void trade(SymbolMarket& market, const boost::json::object& event);
  [[nodiscard]] SymbolMarket* market_of(const boost::json::object& event);
  void submit(SymbolMarket& market, matching::NewOrder& order);

  Venue& venue_;
  feed::RawFile file_;
  std::string text_;  // read, not yet used
  std::size_t used_{0};
  std::string symbol_;
  std::map<SymbolMarket*, std::map<Side, Levels>> levels_;
  std::int64_t line_ns_{0};  // of the line that is next
  boost::json::object line_;
  std::int64_t first_ns_{0};
  std::int64_t began_ms_{0};
  std::int64_t now_ms_{0};
  bool over_{false};
  RecordingCounters counters_;
};
}  // namespace sq::exchange
