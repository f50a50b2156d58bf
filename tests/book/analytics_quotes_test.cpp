// Mid, weighted mid, imbalance, order flow: the reference tapes and hand-made quotes.
#include <catch2/catch.hpp>

#include "engine/book/analytics/quotes/depth_imbalance.hpp"
#include "engine/book/analytics/quotes/order_flow_imbalance.hpp"
#include "engine/book/analytics/quotes/quoted_spread.hpp"
#include "tests/book/analytics_reference.hpp"

namespace sq::book::analytics {
namespace {
Price cents(std::int64_t n) { return Price::from_raw(n * 10'000'000); }
Qty units(std::int32_t n) { return Qty::from_units(n); }
Quote quote(std::int64_t bid, std::int32_t bid_qty, std::int64_t ask, std::int32_t ask_qty) {
  return {{cents(bid), units(bid_qty)}, {cents(ask), units(ask_qty)}};
}
constexpr MonoTime at(std::int64_t ns) { return MonoTime{ns}; }
}  // namespace

TEST_CASE("mid, weighted mid, imbalance and order flow of every quote equal the reference",
          "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    OrderFlowImbalance flow{kReferenceTick, 50, 20, 100};
    for (const ReferenceQuote& row : tape.quotes) {
      REQUIRE(row.quote.usable());
      flow.on_quote(row.quote);
      errors.compare("mid", row.quote.mid(), row.mid);
      errors.compare("weighted mid", row.quote.weighted_mid(), row.weighted_mid);
      errors.compare("imbalance", row.quote.imbalance(), row.imbalance);
      errors.compare("order flow of an event", flow.last().value, row.order_flow, 1.0);
    }
  }
  if (!reference_tapes().empty()) errors.require_within(1e-15);
}

TEST_CASE("order flow by blocks of 20 and what it does to the mid equal the reference",
          "[analytics]") {
  Errors errors;
  for (const Tape& tape : reference_tapes()) {
    const auto expected = tape.expected["ofi_regression_20_events"];
    const auto flows = numbers(expected["ofi"]);
    const auto moves = numbers(expected["mid_change_ticks"]);
    OrderFlowImbalance flow{kReferenceTick, 50, 20, 100};
    std::size_t block = 0;
    for (const ReferenceQuote& row : tape.quotes) {
      flow.on_quote(row.quote);
      if (!flow.block_ended()) continue;
      REQUIRE(block < flows.size());
      errors.compare("block flow", flow.block_flow(), flows[block], 1.0);
      errors.compare("block move", flow.block_move(), moves[block], 1.0);
      ++block;
    }
    CHECK(block == flows.size());
    const RegressionFit fit = flow.impact();
    CHECK(fit.count == flows.size());
    errors.compare("impact", fit.slope, expected["beta"]);
    errors.compare("impact r2", fit.r2, expected["r2"]);
    errors.compare("impact constant", fit.intercept, expected["const"]);
  }
  if (!reference_tapes().empty()) errors.require_within(1e-11);
}

TEST_CASE("the hand-made quotes have the order flow and the weighted mid worked out by hand",
          "[analytics]") {
  const auto cases = reference_json("micro_hand_examples.json");
  if (!cases) return;
  OrderFlowImbalance flow{kReferenceTick, 3, 20, 10};
  const auto hand = (*cases)["cases"].at(0);
  const auto expected = numbers(hand["expected_ofi"]);
  const auto quotes = simdjson::dom::array{hand["quotes"]};
  double in_window = 0;
  for (std::size_t i = 0; i < quotes.size(); ++i) {
    const auto row = numbers(quotes.at(i));
    flow.on_quote(quote(std::lround(row[0] * 100), static_cast<std::int32_t>(row[1]),
                        std::lround(row[2] * 100), static_cast<std::int32_t>(row[3])));
    CHECK(flow.last().known() == (i != 0));
    if (i == 0) continue;
    CHECK(flow.last().value == expected[i - 1]);
    in_window += expected[i - 1] - (i > 3 ? expected[i - 4] : 0.0);
    CHECK(flow.recent().value == in_window);
  }
  CHECK(quote(1000, 900, 1002, 100).weighted_mid() == Approx(10.018).epsilon(1e-15));
}

TEST_CASE("quotes on both sides of a lost book are not compared") {
  OrderFlowImbalance flow{kReferenceTick, 8, 20, 10};
  flow.on_quote(quote(100, 5, 101, 5));
  flow.on_no_quote();
  flow.on_quote(quote(200, 7, 201, 9));
  CHECK_FALSE(flow.last().known());
  flow.on_quote(quote(200, 8, 201, 9));
  CHECK(flow.last().value == 1.0);
}

TEST_CASE("a quote is usable exactly when both sides have quantity and it is not crossed") {
  CHECK(quote(100, 1, 101, 1).usable());
  CHECK(quote(100, 1, 100, 1).usable());
  CHECK_FALSE(quote(101, 1, 100, 1).usable());
  CHECK_FALSE(quote(100, 0, 101, 1).usable());
  CHECK_FALSE(quote(100, 1, 101, 0).usable());
  CHECK_FALSE(quote(0, 1, 101, 1).usable());
  Quote high{{Price::from_raw(kPriceRawEnd - 1), units(1)},
             {Price::from_raw(kPriceRawEnd - 1), units(1)}};
  CHECK(high.usable());
  CHECK(high.twice_mid() == 2 * (kPriceRawEnd - 1));
  high.ask.price = Price::from_raw(kPriceRawEnd);
  CHECK_FALSE(high.usable());
}

TEST_CASE("the quoted spread is weighted by the time it was in force") {
  QuotedSpread spread{640'000};
  CHECK_FALSE(spread.mean().known());
  spread.on_quote(quote(100, 1, 102, 1), at(0));
  CHECK_FALSE(spread.mean().known());
  spread.on_quote(quote(100, 1, 101, 1), at(300));  // 0.02 for 300 ns
  CHECK(spread.mean().value == Approx(0.02));
  spread.on_quote(quote(100, 1, 105, 1), at(400));  // 0.01 for 100 ns
  CHECK(spread.mean().value == Approx((0.02 * 300 + 0.01 * 100) / 400));
  CHECK(spread.mean().count == 400);
  spread.on_no_quote(at(500));  // 0.05 for 100 ns
  CHECK(spread.mean().value == Approx((0.02 * 300 + 0.01 * 100 + 0.05 * 100) / 500));
  spread.on_quote(quote(100, 1, 109, 1), at(9'000));  // no quote in between: counts nothing
  CHECK(spread.mean().count == 500);
}

TEST_CASE("a spread that was in force before the window does not count") {
  QuotedSpread spread{6'400};  // bins of 100 ns
  spread.on_quote(quote(100, 1, 110, 1), at(0));
  spread.on_quote(quote(100, 1, 101, 1), at(50));  // 0.10 until 50
  spread.on_quote(quote(100, 1, 101, 1), at(6'350));
  CHECK(spread.mean().value > 0.01);
  spread.on_quote(quote(100, 1, 101, 1), at(6'450));
  CHECK(spread.mean().value == Approx(0.01).epsilon(1e-15));
}

TEST_CASE("imbalance at each depth counts the levels up to it and no more") {
  DepthImbalance imbalance{{1, 2, 3, 5}};
  CHECK_FALSE(imbalance.readings()[0].known());
  const Level bids[] = {{cents(100), units(3)}, {cents(99), units(5)}, {cents(97), units(10)}};
  const Level asks[] = {{cents(101), units(1)}, {cents(102), units(1)},
                        {cents(103), units(2)}, {cents(104), units(100)},
                        {cents(105), units(2)}, {cents(106), units(1000)}};
  imbalance.on_levels(bids, asks);
  CHECK(imbalance.readings()[0].value == 3.0 / 4.0);
  CHECK(imbalance.readings()[1].value == 8.0 / 10.0);
  CHECK(imbalance.readings()[2].value == 18.0 / 22.0);
  CHECK(imbalance.readings()[3].value == 18.0 / 124.0);

  L2Book book{{.tick = cents(1)}};
  REQUIRE(book.apply(bids, asks) == Applied::Ok);
  DepthImbalance from_book{{1, 2, 3, 5}};
  from_book.on_depth(book);
  for (std::size_t k = 0; k < DepthImbalance::kDepths; ++k)
    CHECK(from_book.readings()[k].value == imbalance.readings()[k].value);

  imbalance.on_levels({}, {});
  CHECK_FALSE(imbalance.readings()[3].known());
  imbalance.on_levels({}, asks);
  CHECK(imbalance.readings()[3].known());
  CHECK(imbalance.readings()[3].value == 0.0);
}

TEST_CASE("depths that do not rise, or lie beyond 20, are refused") {
  using Depths = DepthImbalance::Depths;
  CHECK_NOTHROW(DepthImbalance{Depths{1, 2, 3, 20}});
  CHECK_THROWS_AS((DepthImbalance{Depths{1, 2, 3, 21}}), std::invalid_argument);
  CHECK_THROWS_AS((DepthImbalance{Depths{1, 2, 2, 5}}), std::invalid_argument);
  CHECK_THROWS_AS((DepthImbalance{Depths{0, 1, 2, 5}}), std::invalid_argument);
}
}  // namespace sq::book::analytics
