// Trades that a venue takes back or corrects. The rule: the books are then those of the same fills
// without it, in position, cash, fees, cost and realised P&L, to the last unit.
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "engine/portfolio/portfolio.hpp"

namespace sq::portfolio {
namespace {
Instrument instrument_of(std::uint32_t index) {
  Instrument made;
  made.id = InstrumentId{index};
  made.kind = index == 1 ? InstrumentKind::InversePerpetual : InstrumentKind::Spot;
  made.base = *Currency::parse("BTC");
  made.quote = *Currency::parse("USDT");
  made.settle = index == 1 ? made.base : made.quote;
  if (index == 1) made.multiplier = Qty::from_units(100);
  made.tick = Price::from_raw(Price::kScale / 100);
  made.lot = Qty::from_raw(1);
  return made;
}
struct Fill {
  OrderRequest order{};
  InstrumentId instrument{};
  OrderReport report{};
};
// Odd quantities and prices, fees in the base asset, in the quote and in a third currency.
Fill random_fill(std::mt19937_64& random, std::uint64_t trade) {
  Fill fill;
  fill.order.id = OrderId{1 + random() % 5};
  fill.order.strategy = StrategyId{static_cast<std::uint16_t>(random() % 2)};
  fill.order.side = random() % 2 == 0 ? Side::Buy : Side::Sell;
  fill.instrument = InstrumentId{static_cast<std::uint32_t>(random() % 2)};
  fill.report.trade_id = trade;
  fill.report.last_qty = Qty::from_raw(static_cast<std::int64_t>(1 + random() % 700'000'000));
  fill.report.last_price =
      Price::from_raw(static_cast<std::int64_t>(1 + random() % 90'000) * 10'000'003);
  const char* currencies[] = {"BTC", "USDT", "BNB"};
  fill.report.fee = {*Currency::parse(currencies[random() % 3]),
                     static_cast<std::int64_t>(random() % 90'000) - 30'000};
  fill.report.maker = static_cast<std::uint8_t>(random() % 2);
  return fill;
}
OrderReport correction_of(const Fill& fill, std::mt19937_64& random) {
  OrderReport report = fill.report;
  report.kind = ReportKind::Corrected;
  report.last_price += Price::from_raw(static_cast<std::int64_t>(random() % 1'000'000'000));
  report.last_qty =
      Qty::from_raw(1 + report.last_qty.raw() / static_cast<std::int64_t>(1 + random() % 3));
  report.fee.raw += static_cast<std::int64_t>(random() % 1'000);
  return report;
}
void compare(const Portfolio& is, const Portfolio& wanted) {
  for (const std::uint32_t i : {0U, 1U}) {
    for (const std::uint16_t s : {std::uint16_t{0}, std::uint16_t{1}}) {
      const StrategyLedger& a = is.ledger(StrategyId{s}, InstrumentId{i});
      const StrategyLedger& b = wanted.ledger(StrategyId{s}, InstrumentId{i});
      REQUIRE(a.position.qty() == b.position.qty());
      REQUIRE(a.position.cost() == b.position.cost());
      REQUIRE(a.position.realised() == b.position.realised());
      REQUIRE(a.cash == b.cash);
      REQUIRE(a.fees == b.fees);
      REQUIRE(a.turnover == b.turnover);
      REQUIRE(a.fills == b.fills);
      REQUIRE(a.maker_fills == b.maker_fills);
      REQUIRE(a.unvalued_fees == b.unvalued_fees);
    }
  }
}
std::vector<Instrument> instruments() { return {instrument_of(0), instrument_of(1)}; }
}  // namespace

TEST_CASE("any fills with some taken back or corrected come to the same books as without them",
          "[portfolio][bust]") {
  std::mt19937_64 random{7};
  for (int round = 0; round < 200; ++round) {
    Portfolio is{instruments(), 2, 64};
    std::vector<Fill> kept;
    std::vector<bool> busted;
    const std::size_t fills = 1 + random() % 60;  // all of them are remembered
    for (std::size_t n = 0; n < fills; ++n) {
      kept.push_back(random_fill(random, n));
      busted.push_back(false);
      REQUIRE(is.on_fill(kept[n].order, kept[n].instrument, kept[n].report));
      if (random() % 3 != 0) continue;
      const std::size_t at = random() % kept.size();
      const bool bust = random() % 2 == 0;
      OrderReport report = bust ? kept[at].report : correction_of(kept[at], random);
      if (bust) report.kind = ReportKind::Busted;
      const auto corrected = is.on_correction(kept[at].order, report);
      REQUIRE(corrected.has_value() == !busted[at]);
      if (busted[at]) continue;
      busted[at] = bust;
      if (!bust) kept[at].report = report;
    }
    Portfolio wanted{instruments(), 2, 64};
    for (std::size_t n = 0; n < kept.size(); ++n) {
      if (!busted[n]) REQUIRE(wanted.on_fill(kept[n].order, kept[n].instrument, kept[n].report));
    }
    compare(is, wanted);
  }
}

TEST_CASE("what a correction says it changed is what changed", "[portfolio][bust]") {
  std::mt19937_64 random{11};
  Portfolio books{instruments(), 2, 64};
  std::vector<Fill> fills;
  for (std::uint64_t n = 0; n < 40; ++n) {
    fills.push_back(random_fill(random, n));
    REQUIRE(books.on_fill(fills[n].order, fills[n].instrument, fills[n].report));
  }
  for (const Fill& fill : fills) {
    const StrategyLedger before = books.ledger(fill.order.strategy, fill.instrument);
    const OrderReport report = correction_of(fill, random);
    const auto corrected = books.on_correction(fill.order, report);
    REQUIRE(corrected);
    const StrategyLedger& after = books.ledger(fill.order.strategy, fill.instrument);
    const TradeCorrected& line = corrected->decision;
    CHECK(corrected->instrument == fill.instrument);
    CHECK(line.position_delta == after.position.qty() - before.position.qty());
    CHECK(line.position_after == after.position.qty());
    CHECK(line.cash_delta == after.cash - before.cash);
    CHECK(line.realised_delta == after.position.realised() - before.position.realised());
    CHECK(line.fee_delta == after.fees - before.fees);
    CHECK(line.price_before == fill.report.last_price);
    CHECK(line.price == report.last_price);
  }
}

TEST_CASE("a trade can be taken back as long as it is among the fills remembered, over all books",
          "[portfolio][bust]") {
  std::mt19937_64 random{13};
  for (const std::size_t later : {std::size_t{7}, std::size_t{8}}) {
    Portfolio books{instruments(), 2, 8};
    const Fill first = random_fill(random, 1'000);
    REQUIRE(books.on_fill(first.order, first.instrument, first.report));
    for (std::uint64_t n = 0; n < later; ++n) {
      const Fill fill = random_fill(random, n);
      REQUIRE(books.on_fill(fill.order, fill.instrument, fill.report));
    }
    OrderReport bust = first.report;
    bust.kind = ReportKind::Busted;
    CHECK(books.on_correction(first.order, bust).has_value() == (later < 8));
  }
}

TEST_CASE("books restored from a snapshot take trades back like those that were saved",
          "[portfolio][bust]") {
  std::mt19937_64 random{17};
  Portfolio saved{instruments(), 2, 16};
  std::vector<Fill> fills;
  for (std::uint64_t n = 0; n < 40; ++n) {
    fills.push_back(random_fill(random, n));
    REQUIRE(saved.on_fill(fills[n].order, fills[n].instrument, fills[n].report));
  }
  StateOut out;
  saved.save(out);
  const auto bytes = out.take();
  Portfolio restored{instruments(), 2, 16};
  StateIn in{bytes};
  REQUIRE(restored.restore(in));
  REQUIRE(in.done());
  for (std::size_t n = 20; n < 40; n += 3) {
    OrderReport bust = fills[n].report;
    bust.kind = ReportKind::Busted;
    CHECK(saved.on_correction(fills[n].order, bust).has_value() ==
          restored.on_correction(fills[n].order, bust).has_value());
    compare(restored, saved);
  }
}

TEST_CASE("a bust of a fee in the base asset gives the base back, dust and all",
          "[portfolio][bust]") {
  Portfolio books{instruments(), 2};
  Fill fill;
  fill.order.id = OrderId{1};
  fill.order.strategy = StrategyId{0};
  fill.report.trade_id = 1;
  fill.report.last_qty = Qty::from_raw(100'003);
  fill.report.last_price = Price::from_raw(61'234'560'000'001);
  fill.report.fee = {*Currency::parse("BTC"), 101};
  REQUIRE(books.on_fill(fill.order, fill.instrument, fill.report));
  CHECK(books.ledger(StrategyId{0}, InstrumentId{0}).position.qty() == Qty::from_raw(99'902));
  fill.report.kind = ReportKind::Busted;
  REQUIRE(books.on_correction(fill.order, fill.report));
  const StrategyLedger& flat = books.ledger(StrategyId{0}, InstrumentId{0});
  CHECK(flat.position.qty() == Qty{});
  CHECK(flat.position.cost() == 0);
  CHECK(flat.position.realised() == 0);
  CHECK(flat.cash == 0);
  CHECK(flat.fees == 0);
}
}  // namespace sq::portfolio
