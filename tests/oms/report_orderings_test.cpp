// Execution reports come in any order, twice, or not at all. What an order has come to must depend
// on what was told, not on the order of telling. The model knows no order: it looks at the set.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <set>
#include <vector>

#include "engine/oms/order_life.hpp"
#include "engine/types/text.hpp"

using namespace sq;

namespace {
constexpr std::int32_t kOrdered = 10;

struct Told {
  ReportKind kind{ReportKind::Accepted};
  std::uint64_t trade{0};   // fills
  std::int32_t units{0};    // fills
  std::int32_t count{0};    // cumulative quantity
  OrderState state{OrderState::None};  // Status
};
struct Life {
  const char* name;
  bool cancel_sent;
  std::vector<Told> reports;
};

Told fill(std::uint64_t trade, std::int32_t units, std::int32_t count) {
  return {ReportKind::Filled, trade, units, count, OrderState::None};
}
Told end(ReportKind kind, std::int32_t count = 0) { return {kind, 0, 0, count, OrderState::None}; }
Told status(OrderState state, std::int32_t count) {
  return {ReportKind::Status, 0, 0, count, state};
}

const std::vector<Life>& lives() {
  static const Told accepted{};
  static const Told unknown = end(ReportKind::Unknown);
  static const Told cancel_refused = end(ReportKind::CancelRejected);
  static const std::vector<Life> all{
      {"filled at once", false, {accepted, fill(1, 10, 10)}},
      {"filled in four", false, {accepted, fill(1, 1, 1), fill(2, 2, 3), fill(3, 3, 6), fill(4, 4, 10)}},
      {"cancelled after two fills", true, {accepted, fill(1, 4, 4), fill(2, 3, 7), end(ReportKind::Cancelled, 7)}},
      {"cancelled unfilled", true, {accepted, end(ReportKind::Cancelled)}},
      {"rejected", false, {end(ReportKind::Rejected)}},
      {"rest expired", false, {accepted, fill(1, 2, 2), fill(2, 2, 4), end(ReportKind::Expired, 4)}},
      {"cancel came too late", true, {accepted, fill(1, 6, 6), cancel_refused, fill(2, 4, 10)}},
      {"answer lost, then told by the stream", false, {unknown, accepted, fill(1, 5, 5), fill(2, 5, 10)}},
      {"answer lost, never left", false, {unknown, end(ReportKind::NotSent)}},
      {"asked about a cancelled order", true,
       {accepted, fill(1, 3, 3), fill(2, 3, 6), end(ReportKind::Cancelled, 6), status(OrderState::Cancelled, 6), unknown}},
      {"asked about a filled order", true,
       {unknown, fill(1, 2, 2), fill(2, 3, 5), fill(3, 5, 10), status(OrderState::Filled, 10), cancel_refused}},
      {"three fills, a refused and a granted cancel", true,
       {accepted, fill(1, 1, 1), cancel_refused, fill(2, 2, 3), fill(3, 3, 6), end(ReportKind::Cancelled, 6)}}};
  return all;
}

struct Final {
  OrderState state{OrderState::None};
  std::int32_t filled{0};
  std::int32_t at_stake{0};
  friend bool operator==(const Final&, const Final&) = default;
};

// From the set of what was told, without looking at its order.
Final model(const Life& life, const std::set<std::size_t>& told) {
  Final final;
  std::int32_t count = 0;
  OrderState ended = OrderState::None;
  bool answered = false;
  bool unknown = false;
  bool cancelling = life.cancel_sent;
  for (const std::size_t i : told) {
    const Told& report = life.reports[i];
    count = std::max(count, report.count);
    switch (report.kind) {
      case ReportKind::Accepted: answered = true; break;
      case ReportKind::Trade:
      case ReportKind::Filled: answered = true; final.filled += report.units; break;
      case ReportKind::Cancelled: ended = OrderState::Cancelled; break;
      case ReportKind::Expired: ended = OrderState::Expired; break;
      case ReportKind::Rejected: ended = OrderState::Rejected; break;
      case ReportKind::NotSent: ended = OrderState::NotSent; break;
      case ReportKind::Status: ended = report.state; break;
      case ReportKind::Unknown: unknown = true; break;
      case ReportKind::CancelRejected: cancelling = false; break;
    }
  }
  if (final.filled >= kOrdered) {
    final.state = OrderState::Filled;
  } else if (ended != OrderState::None || count == kOrdered) {
    final.at_stake = count - final.filled;
    final.state = final.at_stake > 0 ? OrderState::AwaitingFills : ended;
  } else {
    final.at_stake = kOrdered - final.filled;
    final.state = answered ? (cancelling ? OrderState::PendingCancel : OrderState::Open)
                  : unknown ? OrderState::Unknown
                            : OrderState::PendingNew;
  }
  return final;
}

class Engine {
 public:
  explicit Engine(bool cancel_sent) {
    OrderRequest request;
    request.id = OrderId::make(1, 1);
    request.qty = Qty::from_units(kOrdered);
    request.limit = Price::from_units(100);
    auto sent = make_record(RecordKind::OrderSent, request);
    sent.header.instrument = InstrumentId{0};
    order_ = orders_.on_sent(sent.header);
    if (!cancel_sent) return;
    CancelRequest cancel;
    cancel.id = request.id;
    auto record = make_record(RecordKind::CancelSent, cancel);
    orders_.on_cancel_sent(record.header);
  }
  void tell(const Told& told) {
    OrderReport report;
    report.id = OrderId::make(1, 1);
    report.kind = told.kind;
    report.trade_id = told.trade;
    report.last_qty = Qty::from_units(told.units);
    report.last_price = Price::from_units(100);
    report.cumulative_qty = Qty::from_units(told.count);
    report.state = told.state;
    auto record = make_record(RecordKind::OrderReport, report);
    const oms::ReportOutcome outcome = orders_.on_report(record.header);
    filled_ += outcome.fill;
    released_ += outcome.released;
  }
  // What the books were told must add up to what the order says.
  [[nodiscard]] bool adds_up() const {
    return filled_ == order_->filled && released_ + order_->remaining() == order_->request.qty;
  }
  [[nodiscard]] Final final() const {
    return {order_->state, static_cast<std::int32_t>(order_->filled.raw() / Qty::kScale),
            static_cast<std::int32_t>(order_->remaining().raw() / Qty::kScale)};
  }

 private:
  oms::OrderLife orders_{4, 1};
  oms::Order* order_{nullptr};
  Qty filled_{};
  Qty released_{};
};

// Every order of telling, each report told, left out or told twice. Returns how many were run, or
// stops at the first that differs.
std::uint64_t run(const Life& life) {
  const std::size_t n = life.reports.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::uint64_t runs = 0;
  std::uint64_t ways = 1;
  for (std::size_t i = 0; i < n; ++i) ways *= 3;
  do {
    for (std::uint64_t way = 0; way < ways; ++way) {
      Engine engine{life.cancel_sent};
      std::set<std::size_t> told;
      std::uint64_t digits = way;
      std::vector<std::size_t> again;
      for (const std::size_t i : order) {
        const std::uint64_t times = digits % 3;
        digits /= 3;
        if (times == 0) continue;
        told.insert(i);
        engine.tell(life.reports[i]);
        if (times == 2) again.push_back(i);
      }
      // The second telling comes late, behind everything.
      for (const std::size_t i : again) engine.tell(life.reports[i]);
      ++runs;
      if (engine.final() == model(life, told) && engine.adds_up()) continue;
      const Final is = engine.final();
      const Final wanted = model(life, told);
      CAPTURE(life.name, order, way, is.filled, wanted.filled, is.at_stake, wanted.at_stake);
      CHECK(text_of(is.state) == text_of(wanted.state));
      CHECK(engine.adds_up());
      REQUIRE(is == wanted);
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return runs;
}
}  // namespace

TEST_CASE("short lives come to the same in every order of telling, with reports lost and doubled",
          "[oms]") {
  std::uint64_t runs = 0;
  for (const Life& life : lives())
    if (life.reports.size() <= 4) runs += run(life);
  CHECK(runs > 5'000);
}

TEST_CASE("all twelve lives come to the same in every order of telling", "[oms][slow]") {
  std::uint64_t runs = 0;
  for (const Life& life : lives()) runs += run(life);
  CHECK(lives().size() == 12);
  CHECK(runs > 1'500'000);
}
