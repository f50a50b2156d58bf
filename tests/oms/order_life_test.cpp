#include "engine/oms/order_life.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

using namespace sq;
using oms::ReportFit;

namespace {
constexpr InstrumentId kBtc{0};
const Qty kTen = Qty::from_units(10);

struct Life {
  oms::OrderLife orders{16, 2};
  std::uint64_t sequence{0};

  oms::Order* send(std::uint64_t n, Qty qty = kTen) {
    OrderRequest request;
    request.id = OrderId::make(1, n);
    request.qty = qty;
    request.limit = Price::from_units(100);
    auto record = make_record(RecordKind::OrderSent, request);
    record.header.instrument = kBtc;
    record.header.sequence = ++sequence;
    return orders.on_sent(record.header);
  }
  void cancel(std::uint64_t n) {
    CancelRequest request;
    request.id = OrderId::make(1, n);
    auto record = make_record(RecordKind::CancelSent, request);
    orders.on_cancel_sent(record.header);
  }
  oms::ReportOutcome report(std::uint64_t n, ReportKind kind) {
    OrderReport report;
    report.id = OrderId::make(1, n);
    report.kind = kind;
    auto record = make_record(RecordKind::OrderReport, report);
    return orders.on_report(record.header);
  }
  oms::ReportOutcome fill(std::uint64_t n, std::uint64_t trade, std::int32_t units) {
    OrderReport report;
    report.id = OrderId::make(1, n);
    report.kind = ReportKind::Filled;
    report.trade_id = trade;
    report.last_qty = Qty::from_units(units);
    report.last_price = Price::from_units(100);
    auto record = make_record(RecordKind::OrderReport, report);
    return orders.on_report(record.header);
  }
  OrderState state(std::uint64_t n) { return orders.pool().find(OrderId::make(1, n))->state; }
};
}  // namespace

TEST_CASE("an order is pending until the venue answers, open until it is filled", "[oms]") {
  Life life;
  life.send(1);
  CHECK(life.state(1) == OrderState::PendingNew);
  CHECK(life.report(1, ReportKind::Accepted).to == OrderState::Open);
  const auto part = life.fill(1, 7, 4);
  CHECK(part.to == OrderState::Open);
  CHECK(part.released == Qty::from_units(4));
  CHECK_FALSE(part.finished);
  const auto rest = life.fill(1, 8, 6);
  CHECK(rest.to == OrderState::Filled);
  CHECK(rest.released == Qty::from_units(6));
  CHECK(rest.finished);
  CHECK(life.orders.pool().working() == 0);
}

TEST_CASE("what a report releases is exactly what can no longer fill", "[oms]") {
  Life life;
  life.send(1);
  life.report(1, ReportKind::Accepted);
  CHECK(life.fill(1, 1, 3).released == Qty::from_units(3));
  life.cancel(1);
  CHECK(life.state(1) == OrderState::PendingCancel);
  CHECK(life.fill(1, 2, 2).to == OrderState::PendingCancel);  // a fill on the way
  const auto gone = life.report(1, ReportKind::Cancelled);
  CHECK(gone.released == Qty::from_units(5));
  CHECK(gone.finished);
}

TEST_CASE("the same trade twice is booked once", "[oms]") {
  Life life;
  life.send(1);
  CHECK(life.fill(1, 5, 4).fit == ReportFit::Applied);
  const auto again = life.fill(1, 5, 4);
  CHECK(again.fit == ReportFit::Duplicate);
  CHECK(again.fill == Qty{});
  CHECK(again.released == Qty{});
  CHECK(life.orders.pool().find(OrderId::make(1, 1))->filled == Qty::from_units(4));
}

TEST_CASE("a fill before the acknowledgement counts, and the late acknowledgement changes nothing",
          "[oms]") {
  Life life;
  life.send(1);
  CHECK(life.fill(1, 1, 10).to == OrderState::Filled);
  CHECK(life.report(1, ReportKind::Accepted).fit == ReportFit::Duplicate);
  CHECK(life.state(1) == OrderState::Filled);
}

TEST_CASE("a fill after the cancel is booked and named late", "[oms]") {
  Life life;
  life.send(1);
  life.report(1, ReportKind::Cancelled);
  const auto late = life.fill(1, 1, 2);
  CHECK(late.fit == ReportFit::LateFill);
  CHECK(late.fill == Qty::from_units(2));
  CHECK(late.released == Qty{});  // its exposure was released with the cancel
  CHECK(life.state(1) == OrderState::Cancelled);
}

TEST_CASE("more filled than ordered is believed and named", "[oms]") {
  Life life;
  life.send(1);
  const auto over = life.fill(1, 1, 11);
  CHECK(over.fit == ReportFit::Overfill);
  CHECK(over.fill == Qty::from_units(11));
  CHECK(over.released == kTen);
  CHECK(over.to == OrderState::Filled);
}

TEST_CASE("a report for an order we do not know, or a fill without quantity, changes nothing",
          "[oms]") {
  Life life;
  life.send(1);
  CHECK(life.report(9, ReportKind::Accepted).fit == ReportFit::UnknownOrder);
  CHECK(life.fill(1, 1, 0).fit == ReportFit::Contradiction);
  CHECK(life.state(1) == OrderState::PendingNew);
}

TEST_CASE("an unknown outcome keeps its stake until there is proof", "[oms]") {
  Life life;
  oms::Order* order = life.send(1);
  const auto unknown = life.report(1, ReportKind::Unknown);
  CHECK(unknown.to == OrderState::Unknown);
  CHECK(unknown.released == Qty{});
  CHECK(order->remaining() == kTen);
  CHECK(life.report(1, ReportKind::Accepted).to == OrderState::Open);
  CHECK(life.orders.to_unknown(*order, MonoTime{1}));
  CHECK_FALSE(life.orders.to_unknown(*order, MonoTime{2}));
  CHECK(life.report(1, ReportKind::NotSent).released == kTen);
}

TEST_CASE("an order that ended with more filled than was told keeps that much at stake", "[oms]") {
  for (const ReportKind kind : {ReportKind::Cancelled, ReportKind::Expired, ReportKind::Status}) {
    Life life;
    oms::Order* order = life.send(1);
    OrderReport end;
    end.id = OrderId::make(1, 1);
    end.kind = kind;
    end.state = OrderState::Cancelled;  // Status
    end.cumulative_qty = Qty::from_units(3);
    auto record = make_record(RecordKind::OrderReport, end);
    const auto waiting = life.orders.on_report(record.header);
    CHECK(waiting.to == OrderState::AwaitingFills);
    CHECK(waiting.released == Qty::from_units(7));
    CHECK_FALSE(waiting.finished);
    CHECK(order->remaining() == Qty::from_units(3));
    CHECK(life.fill(1, 1, 2).to == OrderState::AwaitingFills);
    CHECK(life.orders.on_report(record.header).fit == ReportFit::Duplicate);
    // A higher count raises what is at stake again.
    record.payload.cumulative_qty = Qty::from_units(4);
    CHECK(life.orders.on_report(record.header).released == Qty::from_units(-1));
    const auto last = life.fill(1, 2, 2);
    CHECK(last.finished);
    CHECK(last.to == (kind == ReportKind::Expired ? OrderState::Expired : OrderState::Cancelled));
  }
}

TEST_CASE("an answer to a query that is older than our fills, or tells nothing, changes nothing",
          "[oms]") {
  Life life;
  life.send(1);
  life.fill(1, 1, 4);
  OrderReport status;
  status.id = OrderId::make(1, 1);
  status.kind = ReportKind::Status;
  status.state = OrderState::Open;
  status.cumulative_qty = Qty::from_units(3);
  auto record = make_record(RecordKind::OrderReport, status);
  CHECK(life.orders.on_report(record.header).fit == ReportFit::Duplicate);
  record.payload.state = OrderState::None;
  CHECK(life.orders.on_report(record.header).fit == ReportFit::Contradiction);
  record.payload.state = OrderState::Unknown;
  CHECK(life.orders.on_report(record.header).fit == ReportFit::Contradiction);
  CHECK(life.state(1) == OrderState::Open);
  // All of it is filled, says the venue: the rest is on its way.
  record.payload.state = OrderState::Filled;
  CHECK(life.orders.on_report(record.header).to == OrderState::AwaitingFills);
  CHECK(life.fill(1, 2, 6).to == OrderState::Filled);
}

TEST_CASE("an order in the place of an older one knows nothing of it", "[oms]") {
  oms::OrderLife orders{4, 1};
  const auto send = [&](std::uint64_t n) {
    OrderRequest request;
    request.id = OrderId::make(1, n);
    request.qty = kTen;
    request.limit = Price::from_units(100);
    auto record = make_record(RecordKind::OrderSent, request);
    record.header.instrument = kBtc;
    return orders.on_sent(record.header);
  };
  for (std::uint64_t n = 1; n <= 20; ++n) {
    oms::Order* order = send(n);
    CAPTURE(n);
    CHECK(order->told == Qty{});
    CHECK(order->ends_as == OrderState::None);
    CHECK_FALSE((order->cancel_sent || order->cancel_wanted || order->absent_since_query));
    CHECK(int{order->queries} + int{order->absences} == 0);
    CHECK(order->remaining() == kTen);
    // A life that touches everything.
    auto query = make_record(RecordKind::QuerySent, QueryRequest{order->request.id});
    orders.on_query_sent(query.header);
    OrderReport report;
    report.id = order->request.id;
    report.kind = ReportKind::Status;
    report.code = RejectCode::UnknownOrder;
    static_cast<void>(orders.on_report(make_record(RecordKind::OrderReport, report).header));
    CancelRequest cancel;
    cancel.id = order->request.id;
    orders.on_cancel_sent(make_record(RecordKind::CancelSent, cancel).header);
    report = {};
    report.id = order->request.id;
    report.kind = ReportKind::Filled;
    report.trade_id = 1;
    report.last_qty = Qty::from_units(3);
    report.last_price = Price::from_units(100);
    static_cast<void>(orders.on_report(make_record(RecordKind::OrderReport, report).header));
    report.kind = ReportKind::Cancelled;
    report.cumulative_qty = Qty::from_units(3);
    CHECK(orders.on_report(make_record(RecordKind::OrderReport, report).header).finished);
  }
}

TEST_CASE("only three queries that found nothing, long after it was sent, prove an order absent",
          "[oms]") {
  constexpr std::int64_t kSecond = 1'000'000'000;
  struct Step {
    bool query;
    std::int64_t at;
  };
  const auto state_after = [](const std::vector<Step>& steps, ReportKind before) {
    Life life;
    oms::Order* order = life.send(1);
    if (before != ReportKind::Status) life.report(1, before);
    for (const Step& step : steps) {
      if (step.query) {
        auto query = make_record(RecordKind::QuerySent, QueryRequest{order->request.id});
        query.header.mono = MonoTime{step.at * kSecond};
        life.orders.on_query_sent(query.header);
        continue;
      }
      OrderReport absent;
      absent.id = order->request.id;
      absent.kind = ReportKind::Status;
      absent.code = RejectCode::UnknownOrder;
      auto record = make_record(RecordKind::OrderReport, absent);
      record.header.mono = MonoTime{step.at * kSecond};
      static_cast<void>(life.orders.on_report(record.header));
    }
    return order->state;
  };
  const std::vector<Step> enough{{true, 2}, {false, 3}, {true, 5}, {false, 6}, {true, 14}, {false, 15}};
  CHECK(state_after(enough, ReportKind::Status) == OrderState::NotSent);
  CHECK(state_after(enough, ReportKind::Unknown) == OrderState::NotSent);
  // One second too early; one answer too few; three answers to two queries.
  auto early = enough;
  early.back().at = 14;
  CHECK(state_after(early, ReportKind::Status) == OrderState::Unknown);
  CHECK(state_after({enough.begin() + 2, enough.end()}, ReportKind::Status) == OrderState::Unknown);
  CHECK(state_after({{true, 2}, {false, 3}, {false, 4}, {true, 14}, {false, 15}}, ReportKind::Status) ==
        OrderState::Unknown);
  // Once it was there, nothing proves that it never was.
  CHECK(state_after(enough, ReportKind::Accepted) == OrderState::Open);
}

TEST_CASE("what was filled was accepted: a later rejection is not believed", "[oms]") {
  Life life;
  life.send(1);
  CHECK(life.fill(1, 1, 4).to == OrderState::Open);
  CHECK(life.report(1, ReportKind::Rejected).fit == ReportFit::Contradiction);
  CHECK(life.report(1, ReportKind::NotSent).fit == ReportFit::Contradiction);
  CHECK(life.report(1, ReportKind::Unknown).fit == ReportFit::Duplicate);
  CHECK(life.state(1) == OrderState::Open);
}

TEST_CASE("a rejected copy of an order says nothing of the order itself", "[oms]") {
  const auto twice = [](Life& life) {
    OrderReport report;
    report.id = OrderId::make(1, 1);
    report.kind = ReportKind::Rejected;
    report.code = RejectCode::DuplicateId;
    auto record = make_record(RecordKind::OrderReport, report);
    return life.orders.on_report(record.header);
  };
  Life open;
  open.send(1);
  open.report(1, ReportKind::Accepted);
  CHECK(twice(open).fit == ReportFit::Duplicate);
  CHECK(open.state(1) == OrderState::Open);
  CHECK(open.report(1, ReportKind::Cancelled).released == kTen);

  // The copy's answer came first: the venue has the order, in a state that must be asked for.
  Life pending;
  pending.send(1);
  const auto outcome = twice(pending);
  CHECK(outcome.to == OrderState::Unknown);
  CHECK(outcome.released == Qty{});
  CHECK(pending.orders.pool().working() == 1);
}

TEST_CASE("a refused cancel makes the order work again", "[oms]") {
  Life life;
  oms::Order* order = life.send(1);
  life.report(1, ReportKind::Accepted);
  life.cancel(1);
  CHECK(life.report(1, ReportKind::CancelRejected).to == OrderState::Open);
  CHECK_FALSE(order->cancel_sent);
}

TEST_CASE("all orders of fill, acceptance and cancel end in the same books", "[oms]") {
  std::vector<int> steps{0, 1, 2, 3};
  do {
    Life life;
    life.send(1);
    Qty booked;
    Qty released;
    for (const int step : steps) {
      const auto outcome = step == 0   ? life.report(1, ReportKind::Accepted)
                           : step == 1 ? life.fill(1, 1, 4)
                           : step == 2 ? life.fill(1, 2, 3)
                                       : life.report(1, ReportKind::Cancelled);
      booked += outcome.fill;
      released += outcome.released;
    }
    CHECK(booked == Qty::from_units(7));
    CHECK(released == kTen);
    CHECK(life.state(1) == OrderState::Cancelled);
    CHECK(life.orders.pool().working() == 0);
  } while (std::next_permutation(steps.begin(), steps.end()));
}
