#include "tools/chaos/network.hpp"

#include <cstring>
#include <limits>

namespace sq::chaos {
namespace {
constexpr std::int64_t kLateMs = 4'000;
constexpr std::int64_t kHiddenNs = 3 * kNsPerSecond;  // so long a new order may not be found
std::int64_t late(const Fault& fault) noexcept {
  return static_cast<std::int64_t>(fault.value % static_cast<std::uint64_t>(kLateMs)) * kNsPerMs;
}
}  // namespace

Network::Network(const backtest::SimulationSettings& settings, const std::vector<Instrument>& list,
                 Process& process, const LogMemory& log, Oracle& oracle, std::uint64_t seed)
    : exchange_{settings, list, *this},
      process_{process},
      log_{log},
      oracle_{oracle},
      draws_{seed},
      instruments_{list.size()} {
  known_.reserve(settings.orders_expected);
}

void Network::fault(const Fault& fault) {
  const auto for_ns = static_cast<std::int64_t>(100 + fault.value % 30'000) * kNsPerMs;
  switch (fault.kind) {
    case FaultKind::RequestLost:
    case FaultKind::RequestLate:
    case FaultKind::RequestDoubled:
    case FaultKind::OutcomeArrived:
    case FaultKind::OutcomeLost:
    case FaultKind::NotSent:
      for_requests_.push_back(fault);
      return;
    case FaultKind::VenueRejects:
      for_orders_.push_back(fault);
      return;
    case FaultKind::ReportLost:
    case FaultKind::ReportLate:
    case FaultKind::ReportDoubled:
      for_reports_.push_back(fault);
      return;
    case FaultKind::QueryHidden:
    case FaultKind::QueryUnanswered:
      for_queries_.push_back(fault);
      return;
    case FaultKind::SessionDown:
      down_until_ = now_ + for_ns;
      return;
    case FaultKind::SessionStalled:
      stalled_until_ = now_ + for_ns;
      return;
    default:
      return;
  }
}

void Network::mend() {
  for (auto* each : {&for_requests_, &for_orders_, &for_reports_, &for_queries_}) each->clear();
  down_until_ = stalled_until_ = {};
}

WallTime Network::next_time() const noexcept {
  WallTime next{std::numeric_limits<std::int64_t>::max()};
  if (!to_venue_.empty()) next = std::min(next, WallTime{to_venue_.top().at});
  if (!to_engine_.empty()) next = std::min(next, WallTime{to_engine_.top().at});
  return next;
}

void Network::advance(WallTime now) {
  while (!to_venue_.empty() && to_venue_.top().at <= now.ns) {
    const Request request = to_venue_.top();
    to_venue_.pop();
    now_ = std::max(now_, WallTime{request.at});
    arrive(request);
  }
  now_ = std::max(now_, now);
}

bool Network::take(Answer& out) {
  if (to_engine_.empty() || to_engine_.top().at > now_.ns) return false;
  out = to_engine_.top().answer;
  to_engine_.pop();
  return true;
}

void Network::drop_reports() { to_engine_ = {}; }

void Network::begin(const risk::ApprovalKey& key) {
  approvals_ = std::make_unique<risk::ApprovalChecker>(
      key, VenueId::None, std::vector<bool>(instruments_, true), latch_);
}

void Network::send(const risk::Approved& request) noexcept {
  if (!process_.effect()) return;
  const auto looked = approvals_->check(request.record(), request.stamp());
  if (looked.refusal != risk::EgressRefusal::None)
    oracle_.complain("an order left without an approval of its own");
  this->request(request.record());
}

void Network::ask(const RecordHeader& request) noexcept {
  if (process_.effect()) this->request(request);
}

void Network::request(const RecordHeader& record) {
  if (trace != nullptr) trace(now_, "engine ->", record);
  oracle_.sent(record, log_.holds(record));
  Request request;
  request.kind = record.kind;
  request.instrument = record.instrument;
  if (record.kind == RecordKind::OrderSent) {
    request.order = payload_of<OrderRequest>(record);
    request.id = request.order.id;
  } else if (record.kind == RecordKind::CancelSent) {
    request.cancel = payload_of<CancelRequest>(record);
    request.id = request.cancel.id;
  } else if (record.kind == RecordKind::QuerySent) {
    request.id = payload_of<QueryRequest>(record).id;
  } else {
    return;
  }
  if (down_until_ > now_ || stalled_until_ > now_) {
    const bool down = down_until_ > now_;
    hit(down ? FaultKind::SessionDown : FaultKind::SessionStalled, request.id);
    if (draws_.chance(500))
      answer(request.id, request.instrument, ReportKind::Unknown, RejectCode::None);
    return lose(request);
  }
  if (request.kind == RecordKind::OrderSent && !for_orders_.empty()) {
    hit(for_orders_.front().kind, request.id);
    for_orders_.pop_front();
    OrderReport rejected;
    rejected.id = request.id;
    rejected.kind = ReportKind::Rejected;
    rejected.code = RejectCode::Other;
    auto report = make_record(RecordKind::OrderReport, rejected);
    report.header.instrument = request.instrument;
    lose(request);
    return deliver(report.header, 0);
  }
  if (!for_requests_.empty()) {
    const Fault fault = for_requests_.front();
    for_requests_.pop_front();
    hit(fault.kind, request.id);
    return apply(fault, request);
  }
  leave(request, 0);
}

void Network::apply(const Fault& fault, const Request& request) {
  const bool order = request.kind == RecordKind::OrderSent;
  switch (fault.kind) {
    case FaultKind::RequestLate:
      return leave(request, late(fault));
    case FaultKind::RequestDoubled:
      if (order) oracle_.copied(request.id);
      leave(request, 0);
      return leave(request, late(fault));
    case FaultKind::OutcomeArrived:
    case FaultKind::OutcomeLost:
      if (order) answer(request.id, request.instrument, ReportKind::Unknown, RejectCode::None);
      return fault.kind == FaultKind::OutcomeArrived ? leave(request, 0) : lose(request);
    case FaultKind::NotSent:
      if (order) answer(request.id, request.instrument, ReportKind::NotSent, RejectCode::None);
      return lose(request);
    default:
      return lose(request);
  }
}

void Network::leave(const Request& request, std::int64_t extra_ns) {
  Request copy = request;
  copy.at = now_.ns + delay() + extra_ns;
  copy.number = ++number_;
  to_venue_.push(copy);
}

void Network::lose(const Request& request) {
  if (request.kind == RecordKind::OrderSent) oracle_.copy_lost(request.id);
}

void Network::answer(OrderId id, InstrumentId instrument, ReportKind kind, RejectCode code) {
  OrderReport said;
  said.id = id;
  said.kind = kind;
  said.code = code;
  auto report = make_record(RecordKind::OrderReport, said);
  report.header.instrument = instrument;
  deliver(report.header, 0);
}

void Network::arrive(const Request& request) {
  if (request.kind == RecordKind::OrderSent) return arrive_order(request);
  if (request.kind == RecordKind::CancelSent) {
    auto record = make_record(RecordKind::CancelSent, request.cancel);
    return pass(record.header, request.instrument);
  }
  if (!for_queries_.empty()) {
    const bool hidden = for_queries_.front().kind == FaultKind::QueryHidden;
    const auto seen = known_.find(request.id.value);
    // Only a young order may not be found yet; the fault waits for one.
    const bool fits = !hidden || (seen != known_.end() && now_ - seen->second < kHiddenNs);
    if (fits) {
      hit(for_queries_.front().kind, request.id);
      for_queries_.pop_front();
      if (!hidden) return;
      return answer(request.id, request.instrument, ReportKind::Status, RejectCode::UnknownOrder);
    }
  }
  auto record = make_record(RecordKind::QuerySent, QueryRequest{request.id});
  pass(record.header, request.instrument);
}

void Network::arrive_order(const Request& request) {
  oracle_.arrived(request.id);
  if (!known_.emplace(request.id.value, now_).second)
    return answer(request.id, request.instrument, ReportKind::Rejected, RejectCode::DuplicateId);
  auto record = make_record(RecordKind::OrderSent, request.order);
  pass(record.header, request.instrument);
}

void Network::pass(RecordHeader& header, InstrumentId instrument) {
  header.instrument = instrument;
  exchange_.on_request(header, now_);
}

void Network::on_report(RecordHeader& report, VenueId, WallTime) noexcept {
  if (trace != nullptr) trace(now_, "   venue", report);
  if (report.kind != RecordKind::OrderReport) return deliver(report, 0);
  const auto& said = payload_of<OrderReport>(report);
  oracle_.executed(said);
  if (down_until_ > now_) return hit(FaultKind::SessionDown, said.id);
  if (stalled_until_ > now_) {
    hit(FaultKind::SessionStalled, said.id);
    return deliver(report, stalled_until_ - now_);
  }
  if (for_reports_.empty()) return deliver(report, 0);
  const Fault fault = for_reports_.front();
  for_reports_.pop_front();
  hit(fault.kind, said.id);
  if (fault.kind == FaultKind::ReportLost) return;
  deliver(report, fault.kind == FaultKind::ReportLate ? late(fault) : 0);
  if (fault.kind == FaultKind::ReportDoubled) deliver(report, late(fault) / 2);
}

void Network::deliver(const RecordHeader& report, std::int64_t extra_ns) {
  Delivery delivery{now_.ns + delay() + extra_ns, ++number_, {}};
  std::memcpy(delivery.answer.words.data(), &report, report.length);
  to_engine_.push(delivery);
}
}  // namespace sq::chaos
