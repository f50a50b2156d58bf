// Deadlines in (deadline, id) order. Thread: the core's. Cost: O(log n), no allocation after
// construction. Errors: start() gives 0 when the fixed number of timers is running.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/types/time.hpp"

namespace sq::core {
enum class TimerOwner : std::uint16_t {
  Strategy,
  BookSilence,
  SaveState,
  Flatten,
  Reconcile,
  LimitEnd,
  ParentDeadline,
  WorkOrders,
  LegsTime,
  Breakers
};

struct Timer {
  MonoTime deadline{};
  std::uint32_t id{0};
  TimerOwner owner{TimerOwner::Strategy};
  std::uint16_t index{0};  // of the strategy, the instrument, the parent's slot
};

class Timers {
 public:
  // Strategies cannot take the last ones: the engine's own are one a book and a few.
  static constexpr std::size_t kReserved = 512;

  explicit Timers(std::size_t capacity) : capacity_{capacity} { heap_.reserve(capacity); }

  std::uint32_t start(MonoTime deadline, TimerOwner owner, std::uint16_t index) noexcept {
    const std::size_t kept_free = owner == TimerOwner::Strategy ? kReserved : 0;
    if (heap_.size() + kept_free >= capacity_) return 0;
    if (++last_id_ == 0) ++last_id_;
    heap_.push_back({deadline, last_id_, owner, index});
    std::push_heap(heap_.begin(), heap_.end(), &later);
    return last_id_;
  }
  [[nodiscard]] MonoTime next() const noexcept {
    return heap_.empty() ? MonoTime{std::numeric_limits<std::int64_t>::max()}
                         : heap_.front().deadline;
  }
  // Takes the first timer that is due at `now`; false when there is none.
  [[nodiscard]] bool take_due(MonoTime now, Timer& out) noexcept {
    if (heap_.empty() || heap_.front().deadline > now) return false;
    std::pop_heap(heap_.begin(), heap_.end(), &later);
    out = heap_.back();
    heap_.pop_back();
    return true;
  }

 private:
  static bool later(const Timer& a, const Timer& b) noexcept {
    return a.deadline != b.deadline ? a.deadline > b.deadline : a.id > b.id;
  }
  std::size_t capacity_;
  std::vector<Timer> heap_;
  std::uint32_t last_id_{0};
};
}  // namespace sq::core
