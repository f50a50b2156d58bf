// One symbol: the project's matching engine, what the public sees of it (levels, trades, update
// numbers), and the orders in it. Whoever owns it hears every event of an order through Orders.
// Thread: one, the server's. Cost: a map operation a change of a level. Errors: refusals of the
// engine. Units: engine/types.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/book/matching/engine.hpp"
#include "engine/types/instrument.hpp"
#include "tools/binance-exchange/candles.hpp"

namespace sq::exchange {
struct PublicTrade {
  std::uint64_t id{0};
  Price price{};
  Qty qty{};
  bool buyer_is_maker{false};
  std::int64_t time_ms{0};
  std::uint64_t taker_order{0};
};
struct Best {
  Price price{};
  Qty qty{};
};

// What happened to one order, in order.
struct OrderEvent {
  enum class Kind : std::uint8_t {
    Accepted,
    Trade,
    Cancelled,
    Expired,
    Reduced,
    Replaced  // has left its place for another
  } kind{Kind::Accepted};
  std::uint64_t order{0};
  Price price{};  // of the trade
  Qty qty{};      // traded, or lost
  std::uint64_t trade{0};
  bool maker{false};
  std::uint64_t counter_order{0};  // of the trade
  matching::Why why{matching::Why::Asked};
};

class SymbolMarket {
 public:
  using Listener = std::function<void(const OrderEvent&)>;
  SymbolMarket(const Instrument& instrument, std::uint32_t owners_max, Listener listener);
  SymbolMarket(const SymbolMarket&) = delete;
  SymbolMarket& operator=(const SymbolMarket&) = delete;

  matching::Refusal submit(const matching::NewOrder& order, std::int64_t now_ms);
  bool cancel(std::uint64_t order, std::int64_t now_ms);
  // Less quantity, in its place.
  matching::Refusal reduce_to(std::uint64_t order, Qty qty, std::int64_t now_ms);
  // At the tail of its new price, taking what it crosses.
  matching::Refusal replace(std::uint64_t order, Price price, Qty qty, std::int64_t now_ms);

  [[nodiscard]] const Instrument& instrument() const noexcept { return instrument_; }
  [[nodiscard]] std::string symbol() const { return std::string{instrument_.symbol.view()}; }
  // Rises by one with each change of a level.
  [[nodiscard]] std::uint64_t update_id() const noexcept { return update_id_; }
  [[nodiscard]] Best bid() const noexcept;
  [[nodiscard]] Best ask() const noexcept;
  [[nodiscard]] const std::map<Price, Qty, std::greater<>>& bids() const noexcept { return bids_; }
  [[nodiscard]] const std::map<Price, Qty>& asks() const noexcept { return asks_; }
  [[nodiscard]] const std::deque<PublicTrade>& trades() const noexcept {
    return trades_;
  }  // last 1,000
  [[nodiscard]] Price last_price() const noexcept {
    return trades_.empty() ? Price{} : trades_.back().price;
  }
  // Of an order in the book; 0: it is not there.
  [[nodiscard]] Qty open_qty(std::uint64_t order) const {
    const auto found = shown_.find(order);
    return found != shown_.end() ? found->second.qty : Qty{};
  }
  // Prices of the trades since the last call; 0: none.
  struct Range {
    Price low{};
    Price high{};
  };
  [[nodiscard]] Range take_range() { return std::exchange(range_, {}); }
  [[nodiscard]] const Candles& candles() const noexcept { return candles_; }
  // Levels that changed since the last call, with their quantity now; 0: gone.
  struct Changes {
    std::uint64_t first_id{0};
    std::uint64_t last_id{0};
    std::uint64_t previous_id{0};  // last_id of the call before
    std::map<Price, Qty, std::greater<>> bids;
    std::map<Price, Qty> asks;
    [[nodiscard]] bool empty() const noexcept { return bids.empty() && asks.empty(); }
  };
  [[nodiscard]] Changes take_changes();
  // The best levels as they were when changes were last taken, oldest first: what a client's book
  // must be at that number.
  struct PublishedBook {
    std::uint64_t id{0};
    std::vector<Best> bids;
    std::vector<Best> asks;
  };
  [[nodiscard]] const std::deque<PublishedBook>& published() const noexcept { return published_; }
  // What a buyer of `qty` would pay at most now: 1e-17, without own orders looked at; qty beyond
  // the book is not counted.
  [[nodiscard]] Int128 cost_of_taking(Side side, Qty qty) const;

 private:
  struct Shown {
    Side side{Side::Buy};
    Price price{};
    Qty qty{};
  };
  struct Sink {
    SymbolMarket& market;
    void operator()(const matching::Event& event) { market.on_event(event); }
  };
  void on_event(const matching::Event& event);
  void on_trade(const matching::Event& event);
  void show(std::uint64_t order, Side side, Price price, Qty qty);
  void change_level(Side side, Price price, Qty by);
  void keep_published();

  Instrument instrument_;
  Listener listener_;
  Sink sink_{*this};
  std::unique_ptr<matching::Engine<Sink>> engine_;
  std::map<Price, Qty, std::greater<>> bids_;
  std::map<Price, Qty> asks_;
  std::unordered_map<std::uint64_t, Shown> shown_;  // orders in the book
  std::deque<PublicTrade> trades_;
  Candles candles_;
  Range range_;
  std::uint64_t update_id_{1'000};
  std::uint64_t published_id_{1'000};
  std::deque<PublishedBook> published_;
  std::map<Price, bool, std::greater<>> changed_bids_;
  std::map<Price, bool> changed_asks_;
  std::int64_t now_ms_{0};
};
}  // namespace sq::exchange
