// Amends: new terms for an order that works. Over a session only: without one the order stays as it
// was. What became of an amend without an answer a query tells. Source: protocol facts of
// binance_spot 8 and 9, binance_futures 6 and 8; fault X10.
#include "engine/types/wire_id.hpp"
#include "venues/binance/entry/order_flow.hpp"

namespace sq::binance {
namespace {
constexpr std::int32_t kHalfOfCancelReplace = -2021;  // spot
}  // namespace

void OrderFlow::not_amended(const AmendRequest& amend, InstrumentId instrument, RejectCode code) {
  OrderReport report;
  report.id = amend.id;
  report.kind = ReportKind::ReplaceRejected;
  report.code = code;
  report.amend = amend.number;
  context_.out.report(report, instrument, context_.venue_now());
}

void OrderFlow::on_amend(const RecordHeader& record, const risk::ApprovalStamp& stamp,
                         bool may_open) {
  const auto& amend = payload_of<AmendRequest>(record);
  Line* const line = session_.up();
  const bool late =
      amend.ttl_us != 0 && context_.now - record.mono > std::int64_t{amend.ttl_us} * kNsPerUs;
  if (late) return not_amended(amend, record.instrument, RejectCode::TooOld);
  if (!may_open || line == nullptr || pending_.full() || !orders_.empty())
    return not_amended(amend, record.instrument, RejectCode::Other);
  const RateCost cost{context_.spot() && amend.style == AmendStyle::InPlace ? 4 : 1, 1, 0};
  if (!context_.governor.ask(cost, Purpose::Order, context_.venue_now()).granted())
    return not_amended(amend, record.instrument, RejectCode::RateLimit);
  const risk::ApprovalChecker::Outcome checked = checker_.check(record, stamp);
  if (!checked.approved) {
    ++context_.counters.refused_at_egress;
    return not_amended(amend, record.instrument, RejectCode::Halted);
  }
  const Instrument* const instrument = context_.reader.find(record.instrument);
  const auto wire = to_wire(context_.settings.instance, amend.id);
  const WorkingOrder* const working = context_.working.find(amend.id);
  if (instrument == nullptr || !wire || working == nullptr)
    return not_amended(amend, record.instrument, RejectCode::UnknownOrder);
  const auto text =
      write_amend(*checked.approved, *instrument, wire->view(), working->tif, working->self_trade,
                  pending_.next_number(), stamp_for(*line), text_);
  if (!text || !line->send(*text)) return not_amended(amend, record.instrument, RejectCode::Other);
  PendingRequest asked;
  asked.id = amend.id;
  asked.sent = context_.now;
  asked.line = line->number();
  asked.instrument = record.instrument;
  asked.kind = RequestKind::Amend;
  asked.amend = amend;
  pending_.add(asked);
}

void OrderFlow::on_amended(const PendingRequest& asked, const Meaning& meaning,
                           const Incoming& said) {
  const AmendRequest& amend = asked.amend;
  const bool half = context_.spot() && said.answer.code == kHalfOfCancelReplace;
  if (meaning.fate == Fate::Done && said.order_told && said.order.id == asked.id) {
    OrderReport report;
    report.id = asked.id;
    report.kind = ReportKind::Replaced;
    report.amend = amend.number;
    report.venue_order_id = said.order.venue_order_id;
    report.last_price = amend.limit;
    report.last_qty = amend.qty;
    report.cumulative_qty = said.order.filled;
    if (amend.style == AmendStyle::CancelReplace) {
      // What filled on its way comes on top of what was asked for.
      report.last_qty = said.replaced_filled + (amend.qty - amend.filled);
      report.cumulative_qty = said.replaced_filled;
    } else if (said.order.qty > Qty{}) {
      report.last_qty = said.order.qty;
    }
    context_.names.remember(asked.instrument, said.order.venue_order_id, asked.id);
    if (WorkingOrder* const working = context_.working.find(asked.id))
      working->venue_order_id = said.order.venue_order_id;
    return context_.out.report(report, asked.instrument, said.order.at);
  }
  if (meaning.fate == Fate::NotDone) return not_amended(amend, asked.instrument, meaning.code);
  if (meaning.fate == Fate::NotFound)
    return not_amended(amend, asked.instrument, RejectCode::UnknownOrder);
  // STOP_ON_FAILURE places nothing while the old one works: it is gone, and the other was refused.
  if (half) not_amended(amend, asked.instrument, RejectCode::Other);
  doubtful_.push_back(asked);
}
}  // namespace sq::binance
