// How many cancels of one instrument leave as few messages.
#include <algorithm>

#include "engine/types/wire_id.hpp"
#include "venues/binance/entry/order_errands.hpp"

namespace sq::binance {
namespace {
using Outcome = net::HttpClient::Outcome;
constexpr std::size_t kTogetherMin = 5;  // fewer are as quick one by one over a session
constexpr std::size_t kBatchMax = 10;    // USD-M, in one request
constexpr int kTries = 3;
}  // namespace

void OrderFlow::collect(const RecordHeader& record) {
  const CancelGroup group = payload_of<CancelRequest>(record).group;
  const bool others = !group_.empty() && group_.instrument() != record.instrument;
  if (others || group == CancelGroup::Alone) leave_group();
  const OrderId id = payload_of<CancelRequest>(record).id;
  const bool withdrawn = withdraw(id, record.instrument);
  // An order on its way over REST is not overtaken by its cancel.
  const bool alone = group == CancelGroup::Alone || lane_of(id).has(id);
  if (!withdrawn && (alone || !group_.add(record, context_.now))) leave(record);
  if (is_last(group)) send_group(group == CancelGroup::LastOfAll);
}

void OrderFlow::leave_each(const CancelList& cancels) {
  for (const CancelRecord& each : cancels) leave(each.header);
}
void OrderFlow::leave_group() {
  leave_each(group_.list());
  group_.clear();
}

void OrderFlow::send_group(bool all) {
  const std::size_t n = group_.size();
  const std::int64_t left = context_.governor.left(RateKind::Weight, context_.venue_now());
  const bool dear = session_.up() == nullptr || static_cast<std::int64_t>(n) > left / 4;
  if (n < kTogetherMin || (!all && (context_.spot() || !dear))) return leave_group();
  context_.counters.together += n;
  if (all) {
    if (!cancel_all_by_session()) {
      const Instrument* const instrument = context_.reader.find(group_.instrument());
      if (instrument == nullptr) return group_.clear();
      rest_[0]->push_first(std::make_unique<CancelAllErrand>(*this, *instrument, group_.list()));
    }
    return group_.clear();
  }
  const CancelList& list = group_.list();
  for (std::size_t at = 0; at < n; at += kBatchMax) {
    const auto first = list.begin() + static_cast<std::ptrdiff_t>(at);
    CancelList batch{first, first + static_cast<std::ptrdiff_t>(std::min(kBatchMax, n - at))};
    rest_[at / kBatchMax % kRestLanes]->push_first(
        std::make_unique<CancelBatchErrand>(*this, std::move(batch)));
  }
  group_.clear();
}

// Spot: the session knows such a message. False: it cannot leave there.
bool OrderFlow::cancel_all_by_session() {
  Line* const line = session_.up();
  const Instrument* const instrument = context_.reader.find(group_.instrument());
  if (!context_.spot() || line == nullptr || instrument == nullptr || pending_.full()) return false;
  if (!context_.governor.ask({1, 0, 0}, Purpose::Cancel, context_.venue_now()).granted())
    return false;
  const auto text = write_cancel_all(*instrument, pending_.next_number(), stamp_for(*line), text_);
  if (!text || !line->send(*text)) return false;
  PendingRequest asked;
  asked.sent = context_.now;
  asked.line = line->number();
  asked.instrument = instrument->id;
  asked.kind = RequestKind::CancelAll;
  sent_groups_.push_back({pending_.next_number(), group_.list()});
  pending_.add(asked);
  context_.counters.cancels_sent += group_.size();
  return true;
}

CancelList OrderFlow::take_sent_group(std::uint64_t request) {
  const auto found = std::ranges::find(sent_groups_, request, &SentGroup::request);
  if (found == sent_groups_.end()) return {};
  CancelList cancels = std::move(found->cancels);
  sent_groups_.erase(found);
  return cancels;
}

// Done, or nothing was there: each order tells its own end, or is asked for.
void OrderFlow::on_group_answered(const PendingRequest& asked, const Meaning& meaning) {
  CancelList cancels = take_sent_group(asked.number);
  if (cancels.empty() || meaning.fate == Fate::Done || meaning.fate == Fate::NotFound) return;
  again_by_rest(asked.instrument, std::move(cancels));
}
void OrderFlow::again_by_rest(InstrumentId id, CancelList cancels) {
  const Instrument* const instrument = context_.reader.find(id);
  if (instrument == nullptr || cancels.empty()) return;
  rest_[0]->push_first(std::make_unique<CancelAllErrand>(*this, *instrument, std::move(cancels)));
}

std::optional<RestAsk> CancelAllErrand::next() {
  if (done_) return std::nullopt;
  if (tries_ == kTries) {
    flow_.later_.insert(flow_.later_.end(), cancels_.begin(), cancels_.end());
    done_ = true;
    return std::nullopt;
  }
  ++tries_;
  LinkContext& context = flow_.context_;
  RestAsk ask;
  ask.method = "DELETE";
  ask.path = context.spot() ? "/api/v3/openOrders" : "/fapi/v1/allOpenOrders";
  ask.query = std::string{"symbol="}.append(instrument_.symbol.view());
  ask.cost = {1, 0, 0};
  ask.purpose = Purpose::Cancel;
  return ask;
}
void CancelAllErrand::on_answer(const RestAnswer& answer) {
  if (answer.outcome != Outcome::Answered) return;  // tried again
  LinkContext& context = flow_.context_;
  if (!answer.told()) {
    const VenueAnswer said = context.reader.read_error(answer.status, answer.body);
    const Meaning meaning = meaning_of(context.where.venue, RequestKind::CancelAll, said);
    if (meaning.care == Care::KeyRefused) flow_.on_key_refused(said);
    done_ = meaning.fate == Fate::NotFound;  // none is there
    return;
  }
  done_ = true;
  context.counters.cancels_sent += cancels_.size();
  context.counters.by_rest += cancels_.size();
  // Spot lists what it has cancelled: a line is that order's proof, as after its own cancel.
  std::vector<ToldOrder> orders;
  std::uint64_t last = 0;
  std::size_t rows = 0;
  if (!context.spot() || !context.reader.read_orders(answer.body, orders, last, rows)) return;
  for (const ToldOrder& told : orders) {
    if (told.id == OrderId{}) continue;
    PendingRequest asked;
    asked.id = told.id;
    asked.instrument = told.instrument;
    asked.kind = RequestKind::Cancel;
    flow_.on_cancelled(asked, {Fate::Done, RejectCode::None, Care::None}, &told);
  }
}

CancelBatchErrand::CancelBatchErrand(OrderFlow& flow, CancelList cancels) : flow_{flow} {
  // One list a request: those that bear our ids. Others leave alone.
  for (const CancelRecord& each : cancels) {
    const PendingRequest asked = OrderFlow::asked_of(each.header);
    if (asked.venue_order_id == 0)
      asked_.push_back(asked);
    else
      flow_.leave(each.header);
  }
}
std::optional<RestAsk> CancelBatchErrand::next() {
  if (done_ || tries_ == kTries || asked_.empty()) return std::nullopt;
  ++tries_;
  LinkContext& context = flow_.context_;
  const Instrument* const instrument = context.reader.find(asked_.front().instrument);
  if (instrument == nullptr) return std::nullopt;
  RestAsk ask;
  ask.method = "DELETE";
  ask.path = "/fapi/v1/batchOrders";
  ask.query = std::string{"origClientOrderIdList=%5B"};
  for (const PendingRequest& each : asked_) {
    const auto wire = to_wire(context.settings.instance, each.id);
    if (!wire) return std::nullopt;
    if (&each != &asked_.front()) ask.query.append("%2C");
    ask.query.append("%22").append(wire->view()).append("%22");
  }
  ask.query.append("%5D&symbol=").append(instrument->symbol.view());
  ask.cost = {1, 0, 0};
  ask.purpose = Purpose::Cancel;
  return ask;
}

// Each has its own answer, in the order in which they were asked for.
void CancelBatchErrand::on_answer(const RestAnswer& answer) {
  LinkContext& context = flow_.context_;
  done_ = true;
  if (answer.outcome == Outcome::NotSent) return;  // the core asks again
  context.counters.cancels_sent += asked_.size();
  context.counters.by_rest += asked_.size();
  if (answer.outcome != Outcome::Answered) return;
  const Meaning done{Fate::Done, RejectCode::None, Care::None};
  if (answer.told()) {
    std::vector<BatchAnswer> all;
    if (!context.reader.read_batch(answer.body, all) || all.size() != asked_.size()) return;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const VenueAnswer refused{400, all[i].code, all[i].message};
      const bool told = all[i].order.has_value() && all[i].order->id == asked_[i].id;
      if (told)
        flow_.on_cancelled(asked_[i], done, &*all[i].order);
      else if (!all[i].order)
        flow_.on_cancelled(asked_[i], meaning_of(context.where.venue, RequestKind::Cancel, refused),
                           nullptr);
    }
    return;
  }
  const VenueAnswer said = context.reader.read_error(answer.status, answer.body);
  const Meaning meaning = meaning_of(context.where.venue, RequestKind::Other, said);
  if (meaning.care == Care::KeyRefused) flow_.on_key_refused(said);
  done_ = meaning.care != Care::ClockOff && meaning.care != Care::SlowDown;
}
}  // namespace sq::binance
