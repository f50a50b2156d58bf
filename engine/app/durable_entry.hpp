// Durability "strict": an order leaves for the venue only when its record is on the disk. Stands
// between the core and the venue and holds each new order until the log says so.
// Cancels and queries leave at once: losing the record of one loses no exposure.
// Thread: the core's; the log's durability thread must run. Cost: the wait for one fdatasync (0.2
// ms on the test machine), spun away; a load when the record is durable already. Errors: an order
// whose record is not durable within wait_ns_max, or whose log failed, never leaves:
// held_back() has its report, an input for the core. From then on stalled() is true and
// orders are refused without a wait, until the log has caught up.
#pragma once

#include <cstdint>

#include "engine/messaging/orders.hpp"
#include "engine/venue/held_back.hpp"
#include "engine/venue/order_entry.hpp"
#include "engine/wal/log.hpp"

namespace sq::app {
class DurableEntry final : public venue::OrderEntry {
 public:
  // wait_ns_max 0: as long as it takes, unless the log fails (recorded data).
  DurableEntry(venue::OrderEntry& venue, const wal::Log& log, std::int64_t wait_ns_max);

  void send(const risk::Approved& request) noexcept override;
  void ask(const RecordHeader& request) noexcept override { venue_.ask(request); }

  [[nodiscard]] bool stalled() const noexcept;
  [[nodiscard]] venue::HeldBack& held_back() noexcept { return held_back_; }
  // Of held_back(): waited longer than their own lifetime.
  [[nodiscard]] std::uint64_t too_old() const noexcept { return too_old_; }

 private:
  enum class Wait : std::uint8_t { Durable, TooOld, Stalled };
  Wait reaches_disk(std::uint64_t sequence, std::int64_t ttl_ns) noexcept;

  venue::OrderEntry& venue_;
  const wal::Log& log_;
  std::int64_t wait_ns_max_;
  std::uint64_t late_sequence_{0};  // the record that was waited for in vain; 0: none
  venue::HeldBack held_back_;
  std::uint64_t too_old_{0};
};
}  // namespace sq::app
