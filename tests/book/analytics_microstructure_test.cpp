// The composite: what it says is what its measures say, at every event, without an allocation.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "engine/book/analytics/microstructure.hpp"
#include "tests/book/analytics_reference.hpp"
#include "tests/support/allocations.hpp"

namespace sq::book::analytics {
namespace {
Price cents(std::int64_t n) { return Price::from_raw(n * 10'000'000); }
Qty units(std::int32_t n) { return Qty::from_units(n); }
Level level(std::int64_t price, std::int32_t qty) { return {cents(price), units(qty)}; }
constexpr MonoTime at(std::int64_t ns) { return MonoTime{ns}; }

MicrostructureSettings small() {
  return {.tick = cents(1),
          .trades_window = 4096,
          .flow_blocks = 4096,
          .vpin_bucket = units(5000),
          .vpin_window = 10,
          .bars = {.trades = 10},
          .bars_window = 4096,
          .microprice_refresh_quotes = 256,
          .var_window = 4096,
          .var_refresh_trades = 1,
          .profile_refresh_trades = 1};
}

// Quotes and trades of a tape in order of time, a trade after the quote of its moment. The file
// gives each trade the quote in force before it, so that quote is shown again.
void play(const Tape& tape, Microstructure& micro) {
  std::size_t q = 0;
  for (const ReferenceTrade& trade : tape.trades) {
    for (; q < tape.quotes.size() && tape.quotes[q].at < trade.at; ++q)
      micro.on_top(tape.quotes[q].quote.bid, tape.quotes[q].quote.ask, tape.quotes[q].at);
    micro.on_top(trade.quote.bid, trade.quote.ask, trade.at);
    const Side side = trade.sign > 0 ? Side::Buy : Side::Sell;
    micro.on_trade(trade.price, trade.qty, side, trade.at);
  }
}

bool finite(const MicrostructureView& view) {
  return std::ranges::all_of(view.readings, [](const Reading& reading) {
    return !reading.known() || std::isfinite(reading.value);
  });
}

class RandomMarket {
 public:
  void step(Microstructure& micro) {
    now_ += static_cast<std::int64_t>(random_() % 5'000'000);
    const std::uint64_t dice = random_() % 100;
    if (dice < 20) mid_ += static_cast<std::int64_t>(random_() % 3) - 1;
    if (dice < 70) {
      bid_ = level(mid_, qty());
      ask_ = level(mid_ + 1 + static_cast<std::int64_t>(random_() % 2), qty());
      micro.on_top(bid_, ask_, at(now_));
    } else {
      const bool buy = random_() % 2 == 0;
      micro.on_trade(buy ? ask_.price : bid_.price, units(qty()), buy ? Side::Buy : Side::Sell,
                     at(now_));
    }
  }

 private:
  std::int32_t qty() { return static_cast<std::int32_t>(random_() % 100) + 1; }
  std::mt19937_64 random_{31};
  std::int64_t now_{0};
  std::int64_t mid_{10'000};
  Level bid_{level(10'000, 1)};
  Level ask_{level(10'001, 1)};
};
}  // namespace

TEST_CASE("the whole object gives the reference's values on each tape", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    Microstructure micro{small()};
    play(tape, micro);
    const auto& view = micro.view();
    const auto expected = tape.expected;
    const auto bars = expected["bar_measures"];
    std::optional<double> vpin;
    for (const auto value : simdjson::dom::array{expected["vpin"]["vpin"]}) vpin = number(value);
    errors.compare("VPIN", view[Measure::Vpin], vpin);
    errors.compare("Kyle", view[Measure::KyleLambda].value,
                   expected["kyle_lambda_trades"]["intercept_ols"]["lambda"]);
    errors.compare("Kyle's r2", view[Measure::KyleLambdaR2].value,
                   expected["kyle_lambda_trades"]["intercept_ols"]["r2"]);
    errors.compare("Roll", view[Measure::RollSpread],
                   number(expected["roll_trades"]["spread_population"]));
    errors.compare("sign autocorrelation", view[Measure::SignAutocorrelation].value,
                   expected["trade_sign_autocorr_1"]);
    errors.compare("tick rule", view[Measure::TickRuleAgreement].value,
                   expected["classification_accuracy"]["tick_rule"]);
    errors.compare("Lee-Ready", view[Measure::LeeReadyAgreement].value,
                   expected["classification_accuracy"]["lee_ready"]);
    errors.compare("response", view[Measure::TradeResponse].value,
                   expected["hasbrouck_var"]["5"]["irf_cum_0"], 1e-5);
    errors.compare("permanent response", view[Measure::TradeResponsePermanent].value,
                   expected["hasbrouck_var"]["5"]["irf_cum_50"], 1e-5);
    errors.compare("Kyle by bars", view[Measure::KyleLambdaBars].value,
                   bars["kyle_lambda_ols_intercept"]["lambda"]);
    errors.compare("Roll by bars", view[Measure::RollSpreadBars],
                   number(bars["roll_close"]["spread_population"]));
    errors.compare("Amihud", view[Measure::Amihud].value, bars["amihud_log_mean"]);
    errors.compare("Hasbrouck", view[Measure::HasbrouckLambda].value,
                   bars["hasbrouck_lambda_no_intercept_sqrt_dollar"]);
    errors.compare("Corwin-Schultz", view[Measure::CorwinSchultz].value,
                   bars["corwin_schultz_mean_floored"]);
    errors.compare("Parkinson", view[Measure::Parkinson].value, bars["parkinson_vol_per_bar"]);
    errors.compare("Garman-Klass", view[Measure::GarmanKlass].value,
                   bars["garman_klass_vol_per_bar"]);
    errors.compare("Rogers-Satchell", view[Measure::RogersSatchell].value,
                   bars["rogers_satchell_vol_per_bar"]);
    const double n = static_cast<double>(view[Measure::RealisedVolatility].count);
    errors.compare("realised", std::pow(view[Measure::RealisedVolatility].value, 2) * n,
                   bars["realised_variance_log_close"]);
    errors.compare("bipower", std::pow(view[Measure::BipowerVolatility].value, 2) * (n - 1),
                   bars["bipower_variation"]);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-9);
}

TEST_CASE("order flow and its impact through the whole object equal the reference", "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    Microstructure micro{small()};
    for (const ReferenceQuote& row : tape.quotes) {
      micro.on_top(row.quote.bid, row.quote.ask, row.at);
      errors.compare("mid", micro.view()[Measure::Mid].value, row.mid);
      errors.compare("weighted mid", micro.view()[Measure::WeightedMid].value, row.weighted_mid);
      errors.compare("imbalance", micro.view()[Measure::Imbalance].value, row.imbalance);
      errors.compare("order flow", micro.view()[Measure::OrderFlowLast].value, row.order_flow, 1.0);
    }
    const auto expected = tape.expected["ofi_regression_20_events"];
    errors.compare("impact", micro.view()[Measure::OrderFlowImpact].value, expected["beta"]);
    errors.compare("r2", micro.view()[Measure::OrderFlowImpactR2].value, expected["r2"]);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-11);
}

TEST_CASE("nothing is known of a market that has not spoken, and every measure has a name") {
  const Microstructure micro{small()};
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kMeasures; ++i) {
    const auto measure = static_cast<Measure>(i);
    CHECK_FALSE(micro.view()[measure].known());
    CHECK_FALSE(unit_of(measure).empty());
    names.insert(name_of(measure));
  }
  CHECK(names.size() == kMeasures);
  CHECK(names.count("") == 0);
  CHECK(name_of(Measure::OrderFlowImpactR2) == "order_flow_impact_r2");
}

TEST_CASE("after some minutes of an ordinary market every measure is known, and finite") {
  MicrostructureSettings settings = small();
  settings.tick = cents(1);
  settings.vpin_bucket = units(500);
  Microstructure micro{settings};
  RandomMarket market;
  L2Book book{{.tick = cents(1)}};
  for (std::int64_t i = 0; i < 20; ++i) {
    book.set(Side::Buy, cents(1'000 - i), units(3));
    book.set(Side::Sell, cents(1'001 + i), units(9));
  }
  std::set<Measure> seen;
  for (int i = 0; i < 50'000; ++i) {
    market.step(micro);
    if (i % 10 == 0) micro.on_depth(book, micro.view().at);
    REQUIRE(finite(micro.view()));
    for (std::size_t k = 0; k < kMeasures; ++k) {
      if (micro.view().readings[k].known()) seen.insert(static_cast<Measure>(k));
    }
  }
  for (std::size_t k = 0; k < kMeasures; ++k) {
    CAPTURE(name_of(static_cast<Measure>(k)));
    CHECK(seen.count(static_cast<Measure>(k)) == 1);
  }
  CHECK(micro.view()[Measure::DepthImbalanceFourth].value == 0.25);
  CHECK(micro.refused() == 0);
}

TEST_CASE("no event allocates") {
  Microstructure micro{small()};
  RandomMarket market;
  L2Book book{{.tick = cents(1)}};
  const std::uint64_t before = allocations_on_this_thread();
  for (int i = 0; i < 20'000; ++i) {
    market.step(micro);
    if (i % 1'000 == 0) {
      micro.on_depth(book, micro.view().at);
      micro.on_book_lost(micro.view().at);
      micro.on_time(micro.view().at + 1'000);
    }
  }
  CHECK(allocations_on_this_thread() == before);
}

TEST_CASE(
    "a trade without a price or a quantity, or of an impossible price, is refused and counted") {
  Microstructure micro{small()};
  micro.on_trade(Price{}, units(1), Side::Buy, at(0));
  micro.on_trade(-cents(1), units(1), Side::Buy, at(0));
  micro.on_trade(cents(1), Qty{}, Side::Buy, at(0));
  micro.on_trade(cents(1), -units(1), Side::Buy, at(0));
  micro.on_trade(Price::from_raw(kPriceRawEnd), units(1), Side::Buy, at(0));
  CHECK(micro.refused() == 5);
  CHECK(micro.last_bar().trades == 0);
  micro.on_trade(Price::from_raw(kPriceRawEnd - 1), Qty::max(), Side::Buy, at(0));
  micro.on_trade(Price::from_raw(1), Qty::max(), Side::Sell, at(0));
  CHECK(micro.refused() == 5);
}

TEST_CASE("the ends of the range of every input overflow nothing") {
  Microstructure micro{small()};
  const Price prices[] = {Price::from_raw(1), Price::from_raw(kPriceRawEnd - 1), cents(100)};
  const Qty qtys[] = {Qty::from_raw(1), Qty::max(), units(5)};
  std::mt19937_64 random{37};
  for (int i = 0; i < 5'000; ++i) {
    const Price a = prices[random() % 3];
    const Price b = prices[random() % 3];
    micro.on_top({std::min(a, b), qtys[random() % 3]}, {std::max(a, b), qtys[random() % 3]}, at(i));
    micro.on_trade(prices[random() % 3], qtys[random() % 3],
                   random() % 2 == 0 ? Side::Buy : Side::Sell, at(i));
    REQUIRE(finite(micro.view()));
  }
}

TEST_CASE("without quotes, trades still give what needs no quote; a lost book hides the rest") {
  Microstructure micro{small()};
  constexpr std::int64_t kStep = 100'000'000;  // rates are renewed every 60 s / 1024
  micro.on_trade(cents(100), units(5), std::nullopt, at(0));
  micro.on_trade(cents(101), units(5), std::nullopt, at(kStep));
  micro.on_trade(cents(100), units(5), std::nullopt, at(2 * kStep));
  CHECK_FALSE(micro.view()[Measure::EffectiveSpread].known());
  CHECK_FALSE(micro.view()[Measure::LeeReadyAgreement].known());
  CHECK(micro.view()[Measure::FlowImbalance].value == 0.0);  // tick rule: 0, buy, sell
  micro.on_top(level(99, 1), level(101, 1), at(3 * kStep));
  micro.on_trade(cents(101), units(5), std::nullopt, at(4 * kStep));
  CHECK(micro.view()[Measure::EffectiveSpread].value == Approx(0.02));
  CHECK(micro.view()[Measure::FlowImbalance].value == Approx(1.0 / 3));  // by the quote: a buy
  micro.on_trade(cents(101), units(5), std::nullopt, at(4 * kStep + 1));
  CHECK(micro.view()[Measure::FlowImbalance].value == Approx(1.0 / 3));  // not renewed yet
  micro.on_book_lost(at(5 * kStep));
  for (const Measure measure : {Measure::Mid, Measure::QuotedSpread, Measure::Imbalance})
    CHECK_FALSE(micro.view()[measure].known());
  CHECK(micro.view()[Measure::EffectiveSpread].known());
  micro.on_top(level(102, 1), level(101, 1), at(6 * kStep));  // crossed: still none
  CHECK_FALSE(micro.view()[Measure::Mid].known());
  micro.on_top(level(101, 1), level(101, 1), at(7 * kStep));
  CHECK(micro.view()[Measure::QuotedSpread].value == 0.0);
  CHECK(micro.view()[Measure::QuotedSpread].known());
}

TEST_CASE(
    "with a quote delay a trade is compared with the quote of before, not with what it left") {
  MicrostructureSettings settings = small();
  settings.quote_delay_ns = 1'000;
  Microstructure delayed{settings};
  Microstructure prompt{small()};
  for (Microstructure* micro : {&delayed, &prompt}) {
    micro->on_top(level(100, 5), level(102, 5), at(0));
    micro->on_top(level(104, 5), level(106, 5), at(10'000));  // what the buy at 102 led to
    micro->on_trade(cents(102), units(5), Side::Buy, at(10'500));
  }
  CHECK(delayed.view()[Measure::EffectiveSpread].value == Approx(0.02));
  CHECK(delayed.view()[Measure::LeeReadyAgreement].value == 1.0);
  CHECK(prompt.view()[Measure::EffectiveSpread].value == Approx(-0.06));
  CHECK(prompt.view()[Measure::LeeReadyAgreement].value == 0.0);
  delayed.on_trade(cents(106), units(5), Side::Buy, at(11'000));  // now the quote is old enough
  CHECK(delayed.view()[Measure::EffectiveSpread].value == Approx(0.02));
}

TEST_CASE("time alone ends bars and brings horizons") {
  MicrostructureSettings settings = small();
  settings.bars = {.length_ns = 1'000};
  settings.horizon_ns = 500;
  Microstructure micro{settings};
  micro.on_top(level(99, 1), level(101, 1), at(0));
  micro.on_trade(cents(101), units(5), Side::Buy, at(10));
  micro.on_time(at(510));
  CHECK_FALSE(micro.view()[Measure::RealisedSpreadByTime].known());
  micro.on_time(at(511));
  CHECK(micro.view()[Measure::RealisedSpreadByTime].value == Approx(0.02));
  CHECK(micro.last_bar().trades == 0);
  micro.on_time(at(1'010));
  CHECK(micro.last_bar().trades == 1);
}

TEST_CASE("the same events give the same bits") {
  Microstructure first{small()};
  Microstructure second{small()};
  RandomMarket market;
  RandomMarket again;
  for (int i = 0; i < 20'000; ++i) {
    market.step(first);
    again.step(second);
  }
  for (std::size_t k = 0; k < kMeasures; ++k)
    CHECK(first.view().readings[k].value == second.view().readings[k].value);
}

TEST_CASE("settings out of range are refused") {
  const auto refused = [](auto change) {
    MicrostructureSettings settings = small();
    change(settings);
    CHECK_THROWS_AS(Microstructure{settings}, std::invalid_argument);
  };
  CHECK_NOTHROW(Microstructure{small()});
  refused([](auto& s) { s.tick = Price{}; });
  refused([](auto& s) { s.trades_window = 7; });
  refused([](auto& s) { s.time_window_ns = 63; });
  refused([](auto& s) { s.quote_delay_ns = -1; });
  refused([](auto& s) { s.horizon_trades = 0; });
  refused([](auto& s) { s.flow_block_quotes = 0; });
  refused([](auto& s) { s.flow_blocks = 0; });
  refused([](auto& s) { s.vpin_bucket = Qty{}; });
  refused([](auto& s) { s.bars = {}; });
  refused([](auto& s) { s.bars_window = 1; });
  refused([](auto& s) { s.var_lags = 6; });
  refused([](auto& s) { s.var_refresh_trades = 0; });
  refused([](auto& s) { s.profile_buckets = 100; });
  refused([](auto& s) { s.profile_refresh_trades = 0; });
  refused([](auto& s) { s.depths = {3, 2, 5, 10}; });
}
}  // namespace sq::book::analytics
