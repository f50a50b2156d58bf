// Cancels that the core decided together, until the last of them is here: then one message may
// carry them. It never ends an order by itself: each ends by its own line in the answer, by the
// user data stream, or by a query.
// Thread: the venue's. Cost: a copy a cancel; allocates when a message leaves. Errors: a group
// whose last cancel does not come leaves one by one; likewise what a message could not do.
// Source: protocol facts of binance_spot 8 (openOrders), binance_futures 6 (allOpenOrders,
// batchOrders); controls A01, P28; faults X06, X22.
#pragma once

#include <cstring>
#include <vector>

#include "engine/messaging/venue_account.hpp"
#include "engine/types/time.hpp"

namespace sq::binance {
using CancelRecord = Record<ExternalCancel>;  // or a CancelRequest: header.length says which
using CancelList = std::vector<CancelRecord>;

class CancelCollector {
 public:
  explicit CancelCollector(std::size_t capacity) { list_.reserve(capacity); }

  // False: no room.
  [[nodiscard]] bool add(const RecordHeader& cancel, MonoTime now) {
    if (list_.size() == list_.capacity() || cancel.length > sizeof(CancelRecord)) return false;
    CancelRecord& kept = list_.emplace_back();
    std::memcpy(static_cast<void*>(&kept), &cancel, cancel.length);
    touched_ = now;
    return true;
  }
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
  [[nodiscard]] InstrumentId instrument() const noexcept { return list_.front().header.instrument; }
  // The core writes a group without a pause: what is older waits for a last one that found its
  // ring full.
  [[nodiscard]] bool abandoned(MonoTime now) const noexcept {
    return !list_.empty() && now - touched_ > kPatienceNs;
  }
  [[nodiscard]] const CancelList& list() const noexcept { return list_; }
  void clear() noexcept { list_.clear(); }

 private:
  static constexpr std::int64_t kPatienceNs = 5 * kNsPerMs;
  CancelList list_;
  MonoTime touched_{};
};

// A message over a session that cancels everything of an instrument.
struct SentGroup {
  std::uint64_t request{0};
  CancelList cancels;
};
}  // namespace sq::binance
