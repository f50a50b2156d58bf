// Execution reports come in any order, twice, or not at all. What an order has come to must depend
// on what was told, not on the order of telling. The model knows no order: it looks at the set.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <vector>

#include "engine/oms/order_life.hpp"
#include "engine/types/text.hpp"

using namespace sq;

namespace {
constexpr std::int32_t kOrdered = 10;
constexpr std::uint64_t kOldId = 100;  // the venue's, of an order and of the one that replaces it
constexpr std::uint64_t kNewId = 200;

struct Told {
  ReportKind kind{ReportKind::Accepted};
  std::uint64_t trade{0};   // fills, busts, corrections
  std::int32_t units{0};    // fills, corrections; new total of an amend
  std::int32_t count{0};    // cumulative quantity
  OrderState state{OrderState::None};  // Status
  std::uint64_t venue_id{0};
};
struct AmendTo {
  std::int32_t total{0};
  AmendStyle style{AmendStyle::InPlace};
};
struct Life {
  const char* name;
  bool cancel_sent;
  std::vector<Told> reports;
  std::optional<AmendTo> amend{};
};

Told fill(std::uint64_t trade, std::int32_t units, std::int32_t count) {
  return {ReportKind::Filled, trade, units, count, OrderState::None, 0};
}
Told end(ReportKind kind, std::int32_t count = 0, std::uint64_t venue_id = 0) {
  return {kind, 0, 0, count, OrderState::None, venue_id};
}
Told status(OrderState state, std::int32_t count) {
  return {ReportKind::Status, 0, 0, count, state, 0};
}
Told replaced(std::int32_t total, std::int32_t count, std::uint64_t venue_id = 0,
              ReportKind kind = ReportKind::Replaced) {
  return {kind, 0, total, count, OrderState::None, venue_id};
}
Told busted(std::uint64_t trade) { return {ReportKind::Busted, trade, 0, 0, OrderState::None, 0}; }
Told corrected(std::uint64_t trade, std::int32_t units) {
  return {ReportKind::Corrected, trade, units, 0, OrderState::None, 0};
}

const std::vector<Life>& lives() {
  static const Told accepted{};
  static const Told unknown = end(ReportKind::Unknown);
  static const Told cancel_refused = end(ReportKind::CancelRejected);
  static const Told refused = end(ReportKind::ReplaceRejected);
  static const AmendTo up{15, AmendStyle::InPlace};
  static const AmendTo again{12, AmendStyle::CancelReplace};
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
       {accepted, fill(1, 1, 1), cancel_refused, fill(2, 2, 3), fill(3, 3, 6), end(ReportKind::Cancelled, 6)}},
      // amended from 10 while it works
      {"amended up and filled by the new terms", false,
       {accepted, fill(1, 6, 6), replaced(15, 6), fill(2, 4, 10), fill(3, 5, 15)}, up},
      {"amended down and filled by the new terms", false,
       {accepted, fill(1, 4, 4), replaced(6, 4), fill(2, 2, 6)}, AmendTo{6, AmendStyle::InPlace}},
      {"amend refused", false, {accepted, fill(1, 4, 4), refused, fill(2, 6, 10)}, up},
      {"cancelled while it was amended", true,
       {accepted, fill(1, 4, 4), replaced(15, 4), fill(2, 8, 12), end(ReportKind::Cancelled, 12)}, up},
      // cancelled and placed again for 12 at once: the four outcomes
      {"replaced", false,
       {fill(1, 3, 3), end(ReportKind::Cancelled, 3, kOldId), replaced(15, 3, kNewId), fill(2, 12, 15)}, again},
      {"neither cancelled nor placed", false, {fill(1, 4, 4), refused, fill(2, 6, 10)}, again},
      {"cancelled, not placed", false,
       {fill(1, 3, 3), end(ReportKind::Cancelled, 3, kOldId), refused}, again},
      {"placed, not cancelled", true,
       {replaced(22, 0, kNewId, ReportKind::ReplaceSplit), fill(1, 3, 3), fill(2, 2, 5),
        end(ReportKind::Cancelled, 5, kOldId), end(ReportKind::Cancelled, 5, kNewId)}, again},
      {"replaced, then cancelled", true,
       {fill(1, 3, 3), end(ReportKind::Cancelled, 3, kOldId), replaced(15, 3, kNewId), fill(2, 2, 5),
        end(ReportKind::Cancelled, 5, kNewId)}, again},
      // what was filled is taken back, or was something else
      {"a fill taken back", false, {accepted, fill(1, 4, 4), fill(2, 6, 10), busted(1)}},
      {"taken back while it works", true,
       {accepted, fill(1, 4, 4), busted(1), fill(2, 3, 7), end(ReportKind::Cancelled, 7)}},
      {"a fill of another quantity", false, {accepted, fill(1, 4, 4), corrected(1, 3), fill(2, 6, 10)}},
      {"corrected, then taken back", false,
       {accepted, fill(1, 4, 4), corrected(1, 3), busted(1), fill(2, 6, 10)}},
      {"amended, and a fill taken back", false,
       {accepted, fill(1, 4, 4), replaced(15, 4), busted(1), fill(2, 11, 15)}, up}};
  return all;
}

struct Final {
  OrderState state{OrderState::None};
  std::int32_t filled{0};
  std::int32_t at_stake{0};
  std::int32_t booked{0};
  friend bool operator==(const Final&, const Final&) = default;
};

// What was told, without its order.
struct Heard {
  std::map<std::uint64_t, std::int32_t> fills;
  std::map<std::uint64_t, std::int32_t> corrections;
  std::set<std::uint64_t> busts;
  std::int32_t count{0};
  OrderState ended{OrderState::None};
  bool answered{false};
  bool unknown{false};
  bool refused{false};
  bool split{false};
  std::int32_t total{0};              // by the new terms; 0: not told
  std::optional<std::int32_t> old_end;  // counts with which the legs of a replacement ended
  bool new_end{false};
  bool cancel_refused{false};
};
Heard hear(const Life& life, const std::set<std::size_t>& told) {
  Heard heard;
  for (const std::size_t i : told) {
    const Told& report = life.reports[i];
    heard.count = std::max(heard.count, report.count);
    switch (report.kind) {
      case ReportKind::Accepted: heard.answered = true; break;
      case ReportKind::Filled:
      case ReportKind::Trade:
        heard.answered = true;
        heard.fills[report.trade] = report.units;
        break;
      case ReportKind::Cancelled:
        if (report.venue_id == kOldId) heard.old_end = report.count;
        else if (report.venue_id == kNewId) heard.new_end = true;
        else heard.ended = OrderState::Cancelled;
        break;
      case ReportKind::Expired: heard.ended = OrderState::Expired; break;
      case ReportKind::Rejected: heard.ended = OrderState::Rejected; break;
      case ReportKind::NotSent: heard.ended = OrderState::NotSent; break;
      case ReportKind::Status: heard.ended = report.state; break;
      case ReportKind::Unknown: heard.unknown = true; break;
      case ReportKind::CancelRejected: heard.cancel_refused = true; break;
      case ReportKind::ReplaceSplit: heard.split = true; [[fallthrough]];
      case ReportKind::Replaced:
        heard.answered = true;
        heard.total = report.units;
        break;
      case ReportKind::ReplaceRejected: heard.answered = heard.refused = true; break;
      case ReportKind::Busted: heard.busts.insert(report.trade); break;
      case ReportKind::Corrected: heard.answered = true; heard.corrections[report.trade] = report.units; break;
    }
  }
  return heard;
}
// The most that may come to be filled, by what is known of an amend.
std::int32_t total_of(const Life& life, const Heard& heard) {
  if (!life.amend || heard.refused) return kOrdered;
  if (heard.total != 0) return heard.total;
  if (life.amend->style == AmendStyle::InPlace) return std::max(kOrdered, life.amend->total);
  return (heard.old_end ? *heard.old_end : kOrdered) + life.amend->total;
}
OrderState end_of(const Life& life, const Heard& heard) {
  if (!life.amend || life.amend->style == AmendStyle::InPlace) return heard.ended;
  const bool old_gone = heard.old_end || (heard.total != 0 && !heard.split);
  const bool new_gone = heard.new_end || heard.refused;
  return old_gone && new_gone ? OrderState::Cancelled : OrderState::None;
}
Final model(const Life& life, const std::set<std::size_t>& told) {
  const Heard heard = hear(life, told);
  Final final;
  for (const auto& [trade, units] : heard.fills) final.filled += units;
  for (const auto& [trade, units] : heard.corrections)
    if (!heard.fills.contains(trade)) final.filled += units;
  std::map<std::uint64_t, std::int32_t> books = heard.fills;
  for (const auto& [trade, units] : heard.corrections) books[trade] = units;
  for (const auto& [trade, units] : books)
    if (!heard.busts.contains(trade)) final.booked += units;
  const std::int32_t total = total_of(life, heard);
  const OrderState ended = end_of(life, heard);
  const bool amending = life.amend && heard.total == 0 && !heard.refused;
  const bool cancelling = life.cancel_sent && !heard.cancel_refused;
  if (final.filled >= total) {
    final.state = OrderState::Filled;
  } else if (ended != OrderState::None || heard.count >= total) {
    final.at_stake = heard.count - final.filled;
    final.state = final.at_stake > 0 ? OrderState::AwaitingFills : ended;
  } else {
    final.at_stake = total - final.filled;
    final.state = heard.answered || (life.amend && life.amend->style == AmendStyle::CancelReplace)
                      ? (cancelling ? OrderState::PendingCancel
                         : amending ? OrderState::PendingReplace
                                    : OrderState::Open)
                  : heard.unknown ? OrderState::Unknown
                                  : OrderState::PendingNew;
  }
  return final;
}

class Engine {
 public:
  explicit Engine(const Life& life) {
    OrderRequest request;
    request.id = OrderId::make(1, 1);
    request.qty = Qty::from_units(kOrdered);
    request.limit = Price::from_units(100);
    auto sent = make_record(RecordKind::OrderSent, request);
    sent.header.instrument = InstrumentId{0};
    order_ = orders_.on_sent(sent.header);
    if (life.amend) amend(*life.amend);
    if (!life.cancel_sent) return;
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
    report.venue_order_id = told.venue_id;
    auto record = make_record(RecordKind::OrderReport, report);
    const oms::ReportOutcome outcome = orders_.on_report(record.header);
    filled_ += outcome.fill;
    released_ += outcome.released;
    switch (outcome.booking) {
      case oms::Booking::None:
      case oms::Booking::Void: break;
      case oms::Booking::Fill:
      case oms::Booking::Correction: books_[told.trade] = told.units; break;
      case oms::Booking::Bust: books_.erase(told.trade); break;
    }
  }
  // What the books were told must add up to what the order says.
  [[nodiscard]] bool adds_up() const {
    return filled_ == order_->filled && released_ + order_->remaining() == staked_;
  }
  [[nodiscard]] Final final() const {
    Final final{order_->state, static_cast<std::int32_t>(order_->filled.raw() / Qty::kScale),
                static_cast<std::int32_t>(order_->remaining().raw() / Qty::kScale), 0};
    for (const auto& [trade, units] : books_) final.booked += units;
    return final;
  }

 private:
  // Only what the venue has acknowledged by a number of its own can be replaced.
  void amend(const AmendTo& to) {
    if (to.style == AmendStyle::CancelReplace)
      tell({ReportKind::Accepted, 0, 0, 0, OrderState::None, kOldId});
    AmendRequest request;
    request.id = OrderId::make(1, 1);
    request.limit = Price::from_units(100);
    request.qty = Qty::from_units(to.total);
    request.number = 1;
    request.style = to.style;
    auto record = make_record(RecordKind::AmendSent, request);
    staked_ += orders_.on_amend_sent(record.header).added;
  }

  oms::OrderLife orders_{4, 1};
  oms::Order* order_{nullptr};
  Qty staked_{Qty::from_units(kOrdered)};
  Qty filled_{};
  Qty released_{};
  std::map<std::uint64_t, std::int32_t> books_;
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
      Engine engine{life};
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
      CAPTURE(life.name, order, way, is.filled, wanted.filled, is.at_stake, wanted.at_stake, is.booked,
              wanted.booked);
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

TEST_CASE("all lives come to the same in every order of telling", "[oms][slow]") {
  std::uint64_t runs = 0;
  for (const Life& life : lives()) runs += run(life);
  CHECK(lives().size() == 26);
  CHECK(runs > 1'800'000);
}
