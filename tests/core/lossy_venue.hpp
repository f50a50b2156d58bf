// A simulated exchange behind a connection that loses, delays and doubles: requests that never
// arrive, answers that never come back, errors that leave open what happened, and a venue that does
// not find new orders yet. Knows the truth, for the test to compare with.
#pragma once

#include <queue>
#include <random>
#include <unordered_map>

#include "engine/backtest/exchange.hpp"
#include "engine/venue/order_entry.hpp"

namespace sq::test {
class LossyVenue final : public venue::OrderEntry, private backtest::ReportSink {
 public:
  struct Faults {  // in 1,000
    std::uint32_t request_lost{0};
    std::uint32_t report_lost{0};
    std::uint32_t report_doubled{0};
    std::uint32_t error_answer{0};  // "unknown": half of the requests arrived nevertheless
  };
  struct Truth {  // at the venue, at this moment
    std::int64_t position{0};
    std::int64_t open_buy{0};
    std::int64_t open_sell{0};
    std::unordered_map<std::uint64_t, OrderRequest> working;
    std::uint64_t duplicates{0};  // ids that came twice
  };

  LossyVenue(const backtest::SimulationSettings& settings, const std::vector<Instrument>& list,
             std::uint64_t seed)
      : exchange_{settings, list, *this}, random_{seed} {}

  Faults faults;
  std::int64_t hidden_ns{3 * kNsPerSecond};  // so long a new order may not be found
  std::uint64_t ambiguous{0};                // requests whose outcome the engine was not told

  // Moves to `now`: what arrives at the venue by then, arrives. Reports for the engine: take().
  void advance(WallTime now) {
    now_ = now;
    while (!to_venue_.empty() && to_venue_.top().at <= now.ns) {
      const Request request = to_venue_.top();
      to_venue_.pop();
      arrive(request);
    }
  }
  void on_market(const RecordHeader& record) { exchange_.on_market(record, now_); }
  // The next report that reaches the engine by `now`; false: none.
  bool take(WallTime now, Record<OrderReport>& out) {
    if (to_engine_.empty() || to_engine_.top().at > now.ns) return false;
    out = to_engine_.top().report;
    to_engine_.pop();
    return true;
  }
  [[nodiscard]] bool quiet() const { return to_venue_.empty() && to_engine_.empty(); }
  [[nodiscard]] const Truth& truth() const { return truth_; }

  void send(const risk::Approved& request) noexcept override { request_of(request.record()); }
  void ask(const RecordHeader& request) noexcept override { request_of(request); }

 private:
  void request_of(const RecordHeader& record) {
    Request request;
    request.at = now_.ns + delay();
    request.number = ++number_;
    request.kind = record.kind;
    if (record.kind == RecordKind::OrderSent) request.order = payload_of<OrderRequest>(record);
    if (record.kind == RecordKind::CancelSent) request.cancel = payload_of<CancelRequest>(record);
    if (record.kind == RecordKind::AmendSent) request.amend = payload_of<AmendRequest>(record);
    if (record.kind == RecordKind::QuerySent) request.query = payload_of<QueryRequest>(record);
    if (chance(faults.error_answer)) {
      ++ambiguous;
      if (record.kind == RecordKind::OrderSent) {
        OrderReport unknown;
        unknown.id = request.order.id;
        unknown.kind = ReportKind::Unknown;
        deliver(make_record(RecordKind::OrderReport, unknown));
      }
      if (chance(500)) return;
    } else if (chance(faults.request_lost)) {
      ++ambiguous;
      return;
    }
    to_venue_.push(request);
  }

  struct Request {
    std::int64_t at{0};
    std::uint64_t number{0};
    RecordKind kind{RecordKind::None};
    OrderRequest order{};
    CancelRequest cancel{};
    AmendRequest amend{};
    QueryRequest query{};
    bool operator<(const Request& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };
  struct Delivery {
    std::int64_t at{0};
    std::uint64_t number{0};
    Record<OrderReport> report{};
    bool operator<(const Delivery& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  bool chance(std::uint32_t of_thousand) { return random_() % 1'000 < of_thousand; }
  // 1 to 100 ms, and one in fifty up to 4 s: reports overtake each other.
  std::int64_t delay() {
    const auto ms = static_cast<std::int64_t>(1 + random_() % (random_() % 50 == 0 ? 4'000 : 100));
    return ms * kNsPerMs;
  }
  void deliver(const Record<OrderReport>& report) {
    to_engine_.push({now_.ns + delay(), ++number_, report});
  }

  void arrive(const Request& request) {
    if (request.kind == RecordKind::OrderSent) {
      if (!arrived_.emplace(request.order.id.value, now_).second) ++truth_.duplicates;
      truth_.working.emplace(request.order.id.value, request.order);
      open_of(request.order.side) += request.order.qty.raw();
      auto record = make_record(RecordKind::OrderSent, request.order);
      pass(record.header);
    } else if (request.kind == RecordKind::CancelSent) {
      auto record = make_record(RecordKind::CancelSent, request.cancel);
      pass(record.header);
    } else if (request.kind == RecordKind::AmendSent) {
      auto record = make_record(RecordKind::AmendSent, request.amend);
      pass(record.header);
    } else {
      const auto found = arrived_.find(request.query.id.value);
      if (found != arrived_.end() && now_ - found->second < hidden_ns && chance(700)) {
        OrderReport absent;
        absent.id = request.query.id;
        absent.kind = ReportKind::Status;
        absent.code = RejectCode::UnknownOrder;
        deliver(make_record(RecordKind::OrderReport, absent));
        return;
      }
      auto record = make_record(RecordKind::QuerySent, request.query);
      asked_ = true;
      pass(record.header);
      asked_ = false;
    }
  }
  void pass(RecordHeader& header) {
    header.instrument = InstrumentId{0};
    exchange_.on_request(header, now_);
  }
  std::int64_t& open_of(Side side) {
    return side == Side::Buy ? truth_.open_buy : truth_.open_sell;
  }

  void on_report(RecordHeader& header, VenueId, WallTime) noexcept override {
    if (header.kind != RecordKind::OrderReport) return;
    auto& report = reinterpret_cast<Record<OrderReport>&>(header);
    const OrderReport& said = report.payload;
    if (!asked_) note(said);
    if (chance(faults.report_lost)) {
      ++ambiguous;
      return;
    }
    deliver(report);
    if (chance(faults.report_doubled)) deliver(report);
  }
  // What has truly happened, at the moment it happens.
  void note(const OrderReport& said) {
    const auto found = truth_.working.find(said.id.value);
    if (found == truth_.working.end()) return;
    OrderRequest& order = found->second;
    const bool buy = order.side == Side::Buy;
    switch (said.kind) {
      case ReportKind::Filled:
        truth_.position += buy ? said.last_qty.raw() : -said.last_qty.raw();
        open_of(order.side) -= said.last_qty.raw();
        order.qty -= said.last_qty;
        if (order.qty == Qty{}) truth_.working.erase(found);
        break;
      case ReportKind::Replaced: {
        const Qty left = said.last_qty - said.cumulative_qty;
        open_of(order.side) += left.raw() - order.qty.raw();
        order.qty = left;
        order.limit = said.last_price;
        break;
      }
      case ReportKind::Rejected:
      case ReportKind::Cancelled:
      case ReportKind::Expired:
        open_of(order.side) -= order.qty.raw();
        truth_.working.erase(found);
        break;
      default:
        break;
    }
  }

  backtest::SimulatedExchange exchange_;
  std::mt19937_64 random_;
  WallTime now_{};
  Truth truth_;
  bool asked_{false};
  std::uint64_t number_{0};
  std::priority_queue<Request> to_venue_;
  std::priority_queue<Delivery> to_engine_;
  std::unordered_map<std::uint64_t, WallTime> arrived_;
};
}  // namespace sq::test
