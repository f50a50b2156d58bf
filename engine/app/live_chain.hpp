// Chains of options re-priced beside the core; their Greeks enter it as inputs (GreeksUpdate), one
// record an option and pricing, with a source of their own.
// In recorded runs RecordedChains computes them on the simulation's thread, at multiples of the
// chain's interval after market data changed: each run gives the same records, and a replay reads
// them from the log. In live and paper runs LiveChainAgent does it on a thread of its own, from the
// books that the core publishes.
// Thread: said at each class. Errors: constructors throw; without a price, a volatility or within
// the units' range a record says Unavailable. Cost: engine/options/chain; no allocation after
// construction but what the books of RecordedChains do.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "engine/backtest/derived_inputs.hpp"
#include "engine/book/synced_book.hpp"
#include "engine/book/top_snapshot.hpp"
#include "engine/messaging/greeks.hpp"
#include "engine/messaging/record_ring.hpp"
#include "engine/options/chain/live_chain.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
// One chain: from best prices to records. Thread: its owner's.
class ChainPricer {
 public:
  // `index`: of the chain in the configuration; its source is kSourceChainFirst + index.
  ChainPricer(const settings::Config& config, std::size_t index);

  [[nodiscard]] InstrumentId underlying() const noexcept { return underlying_; }
  [[nodiscard]] std::size_t size() const noexcept { return ids_.size(); }
  [[nodiscard]] InstrumentId id(std::size_t row) const noexcept { return ids_[row]; }
  [[nodiscard]] std::int64_t interval_ns() const noexcept { return interval_ns_; }

  // Best prices as of `at`. Empty or crossed: an option has no quote; the underlying keeps its last
  // price, which grows old.
  void set_underlying(const Level& bid, const Level& ask, MonoTime at) noexcept;
  void set_quote(std::size_t row, const Level& bid, const Level& ask, MonoTime at) noexcept;
  void reprice(WallTime wall, MonoTime now) noexcept;
  // What the last reprice() says about an option. Header: kind, length, source, its sequence,
  // instrument; venue_time is 0.
  [[nodiscard]] Record<GreeksUpdate>& record(std::size_t row) noexcept;

 private:
  InstrumentId underlying_;
  std::vector<InstrumentId> ids_;  // [row]
  options::LiveChain chain_;
  std::int64_t interval_ns_;
  std::int64_t quote_age_ns_max_;
  MonoTime underlying_at_{};
  WallTime priced_at_{};
  std::vector<MonoTime> quoted_at_;  // [row]
  Record<GreeksUpdate> record_;
};

// Thread: the simulation's.
class RecordedChains final : public backtest::DerivedInputs {
 public:
  explicit RecordedChains(const settings::Config& config);
  [[nodiscard]] bool empty() const noexcept { return desks_.empty(); }

  void on_market(const RecordHeader& record) noexcept override;
  [[nodiscard]] WallTime next() const noexcept override { return next_; }
  [[nodiscard]] RecordHeader& take(WallTime at) noexcept override;

 private:
  static constexpr WallTime kNever{std::numeric_limits<std::int64_t>::max()};
  static constexpr std::size_t kUnderlying = ~std::size_t{0};
  struct Desk {
    ChainPricer pricer;
    WallTime due{kNever};
    std::size_t row{0};  // the next to give; 0: not priced yet
  };
  struct Place {  // of an instrument in a chain
    std::size_t desk{0};
    std::size_t row{kUnderlying};
    std::unique_ptr<book::SyncedBook> book;  // null: in no chain
  };
  void update(const Place& place) noexcept;
  void choose_next() noexcept;

  std::vector<Desk> desks_;
  std::vector<Place> places_;  // index: InstrumentId
  WallTime next_{kNever};
  std::size_t next_desk_{0};
};

// Thread: one of its own; `books` are published by the core's thread, the ring is read by it.
class LiveChainAgent {
 public:
  // `books`: index InstrumentId; outlive the agent, as does the ring.
  LiveChainAgent(const settings::Config& config, std::size_t index,
                 std::span<book::TopPublisher* const> books, RecordRing& chain_to_core);

  // Prices when the interval has passed; the number of records sent. `now`: the core's time.
  // Ring full: the rest of this pricing is dropped and counted, the next one is newer.
  std::size_t do_work(MonoTime now, WallTime wall) noexcept;
  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return dropped_.load(std::memory_order_relaxed);
  }

 private:
  void read_books() noexcept;

  ChainPricer pricer_;
  std::vector<book::TopPublisher*> books_;  // [row]; the last is the underlying's
  std::vector<std::uint64_t> seen_;         // number of the view, as books_
  book::TopView view_{};
  RecordRing& chain_to_core_;
  MonoTime due_{};
  std::atomic<std::uint64_t> dropped_{0};
};
}  // namespace sq::app
