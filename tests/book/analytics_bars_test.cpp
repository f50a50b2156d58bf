// Bars and what is measured on them, on the reference tapes.
#include <catch2/catch.hpp>

#include "engine/book/analytics/bars/amihud.hpp"
#include "engine/book/analytics/bars/corwin_schultz.hpp"
#include "engine/book/analytics/bars/hasbrouck_lambda.hpp"
#include "engine/book/analytics/bars/range_volatility.hpp"
#include "engine/book/analytics/bars/realised_variance.hpp"
#include "engine/book/analytics/trades/bulk_volume.hpp"
#include "engine/book/analytics/trades/kyle_lambda.hpp"
#include "engine/book/analytics/trades/roll_spread.hpp"
#include "tests/book/analytics_reference.hpp"

namespace sq::book::analytics {
namespace {
constexpr std::size_t kAll = 4096;  // a window longer than any tape

Bar bar(double open, double high, double low, double close) {
  const auto price = [](double x) { return Price::from_raw(std::llround(x * 1e9)); };
  return {.open = price(open),
          .high = price(high),
          .low = price(low),
          .close = price(close),
          .volume = Qty::from_units(1),
          .dollar_volume = close,
          .trades = 1};
}
}  // namespace

TEST_CASE("bars of ten trades equal the reference", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    const auto bars = bars_of_ten(tape);
    const auto expected = simdjson::dom::array{tape.expected["bars_10_trades"]};
    REQUIRE(bars.size() == expected.size());
    for (std::size_t i = 0; i < bars.size(); ++i) {
      const auto row = expected.at(i);
      errors.compare("open", bars[i].open.to_double(), row["open"]);
      errors.compare("high", bars[i].high.to_double(), row["high"]);
      errors.compare("low", bars[i].low.to_double(), row["low"]);
      errors.compare("close", bars[i].close.to_double(), row["close"]);
      errors.compare("volume", bars[i].volume.to_double(), row["volume"]);
      errors.compare("signed volume", bars[i].signed_volume.to_double(), row["signed_volume"], 1.0);
      errors.compare("dollar volume", bars[i].dollar_volume, row["dollar_volume"]);
      errors.compare("vwap", bars[i].vwap(), row["vwap"]);
    }
  }
  if (!reference_tapes().empty()) errors.require_within(1e-14);
}

TEST_CASE("Amihud, Kyle, Hasbrouck's lambda and Roll by bars equal the reference", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    const auto expected = tape.expected["bar_measures"];
    const auto bars = bars_of_ten(tape);
    Amihud amihud{kAll};
    KyleLambda kyle{kAll};
    HasbrouckLambda lambda{kAll};
    RollSpread roll{kAll};
    for (std::size_t i = 0; i < bars.size(); ++i) {
      kyle.on_price(bars[i].close, bars[i].signed_volume.to_double());
      roll.on_price(bars[i].close);
      if (i == 0) continue;
      amihud.on_bar(bars[i - 1], bars[i]);
      lambda.on_bar(bars[i - 1], bars[i]);
    }
    errors.compare("Amihud, log", amihud.by_log_return().value, expected["amihud_log_mean"]);
    errors.compare("Amihud, simple", amihud.by_simple_return().value,
                   expected["amihud_simple_mean"]);
    const auto ols = expected["kyle_lambda_ols_intercept"];
    errors.compare("Kyle", kyle.fit().slope, ols["lambda"]);
    errors.compare("Kyle's constant", kyle.fit().intercept, ols["const"]);
    errors.compare("Kyle's r2", kyle.fit().r2, ols["r2"]);
    errors.compare("Hasbrouck's lambda", lambda.value().value,
                   expected["hasbrouck_lambda_no_intercept_sqrt_dollar"]);
    const auto closes = expected["roll_close"];
    Reading sample = roll.covariance();
    const auto n = static_cast<double>(sample.count);
    sample.value *= n / (n - 1);
    errors.compare("Roll's covariance", roll.covariance().value, closes["cov_population"]);
    errors.compare("Roll's covariance, sample", sample.value, closes["cov_sample"]);
    errors.compare("Roll's covariance, mean 0", roll.covariance_zero_mean().value,
                   closes["cov_zero_mean"]);
    errors.compare("Roll", roll.spread(), number(closes["spread_population"]));
    errors.compare("Roll, sample", RollSpread::spread_of(sample), number(closes["spread_sample"]));
  }
  if (!reference_tapes().empty()) errors.require_within(1e-11);
}

TEST_CASE("Corwin and Schultz's spread of every pair of bars equals the reference", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    const auto expected = tape.expected["bar_measures"];
    const auto pairs = simdjson::dom::array{expected["corwin_schultz"]};
    const auto bars = bars_of_ten(tape);
    REQUIRE(pairs.size() == bars.size());
    CHECK(pairs.at(0).is_null());
    CorwinSchultz spread{kAll};
    for (std::size_t i = 1; i < bars.size(); ++i) {
      spread.on_bar(bars[i - 1], bars[i]);
      errors.compare("alpha", spread.last().alpha, pairs.at(i)["alpha"], 1e-5);
      errors.compare("spread", spread.last().spread, pairs.at(i)["spread"], 1e-5);
      errors.compare("floored", std::max(spread.last().spread, 0.0), pairs.at(i)["spread_floored"],
                     1e-5);
    }
    errors.compare("mean", spread.mean().value, expected["corwin_schultz_mean_floored"]);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-9);
}

TEST_CASE("volatilities of bars equal the reference", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    const auto expected = tape.expected["bar_measures"];
    const auto bars = bars_of_ten(tape);
    RangeVolatility range{kAll};
    RealisedVariance realised{kAll};
    for (std::size_t i = 0; i < bars.size(); ++i) {
      if (i == 0) {
        range.on_first_bar(bars[i]);
        continue;
      }
      range.on_bar(bars[i - 1], bars[i]);
      realised.on_bar(bars[i - 1], bars[i]);
    }
    errors.compare("Parkinson", range.parkinson().value, expected["parkinson_vol_per_bar"]);
    errors.compare("Garman-Klass", range.garman_klass().value,
                   expected["garman_klass_vol_per_bar"]);
    errors.compare("Rogers-Satchell", range.rogers_satchell().value,
                   expected["rogers_satchell_vol_per_bar"]);
    errors.compare("realised", realised.plain().value, expected["realised_variance_log_close"]);
    errors.compare("bipower", realised.bipower().value, expected["bipower_variation"]);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-11);
}

TEST_CASE("bulk classification gives every bar the reference's buy volume", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    const auto expected = tape.expected["bar_measures"];
    const auto volumes = simdjson::dom::array{expected["bvc_buy_volume"]};
    const auto bars = bars_of_ten(tape);
    BulkVolume bulk{kAll};
    for (const Bar& bar : bars) static_cast<void>(bulk.on_close(bar.close));
    const double sigma = bulk.sigma().value;
    errors.compare("sigma", sigma, expected["bvc_sigma_ddof1"]);
    CHECK(volumes.at(0).is_null());
    for (std::size_t i = 1; i < bars.size(); ++i) {
      const double change = (bars[i].close - bars[i - 1].close).to_double();
      errors.compare("buy volume", bars[i].volume.to_double() * bulk_buy_share(change, sigma),
                     volumes.at(i));
    }
  }
  if (!reference_tapes().empty()) errors.require_within(1e-12);
}

TEST_CASE("Yang and Zhang's volatility is that of its formula, worked out over four bars") {
  const Bar bars[] = {bar(100, 101, 99, 100.5), bar(100.6, 102, 100, 101.5),
                      bar(101, 101.2, 98, 98.5), bar(99, 99.5, 98.2, 99.1)};
  RangeVolatility range{8};
  range.on_first_bar(bars[0]);
  CHECK_FALSE(range.yang_zhang().known());
  double gaps[3];
  double changes[3];
  double satchell = 0;
  for (int i = 1; i < 4; ++i) {
    range.on_bar(bars[i - 1], bars[i]);
    CHECK(range.yang_zhang().known() == (i >= 2));
    const double open = bars[i].open.to_double();
    const double high = bars[i].high.to_double();
    const double low = bars[i].low.to_double();
    const double close = bars[i].close.to_double();
    gaps[i - 1] = std::log(open / bars[i - 1].close.to_double());
    changes[i - 1] = std::log(close / open);
    satchell += (std::log(high / close) * std::log(high / open) +
                 std::log(low / close) * std::log(low / open)) /
                3;
  }
  const auto variance = [](const double(&x)[3]) {
    const double mean = (x[0] + x[1] + x[2]) / 3;
    double sum = 0;
    for (const double value : x) sum += (value - mean) * (value - mean);
    return sum / 2;
  };
  const double k = 0.34 / (1.34 + 4.0 / 2.0);
  const double expected = std::sqrt(variance(gaps) + k * variance(changes) + (1 - k) * satchell);
  CHECK(range.yang_zhang().value == Approx(expected).epsilon(1e-12));
}

TEST_CASE("bipower variation leaves a single jump out, realised variance does not") {
  RealisedVariance realised{100};
  Bar before = bar(100, 100, 100, 100);
  for (int i = 0; i < 60; ++i) {
    Bar next = before;
    next.close = Price::from_raw(before.close.raw() + (i % 2 == 0 ? 10'000'000 : -10'000'000));
    if (i == 30) next.close = Price::from_units(101);
    realised.on_bar(before, next);
    before = next;
  }
  CHECK(realised.plain().value > 9e-5);  // the jump of 1 %
  CHECK(realised.bipower().value < 1e-5);
  CHECK(realised.jump_share().value > 0.9);
  CHECK(realised.jump_share().value < 1.0);
}

TEST_CASE("bars end by the limit that is set, and only by it") {
  const auto add = [](BarBuilder& builder, std::int32_t qty, std::int64_t ns) {
    return builder.add(Price::from_units(100), Qty::from_units(qty), 1, MonoTime{ns});
  };
  BarBuilder by_count{{.trades = 2}};
  CHECK_FALSE(add(by_count, 1'000'000, 0));
  CHECK(add(by_count, 1, 1'000'000));
  CHECK(by_count.finished().trades == 2);

  BarBuilder by_volume{{.volume = Qty::from_units(10)}};
  CHECK_FALSE(add(by_volume, 9, 0));
  CHECK(add(by_volume, 2, 1));
  CHECK(by_volume.finished().volume == Qty::from_units(11));
  CHECK(add(by_volume, 10, 2));

  BarBuilder by_time{{.length_ns = 100}};
  CHECK_FALSE(by_time.on_time(MonoTime{1'000}));  // no trade yet
  CHECK_FALSE(add(by_time, 1, 1'000));
  CHECK_FALSE(by_time.on_time(MonoTime{1'099}));
  CHECK(by_time.on_time(MonoTime{1'100}));
  CHECK(by_time.finished().trades == 1);
  CHECK_FALSE(by_time.on_time(MonoTime{9'999}));

  CHECK_THROWS_AS(BarBuilder{BarLimits{}}, std::invalid_argument);
  CHECK_THROWS_AS((BarBuilder{{.trades = 1, .length_ns = 1}}), std::invalid_argument);
}

TEST_CASE("a bar's volume stops at the largest quantity instead of overflowing") {
  BarBuilder builder{{.trades = 3}};
  for (int i = 0; i < 3; ++i) builder.add(Price::from_units(1), Qty::max(), -1, MonoTime{i});
  CHECK(builder.finished().volume == Qty::max());
  CHECK(builder.finished().signed_volume == -Qty::max());
}
}  // namespace sq::book::analytics
