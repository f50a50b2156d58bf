// The book that LOBSTER's messages leave behind, kept to compare it with the orderbook rows.
// Thread: one, cold. Cost: a map look-up a change.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/messaging/market_data.hpp"

namespace sq::feed::csv {
class LobsterBook {
 public:
  struct Order {
    Price price{};
    Qty qty{};
    Side side{Side::Buy};
  };
  struct PriceLevel {
    Qty qty{};  // known orders and the anonymous one
    Qty anonymous{};
    std::vector<std::uint64_t> orders;  // known ones, oldest first
  };
  // Best first.
  using Levels = std::map<std::int64_t, PriceLevel>;

  static constexpr std::uint64_t kAnonymousFirst = std::uint64_t{1} << 63;
  // The anonymous order of a price and side.
  [[nodiscard]] static std::uint64_t anonymous_id(Side side, Price price) noexcept {
    return kAnonymousFirst | static_cast<std::uint64_t>(price.raw()) << 1 | (side == Side::Sell);
  }

  [[nodiscard]] const Order* find(std::uint64_t id) const;
  void add(std::uint64_t id, const Order& order);
  // All of it or part; an order that has nothing left is forgotten. qty at most what it has.
  void take(std::uint64_t id, Qty qty);
  void add_anonymous(Side side, Price price, Qty qty);
  [[nodiscard]] Qty anonymous(Side side, Price price) const;
  void take_anonymous(Side side, Price price, Qty qty);

  // Records that make the level have `qty`, and does what they say. Anonymous quantity is taken
  // first, then the youngest orders.
  void mend(Side side, Price price, Qty qty, std::vector<MarketOrder>& records);
  [[nodiscard]] Levels& side_of(Side side) noexcept { return sides_[side == Side::Sell]; }
  // Key in Levels: the better, the lower.
  [[nodiscard]] static std::int64_t key(Side side, Price price) noexcept {
    return side == Side::Buy ? -price.raw() : price.raw();
  }

 private:
  void change(Side side, Price price, Qty by, Qty anonymous_by);

  Levels sides_[2];
  std::unordered_map<std::uint64_t, Order> orders_;
};
}  // namespace sq::feed::csv
