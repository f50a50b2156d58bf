// The life of orders: what was sent, what the venue said, what is still at stake. Only recorded facts
// change it, so the same object serves the core, recovery and the admin port's view.
// Thread: its owner's. Cost: O(1) a fact. Errors: facts that do not fit are outcomes, never invented
// into a state: a report for an unknown order, a duplicate fill, an overfill are named.
#pragma once

#include <cstdint>

#include "engine/messaging/venue_account.hpp"
#include "engine/oms/order_pool.hpp"

namespace sq::oms {
enum class ReportFit : std::uint8_t {
  Applied = 0,
  Duplicate = 1,     // a fill or state already known; nothing changed
  UnknownOrder = 2,  // no such order in memory
  Overfill = 3,      // applied, because the venue is right about fills; alarm and pause
  LateFill = 4,      // applied to a finished order; alarm
  Contradiction = 5  // not applied: content makes no sense for the order
};

struct ReportOutcome {
  Order* order{nullptr};
  OrderState from{OrderState::None};
  OrderState to{OrderState::None};
  ReportFit fit{ReportFit::Applied};
  Qty fill{};      // to book; 0 when the report is no new fill
  Qty released{};  // quantity that can no longer fill, the fill included
  bool finished{false};  // became terminal by this report
};

// An order that no answer ever proved to have arrived, and that so many queries did not find, never
// did: from then on it is NotSent. One "not found" proves nothing: venues show new orders late.
struct AbsenceRule {
  std::uint8_t answers{3};                      // each to a query of its own
  std::int64_t after_ns{15 * kNsPerSecond};     // since the order was sent: nothing can be on its way
};

class OrderLife {
 public:
  OrderLife(std::uint32_t capacity, std::size_t instruments) : pool_{capacity, instruments} {}

  [[nodiscard]] bool has_room() const noexcept { return pool_.has_room(); }
  // Facts. OrderSent: null only when the pool is full of working orders (checked before sending).
  Order* on_sent(const RecordHeader& sent) noexcept;
  Order* on_cancel_sent(const RecordHeader& sent) noexcept;
  // A query says that an order nobody answered is Unknown.
  Order* on_query_sent(const RecordHeader& sent) noexcept;
  [[nodiscard]] ReportOutcome on_report(const RecordHeader& report) noexcept;
  // An order that works at a venue and was not known, or known as ended. Null: no room, or it works.
  Order* on_adopted(const RecordHeader& adopted) noexcept;
  // The connection is gone: a pending order's outcome is not known. Exposure stays.
  [[nodiscard]] bool to_unknown(Order& order, MonoTime now) noexcept;

  [[nodiscard]] OrderPool& pool() noexcept { return pool_; }
  [[nodiscard]] const OrderPool& pool() const noexcept { return pool_; }

 private:
  void apply_fill(ReportOutcome& outcome, const OrderReport& report) noexcept;
  void apply_state(ReportOutcome& outcome, const OrderReport& report) noexcept;
  void apply_absence(ReportOutcome& outcome, MonoTime now) noexcept;

  OrderPool pool_;
  AbsenceRule absence_;
};
}  // namespace sq::oms
