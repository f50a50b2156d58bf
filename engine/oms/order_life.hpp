// The life of orders: what was sent, what the venue said, what is still at stake. Only recorded facts
// change it, so the same object serves the core, recovery and the admin port's view.
// Thread: its owner's. Cost: O(1) a fact. Errors: facts that do not fit are outcomes, never invented
// into a state: a report for an unknown order, a duplicate fill, an overfill are named.
#pragma once

#include <cstdint>

#include "engine/messaging/venue_account.hpp"
#include "engine/oms/order_pool.hpp"
#include "engine/risk/exposure.hpp"

namespace sq::oms {
enum class ReportFit : std::uint8_t {
  Applied = 0,
  Duplicate = 1,     // a fill or state already known; nothing changed
  UnknownOrder = 2,  // no such order in memory
  Overfill = 3,      // applied, because the venue is right about fills; alarm and pause
  LateFill = 4,      // applied to a finished order; alarm
  Contradiction = 5,  // not applied: content makes no sense for the order
  UnknownTrade = 6,  // a bust or correction of a fill not told yet: kept for when it comes; alarm
  Mismatch = 7,      // a fill of another side or instrument, or beyond the limit: applied; alarm
  Unasked = 8        // the venue changed the terms of an order that nobody amended: applied; alarm
};
// What a report does to the books.
enum class Booking : std::uint8_t {
  None = 0,
  Fill = 1,
  Bust = 2,        // of a fill that was booked
  Correction = 3,  // of a fill that was booked
  Void = 4         // a fill that was busted before it was told: it fills the order, not the books
};

struct ReportOutcome {
  Order* order{nullptr};
  OrderState from{OrderState::None};
  OrderState to{OrderState::None};
  ReportFit fit{ReportFit::Applied};
  Booking booking{Booking::None};
  bool finished{false};  // became terminal by this report
  bool repriced{false};  // its limit is another one now
  bool restaked{false};  // an amended order: what is at stake may have changed in any way
  Side side{Side::Buy};  // of the fill, as the venue says
  InstrumentId instrument{kNoInstrument};  // of the fill, as the venue says
  Qty fill{};      // by which the order's filled quantity grew; 0 when the report is no new fill
  Qty released{};  // quantity that can no longer fill, the fill included; negative: that can, anew
  risk::Stake before{};  // of an amended order, when it is restaked
};
// What an amend that was sent adds to what may still fill.
struct AmendOutcome {
  Order* order{nullptr};
  Qty added{};  // >= 0
  risk::Stake before{};
};

// An order that no answer ever proved to have arrived, and that so many queries did not find, never
// did: from then on it is NotSent. One "not found" proves nothing: venues show new orders late.
// The same holds for an amend whose new terms they do not show.
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
  [[nodiscard]] AmendOutcome on_amend_sent(const RecordHeader& sent) noexcept;
  // What it would add to what may still fill.
  [[nodiscard]] static Qty added_by(const Order& order, const AmendRequest& request) noexcept;
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
  void apply_state(ReportOutcome& outcome, const OrderReport& report) noexcept;
  void apply_end(ReportOutcome& outcome, const OrderReport& report) noexcept;
  void apply_absence(ReportOutcome& outcome, MonoTime now) noexcept;
  // order_trades.cpp: fills, busts, corrections
  void apply_fill(ReportOutcome& outcome, const RecordHeader& header) noexcept;
  void apply_known_fill(ReportOutcome& outcome, KnownTrade& trade,
                        const OrderReport& report) noexcept;
  void apply_bust(ReportOutcome& outcome, const OrderReport& report) noexcept;
  void apply_correction(ReportOutcome& outcome, const RecordHeader& header) noexcept;
  void take_fill(ReportOutcome& outcome, const RecordHeader& header, bool early) noexcept;
  // order_amend.cpp: amends
  void apply_amend_answer(ReportOutcome& outcome, const OrderReport& report) noexcept;
  static void apply_replaced(Order& order, const OrderReport& report, bool latest) noexcept;
  // What an answer to a query says about an unanswered amend. True: the order has other terms now.
  bool settle_amend(Order& order, const OrderReport& report, MonoTime now) noexcept;
  // True: it is the end of one of the two orders that a replacement is about, not of this order.
  [[nodiscard]] bool ends_one_leg(ReportOutcome& outcome, const OrderReport& report) noexcept;

  OrderPool pool_;
  AbsenceRule absence_;
};

// What all that was told about an order at the venue comes to, whatever the order it was told in.
[[nodiscard]] OrderState state_of(const Order& order) noexcept;
// What may still fill, and between which limits.
[[nodiscard]] risk::Stake stake_of(const Order& order) noexcept;
// The venue's number of an order does not change but by a replacement.
void hear_venue_id(Order& order, std::uint64_t id) noexcept;
// The venue's count of what it filled.
void hear_count(Order& order, Qty cumulative) noexcept;
}  // namespace sq::oms
