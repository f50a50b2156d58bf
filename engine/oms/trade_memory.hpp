// The trades that were booked lately, so that a trade that is told again, by another source or in a
// venue's list, is booked once; and so that a list can be compared with what was booked.
// Thread: its owner's. Cost: O(1); no allocation after construction. The oldest is forgotten first;
// a trade that may be one of the forgotten is not known to be new, see forgotten_until(). Source:
// faults X01, X08, X12; control A05.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::oms {
struct BookedTrade {
  std::uint64_t trade_id{0};
  OrderId order{};
  Price price{};
  Qty qty{};
  Amount fee{};
  WallTime at{};             // the venue's clock; 0: it gave none
  std::uint64_t told_in{0};  // the last list that told it, by its request
  InstrumentId instrument{kNoInstrument};
  Side side{Side::Buy};
  bool busted{false};  // taken back by the venue
  std::uint8_t reserved[2]{};
};
static_assert(sizeof(BookedTrade) == 72);

class TradeMemory {
 public:
  explicit TradeMemory(std::uint32_t capacity);  // a power of two

  // A trade has one id for both of its sides: both may be ours.
  [[nodiscard]] BookedTrade* find(InstrumentId instrument, std::uint64_t trade_id,
                                  Side side) noexcept;
  void remember(const BookedTrade& trade) noexcept;
  // No trade up to this moment of this venue's clock is known to be new by not being found.
  [[nodiscard]] WallTime forgotten_until() const noexcept { return forgotten_until_; }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::uint64_t n = first(); n != count_; ++n) visit(ring_[n & mask_]);
  }

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  [[nodiscard]] std::uint64_t first() const noexcept {
    return count_ > ring_.size() ? count_ - ring_.size() : 0;
  }
  [[nodiscard]] std::size_t bucket(InstrumentId instrument, std::uint64_t trade_id,
                                   Side side) const noexcept;
  void index(std::uint32_t place) noexcept;
  void forget(std::uint32_t place) noexcept;

  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  std::vector<BookedTrade> ring_;
  std::vector<std::uint32_t> index_;  // open addressing, at most half full
  std::uint64_t mask_;
  std::uint64_t index_mask_;
  std::uint64_t count_{0};
  WallTime forgotten_until_{};
};
}  // namespace sq::oms
