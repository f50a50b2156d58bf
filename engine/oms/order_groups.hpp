// Links (OCO, OTO, bracket) and orders of several legs: each is its last record, since the record
// carries it whole. What its orders filled is with the parents it names.
// Thread: its owner's. Cost: find is linear in the groups in use, a few cache lines for dozens.
// Errors: full of groups that are not done: create fails, which has_room() tells before.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/messaging/parents.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::oms {
template <class Changed>
class OrderGroups {
 public:
  static constexpr std::uint32_t kCapacity = 128;
  struct Group {
    Changed last{};
    InstrumentId instrument{kNoInstrument};
    [[nodiscard]] bool live() const noexcept {
      return last.to != decltype(last.to)::None && last.to != decltype(last.to)::Done;
    }
  };

  OrderGroups() { groups_.reserve(kCapacity); }

  // Null: no room, or nothing changes any more.
  Group* on_changed(const RecordHeader& record) noexcept {
    const auto& changed = payload_of<Changed>(record);
    Group* group = find(changed.id);
    if (group == nullptr) {
      if (changed.from != decltype(changed.from)::None) return nullptr;
      group = create();
      if (group == nullptr) return nullptr;
      group->instrument = record.instrument;
    } else if (!group->live()) {
      return nullptr;
    }
    group->last = changed;
    return group;
  }
  [[nodiscard]] Group* find(OrderId id) noexcept {
    for (Group& group : groups_)
      if (group.last.id == id) return &group;
    return nullptr;
  }
  [[nodiscard]] const Group* find(OrderId id) const noexcept {
    return const_cast<OrderGroups*>(this)->find(id);
  }
  [[nodiscard]] bool has_room() const noexcept {
    if (groups_.size() < kCapacity) return true;
    for (const Group& group : groups_)
      if (!group.live()) return true;
    return false;
  }
  [[nodiscard]] const std::vector<Group>& all() const noexcept { return groups_; }

  void save(StateOut& out) const {
    out.put_count(groups_.size());
    for (const Group& group : groups_) {
      out.put(group.last);
      out.put(group.instrument);
    }
  }
  [[nodiscard]] bool restore(StateIn& in) {
    groups_.clear();
    const std::size_t n = in.take_count(kCapacity);
    for (std::size_t i = 0; i < n && in.ok(); ++i) {
      Group group;
      group.last = in.take<Changed>();
      group.instrument = in.take<InstrumentId>();
      groups_.push_back(group);
    }
    return in.ok();
  }

 private:
  Group* create() noexcept {
    if (groups_.size() < kCapacity) return &groups_.emplace_back();
    for (Group& group : groups_) {
      if (group.live()) continue;
      group = Group{};
      return &group;
    }
    return nullptr;
  }
  std::vector<Group> groups_;
};
using LinkedOrders = OrderGroups<LinkChanged>;
using LegOrders = OrderGroups<LegsChanged>;
}  // namespace sq::oms
