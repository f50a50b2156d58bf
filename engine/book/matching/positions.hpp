// What each owner holds of the instrument, and which owners have resting reduce-only orders that a
// trade may have left without anything to reduce.
// Thread: the engine's. Cost: a trade two additions. Errors: none; 128 bits hold more than 2^87
// trades of the largest order. Units: lots; long is positive.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/book/matching/vocabulary.hpp"
#include "engine/types/fixed.hpp"

namespace sq::matching {
class Positions {
 public:
  explicit Positions(std::uint32_t owners) : owners_{owners}, entries_(owners) {
    moved_.reserve(owners);
  }

  [[nodiscard]] Int128 of(OwnerId owner) const noexcept { return entries_[index_of(owner)].lots; }
  [[nodiscard]] std::uint32_t owners() const noexcept { return owners_; }
  // How much an order on this side may trade before the position is zero; at most `open`.
  [[nodiscard]] std::int64_t reducible(OwnerId owner, Side side, std::int64_t open) const noexcept {
    return reducible(of(owner), side, open);
  }
  [[nodiscard]] static std::int64_t reducible(Int128 lots, Side side, std::int64_t open) noexcept {
    const Int128 left = side == Side::Sell ? lots : -lots;
    return left <= 0 ? 0 : static_cast<std::int64_t>(std::min<Int128>(left, open));
  }

  void trade(OwnerId buyer, OwnerId seller, std::int64_t lots) noexcept {
    change(buyer, lots);
    change(seller, -Int128{lots});
  }
  void change(OwnerId owner, Int128 lots) noexcept {
    Entry& entry = entries_[index_of(owner)];
    entry.lots += lots;
    if (entry.reduce_only[0] + entry.reduce_only[1] != 0 && !entry.moved) [[unlikely]] {
      entry.moved = true;
      moved_.push_back(owner);
    }
  }

  // While nobody has reduce-only orders.
  void change_plainly(OwnerId owner, std::int64_t lots) noexcept {
    entries_[index_of(owner)].lots += lots;
  }

  // A reduce-only order enters (+1) or leaves (-1) the book.
  void count_reduce_only(OwnerId owner, Side side, int change) noexcept {
    entries_[index_of(owner)].reduce_only[side == Side::Sell] += static_cast<std::uint32_t>(change);
    reduce_only_[side == Side::Sell] += static_cast<std::uint32_t>(change);
  }
  [[nodiscard]] std::uint32_t reduce_only(Side side) const noexcept {
    return reduce_only_[side == Side::Sell];
  }
  // It has reduce-only orders on that side and nothing that they could reduce.
  [[nodiscard]] bool idle_reduce_only(OwnerId owner, Side side) const noexcept {
    return entries_[index_of(owner)].reduce_only[side == Side::Sell] != 0 &&
           reducible(owner, side, 1) == 0;
  }

  // Owners with reduce-only orders whose position changed, in the order of the first change.
  [[nodiscard]] const std::vector<OwnerId>& moved() const noexcept { return moved_; }
  void clear_moved() noexcept {
    for (const OwnerId owner : moved_) entries_[index_of(owner)].moved = false;
    moved_.clear();
  }

 private:
  struct Entry {
    Int128 lots{0};
    std::uint32_t reduce_only[2]{0, 0};  // resting orders: buys, sells
    bool moved{false};
  };

 public:
  static constexpr std::size_t kOwnerBytes = sizeof(Entry) + sizeof(OwnerId);

 private:
  std::uint32_t owners_;
  std::vector<Entry> entries_;
  std::vector<OwnerId> moved_;
  std::uint32_t reduce_only_[2]{0, 0};
};
}  // namespace sq::matching
