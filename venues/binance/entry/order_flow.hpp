// Orders and cancels from the core's ring to the wire, and what becomes of each. A request goes
// over the session if there is one, else over REST; while the rate limits hold it, it waits here:
// cancels go first and wait as long as it takes, orders that are too old are NotSent. Thread: the
// venue's. Cost: ring to socket without allocation over a session. Errors: reports. Source:
// controls P28, P30; faults X01 to X05, X09, N09, N16, N20.
#pragma once

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "engine/risk/approval.hpp"
#include "engine/venue/request_ring.hpp"
#include "venues/binance/entry/cancel_groups.hpp"
#include "venues/binance/entry/kept_line.hpp"
#include "venues/binance/entry/pending.hpp"
#include "venues/binance/entry/rest_lane.hpp"

namespace sq::binance {
// First in, first out, in a fixed room.
class HeldRequests {
 public:
  struct Held {
    risk::ApprovalStamp stamp{};
    Record<OrderRequest> record{};  // room for any request: the order is the longest
    MonoTime since{};
    bool withdrawn{false};
  };
  explicit HeldRequests(std::size_t capacity) : slots_(capacity) {}
  // False: no room.
  [[nodiscard]] bool push(const RecordHeader& record, const risk::ApprovalStamp& stamp,
                          MonoTime now) noexcept;
  [[nodiscard]] Held& front() noexcept { return slots_[first_]; }
  void pop() noexcept {
    first_ = (first_ + 1) % slots_.size();
    --count_;
  }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  // The order `id`, if it waits here.
  [[nodiscard]] Held* find(OrderId id) noexcept;

 private:
  std::vector<Held> slots_;
  std::size_t first_{0};
  std::size_t count_{0};
};

class OrderFlow {
 public:
  OrderFlow(LinkContext& context, const risk::EgressLatch& latch, venue::RequestRing& in,
            KeptLine& session);

  // `queries`: where QuerySent goes.
  // Orders that only a query can tell more of.
  template <class Visit>
  void take_doubtful(Visit&& visit) {
    for (const PendingRequest& each : doubtful_) visit(each);
    doubtful_.clear();
  }
  // What the core has asked for leaves, and what waited for the rate limits.
  template <class OnQuery>
  bool send(bool may_open, OnQuery&& on_query) {
    bool busy = send_held_cancels();
    venue::RequestRing::Request request;
    for (int i = 0; i < kRequestsATurn && in_.peek(request); ++i) {
      busy = true;
      ++context_.counters.requests;
      const RecordHeader& record = *request.record;
      if (record.kind == RecordKind::OrderSent) {
        on_order(record, request.stamp, may_open);
      } else if (record.kind == RecordKind::AmendSent) {
        on_amend(record, request.stamp, may_open);
      } else if (record.kind == RecordKind::CancelSent) {
        collect(record);
      } else if (record.kind == RecordKind::QuerySent) {
        on_query(record);
      }
      in_.pop();
    }
    if (group_.abandoned(context_.now)) leave_group();
    if (!later_.empty()) leave_each(std::exchange(later_, {}));
    return send_held_orders(may_open) || busy;
  }
  // REST, and what has had no answer for too long: behind the reading of what has come.
  bool step() {
    const bool busy = step_rest();
    give_up_old();
    return busy;
  }
  void on_answer(const Incoming& said);
  void on_line_ended(std::uint64_t number);
  void cancel_all();
  // A place of this order is on its way or may still leave.
  [[nodiscard]] bool placing(OrderId id);
  [[nodiscard]] bool amending(OrderId id) const noexcept { return pending_.amending(id); }
  // Requests on this connection still wait for their answers.
  [[nodiscard]] bool awaits_on(std::uint64_t line) const noexcept { return pending_.any_on(line); }
  [[nodiscard]] bool idle() const noexcept;

 private:
  friend class PlaceErrand;
  friend class CancelErrand;
  friend class CancelAllErrand;
  friend class CancelBatchErrand;
  static constexpr int kRequestsATurn = 64;
  static constexpr std::size_t kRestLanes = 4;
  static constexpr std::size_t kHeldMax = 4'096;

  enum class Tried : std::uint8_t { Done, Hold };
  void on_order(const RecordHeader& record, const risk::ApprovalStamp& stamp, bool may_open);
  void on_amend(const RecordHeader& record, const risk::ApprovalStamp& stamp, bool may_open);
  void collect(const RecordHeader& cancel);
  void leave(const RecordHeader& cancel);
  void leave_each(const CancelList& cancels);
  void leave_group();
  void send_group(bool all);
  [[nodiscard]] bool cancel_all_by_session();
  [[nodiscard]] CancelList take_sent_group(std::uint64_t request);
  void on_group_answered(const PendingRequest& asked, const Meaning& meaning);
  void again_by_rest(InstrumentId instrument, CancelList cancels);
  // It has not left, and now it never will.
  [[nodiscard]] bool withdraw(OrderId id, InstrumentId instrument);
  [[nodiscard]] static PendingRequest asked_of(const RecordHeader& cancel);
  [[nodiscard]] Tried try_order(const RecordHeader& record, const risk::ApprovalStamp& stamp);
  [[nodiscard]] Tried try_cancel(const RecordHeader& record);
  [[nodiscard]] bool send_order(Line& line, const risk::Approved& approved,
                                const Instrument& instrument);
  [[nodiscard]] bool send_held_orders(bool may_open);
  [[nodiscard]] bool send_held_cancels();
  [[nodiscard]] bool step_rest();
  void give_up_old();
  void lose(const PendingRequest& asked);
  [[nodiscard]] RestLane& lane_of(OrderId id) { return *rest_[id.value % kRestLanes]; }
  [[nodiscard]] RequestStamp stamp_for(const Line& line) const noexcept {
    return line.logged_on() ? context_.session_stamp() : context_.signed_stamp();
  }
  [[nodiscard]] bool closed(const OrderRequest& order, InstrumentId instrument) const noexcept;

  // Fates, whatever way it went.
  void not_sent(OrderId id, InstrumentId instrument, RejectCode code = RejectCode::None);
  void unknown(OrderId id, InstrumentId instrument);
  void on_placed(OrderId id, InstrumentId instrument, const Meaning& meaning,
                 const ToldOrder* told);
  void on_cancelled(const PendingRequest& asked, const Meaning& meaning, const ToldOrder* told);
  void not_amended(const AmendRequest& amend, InstrumentId instrument, RejectCode code);
  void on_amended(const PendingRequest& asked, const Meaning& meaning, const Incoming& said);
  void on_key_refused(const VenueAnswer& answer);

  LinkContext& context_;
  const risk::EgressLatch& latch_;
  risk::ApprovalChecker checker_;
  venue::RequestRing& in_;
  KeptLine& session_;
  PendingRequests pending_;
  HeldRequests orders_{kHeldMax};
  HeldRequests cancels_{kHeldMax};
  WallTime orders_until_{};
  WallTime cancels_until_{};
  std::array<std::unique_ptr<RestLane>, kRestLanes> rest_;
  std::vector<PendingRequest> doubtful_;
  CancelCollector group_{kHeldMax};
  std::vector<SentGroup> sent_groups_;
  CancelList later_;  // what a message with several could not do, one by one
  int key_refusals_{0};
  char text_[kOrderTextMax]{};
};
}  // namespace sq::binance
