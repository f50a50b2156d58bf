// Balances of derivatives accounts as venues tell them: without what open positions cost.
#include <catch2/catch.hpp>

#include "tests/core/account_venue.hpp"

using namespace sq;
using namespace sq::test;

TEST_CASE("a balance that leaves out what positions cost agrees with payments in full", "[core]") {
  for (const Tells tells : {Tells::Wallet, Tells::WalletByEntry}) {
    CAPTURE(static_cast<int>(tells));
    AccountDesk desk;
    desk.there.tells = tells;
    desk.start();
    desk.at_ms += 10;
    desk.answer();
    for (const Side side : {Side::Buy, Side::Sell, Side::Sell}) {
      const std::uint64_t number = desk.there.place(side, side == Side::Buy ? 9'937 : 10'111, 7);
      desk.next_answer();  // adopted
      desk.at_ms += 10;
      desk.tell_fill(desk.there.fill(number, 7 * Qty::kScale, desk.now(), 13));
      desk.next_answer();
      desk.next_answer();
      CHECK(desk.breaks(BreakState::Compared).back().clean == 1);
    }
    CHECK(desk.there.position == -7 * Qty::kScale);
    // Beside an entry price, which is rounded, a hundred thousandth is not seen.
    const std::int64_t seen = tells == Tells::Wallet ? 1 : oms::kEntrySlack + 1;
    desk.there.cash -= seen - 1;
    desk.next_answer();
    desk.next_answer();
    CHECK(desk.open().empty());
    desk.there.cash -= 1;
    desk.next_answer();
    desk.next_answer();
    REQUIRE(desk.open().size() == 1);
    CHECK(desk.open()[0].told.kind == BreakKind::Balance);
  }
}

TEST_CASE("a transfer that the venue tells of is found beside rounded entry prices, too",
          "[core]") {
  AccountDesk desk;
  desk.there.tells = Tells::WalletByEntry;
  desk.start();
  desk.at_ms += 10;
  desk.answer();
  const std::uint64_t number = desk.there.place(Side::Buy, 9'937, 7);
  desk.next_answer();
  desk.at_ms += 10;
  desk.tell_fill(desk.there.fill(number, 3 * Qty::kScale, desk.now()));
  desk.there.cash += oms::kEntrySlack - 1;
  desk.there.transferred += oms::kEntrySlack - 1;
  desk.next_answer();
  const auto opened = desk.breaks(BreakState::Opened);
  CHECK(opened.back().kind == BreakKind::Transfer);
}

TEST_CASE("a wallet whose position has no cost and no entry price is not compared", "[core]") {
  AccountDesk desk;
  desk.there.tells = Tells::WalletByEntry;
  desk.there.position = Qty::kScale;  // and what it cost is 0: an entry price of 0
  desk.start();
  desk.at_ms += 10;
  desk.answer();
  CHECK(desk.breaks(BreakState::Compared).back().clean == 0);
  CHECK(desk.state() == StrategyState::Warming);
}
