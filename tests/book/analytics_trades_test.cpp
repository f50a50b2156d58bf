// Trade signs, spreads, VPIN, Kyle, Roll and the vector autoregression on the reference tapes.
#include <catch2/catch.hpp>

#include "engine/book/analytics/trades/hasbrouck_var.hpp"
#include "engine/book/analytics/trades/kyle_lambda.hpp"
#include "engine/book/analytics/trades/roll_spread.hpp"
#include "engine/book/analytics/trades/trade_costs.hpp"
#include "engine/book/analytics/trades/trade_sign.hpp"
#include "engine/book/analytics/trades/vpin.hpp"
#include "tests/book/analytics_reference.hpp"

namespace sq::book::analytics {
namespace {
constexpr std::size_t kAll = 4096;  // a window longer than any tape

int lee_ready(const ReferenceTrade& trade, int by_tick) {
  const int by_quote = quote_rule(trade.price, trade.quote.twice_mid());
  return by_quote != 0 ? by_quote : by_tick;
}

}  // namespace

TEST_CASE("every trade gets the reference's sign by tick rule and by Lee and Ready",
          "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    TickRule rule;
    SignAgreement tick{kAll};
    SignAgreement both{kAll};
    for (const ReferenceTrade& trade : tape.trades) {
      const int by_tick = rule.on_price(trade.price);
      CHECK(by_tick == trade.tick_rule);
      CHECK(lee_ready(trade, by_tick) == trade.lee_ready);
      tick.on_sign(trade.sign, by_tick);
      both.on_sign(trade.sign, lee_ready(trade, by_tick));
    }
    const auto expected = tape.expected["classification_accuracy"];
    errors.compare("tick rule agreement", tick.share().value, expected["tick_rule"]);
    errors.compare("Lee-Ready agreement", both.share().value, expected["lee_ready"]);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-15);
}

TEST_CASE("the tick rule carries the last change over equal prices") {
  const auto cases = reference_json("micro_hand_examples.json");
  if (!cases) return;
  const auto hand = (*cases)["cases"].at(5);
  const auto prices = numbers(hand["prices"]);
  const auto expected = numbers(hand["expected"]);
  TickRule rule;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const auto raw = std::llround(prices[i] * 10) * (Price::kScale / 10);
    CHECK(rule.on_price(Price::from_raw(raw)) == static_cast<int>(expected[i]));
  }
}

TEST_CASE("effective and realised spread and impact of every trade equal the reference",
          "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    TradeCosts costs{kAll, 5, kNsPerSecond};
    double effective = 0;
    double realised = 0;
    double impact = 0;
    double signed_trades = 0;
    double outcomes = 0;
    std::size_t i = 0;
    for (const ReferenceTrade& trade : tape.trades) {
      // The reference's spreads are by the sign of Lee and Ready.
      const std::int64_t mid = trade.quote.twice_mid();
      costs.on_trade(trade.price, mid, trade.lee_ready, trade.at);
      errors.compare(
          "effective spread",
          Price::from_raw(effective_spread(trade.price, mid, trade.lee_ready)).to_double(),
          trade.effective, 1.0);
      effective += trade.effective;
      signed_trades += trade.lee_ready != 0;
      if (++i <= 5) continue;
      const ReferenceTrade& earlier = tape.trades[i - 6];
      if (earlier.lee_ready == 0) continue;  // not counted: its sign is not known
      REQUIRE(earlier.realised);
      ++outcomes;
      errors.compare("realised spread", costs.by_trades().last_realised().to_double(),
                     *earlier.realised, 1.0);
      errors.compare("price impact", costs.by_trades().last_impact().to_double(), *earlier.impact,
                     1.0);
      realised += *earlier.realised;
      impact += *earlier.impact;
    }
    errors.compare("mean effective spread", costs.effective().value, effective / signed_trades,
                   1.0);
    errors.compare("mean realised spread", costs.by_trades().realised_spread().value,
                   realised / outcomes, 1.0);
    errors.compare("mean price impact", costs.by_trades().price_impact().value, impact / outcomes,
                   1.0);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-12);
}

TEST_CASE("each volume bucket and each VPIN equals the reference", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    const auto expected = tape.expected["vpin"];
    const auto buckets = simdjson::dom::array{expected["buckets"]};
    const auto values = simdjson::dom::array{expected["vpin"]};
    Vpin vpin{Qty::from_units(5000), 10};
    std::uint64_t seen = 0;
    for (const ReferenceTrade& trade : tape.trades) {
      vpin.add(trade.qty, trade.sign > 0 ? 1.0 : 0.0);
      if (vpin.completed() == seen) continue;
      REQUIRE(vpin.completed() == seen + 1);  // no trade of the tapes fills two
      errors.compare("bucket buys", vpin.last().buys.to_double(), buckets.at(seen)["buy"], 1.0);
      errors.compare("bucket sells", vpin.last().sells.to_double(), buckets.at(seen)["sell"], 1.0);
      errors.compare("VPIN", vpin.value(), number(values.at(seen)));
      ++seen;
    }
    CHECK(seen == buckets.size());
  }
  if (!reference_tapes().empty()) errors.require_within(1e-15);
}

TEST_CASE("Kyle's lambda by trades equals the reference, with and without a constant",
          "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    KyleLambda kyle{kAll};
    for (const ReferenceTrade& trade : tape.trades)
      kyle.on_price(trade.price, trade.sign * trade.qty.to_double());
    const auto expected = tape.expected["kyle_lambda_trades"];
    const RegressionFit fit = kyle.fit();
    errors.compare("lambda through the origin", kyle.through_origin().value,
                   expected["no_intercept"]);
    errors.compare("lambda", fit.slope, expected["intercept_ols"]["lambda"]);
    errors.compare("constant", fit.intercept, expected["intercept_ols"]["const"]);
    errors.compare("r2", fit.r2, expected["intercept_ols"]["r2"]);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-12);
}

TEST_CASE("Roll's covariance and spread of trade prices equal the reference", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    RollSpread roll{kAll};
    for (const ReferenceTrade& trade : tape.trades) roll.on_price(trade.price);
    const auto expected = tape.expected["roll_trades"];
    const Reading covariance = roll.covariance();
    const auto n = static_cast<double>(covariance.count);
    CHECK(covariance.count == tape.trades.size() - 2);
    Reading sample = covariance;
    sample.value *= n / (n - 1);
    errors.compare("covariance", covariance.value, expected["cov_population"]);
    errors.compare("covariance of a sample", sample.value, expected["cov_sample"]);
    errors.compare("covariance with mean 0", roll.covariance_zero_mean().value,
                   expected["cov_zero_mean"]);
    errors.compare("spread", roll.spread(), number(expected["spread_population"]));
    errors.compare("spread of a sample", RollSpread::spread_of(sample),
                   number(expected["spread_sample"]));
  }
  if (!reference_tapes().empty()) errors.require_within(1e-12);
}

TEST_CASE("the autocorrelation of trade signs equals the reference", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    SignAutocorrelation signs{kAll};
    for (const ReferenceTrade& trade : tape.trades) signs.on_sign(trade.sign);
    errors.compare("sign autocorrelation", signs.value().value,
                   tape.expected["trade_sign_autocorr_1"]);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-12);
}

TEST_CASE("Hasbrouck's autoregression and its impulse responses equal the reference",
          "[analytics]") {
  const std::size_t lags = GENERATE(1U, 3U, 5U);
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    HasbrouckVar var{lags, kAll};
    for (const ReferenceTrade& trade : tape.trades)
      var.on_trade(trade.quote.twice_mid(), trade.sign);
    const VarFit fit = var.fit();
    REQUIRE(fit.count == tape.trades.size() - 1 - lags);
    const auto expected = tape.expected["hasbrouck_var"][std::to_string(lags)];
    const auto returns = numbers(expected["return_eq"]);
    const auto trades = numbers(expected["trade_eq"]);
    REQUIRE(returns.size() == 2 * lags + 2);
    REQUIRE(trades.size() == 2 * lags + 1);
    for (std::size_t i = 0; i < returns.size(); ++i)
      errors.compare("return equation", fit.return_equation[i], returns[i], 1e-3);
    for (std::size_t i = 0; i < trades.size(); ++i)
      errors.compare("trade equation", fit.trade_equation[i], trades[i], 1e-2);
    errors.compare("variance of returns", fit.return_variance, expected["resid_var_return_ddof0"]);
    errors.compare("variance of trades", fit.trade_variance, expected["resid_var_trade_ddof0"]);
    for (const std::size_t horizon : {0U, 1U, 5U, 20U, 50U})
      errors.compare("response", fit.response[horizon],
                     expected["irf_cum_" + std::to_string(horizon)], 1e-5);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-10);
}

TEST_CASE("the hand-made tapes have the spread and the VPIN worked out by hand", "[analytics]") {
  const auto cases = reference_json("micro_hand_examples.json");
  if (!cases) return;
  const auto roll_case = (*cases)["cases"].at(2);
  RollSpread roll{16};
  for (const double price : numbers(roll_case["prices"]))
    roll.on_price(Price::from_raw(std::llround(price * 10) * (Price::kScale / 10)));
  CHECK(roll.covariance_zero_mean().value ==
        Approx(double{roll_case["expected_cov_zero_mean"]}).epsilon(1e-14));
  CHECK(RollSpread::spread_of(roll.covariance_zero_mean()).value ==
        Approx(double{roll_case["expected_spread_zero_mean"]}).epsilon(1e-14));

  const auto vpin_case = (*cases)["cases"].at(3);
  const auto buckets = simdjson::dom::array{vpin_case["expected_buckets"]};
  const auto values = simdjson::dom::array{vpin_case["expected_vpin"]};
  Vpin vpin{Qty::from_units(200), 2};
  std::uint64_t seen = 0;
  for (const auto trade : simdjson::dom::array{vpin_case["trades"]}) {
    const auto row = numbers(trade);
    vpin.add(Qty::from_units(static_cast<std::int32_t>(row[0])), row[1] > 0 ? 1.0 : 0.0);
    if (vpin.completed() == seen) continue;
    const auto bucket = numbers(buckets.at(seen));
    CHECK(vpin.last().buys.to_double() == bucket[0]);
    CHECK(vpin.last().sells.to_double() == bucket[1]);
    const auto expected = number(values.at(seen));
    CHECK(vpin.value().known() == expected.has_value());
    if (expected) CHECK(vpin.value().value == *expected);
    ++seen;
  }
  CHECK(seen == buckets.size());
}
}  // namespace sq::book::analytics
