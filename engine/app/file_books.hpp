// The books and statistics of every symbol of a market data file, whatever its format: records in,
// price levels or orders kept, executions checked against the best price.
// Thread: one, cold. Cost: about that of the books. Memory: OrderBudget once; an L2 book a symbol
// with depth. Errors: records that cannot be applied are counted by reason, the first ones kept.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/book/order_feed.hpp"
#include "engine/book/synced_book.hpp"
#include "engine/feed/market_file.hpp"

namespace sq::app {
struct SymbolStatistics {
  std::uint64_t messages{0};
  std::uint64_t orders_added{0};
  std::uint64_t executions{0};        // of orders in the book
  std::uint64_t executions_off_best{0};  // not at the best price of their side
  std::uint64_t trades{0};            // prints: executions, hidden trades, trade records
  Int128 volume{0};                   // of trades, 1e-8 units
  Int128 value{0};                    // sum of price x quantity, 1e-17 units
  Price last_trade{};
  Price low{};
  Price high{};
  std::uint64_t crossed{0};           // ends of events at which best bid >= best ask
  std::uint64_t gaps{0};              // of this symbol's own update ids
  std::uint64_t anomalies{0};         // records that could not be applied
  WallTime first{};
  WallTime last{};
};

class FileBooks {
 public:
  struct OrderBudget {
    std::uint32_t books{1U << 16};
    std::uint32_t orders_max{2'000'000};
  };
  // `ticks`: price steps known beforehand, by name, for files that do not state them.
  explicit FileBooks(OrderBudget budget, std::map<std::string, Price> ticks = {})
      : budget_{budget}, ticks_{std::move(ticks)} {}

  void apply(const RecordHeader& record, const feed::FileSymbol& symbol);

  [[nodiscard]] std::size_t size() const noexcept { return books_.size(); }
  [[nodiscard]] const SymbolStatistics& statistics(std::size_t symbol) const {
    return books_[symbol].statistics;
  }
  // Best first, at most `depth` levels.
  [[nodiscard]] std::vector<Level> levels(std::size_t symbol, Side side, std::size_t depth) const;
  [[nodiscard]] std::uint64_t live_orders(std::size_t symbol) const;
  // "orders", "levels", or "trades" when there was nothing to build a book from.
  [[nodiscard]] std::string_view kind(std::size_t symbol) const;
  // A book refused a price that is off its tick: the file's true step is finer than it looked.
  [[nodiscard]] bool tick_too_coarse() const noexcept { return tick_too_coarse_; }
  // "UnknownOrder 12, TooMuch 1"; empty when every record could be applied.
  [[nodiscard]] std::string refusals() const;
  [[nodiscard]] const std::vector<feed::Anomaly>& first_refusals() const { return first_; }

 private:
  struct Entry {
    std::string name;
    SymbolStatistics statistics;
    std::optional<book::OrderFeed> orders;     // order-by-order data
    std::unique_ptr<book::SyncedBook> levels;  // depth
  };
  Entry& entry_of(const RecordHeader& record, const feed::FileSymbol& symbol);
  void on_order(Entry& entry, const RecordHeader& record, const feed::FileSymbol& symbol);
  void on_depth(Entry& entry, const RecordHeader& record, const feed::FileSymbol& symbol);
  [[nodiscard]] Price tick_of(const feed::FileSymbol& symbol) const;
  static void note_trade(Entry& entry, Price price, Qty qty);
  void refuse(Entry& entry, const RecordHeader& record, std::string_view reason);

  OrderBudget budget_;
  std::map<std::string, Price> ticks_;
  std::unique_ptr<book::l3::L3Books> orders_;
  std::vector<Entry> books_;  // index: InstrumentId
  std::map<std::string, std::uint64_t> refusals_;
  std::vector<feed::Anomaly> first_;
  bool tick_too_coarse_{false};
};
}  // namespace sq::app
