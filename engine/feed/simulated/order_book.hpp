// The limit order book of one simulated symbol, order by order, price-time priority.
// Prices are ticks and quantities lots of that symbol: this is the venue's side of the wire, which
// knows nothing of instruments; they become text in message_text.hpp.
// Thread: the simulation's. Cost: 50 to 300 ns an operation. Errors: none; callers pass live
// orders.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <vector>

namespace sq::feed::simulated {
using Tick = std::int32_t;
using Lots = std::int64_t;
enum class BookSide : std::uint8_t { Bid, Ask };
constexpr BookSide opposite(BookSide side) noexcept {
  return side == BookSide::Bid ? BookSide::Ask : BookSide::Bid;
}
// +1 for a bid, -1 for an ask: the direction of a better price.
constexpr Tick sign(BookSide side) noexcept { return side == BookSide::Bid ? 1 : -1; }

// Names an order for as long as the slot is not reused; check with is_live().
struct OrderRef {
  std::uint32_t slot{0};
  std::uint32_t generation{0};
};

class OrderBook {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Order {
    Lots lots{0};
    Tick price{0};
    std::uint32_t earlier{kNone};  // in the queue of its level
    std::uint32_t later{kNone};
    std::uint32_t generation{0};
    BookSide side{BookSide::Bid};
    bool live{false};
  };
  struct Level {
    Lots lots{0};
    std::uint32_t first{kNone};
    std::uint32_t last{kNone};
    std::uint32_t orders{0};
  };
  // Keyed by the price for asks and minus the price for bids: begin() is the best of either.
  using Levels = std::map<Tick, Level>;

  static constexpr Tick key_of(BookSide side, Tick price) noexcept {
    return side == BookSide::Bid ? -price : price;
  }
  [[nodiscard]] const Levels& levels(BookSide side) const noexcept {
    return side == BookSide::Bid ? bids_ : asks_;
  }
  [[nodiscard]] bool has_both_sides() const noexcept { return !bids_.empty() && !asks_.empty(); }
  // The side must not be empty.
  [[nodiscard]] Tick best(BookSide side) const noexcept {
    return key_of(side, levels(side).begin()->first);
  }
  [[nodiscard]] const Level& best_level(BookSide side) const noexcept {
    return levels(side).begin()->second;
  }
  [[nodiscard]] Lots lots_at(BookSide side, Tick price) const noexcept;
  [[nodiscard]] const Level* level_at(BookSide side, Tick price) const noexcept;
  // The occupied price nearest to `price`; the side must not be empty.
  [[nodiscard]] Tick nearest(BookSide side, Tick price) const noexcept;

  [[nodiscard]] const Order& order(std::uint32_t slot) const noexcept { return orders_[slot]; }
  [[nodiscard]] bool is_live(OrderRef ref) const noexcept {
    const Order& found = orders_[ref.slot];
    return found.live && found.generation == ref.generation;
  }

  OrderRef add(BookSide side, Tick price, Lots lots);
  void cancel(std::uint32_t slot) noexcept;

  struct Match {
    Tick price{0};
    Lots lots{0};
  };
  // Takes up to `lots` from `side` at `limit` or better; appends one match for each resting order.
  // Returns what is left.
  Lots take(BookSide side, Tick limit, Lots lots, std::vector<Match>& matches);

  // Called with the side and price of every level that changed, since the last clear. May repeat.
  [[nodiscard]] const std::vector<Tick>& changed(BookSide side) const noexcept {
    return side == BookSide::Bid ? changed_bids_ : changed_asks_;
  }
  void clear_changed() noexcept {
    changed_bids_.clear();
    changed_asks_.clear();
  }

 private:
  Levels& own_levels(BookSide side) noexcept { return side == BookSide::Bid ? bids_ : asks_; }
  void mark(BookSide side, Tick price) {
    (side == BookSide::Bid ? changed_bids_ : changed_asks_).push_back(price);
  }
  void unlink(Levels::iterator level, std::uint32_t slot) noexcept;

  Levels bids_;
  Levels asks_;
  std::vector<Order> orders_;
  std::vector<std::uint32_t> free_;
  std::vector<Tick> changed_bids_;
  std::vector<Tick> changed_asks_;
};
}  // namespace sq::feed::simulated
