// Nothing leaves that the gate did not approve: content, key, one use, venue, latch.
#include "engine/risk/approval.hpp"

#include <catch2/catch.hpp>
#include <type_traits>

#include "engine/risk/order_gate.hpp"
#include "engine/risk/siphash.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
using risk::EgressRefusal;

namespace {
constexpr InstrumentId kBtc{0};
constexpr InstrumentId kOther{1};
constexpr risk::ApprovalKey kKey{0x0123456789abcdef, 0xfedcba9876543210};

OrderRequest draft() {
  OrderRequest made;
  made.strategy = StrategyId{3};
  made.account = AccountId{2};
  made.limit = Price::from_units(1'000);
  made.qty = Qty::from_units(1);
  return made;
}
Record<OrderRequest> sent(OrderRequest order, std::uint64_t approval) {
  order.id = OrderId::make(1, approval);
  order.approval = approval;
  auto record = make_record(RecordKind::OrderSent, order);
  record.header.instrument = kBtc;
  return record;
}
struct Egress {
  risk::ApprovalMint mint{kKey};
  risk::EgressLatch latch;
  risk::ApprovalChecker checker{kKey, VenueId::Simulated, {true, false}, latch};
  // Approved by the gate's mint, as it lies in a ring.
  Record<OrderRequest> next(const OrderRequest& order, risk::ApprovalStamp& stamp,
                            InstrumentId instrument = kBtc) {
    auto record = sent(order, mint.approve(order, instrument));
    record.header.instrument = instrument;
    const auto approved = mint.seal(record.header);
    REQUIRE(approved);
    stamp = approved->stamp();
    return record;
  }
};
}  // namespace

TEST_CASE("SipHash-2-4 gives what OpenSSL gives for 0, 8, 16 and 72 bytes", "[risk]") {
  // openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:8 SIPHASH of the bytes
  // 0, 1, 2, ...; the first three are in the reference implementation's table, too.
  const auto of = [](std::uint64_t words) {
    risk::SipHash24 hash{{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
    for (std::uint64_t w = 0; w < words; ++w) hash.add(0x0706050403020100 + w * 0x0808080808080808);
    return hash.finish();
  };
  CHECK(of(0) == 0x726fdb47dd0e0e31);
  CHECK(of(1) == 0x93f5f5799a932462);
  CHECK(of(2) == 0x3f2acc7f57c29bdb);
  CHECK(of(9) == 0x48e5ba63510dc82e);
}

TEST_CASE("an approval cannot be made by who has only an order", "[risk]") {
  STATIC_REQUIRE_FALSE(std::is_default_constructible_v<risk::Approved>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<risk::Approved, const RecordHeader&>);
  STATIC_REQUIRE_FALSE(
      std::is_constructible_v<risk::Approved, const RecordHeader&, const risk::ApprovalStamp&>);
}

TEST_CASE("the mint seals the order that was judged, once, and no other", "[risk]") {
  risk::ApprovalMint mint{kKey};
  const OrderRequest judged = draft();
  CHECK_FALSE(mint.seal(sent(judged, 1).header));  // nothing was approved
  const std::uint64_t number = mint.approve(judged, kBtc);
  const auto changed = [&](auto change) {
    auto record = sent(judged, number);
    change(record);
    return mint.seal(record.header).has_value();
  };
  CHECK_FALSE(changed([](auto& r) { r.payload.qty = Qty::from_raw(r.payload.qty.raw() + 1); }));
  CHECK_FALSE(
      changed([](auto& r) { r.payload.limit = Price::from_raw(r.payload.limit.raw() + 1); }));
  CHECK_FALSE(changed([](auto& r) { r.payload.side = Side::Sell; }));
  CHECK_FALSE(changed([](auto& r) { r.payload.type = OrderType::Market; }));
  CHECK_FALSE(changed([](auto& r) { r.payload.tif = TimeInForce::ImmediateOrCancel; }));
  CHECK_FALSE(changed([](auto& r) { r.payload.account = AccountId{9}; }));
  CHECK_FALSE(changed([](auto& r) { r.payload.strategy = StrategyId{9}; }));
  CHECK_FALSE(changed([](auto& r) { r.payload.parent = OrderId{9}; }));
  CHECK_FALSE(changed([](auto& r) { r.header.instrument = kOther; }));
  CHECK_FALSE(changed([](auto& r) { r.header.kind = RecordKind::CancelSent; }));
  CHECK(changed([](auto&) {}));
  CHECK_FALSE(changed([](auto&) {}));  // used up
  // What was judged last is what counts.
  OrderRequest larger = judged;
  larger.qty = Qty::from_units(2);
  static_cast<void>(mint.approve(judged, kBtc));
  const std::uint64_t last = mint.approve(larger, kBtc);
  CHECK_FALSE(mint.seal(sent(judged, last).header));
  CHECK(mint.seal(sent(larger, last).header));
}

TEST_CASE("a reduce-only flag may be dropped for the venue after the gate held the order to it",
          "[risk]") {
  risk::ApprovalMint mint{kKey};
  OrderRequest judged = draft();
  judged.reduce_only = 1;
  const std::uint64_t number = mint.approve(judged, kBtc);
  judged.reduce_only = 0;
  CHECK(mint.seal(sent(judged, number).header));
}

TEST_CASE("any bit of an order, its stamp or its instrument that changes on the way is refused",
          "[risk]") {
  Egress egress;
  risk::ApprovalStamp stamp;
  const auto good = egress.next(draft(), stamp);
  for (std::size_t bit = 0; bit < sizeof(OrderRequest) * 8; ++bit) {
    auto record = good;
    auto* bytes = reinterpret_cast<unsigned char*>(&record.payload);
    bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ (1U << (bit % 8)));
    INFO("bit " << bit);
    CHECK(egress.checker.check(record.header, stamp).refusal == EgressRefusal::NoApproval);
  }
  for (int bit = 0; bit < 64; ++bit) {
    risk::ApprovalStamp other = stamp;
    other.mac ^= std::uint64_t{1} << bit;
    CHECK(egress.checker.check(good.header, other).refusal == EgressRefusal::NoApproval);
    other = stamp;
    other.sequence ^= std::uint64_t{1} << bit;
    CHECK(egress.checker.check(good.header, other).refusal == EgressRefusal::NoApproval);
  }
  auto elsewhere = good;
  elsewhere.header.instrument = kOther;
  CHECK(egress.checker.check(elsewhere.header, stamp).refusal == EgressRefusal::NoApproval);
  auto short_one = good;
  short_one.header.length = sizeof(RecordHeader);
  CHECK(egress.checker.check(short_one.header, stamp).refusal == EgressRefusal::NoApproval);
  const auto outcome = egress.checker.check(good.header, stamp);
  CHECK(outcome.refusal == EgressRefusal::None);
  REQUIRE(outcome.approved);
  CHECK(&outcome.approved->record() == &good.header);
  CHECK(outcome.approved->stamp() == stamp);
}

TEST_CASE("another process's approval, a repeated and an older one do not leave", "[risk]") {
  Egress egress;
  risk::ApprovalStamp first;
  risk::ApprovalStamp second;
  const auto one = egress.next(draft(), first);
  const auto two = egress.next(draft(), second);
  risk::ApprovalChecker other{{kKey[0], kKey[1] ^ 1}, VenueId::Simulated, {true}, egress.latch};
  CHECK(other.check(one.header, first).refusal == EgressRefusal::NoApproval);
  CHECK(egress.checker.check(two.header, second).refusal == EgressRefusal::None);
  CHECK(egress.checker.check(two.header, second).refusal == EgressRefusal::Repeated);
  CHECK(egress.checker.check(one.header, first).refusal == EgressRefusal::Repeated);
  risk::ApprovalStamp third;
  const auto three = egress.next(draft(), third);
  CHECK(egress.checker.check(three.header, third).refusal == EgressRefusal::None);
}

TEST_CASE("an order in the wrong venue's ring does not leave", "[risk]") {
  Egress egress;
  risk::ApprovalStamp stamp;
  const auto record = egress.next(draft(), stamp, kOther);
  CHECK(egress.checker.check(record.header, stamp).refusal == EgressRefusal::WrongVenue);
  risk::ApprovalStamp beyond;
  const auto unknown = egress.next(draft(), beyond, InstrumentId{2});
  CHECK(egress.checker.check(unknown.header, beyond).refusal == EgressRefusal::WrongVenue);
}

TEST_CASE("an approved order in the ring does not leave once a scope of its is closed", "[risk]") {
  using Kind = KillScopeKind;
  const std::vector<KillScope> mine{{Kind::All, 0},
                                    {Kind::Venue, 4},  // VenueId::Simulated
                                    {Kind::Account, 2},
                                    {Kind::Strategy, 3},
                                    {Kind::Instrument, 0}};
  const std::vector<KillScope> others{
      {Kind::Venue, 3}, {Kind::Account, 1}, {Kind::Strategy, 2}, {Kind::Instrument, 1}};
  for (const KillScope& scope : mine) {
    Egress egress;
    risk::ApprovalStamp stamp;
    const auto record = egress.next(draft(), stamp);
    egress.latch.close(scope);
    INFO(text_of(scope.kind));
    CHECK(egress.checker.check(record.header, stamp).refusal == EgressRefusal::Closed);
  }
  for (const KillScope& scope : others) {
    Egress egress;
    risk::ApprovalStamp stamp;
    const auto record = egress.next(draft(), stamp);
    egress.latch.close(scope);
    INFO(text_of(scope.kind));
    CHECK(egress.checker.check(record.header, stamp).refusal == EgressRefusal::None);
  }
}

TEST_CASE("approving, sealing and checking allocate nothing", "[risk][hot]") {
  Egress egress;
  const OrderRequest order = draft();
  const std::uint64_t before = allocations_on_this_thread();
  auto record = sent(order, egress.mint.approve(order, kBtc));
  const auto approved = egress.mint.seal(record.header);
  const auto outcome = egress.checker.check(record.header, approved->stamp());
  const std::uint64_t after = allocations_on_this_thread();
  CHECK(outcome.refusal == EgressRefusal::None);
  CHECK(after == before);
}

TEST_CASE("an amend leaves once, as it was approved, where its account and strategy are open",
          "[risk]") {
  Egress egress;
  AmendRequest terms;
  terms.id = OrderId::make(1, 1);
  terms.limit = Price::from_units(1'001);
  terms.qty = Qty::from_units(2);
  terms.strategy = StrategyId{3};
  terms.account = AccountId{2};
  terms.number = 1;
  const auto made = [&](auto change) {
    AmendRequest wanted = terms;
    wanted.approval = egress.mint.approve(RecordKind::AmendSent,
                                          std::as_bytes(std::span{&terms, 1}), kBtc);
    change(wanted);
    auto record = make_record(RecordKind::AmendSent, wanted);
    record.header.instrument = kBtc;
    return record;
  };
  const auto sealed = [&](auto change) {
    return egress.mint.seal(made(change).header).has_value();
  };
  CHECK_FALSE(sealed([](AmendRequest& r) { r.qty = Qty::from_raw(r.qty.raw() + 1); }));
  CHECK_FALSE(sealed([](AmendRequest& r) { r.limit = Price::from_raw(r.limit.raw() + 1); }));
  CHECK_FALSE(sealed([](AmendRequest& r) { r.id = OrderId::make(1, 2); }));
  CHECK_FALSE(sealed([](AmendRequest& r) { r.number = 2; }));
  CHECK(sealed([](AmendRequest&) {}));

  auto record = made([](AmendRequest&) {});
  const auto approved = egress.mint.seal(record.header);
  REQUIRE(approved);
  const risk::ApprovalStamp stamp = approved->stamp();
  auto forged = record;
  forged.payload.qty = Qty::from_units(3);
  CHECK(egress.checker.check(forged.header, stamp).refusal == EgressRefusal::NoApproval);
  CHECK(egress.checker.check(record.header, stamp).refusal == EgressRefusal::None);
  CHECK(egress.checker.check(record.header, stamp).refusal == EgressRefusal::Repeated);
  record = made([](AmendRequest&) {});
  const auto next = egress.mint.seal(record.header);
  REQUIRE(next);
  egress.latch.close({KillScopeKind::Account, 2});
  CHECK(egress.checker.check(record.header, next->stamp()).refusal == EgressRefusal::Closed);
}
