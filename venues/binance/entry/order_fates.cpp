// What became of orders and cancels, over a session or over REST.
#include "engine/types/wire_id.hpp"
#include "venues/binance/entry/order_errands.hpp"

namespace sq::binance {
namespace {
using Outcome = net::HttpClient::Outcome;
constexpr int kKeyRefusalsMax = 3;
constexpr int kCancelTries = 3;
const char* order_path(const LinkContext& context) {
  return context.spot() ? "/api/v3/order" : "/fapi/v1/order";
}
}  // namespace

void OrderFlow::not_sent(OrderId id, InstrumentId instrument, RejectCode code) {
  ++context_.counters.not_sent;
  context_.working.remove(id);
  OrderReport report;
  report.id = id;
  report.kind = ReportKind::NotSent;
  report.code = code;
  context_.out.report(report, instrument, context_.venue_now());
}
// Unless the user data stream has told what became of it.
void OrderFlow::unknown(OrderId id, InstrumentId instrument) {
  const WorkingOrder* const working = context_.working.find(id);
  if (working == nullptr || working->answered) return;
  ++context_.counters.unknown;
  context_.limps_until = context_.now + LinkContext::kLimpsNs;
  OrderReport report;
  report.id = id;
  report.kind = ReportKind::Unknown;
  context_.out.report(report, instrument, context_.venue_now());
}

void OrderFlow::on_key_refused(const VenueAnswer& answer) {
  std::string why{"the venue refuses the key: "};
  why.append(std::to_string(answer.code)).append(" ").append(answer.message);
  if (++key_refusals_ >= kKeyRefusalsMax) return context_.stop(why);
  context_.note(why);
}

// `told`: the order in the answer; null: it was not there, or could not be read.
void OrderFlow::on_placed(OrderId id, InstrumentId instrument, const Meaning& meaning,
                          const ToldOrder* told) {
  OrderReport report;
  report.id = id;
  WallTime at = context_.venue_now();
  if (meaning.fate == Fate::Done && told != nullptr && told->id == id &&
      told->venue_order_id != 0) {
    report.kind = ReportKind::Accepted;
    report.venue_order_id = told->venue_order_id;
    at = told->at;
    context_.names.remember(instrument, told->venue_order_id, id);
    // Unless the user data stream has told its end before.
    if (WorkingOrder* const working = context_.working.find(id)) {
      working->venue_order_id = told->venue_order_id;
      working->answered = true;
    }
  } else if (meaning.fate == Fate::NotDone) {
    report.kind = ReportKind::Rejected;
    report.code = meaning.code;
    context_.working.remove(id);
  } else {
    return unknown(id, instrument);
  }
  context_.out.report(report, instrument, at);
}

void OrderFlow::on_cancelled(const PendingRequest& asked, const Meaning& meaning,
                             const ToldOrder* told) {
  OrderReport report;
  report.id = asked.id;
  report.venue_order_id = asked.venue_order_id;
  WallTime at = context_.venue_now();
  if (meaning.fate == Fate::Done) {
    if (told == nullptr || told->state != OrderState::Cancelled) return;  // the stream tells more
    report.kind = ReportKind::Cancelled;
    report.venue_order_id = told->venue_order_id;
    report.cumulative_qty = told->filled;
    at = told->at;
    context_.working.remove(asked.id);
  } else if (meaning.fate == Fate::Unknown) {
    return;  // the core asks again after its time
  } else {
    report.kind = ReportKind::CancelRejected;
    report.code = meaning.fate == Fate::NotFound ? RejectCode::UnknownOrder : meaning.code;
  }
  context_.out.report(report, asked.instrument, at);
}

void OrderFlow::on_answer(const Incoming& said) {
  PendingRequest* const slot = pending_.find(said.request);
  if (slot == nullptr) {
    ++context_.counters.foreign_answers;
    return;
  }
  const PendingRequest asked = *slot;
  slot->number = 0;
  if (asked.given_up) ++context_.counters.late_answers;
  const Meaning meaning = meaning_of(context_.where.venue, asked.kind, said.answer);
  context_.take_care(meaning, said.retry_after_s);
  if (meaning.care == Care::KeyRefused) on_key_refused(said.answer);
  if (meaning.care == Care::None) context_.governor.on_answered();
  const ToldOrder* const told = said.order_told ? &said.order : nullptr;
  if (asked.kind == RequestKind::Place) return on_placed(asked.id, asked.instrument, meaning, told);
  if (asked.kind == RequestKind::Amend) return on_amended(asked, meaning, said);
  if (asked.kind == RequestKind::CancelAll) return on_group_answered(asked, meaning);
  if (meaning.care == Care::ClockOff) {  // with a better stamp, once it is known
    lane_of(asked.id).push_first(std::make_unique<CancelErrand>(*this, asked));
    return;
  }
  on_cancelled(asked, meaning, told);
}

std::optional<RestAsk> PlaceErrand::next() {
  if (asked_) return std::nullopt;
  asked_ = true;
  if (flow_.closed(order_, instrument_)) {
    ++flow_.context_.counters.refused_at_egress;
    flow_.not_sent(order_.id, instrument_, RejectCode::Halted);
    return std::nullopt;
  }
  if (too_old(order_, decided_, flow_.context_.now)) {
    flow_.not_sent(order_.id, instrument_, RejectCode::TooOld);
    return std::nullopt;
  }
  RestAsk ask;
  ask.method = "POST";
  ask.path = order_path(flow_.context_);
  ask.query = query_;
  ask.cost = {flow_.context_.spot() ? 1 : 0, 1, 0};
  ask.purpose = Purpose::Order;
  ask.wait_ns_max = flow_.context_.settings.order_age_ns_max;
  return ask;
}
bool PlaceErrand::withdraw() {
  flow_.not_sent(order_.id, instrument_);
  return true;
}
void PlaceErrand::on_answer(const RestAnswer& answer) {
  LinkContext& context = flow_.context_;
  if (answer.outcome == Outcome::NotSent) return flow_.not_sent(order_.id, instrument_);
  ++context.counters.orders_sent;
  ++context.counters.by_rest;
  if (answer.outcome != Outcome::Answered) return flow_.unknown(order_.id, instrument_);
  if (answer.told()) {
    const auto told = context.reader.read_order(answer.body);
    return flow_.on_placed(order_.id, instrument_, {Fate::Done, RejectCode::None, Care::None},
                           told ? &*told : nullptr);
  }
  const VenueAnswer said = context.reader.read_error(answer.status, answer.body);
  const Meaning meaning = meaning_of(context.where.venue, RequestKind::Place, said);
  if (meaning.care == Care::KeyRefused) flow_.on_key_refused(said);
  flow_.on_placed(order_.id, instrument_, meaning, nullptr);
}

std::optional<RestAsk> CancelErrand::next() {
  if (done_ || tries_ == kCancelTries) return std::nullopt;
  ++tries_;
  LinkContext& context = flow_.context_;
  const Instrument* const instrument = context.reader.find(asked_.instrument);
  const auto wire = to_wire(context.settings.instance, asked_.id);
  const OrderName name{asked_.venue_order_id != 0 || !wire ? std::string_view{} : wire->view(),
                       asked_.venue_order_id};
  char text[kOrderTextMax];
  const auto query = query_cancel(*instrument, name, text);
  if (!query) return std::nullopt;
  RestAsk ask;
  ask.method = "DELETE";
  ask.path = order_path(context);
  ask.query = std::string{*query};
  ask.cost = {1, 0, 0};
  ask.purpose = Purpose::Cancel;
  return ask;
}
void CancelErrand::on_answer(const RestAnswer& answer) {
  LinkContext& context = flow_.context_;
  done_ = true;
  if (answer.outcome == Outcome::NotSent) return;  // the core asks again
  ++context.counters.cancels_sent;
  ++context.counters.by_rest;
  if (answer.outcome != Outcome::Answered) return;
  if (answer.told()) {
    const auto told = context.reader.read_order(answer.body);
    return flow_.on_cancelled(asked_, {Fate::Done, RejectCode::None, Care::None},
                              told ? &*told : nullptr);
  }
  const VenueAnswer said = context.reader.read_error(answer.status, answer.body);
  const Meaning meaning = meaning_of(context.where.venue, RequestKind::Cancel, said);
  if (meaning.care == Care::KeyRefused) flow_.on_key_refused(said);
  // A better stamp, or a better moment, may do; nothing else is tried twice.
  done_ = meaning.care != Care::ClockOff && meaning.care != Care::SlowDown;
  if (done_) flow_.on_cancelled(asked_, meaning, nullptr);
}
}  // namespace sq::binance
