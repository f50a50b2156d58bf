#include "engine/options/european/dividends.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "engine/options/math/normal.hpp"
#include "tests/options/european_model.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::RandomContracts;
using test::Row;
using test::Table;

// One cash dividend: Simpson's rule over the spot at its date, in long double.
long double one_dividend_model(const Market& m, const Vanilla& o, const Dividend& d) {
  const long double deviation = m.volatility * std::sqrt(static_cast<long double>(d.years));
  const long double drift =
      (m.rate - m.yield) * static_cast<long double>(d.years) - 0.5L * deviation * deviation;
  constexpr int kSteps = 20'000;
  const long double step = 20.0L / kSteps;
  long double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const long double z = -10.0L + step * i;
    const long double left =
        m.spot * std::exp(drift + deviation * z) * (1.0L - d.proportion) - d.cash;
    const long double value =
        left > 0 ? test::european_model(o.type, left, o.strike, m.rate, m.yield, m.volatility,
                                        o.years - static_cast<long double>(d.years))
        : o.type == OptionType::Put
            ? o.strike * std::exp(-m.rate * (o.years - static_cast<long double>(d.years)))
            : 0.0L;
    const long double weight = i == 0 || i == kSteps ? 1.0L : i % 2 == 1 ? 4.0L : 2.0L;
    sum += weight * std::exp(-0.5L * z * z) * value;
  }
  return sum * step / 3.0L / std::sqrt(2.0L * 3.14159265358979323846264L) *
         std::exp(-static_cast<long double>(m.rate) * d.years);
}
}  // namespace

TEST_CASE("every row of the discrete dividend table is met by the escrowed model") {
  const auto file = sq::test::recorded("quant/options_european_discrete_dividends.csv");
  if (!file) return;
  const Table table{*file};
  double worst = 0;
  for (const Row& row : table.rows()) {
    std::vector<Dividend> dividends;
    const std::vector<double> times = row.numbers("div_times");
    const std::vector<double> amounts = row.numbers("div_amounts");
    for (std::size_t i = 0; i < times.size(); ++i) dividends.push_back({times[i], amounts[i]});
    const Result<double> price =
        escrowed_dividend_price({row.number("S"), row.number("r"), 0.0, row.number("vol")},
                                {row.type(), row.number("K"), row.number("T")}, dividends);
    INFO(row.text("id"));
    REQUIRE(price.has_value());
    const double error = std::fabs(*price - row.number("expected"));
    CHECK(error <= row.number("tol"));
    worst = std::max(worst, error);
  }
  std::printf("  discrete dividends %zu rows, worst absolute error %.2g\n", table.rows().size(),
              worst);
  CHECK(table.rows().size() == 52);
}

TEST_CASE("Greeks with escrowed dividends are the slopes of the price") {
  const std::vector<Dividend> dividends{{0.2, 2.0}, {0.5, 0.0, 0.03}, {0.7, 1.5}, {3.0, 50.0}};
  const Market market{100.0, 0.06, 0.01, 0.3};
  const Vanilla option{OptionType::Put, 95.0, 1.0};
  const Greeks g = escrowed_dividend_greeks(market, option, dividends).value();
  const auto price = [&](const Market& at) {
    return escrowed_dividend_price(at, option, dividends).value();
  };
  const auto bumped = [&](double Market::*member, double step) {
    Market up = market, down = market;
    up.*member += step;
    down.*member -= step;
    return (price(up) - price(down)) / (2 * step);
  };
  CHECK(g.price == price(market));
  CHECK(g.delta == Approx(bumped(&Market::spot, 1e-3)).epsilon(1e-7));
  CHECK(g.vega == Approx(bumped(&Market::volatility, 1e-5)).epsilon(1e-7));
  CHECK(g.rho == Approx(bumped(&Market::rate, 1e-5)).epsilon(1e-7));
  Market up = market, down = market;
  up.spot += 0.01;
  down.spot -= 0.01;
  CHECK(g.gamma == Approx((price(up) - 2 * g.price + price(down)) / 1e-4).epsilon(1e-5));
  // A day later everything is a day closer.
  const auto later = [&](double years) {
    std::vector<Dividend> closer = dividends;
    for (Dividend& d : closer) d.years -= years;
    return escrowed_dividend_price(market, {option.type, option.strike, option.years - years},
                                   closer)
        .value();
  };
  CHECK(g.theta == Approx((later(1e-5) - later(-1e-5)) / 2e-5).epsilon(1e-6));
}

TEST_CASE("proportional dividends make both models the same closed form") {
  const std::vector<Dividend> dividends{{0.2, 0.0, 0.02}, {0.5, 0.0, 0.03}};
  const Market market{100.0, 0.06, 0.0, 0.3};
  const Vanilla option{OptionType::Call, 95.0, 1.0};
  Market reduced = market;
  reduced.spot = 100.0 * 0.98 * 0.97;
  const double expected = european_price(reduced, option).value();
  CHECK(piecewise_dividend_price(market, option, dividends).value() ==
        Approx(expected).epsilon(1e-14));
  CHECK(escrowed_dividend_price(market, option, dividends).value() ==
        Approx(expected).epsilon(1e-14));
}

TEST_CASE("the piecewise model equals a direct integral over one dividend") {
  RandomContracts draw{61};
  for (int i = 0; i < 12; ++i) {
    const Market market{100.0, draw.between(-0.02, 0.1), draw.between(0, 0.04),
                        draw.between(0.1, 0.6)};
    const double years = draw.between(0.3, 3.0);
    const Vanilla option{i % 2 == 0 ? OptionType::Call : OptionType::Put, draw.between(70, 130),
                         years};
    const Dividend dividend{years * draw.between(0.05, 0.95), draw.between(0.5, 15.0),
                            i % 3 == 0 ? 0.02 : 0.0};
    const double got = piecewise_dividend_price(market, option, {&dividend, 1}).value();
    INFO("round " << i);
    CHECK(got ==
          Approx(static_cast<double>(one_dividend_model(market, option, dividend))).epsilon(1e-9));
  }
}

TEST_CASE("in the piecewise model a dividend cut in two of the same day changes nothing") {
  const Market market{100.0, 0.05, 0.0, 0.25};
  for (const OptionType type : {OptionType::Call, OptionType::Put}) {
    const Vanilla option{type, 98.0, 1.0};
    const Dividend whole{0.5, 6.0};
    const std::vector<Dividend> halves{{0.499999, 3.0}, {0.5, 3.0}};
    const std::vector<Dividend> three{{0.25, 1e-9}, {0.5, 6.0}, {0.75, 1e-9}};
    const double expected = piecewise_dividend_price(market, option, {&whole, 1}).value();
    CHECK(piecewise_dividend_price(market, option, halves).value() ==
          Approx(expected).epsilon(2e-6));
    CHECK(piecewise_dividend_price(market, option, three).value() ==
          Approx(expected).epsilon(1e-7));
    // The escrowed model has less variance before the dividend: it is a little lower.
    const double escrowed = escrowed_dividend_price(market, option, {&whole, 1}).value();
    CHECK(escrowed < expected);
    CHECK(escrowed > 0.95 * expected);
  }
}

TEST_CASE("calls less puts are the forward less the strike in the piecewise model") {
  const Market market{100.0, 0.04, 0.01, 0.3};
  const std::vector<Dividend> dividends{{0.3, 2.0}, {0.6, 0.0, 0.01}, {0.9, 2.0}, {1.2, 2.0}};
  const Vanilla call{OptionType::Call, 105.0, 1.5};
  const Vanilla put{OptionType::Put, 105.0, 1.5};
  const double difference = piecewise_dividend_price(market, call, dividends).value() -
                            piecewise_dividend_price(market, put, dividends).value();
  const double spot = escrowed_spot(market, 1.5, dividends).value();
  CHECK(difference == Approx(spot * std::exp(-0.015) - 105.0 * std::exp(-0.06)).margin(2e-6));
}

TEST_CASE("dividends that cannot be are refused") {
  const Market market{100.0, 0.04, 0.0, 0.3};
  const Vanilla option{OptionType::Call, 100.0, 1.0};
  const auto refused = [&](std::vector<Dividend> dividends) {
    return escrowed_dividend_price(market, option, dividends).error() == Error::ParameterRange &&
           piecewise_dividend_price(market, option, dividends).error() == Error::ParameterRange;
  };
  CHECK(refused({{-0.1, 1.0}}));
  CHECK(refused({{0.5, 1.0}, {0.4, 1.0}}));
  CHECK(refused({{0.5, -1.0}}));
  CHECK(refused({{0.5, 0.0, 1.0}}));
  CHECK(refused({{0.5, std::nan("")}}));
  const Dividend too_much{0.5, 200.0};
  CHECK(escrowed_dividend_price(market, option, {&too_much, 1}).error() == Error::ParameterRange);
  CHECK(piecewise_dividend_price(market, option, {&too_much, 1}).value() >= 0.0);
  const Dividend late{1.5, 5.0};
  CHECK(escrowed_dividend_price(market, option, {&late, 1}).value() ==
        european_price(market, option).value());
  CHECK(piecewise_dividend_price({-1.0, 0, 0, 0.2}, option, {&late, 1}).error() ==
        Error::SpotNotPositive);
  CHECK(piecewise_dividend_price({100.0, 0, 0, 9.0}, option, {&too_much, 1}).error() ==
        Error::Unsupported);
}
}  // namespace sq::options
