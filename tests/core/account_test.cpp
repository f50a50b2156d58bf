// What venues do to our money without an order: funding and liquidations.
#include <catch2/catch.hpp>

#include "engine/messaging/account.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
constexpr std::int64_t kUsdt = Amount::kScale;
FundingSettled funding(std::int64_t position_raw, std::int64_t amount_raw) {
  FundingSettled paid;
  paid.mark = Price::from_units(60'000);
  paid.rate = Ratio::from_raw(Ratio::kScale / 10'000 * 3);
  paid.position = Qty::from_raw(position_raw);
  paid.amount = {*Currency::parse("USDT"), amount_raw};
  return paid;
}
VenueAccount liquidation(Side side, Qty qty, Price price, std::int64_t fee) {
  VenueAccount told;
  told.currency = *Currency::parse("USDT");
  told.notice = AccountNotice::Liquidation;
  told.side = static_cast<std::uint8_t>(side);
  told.qty = qty;
  told.price = price;
  told.fee = fee;
  told.trade_id = 9;
  return told;
}
}  // namespace

TEST_CASE("funding that no strategy's position explains is booked as unallocated", "[core]") {
  CoreFixture f;
  f.start();
  f.input(RecordKind::FundingSettled, funding(2 * Qty::kScale, -18 * kUsdt), kBtc);
  const auto lines = f.journal.of(RecordKind::FundingBooked);
  REQUIRE(lines.size() == 1);
  const auto& line = payload_of<FundingBooked>(*lines[0]);
  CHECK(line.strategy == kNoStrategy);
  CHECK(line.amount.raw == -18 * kUsdt);
  CHECK(f.core.ledger().portfolio().ledger(kNoStrategy, kBtc).funding == -18 * kUsdt);
  CHECK(f.core.ledger().gate().total_pnl(kNoStrategy) == -18 * kUsdt);
  CHECK_FALSE(f.core.ledger().kill_latched());
}

TEST_CASE("funding in a currency that is not the instrument's closes the gate", "[core]") {
  CoreFixture f;
  f.start();
  FundingSettled wrong = funding(Qty::kScale, -1);
  wrong.amount.currency = *Currency::parse("BNB");
  f.input(RecordKind::FundingSettled, wrong, kBtc);
  CHECK(f.journal.of(RecordKind::FundingBooked).empty());
  CHECK(f.journal.of(RecordKind::DeadLetter).size() == 1);
  CHECK(f.core.ledger().kill_latched());
}

TEST_CASE("a liquidation is booked as unallocated and closes the gate", "[core]") {
  CoreFixture f;
  f.start();
  f.input(RecordKind::VenueAccount,
          liquidation(Side::Sell, Qty::from_units(1), Price::from_units(57'000), 285 * kUsdt),
          kBtc);
  CHECK(f.core.ledger().kill_latched());
  CHECK(f.core.ledger().portfolio().position(kBtc) == Qty::from_units(-1));
  const auto& books = f.core.ledger().portfolio().ledger(kNoStrategy, kBtc);
  CHECK(books.cash == (57'000 - 285) * kUsdt);
  CHECK(books.fees == 285 * kUsdt);
  CHECK(f.core.ledger().counters().liquidations == 1);
  REQUIRE(f.journal.of(RecordKind::FillBooked).size() == 1);
  REQUIRE(f.core.ledger().portfolio().venue_account(kBtc) != nullptr);
}

TEST_CASE("an update of the account is kept and changes no position", "[core]") {
  CoreFixture f;
  f.start();
  CHECK(f.core.ledger().portfolio().venue_account(kBtc) == nullptr);
  VenueAccount told;
  told.currency = *Currency::parse("USDT");
  told.margin_balance = 500 * kUsdt;
  told.liquidation_price = Price::from_units(57'236);
  f.input(RecordKind::VenueAccount, told, kBtc);
  REQUIRE(f.core.ledger().portfolio().venue_account(kBtc) != nullptr);
  CHECK(f.core.ledger().portfolio().venue_account(kBtc)->margin_balance == 500 * kUsdt);
  CHECK(f.core.ledger().portfolio().position(kBtc) == Qty{});
  CHECK_FALSE(f.core.ledger().kill_latched());
}

TEST_CASE("a liquidation without side, quantity or price is a dead letter", "[core]") {
  VenueAccount bad = liquidation(Side::Sell, Qty::from_units(1), Price::from_units(1), 0);
  const int what = GENERATE(0, 1, 2, 3, 4);
  if (what == 0) bad.side = 0;
  if (what == 1) bad.qty = Qty{};
  if (what == 2) bad.price = Price{};
  if (what == 3) bad.notice = AccountNotice{5};
  if (what == 4) bad.currency = {};
  CoreFixture f;
  f.start();
  f.input(RecordKind::VenueAccount, bad, kBtc);
  CHECK(f.journal.of(RecordKind::DeadLetter).size() == 1);
  CHECK(f.journal.of(RecordKind::FillBooked).empty());
  CHECK(f.core.ledger().portfolio().position(kBtc) == Qty{});
  CHECK(f.core.ledger().kill_latched());
}
