#include "venues/binance/entry/order_flow.hpp"

#include <algorithm>
#include <cstring>

#include "engine/messaging/venue_account.hpp"
#include "engine/types/wire_id.hpp"
#include "venues/binance/entry/order_errands.hpp"

namespace sq::binance {
namespace {
constexpr std::size_t kUnsentMax = std::size_t{1} << 18U;  // the venue reads too slowly
constexpr std::size_t kRestWaitingMax = 64;                // a lane

std::vector<bool> carried(const std::vector<Instrument>& instruments) {
  std::vector<bool> carries;
  for (const Instrument& each : instruments) {
    if (carries.size() <= index_of(each.id)) carries.resize(index_of(each.id) + 1);
    carries[index_of(each.id)] = true;
  }
  return carries;
}
}  // namespace

bool HeldRequests::push(const RecordHeader& record, const risk::ApprovalStamp& stamp,
                        MonoTime now) noexcept {
  if (count_ == slots_.size() || record.length > sizeof(Record<OrderRequest>)) return false;
  Held& held = slots_[(first_ + count_++) % slots_.size()];
  held = {};
  held.stamp = stamp;
  held.since = now;
  std::memcpy(static_cast<void*>(&held.record), &record, record.length);
  return true;
}
HeldRequests::Held* HeldRequests::find(OrderId id) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    Held& held = slots_[(first_ + i) % slots_.size()];
    if (held.record.payload.id == id && !held.withdrawn) return &held;
  }
  return nullptr;
}

OrderFlow::OrderFlow(LinkContext& context, const risk::EgressLatch& latch, venue::RequestRing& in,
                     KeptLine& session)
    : context_{context},
      latch_{latch},
      checker_{context.settings.approval, context.where.venue, carried(context.where.instruments),
               latch},
      in_{in},
      session_{session},
      pending_{context.settings.in_flight_max} {
  for (auto& lane : rest_) lane = std::make_unique<RestLane>(context);
}

bool OrderFlow::closed(const OrderRequest& order, InstrumentId instrument) const noexcept {
  return latch_.closed(context_.where.venue, order.account, order.strategy, instrument);
}

void OrderFlow::on_order(const RecordHeader& record, const risk::ApprovalStamp& stamp,
                         bool may_open) {
  const OrderId id = payload_of<OrderRequest>(record).id;
  if (!may_open) return not_sent(id, record.instrument);
  if (orders_.empty() && try_order(record, stamp) == Tried::Done) return;
  if (!orders_.push(record, stamp, context_.now)) not_sent(id, record.instrument);
}

OrderFlow::Tried OrderFlow::try_order(const RecordHeader& record,
                                      const risk::ApprovalStamp& stamp) {
  const auto& order = payload_of<OrderRequest>(record);
  Line* const line = session_.up();
  if (line != nullptr) {
    if (line->unsent() > kUnsentMax || pending_.full()) return Tried::Hold;
    const RateCost cost{context_.spot() ? 1 : 0, 1, 0};
    const Permission permission = context_.governor.ask(cost, Purpose::Order, context_.venue_now());
    if (!permission.granted()) {
      orders_until_ = permission.until;
      return Tried::Hold;
    }
  } else if (lane_of(order.id).waiting() > kRestWaitingMax) {
    return Tried::Hold;
  }
  if (too_old(order, record.mono, context_.now)) {
    not_sent(order.id, record.instrument, RejectCode::TooOld);
    return Tried::Done;
  }
  const risk::ApprovalChecker::Outcome checked = checker_.check(record, stamp);
  if (!checked.approved) {
    ++context_.counters.refused_at_egress;
    not_sent(order.id, record.instrument, RejectCode::Halted);
    return Tried::Done;
  }
  const Instrument* const instrument = context_.reader.find(record.instrument);
  const auto wire = to_wire(context_.settings.instance, order.id);
  const WorkingOrder working{order.id,        0, {}, record.instrument, false, order.tif,
                             order.self_trade};
  if (instrument == nullptr || !wire || !context_.working.add(working)) {
    not_sent(order.id, record.instrument);
    return Tried::Done;
  }
  if (line != nullptr) {
    if (!send_order(*line, *checked.approved, *instrument)) not_sent(order.id, record.instrument);
    return Tried::Done;
  }
  const auto query = query_place(*checked.approved, *instrument, wire->view(), text_);
  if (!query) {
    not_sent(order.id, record.instrument);
    return Tried::Done;
  }
  lane_of(order.id).push(std::make_unique<PlaceErrand>(*this, order, record, *query));
  return Tried::Done;
}

bool OrderFlow::send_order(Line& line, const risk::Approved& approved,
                           const Instrument& instrument) {
  const auto& order = approved.payload<OrderRequest>();
  const auto wire = to_wire(context_.settings.instance, order.id);
  const auto text = write_place(approved, instrument, wire->view(), pending_.next_number(),
                                stamp_for(line), text_);
  if (!text || !line.send(*text)) return false;
  PendingRequest asked;
  asked.id = order.id;
  asked.sent = context_.now;
  asked.line = line.number();
  asked.instrument = instrument.id;
  asked.kind = RequestKind::Place;
  pending_.add(asked);
  ++context_.counters.orders_sent;
  return true;
}

bool OrderFlow::withdraw(OrderId id, InstrumentId instrument) {
  if (HeldRequests::Held* const held = orders_.find(id)) {
    held->withdrawn = true;
    not_sent(id, instrument);
    return true;
  }
  return lane_of(id).withdraw(id);
}

void OrderFlow::leave(const RecordHeader& cancel) {
  if (cancels_.empty() && try_cancel(cancel) == Tried::Done) return;
  // Without room: the core asks again.
  static_cast<void>(cancels_.push(cancel, {}, context_.now));
}

PendingRequest OrderFlow::asked_of(const RecordHeader& cancel) {
  PendingRequest asked;
  asked.id = payload_of<CancelRequest>(cancel).id;
  asked.instrument = cancel.instrument;
  asked.kind = RequestKind::Cancel;
  if (is_payload<ExternalCancel>(cancel))
    asked.venue_order_id = payload_of<ExternalCancel>(cancel).venue_order_id;
  return asked;
}

OrderFlow::Tried OrderFlow::try_cancel(const RecordHeader& record) {
  const Instrument* const instrument = context_.reader.find(record.instrument);
  if (instrument == nullptr) return Tried::Done;
  PendingRequest asked = asked_of(record);
  asked.sent = context_.now;
  Line* const line = session_.up();
  if (line == nullptr || pending_.full()) {
    lane_of(asked.id).push_first(std::make_unique<CancelErrand>(*this, asked));
    return Tried::Done;
  }
  const Permission permission =
      context_.governor.ask({1, 0, 0}, Purpose::Cancel, context_.venue_now());
  if (!permission.granted()) {
    cancels_until_ = permission.until;
    return Tried::Hold;
  }
  const auto wire = to_wire(context_.settings.instance, asked.id);
  const OrderName name{asked.venue_order_id != 0 || !wire ? std::string_view{} : wire->view(),
                       asked.venue_order_id};
  const auto text =
      write_cancel(*instrument, name, pending_.next_number(), stamp_for(*line), text_);
  if (!text) return Tried::Done;
  if (!line->send(*text)) {
    lane_of(asked.id).push_first(std::make_unique<CancelErrand>(*this, asked));
    return Tried::Done;
  }
  asked.line = line->number();
  pending_.add(asked);
  ++context_.counters.cancels_sent;
  return Tried::Done;
}

bool OrderFlow::send_held_cancels() {
  bool busy = false;
  while (!cancels_.empty() && context_.venue_now() >= cancels_until_) {
    if (try_cancel(cancels_.front().record.header) == Tried::Hold) break;
    cancels_.pop();
    busy = true;
  }
  return busy;
}
bool OrderFlow::send_held_orders(bool may_open) {
  bool busy = false;
  while (!orders_.empty()) {
    HeldRequests::Held& held = orders_.front();
    const OrderRequest& order = held.record.payload;
    const bool too_old = context_.now - held.since > context_.settings.order_age_ns_max;
    if (held.withdrawn) {
      // told already
    } else if (too_old || !may_open) {
      ++context_.counters.held;
      not_sent(order.id, held.record.header.instrument, RejectCode::RateLimit);
    } else if (context_.venue_now() < orders_until_ ||
               try_order(held.record.header, held.stamp) == Tried::Hold) {
      break;
    }
    orders_.pop();
    busy = true;
  }
  return busy;
}
bool OrderFlow::step_rest() {
  bool busy = false;
  for (auto& lane : rest_) busy = lane->step() || busy;
  return busy;
}

// No answer for so long: not known. A cancel goes once more, by the other way; of an amend only a
// query can tell.
void OrderFlow::give_up_old() {
  pending_.give_up_before(context_.now - context_.settings.answer_ns_max,
                          [this](const PendingRequest& asked) { lose(asked); });
}
void OrderFlow::on_line_ended(std::uint64_t number) {
  pending_.give_up_line(number, [this](const PendingRequest& asked) { lose(asked); });
}
void OrderFlow::lose(const PendingRequest& asked) {
  if (asked.kind == RequestKind::Place) {
    unknown(asked.id, asked.instrument);
  } else if (asked.kind == RequestKind::Amend) {
    doubtful_.push_back(asked);
  } else if (asked.kind == RequestKind::CancelAll) {
    again_by_rest(asked.instrument, take_sent_group(asked.number));
  } else {
    lane_of(asked.id).push_first(std::make_unique<CancelErrand>(*this, asked));
  }
}

void OrderFlow::cancel_all() {
  for (const Instrument& each : context_.where.instruments)
    rest_[0]->push_first(std::make_unique<CancelAllErrand>(*this, each, CancelList{}));
}
bool OrderFlow::placing(OrderId id) { return orders_.find(id) != nullptr || pending_.placing(id); }
bool OrderFlow::idle() const noexcept {
  return cancels_.empty() && group_.empty() && later_.empty() && pending_.none() &&
         std::all_of(rest_.begin(), rest_.end(), [](const auto& lane) { return lane->idle(); });
}
}  // namespace sq::binance
