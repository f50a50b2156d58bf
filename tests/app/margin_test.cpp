// Distances to liquidation against figures worked out by hand.
#include "engine/app/desk/margin.hpp"

#include <catch2/catch.hpp>

using namespace sq;

namespace {
VenueAccount account(std::int32_t position, std::int32_t liquidation) {
  VenueAccount made;
  made.currency = *Currency::parse("USDT");
  made.position = Qty::from_units(position);
  made.liquidation_price = Price::from_units(liquidation);
  return made;
}
Ratio percent(int n) { return Ratio::from_raw(Ratio::kScale / 100 * n); }
}  // namespace

TEST_CASE("a long position's distance is what the price may fall, a short one's what it may rise",
          "[app]") {
  using app::distance_to_liquidation;
  const Price hundred = Price::from_units(100);
  CHECK(distance_to_liquidation(account(2, 80), hundred) == percent(20));
  CHECK(distance_to_liquidation(account(-2, 125), hundred) == percent(25));
  CHECK(distance_to_liquidation(account(2, 100), hundred) == percent(0));
  CHECK(distance_to_liquidation(account(2, 110), hundred) == percent(-10));  // through
  CHECK(distance_to_liquidation(account(-2, 90), hundred) == percent(-10));  // through
}

TEST_CASE("without a position, a liquidation price or a price there is no distance", "[app]") {
  using app::distance_to_liquidation;
  CHECK_FALSE(distance_to_liquidation(account(0, 80), Price::from_units(100)));
  CHECK_FALSE(distance_to_liquidation(account(2, 0), Price::from_units(100)));
  CHECK_FALSE(distance_to_liquidation(account(2, 80), Price{}));
}

TEST_CASE("margin is shown for what a venue has told, with the live price before its mark",
          "[app]") {
  core::LedgerSetup setup;
  Instrument btc;
  btc.id = InstrumentId{0};
  btc.venue = VenueId::BinanceUsdm;
  btc.kind = InstrumentKind::LinearPerpetual;
  btc.symbol = Symbol{"BTCUSDT"};
  btc.base = *Currency::parse("BTC");
  btc.quote = btc.settle = *Currency::parse("USDT");
  setup.instruments = {btc};
  setup.gate.instruments = {btc};
  setup.gate.instrument_limits.resize(1);
  core::Ledger ledger{setup};
  CHECK(app::margin_json(ledger, {}).at("margin").as_array().empty());
  VenueAccount told = account(1, 80);
  told.mark = Price::from_units(100);
  told.margin_balance = 50 * Amount::kScale;
  told.maintenance = 10 * Amount::kScale;
  auto record = make_record(RecordKind::VenueAccount, told);
  record.header.instrument = btc.id;
  ledger.apply(record.header);
  const auto by_mark = app::margin_json(ledger, {Price{}}).at("margin").as_array()[0];
  CHECK(by_mark.at("distance_to_liquidation") == "0.2");
  CHECK(by_mark.at("maintenance_use") == "0.2");
  const auto live = app::margin_json(ledger, {Price::from_units(160)}).at("margin").as_array()[0];
  CHECK(live.at("distance_to_liquidation") == "0.5");
  const auto near = app::margin_json(ledger, {Price::from_units(80)}).at("margin").as_array()[0];
  CHECK(near.at("words") == "the price is where the venue liquidates: act now");
}
