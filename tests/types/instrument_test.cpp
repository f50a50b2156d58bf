#include "engine/types/instrument.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>

#include "engine/types/decimal.hpp"

using namespace sq;
namespace {
Price price(std::string_view text) { return parse_fixed<Price>(text).value(); }
Qty qty(std::string_view text) { return parse_fixed<Qty>(text).value(); }
std::int64_t amount(std::string_view text) {
  return parse_decimal(text, Amount::kDecimals).value();
}

// BTCUSDT on Binance spot, as exchangeInfo had it in 2024: tick 0.01, step 0.00001, minimum 5 USDT.
Instrument spot() {
  Instrument instrument;
  instrument.kind = InstrumentKind::Spot;
  instrument.base = *Currency::parse("BTC");
  instrument.quote = instrument.settle = *Currency::parse("USDT");
  instrument.tick = price("0.01");
  instrument.price_min = price("0.01");
  instrument.price_max = price("1000000");
  instrument.lot = qty("0.00001");
  instrument.qty_min = qty("0.00001");
  instrument.qty_max = qty("9000");
  instrument.notional_min = amount("5");
  return instrument;
}
// BTCUSD_PERP on Binance COIN-M: one contract is 100 USD, settled in BTC.
Instrument inverse() {
  Instrument instrument = spot();
  instrument.kind = InstrumentKind::InversePerpetual;
  instrument.quote = *Currency::parse("USD");
  instrument.settle = *Currency::parse("BTC");
  instrument.multiplier = Qty::from_units(100);
  instrument.lot = instrument.qty_min = Qty::from_units(1);
  instrument.notional_min = 0;
  return instrument;
}
std::optional<std::int64_t> notional(const Instrument& instrument, std::string_view at,
                                     std::string_view size, Rounding rounding = Rounding::Down) {
  const auto value = instrument.notional(price(at), qty(size), rounding);
  if (!value) return std::nullopt;
  return value->raw;
}
}  // namespace

TEST_CASE("a spot notional is price times quantity in the quote currency", "[types]") {
  const Instrument instrument = spot();
  CHECK(notional(instrument, "61800.2", "0.5") == amount("30900.1"));
  CHECK(notional(instrument, "-61800.2", "0.5") == amount("30900.1"));
  CHECK(notional(instrument, "61800.2", "-0.5") == amount("30900.1"));
  CHECK(notional(instrument, "0", "1") == 0);
  CHECK(instrument.notional(price("1"), qty("1"), Rounding::Down)->currency.text() == "USDT");
}

TEST_CASE("a notional that is not exact rounds the way it is told", "[types]") {
  const Instrument instrument = spot();
  CHECK(notional(instrument, "0.000000001", "0.00000001", Rounding::Down) == 0);
  CHECK(notional(instrument, "0.000000001", "0.00000001", Rounding::Up) == 1);
  CHECK(notional(instrument, "1.000000001", "1", Rounding::Down) == amount("1"));
  CHECK(notional(instrument, "1.000000001", "1", Rounding::Up) == amount("1.00000001"));
  CHECK(notional(instrument, "2", "3", Rounding::Up) == amount("6"));
}

TEST_CASE("an inverse notional is contracts times their size over the price, in the base currency",
          "[types]") {
  const Instrument instrument = inverse();
  CHECK(notional(instrument, "50000", "5") == amount("0.01"));
  CHECK(notional(instrument, "30000", "1", Rounding::Down) == amount("0.00333333"));
  CHECK(notional(instrument, "30000", "1", Rounding::Up) == amount("0.00333334"));
  CHECK_FALSE(notional(instrument, "0", "1").has_value());
  CHECK(instrument.notional(price("1"), qty("1"), Rounding::Down)->currency.text() == "BTC");
}

TEST_CASE("a multiplier scales the notional and 1 changes nothing", "[types]") {
  Instrument instrument = spot();
  instrument.kind = InstrumentKind::LinearFuture;
  instrument.multiplier = qty("15");
  CHECK(notional(instrument, "24500.05", "2") == amount("735001.5"));
  instrument.multiplier = qty("0.001");
  CHECK(notional(instrument, "61800.2", "10") == amount("618.002"));
  instrument.multiplier = qty("1");
  CHECK(notional(instrument, "61800.2", "10") == amount("618002"));
}

TEST_CASE("a notional is empty exactly when it does not fit", "[types]") {
  Instrument instrument = spot();
  CHECK(notional(instrument, "1", "92233720368.54775807") == Qty::max().raw());
  CHECK_FALSE(
      notional(instrument, "1.000000001", "92233720368.54775807", Rounding::Up).has_value());
  CHECK_FALSE(instrument.notional(Price::max(), Qty::max(), Rounding::Down).has_value());
  instrument.multiplier = qty("0.001");
  CHECK(notional(instrument, "1000", "92233720368.54775807") == Qty::max().raw());
  CHECK_FALSE(notional(instrument, "1000.00001", "92233720368.54775807").has_value());
  // Products of three that wrapped around to a small number would pass every limit on value.
  for (const char* multiplier : {"1000", "10000", "92233720368.54775807"}) {
    instrument.multiplier = qty(multiplier);
    CHECK_FALSE(instrument.notional(Price::max(), Qty::max(), Rounding::Up).has_value());
    CHECK_FALSE(notional(instrument, "60000", "825000").has_value());
    CHECK_FALSE(notional(instrument, "1000000", "49000").has_value());
  }
  Instrument contract = inverse();
  contract.multiplier = Qty::max();
  CHECK_FALSE(contract.notional(Price::from_raw(1), Qty::max(), Rounding::Down).has_value());
}

TEST_CASE("a multiplier that is not positive has no notional", "[types]") {
  Instrument instrument = inverse();
  instrument.multiplier = Qty{};
  CHECK_FALSE(notional(instrument, "50000", "5").has_value());
  instrument.kind = InstrumentKind::LinearFuture;
  CHECK_FALSE(notional(instrument, "50000", "5").has_value());
  instrument.multiplier = Qty::from_units(-1);
  CHECK_FALSE(notional(instrument, "50000", "5").has_value());
}

TEST_CASE("the fine notional is exact for multiplier 1, and else not below the rounded one",
          "[types]") {
  std::mt19937_64 random{9};
  Instrument instrument = spot();
  for (int i = 0; i < 20'000; ++i) {
    const Price at = Price::from_raw(static_cast<std::int64_t>(random() >> (1 + random() % 40)));
    const Qty size = Qty::from_raw(static_cast<std::int64_t>(random() >> (1 + random() % 40)));
    instrument.multiplier = Qty::from_units(1);
    const auto fine = instrument.fine_notional(at, size);
    if (fine) REQUIRE(*fine == Int128{at.raw()} * size.raw());
    instrument.multiplier = qty("0.1");
    const auto up = instrument.notional(at, size, Rounding::Up);
    if (up) REQUIRE(instrument.fine_notional(at, size) == Int128{up->raw} * kFinePerAmount);
  }
}

TEST_CASE("an order on every bound passes the filters", "[types]") {
  const Instrument instrument = spot();
  CHECK(check_filters(instrument, price("1000000"), qty("9000")) == FilterBreach::None);
  CHECK(check_filters(instrument, price("0.01"), qty("500")) == FilterBreach::None);
  CHECK(check_filters(instrument, price("500000"), qty("0.00001")) == FilterBreach::None);
}

TEST_CASE("an order one step beyond a bound fails the filter of that bound", "[types]") {
  const Instrument i = spot();
  const auto breach = [&](std::string_view at, std::string_view size) {
    return check_filters(i, price(at), qty(size));
  };
  CHECK(breach("0", "1") == FilterBreach::PriceNotPositive);
  CHECK(breach("-0.01", "1") == FilterBreach::PriceNotPositive);
  CHECK(breach("0.009999999", "500") == FilterBreach::PriceOutOfRange);
  CHECK(breach("1000000.01", "1") == FilterBreach::PriceOutOfRange);
  CHECK(breach("100.005", "1") == FilterBreach::PriceNotOnTick);
  CHECK(breach("100.010000001", "1") == FilterBreach::PriceNotOnTick);
  CHECK(breach("100", "0") == FilterBreach::QtyNotPositive);
  CHECK(breach("100", "-1") == FilterBreach::QtyNotPositive);
  CHECK(breach("100", "0.00000999") == FilterBreach::QtyOutOfRange);
  CHECK(breach("100", "9000.00001") == FilterBreach::QtyOutOfRange);
  CHECK(breach("100", "1.00000001") == FilterBreach::QtyNotOnLot);
  CHECK(breach("0.01", "499.99999") == FilterBreach::NotionalTooSmall);
  CHECK(breach("499999.99", "0.00001") == FilterBreach::NotionalTooSmall);
}

TEST_CASE("the first filter that fails is named", "[types]") {
  Instrument instrument = spot();
  CHECK(check_filters(instrument, price("0.005"), qty("0.000001")) ==
        FilterBreach::PriceOutOfRange);
  for (const auto status : {InstrumentStatus::Halted, InstrumentStatus::CancelOnly}) {
    instrument.status = status;
    CHECK(check_filters(instrument, price("0"), qty("0")) == FilterBreach::NotTrading);
  }
}

TEST_CASE("the least value counts in quote units for every kind of instrument", "[types]") {
  Instrument contract = inverse();
  contract.notional_min = amount("200");
  CHECK(check_filters(contract, price("50000"), qty("2")) == FilterBreach::None);
  CHECK(check_filters(contract, price("50000"), qty("1")) == FilterBreach::NotionalTooSmall);
  Instrument future = spot();
  future.kind = InstrumentKind::LinearFuture;
  future.multiplier = qty("0.1");
  future.lot = future.qty_min = qty("0.00000001");
  future.notional_min = amount("0.00000002");
  CHECK(check_filters(future, price("20"), qty("0.00000001")) == FilterBreach::None);
  CHECK(check_filters(future, price("19.99"), qty("0.00000001")) == FilterBreach::NotionalTooSmall);
}

TEST_CASE("a value that cannot be computed is a breach, not a pass", "[types]") {
  Instrument instrument = spot();
  instrument.price_max = Price::max();
  instrument.qty_max = Qty::max();
  instrument.tick = Price::from_raw(1);
  instrument.lot = Qty::from_raw(1);
  CHECK(check_filters(instrument, Price::max(), Qty::max()) == FilterBreach::NotionalTooLarge);
  instrument.kind = InstrumentKind::InversePerpetual;
  instrument.multiplier = Qty::max();
  CHECK(check_filters(instrument, Price::max(), Qty::max()) == FilterBreach::NotionalTooLarge);
}

TEST_CASE("a step that is not positive refuses every order", "[types]") {
  Instrument instrument = spot();
  instrument.tick = Price{};
  CHECK(check_filters(instrument, price("100"), qty("1")) == FilterBreach::PriceNotOnTick);
  instrument = spot();
  instrument.lot = Qty{};
  CHECK(check_filters(instrument, price("100"), qty("1")) == FilterBreach::QtyNotOnLot);
}
