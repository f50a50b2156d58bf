// What the link knows of one instrument's chain of depth updates: which update is news, which came
// twice, where one is missing, and whether a snapshot joins the updates that were passed on. The
// book in the core judges for itself (engine/book/synced_book.hpp); this decides when to ask the
// venue for a snapshot, and which of two connections that deliver the same is listened to.
// Thread: the link's. Cost: a few compares. Source: Binance spot "How to manage a local order book
// correctly" (2025-11-12) and the USD-M page of that name; faults M01 to M03, N03.
#pragma once

#include <cstdint>

#include "engine/messaging/market_data.hpp"

namespace sq::binance {
class DepthSync {
 public:
  enum class Update : std::uint8_t {
    Next,       // pass it on
    Duplicate,  // drop it: contained in what was passed on
    Gap,        // pass it on: something before it is missing, a snapshot is needed
    Ahead       // of the second connection: the first will deliver what comes before it
  };
  // `second`: of the connection that is to replace the other.
  [[nodiscard]] Update on_update(const DepthHeader& update, bool second) noexcept {
    if (started_ && update.last_id <= last_id_) return Update::Duplicate;
    if (started_ && !chains(update)) {
      if (second) return Update::Ahead;
      start(update);
      synchronised_ = false;
      return Update::Gap;
    }
    if (started_) {
      last_id_ = update.last_id;
      return Update::Next;
    }
    start(update);
    if (!synchronised_ || bridges(snapshot_id_)) return Update::Next;
    synchronised_ = false;
    return Update::Gap;
  }

  // False: updates between the snapshot and the first one passed on are missing; a newer snapshot
  // is needed.
  [[nodiscard]] bool on_snapshot(std::uint64_t id) noexcept {
    if (started_ && !bridges(id)) return false;
    snapshot_id_ = id;
    synchronised_ = true;
    return true;
  }

  // Nothing is known any more: the stream was lost, or the consumer lost records.
  void reset() noexcept { *this = {}; }
  // The consumer wants a snapshot, although nothing was missing.
  void unsynchronise() noexcept { synchronised_ = false; }

  [[nodiscard]] bool started() const noexcept { return started_; }  // an update was passed on
  [[nodiscard]] bool synchronised() const noexcept { return synchronised_; }
  [[nodiscard]] std::uint64_t last_id() const noexcept { return last_id_; }

 private:
  [[nodiscard]] bool chains(const DepthHeader& update) const noexcept {
    return update.chain == DepthChain::Linked ? update.previous_id == last_id_
                                              : update.first_id <= last_id_ + 1;
  }
  // Nothing is missing between a snapshot with this id and the first update.
  [[nodiscard]] bool bridges(std::uint64_t id) const noexcept {
    return first_last_id_ <= id || joins_at_ <= id;
  }
  void start(const DepthHeader& update) noexcept {
    started_ = true;
    last_id_ = first_last_id_ = update.last_id;
    // The lowest snapshot id that the update follows.
    joins_at_ = update.chain == DepthChain::Linked ? update.previous_id
                : update.first_id == 0             ? 0
                                                   : update.first_id - 1;
  }

  bool started_{false};
  bool synchronised_{false};
  std::uint64_t last_id_{0};
  std::uint64_t first_last_id_{0};  // last_id of the first update
  std::uint64_t joins_at_{0};
  std::uint64_t snapshot_id_{0};
};
}  // namespace sq::binance
