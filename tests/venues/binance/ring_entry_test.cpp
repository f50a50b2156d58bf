// The core's end of a ring to a venue: what is handed over, and what is said of what finds it full.
#include "engine/venue/ring_entry.hpp"

#include <catch2/catch.hpp>

using namespace sq;

namespace {
struct Ends {
  std::vector<Instrument> instruments = [] {
    std::vector<Instrument> all(2);
    all[0].id = InstrumentId{0};
    all[0].venue = VenueId::BinanceSpot;
    all[1].id = InstrumentId{1};
    all[1].venue = VenueId::BinanceUsdm;
    return all;
  }();
  venue::RequestRing spot{1'024};
  venue::RequestRing futures{1'024};
  venue::RingEntry entry{instruments,
                         {{VenueId::BinanceSpot, &spot}, {VenueId::BinanceUsdm, &futures}}};
  risk::ApprovalMint mint{{3, 4}};

  void send(std::uint64_t number, InstrumentId instrument) {
    OrderRequest order;
    order.id = OrderId::make(1, number);
    order.approval = mint.approve(order, instrument);
    auto record = make_record(RecordKind::OrderSent, order);
    record.header.instrument = instrument;
    entry.send(*mint.seal(record.header));
  }
};
}  // namespace

TEST_CASE("a request arrives whole at its instrument's venue, with its stamp", "[venue]") {
  Ends ends;
  ends.send(7, InstrumentId{1});
  venue::RequestRing::Request request;
  CHECK_FALSE(ends.spot.peek(request));
  REQUIRE(ends.futures.peek(request));
  CHECK(request.record->kind == RecordKind::OrderSent);
  CHECK(payload_of<OrderRequest>(*request.record).id == OrderId::make(1, 7));
  risk::EgressLatch latch;
  risk::ApprovalChecker checker{{3, 4}, VenueId::BinanceUsdm, {false, true}, latch};
  CHECK(checker.check(*request.record, request.stamp).approved);
  ends.futures.pop();
  CHECK_FALSE(ends.futures.peek(request));
}

TEST_CASE("what finds its ring full is told as not sent, in order, and once", "[venue]") {
  Ends ends;
  std::uint64_t number = 0;
  while (ends.entry.held_back().count() == 0) ends.send(++number, InstrumentId{0});
  ends.send(++number, InstrumentId{0});
  CHECK(ends.entry.held_back().count() == 2);
  Record<OrderReport> report;
  for (const std::uint64_t refused : {number - 1, number}) {
    REQUIRE(ends.entry.held_back().take(report));
    CHECK(report.payload.id == OrderId::make(1, refused));
    CHECK(report.payload.kind == ReportKind::NotSent);
    CHECK(report.header.instrument == InstrumentId{0});
  }
  CHECK_FALSE(ends.entry.held_back().take(report));
  ends.send(++number, InstrumentId{1});  // the other venue's has room
  CHECK(ends.entry.held_back().count() == 2);
}

TEST_CASE("an amend that finds its ring full leaves its order as it was", "[venue]") {
  Ends ends;
  std::uint64_t number = 0;
  while (ends.entry.held_back().count() == 0) ends.send(++number, InstrumentId{0});
  Record<OrderReport> report;
  REQUIRE(ends.entry.held_back().take(report));
  AmendRequest amend;
  amend.id = OrderId::make(1, 1);
  amend.number = 3;
  amend.approval = ends.mint.approve(RecordKind::AmendSent, std::as_bytes(std::span{&amend, 1}),
                                     InstrumentId{0});
  auto record = make_record(RecordKind::AmendSent, amend);
  record.header.instrument = InstrumentId{0};
  const auto approved = ends.mint.seal(record.header);
  REQUIRE(approved);
  ends.entry.send(*approved);
  REQUIRE(ends.entry.held_back().take(report));
  CHECK(report.payload.kind == ReportKind::ReplaceRejected);
  CHECK(report.payload.id == amend.id);
  CHECK(report.payload.amend == 3);
}

TEST_CASE("a cancel that finds its ring full is counted, and no answer", "[venue]") {
  Ends ends;
  std::uint64_t number = 0;
  while (ends.entry.held_back().count() == 0) ends.send(++number, InstrumentId{0});
  Record<OrderReport> report;
  REQUIRE(ends.entry.held_back().take(report));
  auto record = make_record(RecordKind::CancelSent, CancelRequest{});
  record.header.instrument = InstrumentId{0};
  ends.entry.ask(record.header);
  CHECK(ends.entry.unasked() == 1);
  CHECK_FALSE(ends.entry.held_back().take(report));
}
