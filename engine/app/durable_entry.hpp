// Durability "strict": an order leaves for the venue only when its record is on the disk. Stands
// between the core and the venue and holds each new order until the log says so.
// Cancels and queries leave at once: losing the record of one loses no exposure.
// Thread: the core's; the log's durability thread must run. Cost: the wait for one fdatasync (0.2
// ms on the test machine), spun away; a load when the record is durable already. Errors: an order
// whose record is not durable within wait_ns_max, or whose log failed, never leaves:
// take_not_sent() gives its report, an input for the core. From then on stalled() is true and
// orders are refused without a wait, until the log has caught up.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/venue/order_entry.hpp"
#include "engine/wal/log.hpp"

namespace sq::app {
class DurableEntry final : public venue::OrderEntry {
 public:
  // wait_ns_max 0: as long as it takes, unless the log fails (recorded data).
  DurableEntry(venue::OrderEntry& venue, const wal::Log& log, std::int64_t wait_ns_max);

  void send(const risk::Approved& request) noexcept override;
  void ask(const RecordHeader& request) noexcept override { venue_.ask(request); }

  // Reports of kind NotSent, in the order of their requests; false: none is left.
  [[nodiscard]] bool take_not_sent(Record<OrderReport>& report) noexcept;
  [[nodiscard]] bool stalled() const noexcept;
  [[nodiscard]] std::uint64_t held_back() const noexcept { return held_back_; }  // orders, ever
  // Of held_back(): waited longer than their own lifetime.
  [[nodiscard]] std::uint64_t too_old() const noexcept { return too_old_; }
  // Of held_back(): more than could be kept; to the core they stay sent without an answer.
  [[nodiscard]] std::uint64_t unreported() const noexcept { return unreported_; }

 private:
  enum class Wait : std::uint8_t { Durable, TooOld, Stalled };
  Wait reaches_disk(std::uint64_t sequence, std::int64_t ttl_ns) noexcept;
  void keep_back(const RecordHeader& request, RejectCode code) noexcept;

  venue::OrderEntry& venue_;
  const wal::Log& log_;
  std::int64_t wait_ns_max_;
  std::uint64_t late_sequence_{0};  // the record that was waited for in vain; 0: none
  std::vector<Record<OrderReport>> not_sent_;
  std::size_t next_{0};  // of not_sent_, to hand out
  std::uint64_t held_back_{0};
  std::uint64_t too_old_{0};
  std::uint64_t unreported_{0};
};
}  // namespace sq::app
