// Has the same order been sent a moment ago? Same strategy, account, instrument, side, type, price
// and quantity within the window. Remembers the last orders in a ring with an index by content;
// when the ring is full of orders that are all younger than the window, nothing can be ruled out:
// refused. Thread: one. Cost: a hash and, most of the time, one load. Memory: 64 bytes an order, at
// construction. Errors: Answer. Source: control P09; ids that repeat are the order pool's to
// refuse.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/types/state_bytes.hpp"
#include "engine/types/time.hpp"

namespace sq::risk {
class DuplicateOrders {
 public:
  enum class Answer : std::uint8_t { New, Duplicate, Full };
  struct Found {
    Answer answer{Answer::New};
    std::int64_t age_ns{0};  // of the duplicate
  };

  // window_ns 0: off. capacity: orders remembered, rounded up to a power of two.
  DuplicateOrders(std::int64_t window_ns, std::size_t capacity);

  [[nodiscard]] bool on() const noexcept { return window_ns_ > 0; }
  [[nodiscard]] std::int64_t window_ns() const noexcept { return window_ns_; }
  [[nodiscard]] Found find(const OrderRequest& order, std::size_t instrument,
                           MonoTime now) const noexcept;
  void on_sent(const OrderRequest& order, std::size_t instrument, MonoTime now) noexcept;

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  struct Key {
    std::int64_t limit{0};
    std::int64_t qty{0};
    std::uint32_t instrument{0};
    StrategyId strategy{};
    AccountId account{};
    Side side{Side::Buy};
    OrderType type{OrderType::Limit};
    std::uint8_t reserved[6]{};
    friend bool operator==(const Key&, const Key&) noexcept = default;
  };
  struct Sent {
    Key key{};
    MonoTime at{};
    std::uint64_t number{0};  // of this order, from 1; 0: none
    std::uint64_t before{0};  // number of the previous order in the same chain
  };
  [[nodiscard]] static Key key_of(const OrderRequest& order, std::size_t instrument) noexcept;
  [[nodiscard]] std::size_t chain_of(const Key& key) const noexcept;
  [[nodiscard]] const Sent& sent(std::uint64_t number) const noexcept {
    return ring_[number & mask_];
  }

  std::int64_t window_ns_;
  std::uint64_t mask_{0};
  std::uint64_t last_{0};  // number of the last order
  std::vector<Sent> ring_;
  std::vector<std::uint64_t> chains_;  // number of the last order of each chain
};
}  // namespace sq::risk
