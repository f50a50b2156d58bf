#include "engine/options/surface/surface.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "engine/options/finite_difference/one_dimensional.hpp"
#include "engine/options/models/local_volatility.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Row;
constexpr WallTime kNow{1'700'000'000LL * kNsPerSecond};
constexpr double kRate = 0.04;
constexpr double kYield = 0.015;
constexpr double kSpot = 4'000;

WallTime after_days(int days) { return kNow + days * kNsPerDay; }
double forward_at(double years) { return kSpot * std::exp((kRate - kYield) * years); }
SviRaw truth_at(double years) {
  return ssvi_slice({-0.55, 1.0, 0.45}, 0.035 * years + 0.0005).value();
}

// A chain priced from SSVI smiles, with a spread of 1 % of the price.
Chain made_chain() {
  Chain chain{.underlying = "MADE", .time = kNow, .spot = kSpot};
  for (const int days : {7, 30, 91, 182, 365}) {
    const double years = days / 365.0;
    for (double x = -4; x <= 3.01; x += 0.25) {
      const double k = x * 0.19 * std::sqrt(years);
      const double strike = forward_at(years) * std::exp(k);
      const double volatility = std::sqrt(total_variance(truth_at(years), k) / years);
      for (const OptionType type : {OptionType::Call, OptionType::Put}) {
        const double price =
            black76_price({forward_at(years), kRate, volatility, 0}, {type, strike, years}).value();
        chain.quotes.push_back({.type = type,
                                .strike = strike,
                                .expiry = after_days(days),
                                .bid = price * 0.995,
                                .ask = price * 1.005});
      }
    }
  }
  return chain;
}
}  // namespace

TEST_CASE("a surface of quotes made from SSVI smiles returns their forwards, rates and smiles") {
  const Result<Surface> surface = Surface::build(made_chain());
  REQUIRE(surface.has_value());
  REQUIRE(surface->slices().size() == 5);
  for (const Slice& slice : surface->slices()) {
    CHECK(slice.forward.forward == Approx(forward_at(slice.years)).epsilon(1e-6));
    CHECK(slice.forward.rate == Approx(kRate).margin(1e-5));
    CHECK(slice.forward.implied_yield(kSpot, slice.years) == Approx(kYield).margin(1e-4));
    CHECK(slice.error.volatility < 1e-4);
    CHECK(slice.error.inside == 1.0);
    CHECK(slice.fit.butterfly.free());
    CHECK(slice.fit.calendar.free());
    const double strike = forward_at(slice.years) * 0.95;
    const double k = std::log(0.95);
    CHECK(surface->volatility(strike, slice.years).value() ==
          Approx(std::sqrt(total_variance(truth_at(slice.years), k) / slice.years)).margin(2e-4));
  }
}

TEST_CASE("between expiries total variance is linear in time, beyond them volatility is flat") {
  const Surface surface = Surface::build(made_chain()).value();
  const auto& first = surface.slices()[1];
  const auto& second = surface.slices()[2];
  const double middle = (first.years + second.years) / 2;
  for (const double k : {-0.2, 0.0, 0.1}) {
    const double mean =
        (total_variance(first.fit.smile, k) + total_variance(second.fit.smile, k)) / 2;
    CHECK(surface.total_variance_at(k, middle).value() == Approx(mean).epsilon(1e-12));
    const auto& last = surface.slices().back();
    CHECK(surface.total_variance_at(k, 2 * last.years).value() ==
          Approx(2 * total_variance(last.fit.smile, k)).epsilon(1e-12));
  }
  const auto call = surface.greeks(OptionType::Call, 4'100, middle).value();
  const auto put = surface.greeks(OptionType::Put, 4'100, middle).value();
  const double parity =
      surface.discount(middle).value() * (surface.forward(middle).value() - 4'100);
  CHECK(call.price - put.price == Approx(parity).epsilon(1e-10));
  CHECK(surface.volatility(-1, 0.5).error() == Error::StrikeNotPositive);
  CHECK(surface.volatility(4'000, -0.1).error() == Error::TimeNegative);
  CHECK(surface.volatility(4'000, std::nan("")).error() == Error::NotFinite);
  CHECK(surface.volatility(4'000, 0).has_value());
}

TEST_CASE("quotes that cannot be used are counted by reason, each on its own side of the bound") {
  Chain chain = made_chain();
  const std::size_t before = chain.quotes.size();
  const auto broken = [&](auto&& change) {
    ChainQuote quote = made_chain().quotes[20];
    change(quote);
    chain.quotes.push_back(quote);
  };
  broken([](ChainQuote& q) { q.strike = -1; });
  broken([](ChainQuote& q) { q.bid = std::nan(""); });
  broken([](ChainQuote& q) { q.expiry = kNow; });
  broken([](ChainQuote& q) { q.bid = 0; });
  broken([](ChainQuote& q) { q.ask = 0; });
  broken([](ChainQuote& q) { q.bid = q.ask * 1.001; });
  broken([](ChainQuote& q) { q.quoted_at = kNow - 15 * 60 * kNsPerSecond - 1; });
  broken([](ChainQuote& q) { q.quoted_at = kNow - 15 * 60 * kNsPerSecond; });
  broken([](ChainQuote& q) { q.bid = q.ask * 0.3333; });
  broken([](ChainQuote& q) { q.bid = q.ask * 0.3334; });
  const Surface surface = Surface::build(chain).value();
  CHECK(before == 290);
  CHECK(surface.refused(QuoteRefusal::BadNumber) == 2);
  CHECK(surface.refused(QuoteRefusal::Expired) == 1);
  CHECK(surface.refused(QuoteRefusal::NoBid) == 1);
  CHECK(surface.refused(QuoteRefusal::NoAsk) == 1);
  CHECK(surface.refused(QuoteRefusal::Crossed) == 1);
  CHECK(surface.refused(QuoteRefusal::Stale) == 1);
  CHECK(surface.refused(QuoteRefusal::Wide) == 1);
  CHECK(Surface::build(Chain{.time = kNow, .spot = 0}).error() == Error::SpotNotPositive);
  CHECK(Surface::build(Chain{.time = kNow, .spot = 1}).error() == Error::ParameterRange);
}

TEST_CASE("parity gives the forward of an inverse chain, and stale quotes do not move it") {
  std::vector<ParityPair> pairs;
  const double forward = 2'300;
  for (double strike = 1'800; strike <= 2'800; strike += 100) {
    const double difference = 0.99 * (1 - strike / forward);
    const double put = 0.05;
    pairs.push_back(
        {strike, put + difference - 5e-4, put + difference + 5e-4, put - 5e-4, put + 5e-4});
  }
  pairs[3].call_bid += 0.02;  // nine spreads off
  pairs[3].call_ask += 0.02;
  const Result<Forward> found = forward_from_parity(pairs, 0.5, true);
  REQUIRE(found.has_value());
  CHECK(found->forward == Approx(forward).epsilon(1e-3));
  CHECK(found->discount == Approx(0.99).epsilon(1e-2));
  CHECK(found->inside == Approx(10.0 / 11));
  CHECK(forward_from_parity(std::span{pairs}.first(1), 0.5, true).error() == Error::ParameterRange);
  CHECK(forward_from_parity(std::span{pairs}.first(1), 0.5, true, 0.02).has_value());
  CHECK(forward_from_parity(pairs, 0, true).error() == Error::ParameterRange);
}

TEST_CASE("every local variance reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_local_vol.csv");
  if (!path) return;
  CHECK(test::check_rows(test::Table{*path}, "dupire_svi_linear_time", "local_variance",
                         [](const Row& row) -> Result<double> {
                           const double t = row.number("t");
                           const SviRaw smile{row.number("a_per_year") * t,
                                              row.number("b_per_year") * t, row.number("rho"),
                                              row.number("m"), row.number("sigma")};
                           const double k = row.number("k");
                           const SviPoint point = svi_point(smile, k);
                           return local_variance(point, k, point.variance / t);
                         }) == 59);
}

TEST_CASE("local volatility on the finite-difference grid gives back the surface's prices") {
  const Surface surface = Surface::build(made_chain()).value();
  finite_difference::Model1d model{.rate = kRate, .yield = kYield, .volatility = 0.19};
  std::size_t failed = 0;
  model.local_volatility = [&](double years, double spot) {
    const auto local = local_volatility(surface, spot, std::max(years, 1e-4));
    if (!local) ++failed;
    return std::min(local.value_or(0.19), 3.0);
  };
  double worst = 0;
  for (const double years : {0.5, 1.0}) {
    for (const double moneyness : {0.8, 0.9, 1.0, 1.1}) {
      const double strike = kSpot * moneyness;
      const OptionType type = moneyness < 1 ? OptionType::Put : OptionType::Call;
      const finite_difference::Contract1d contract{
          .years = years,
          .payoff = [&](double s) { return std::max(sign_of(type) * (s - strike), 0.0); },
          .kinks = {strike}};
      const auto solved =
          finite_difference::solve(model, contract, kSpot, {.points = 400, .steps = 200});
      REQUIRE(solved.has_value());
      const double price = solved->at(kSpot).price;
      const Greeks expected = surface.greeks(type, strike, years).value();
      const double error = (price - expected.price) / expected.vega;
      worst = std::max(worst, std::abs(error));
      INFO("years " << years << " strike " << strike << " error in volatility " << error);
      CHECK(std::abs(error) < 1e-3);
    }
  }
  std::printf("local volatility round trip: worst %.2g of volatility\n", worst);
  CHECK(failed == 0);
}

TEST_CASE("a chain of any finite numbers gives a surface or an error, never NaN") {
  std::mt19937_64 random{21};
  std::uniform_real_distribution<double> exponent{-3, 3};
  const auto size = [&] { return std::pow(10.0, exponent(random) * (random() % 5 == 0 ? 90 : 1)); };
  for (int i = 0; i < 60; ++i) {
    Chain chain{.time = kNow, .spot = size(), .inverse = i % 2 == 0};
    for (int j = 0; j < 80; ++j) {
      const double bid = size() - (random() % 10 == 0 ? 5 : 0);
      chain.quotes.push_back({.type = j % 2 == 0 ? OptionType::Call : OptionType::Put,
                              .strike = size(),
                              .expiry = after_days(1 + static_cast<int>(random() % 3) * 40),
                              .bid = bid,
                              .ask = bid * (1 + 0.1 * exponent(random)),
                              .quoted_volatility = size() / 10,
                              .quoted_delta = std::tanh(size())});
    }
    const Result<Surface> surface = Surface::build(chain);
    if (!surface) continue;
    for (const Slice& slice : surface->slices()) {
      REQUIRE(std::isfinite(slice.error.volatility));
      REQUIRE(std::isfinite(slice.fit.butterfly.g_min));
      const auto volatility = surface->volatility(size(), slice.years * 1.1);
      if (volatility) REQUIRE(std::isfinite(*volatility));
    }
  }
}
}  // namespace sq::options
