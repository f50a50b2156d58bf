#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <random>

#include "engine/options/american/american.hpp"
#include "engine/options/american/approximations.hpp"
#include "engine/options/american/implied_volatility.hpp"
#include "engine/options/american/put_problem.hpp"
#include "engine/options/american/qd_plus.hpp"

namespace sq::options::american {
namespace {
using Method = Result<double> (*)(const Market&, const Vanilla&) noexcept;
constexpr Method kMethods[] = {barone_adesi_whaley, ju_zhong, bjerksund_stensland_1993,
                               bjerksund_stensland_2002, qd_plus_closed_price};

struct Random {
  std::mt19937_64 bits;
  double between(double low, double high) {
    return std::uniform_real_distribution<double>{low, high}(bits);
  }
};
}  // namespace

TEST_CASE("Bjerksund and Stensland's two-trigger calls have the values of Haug's table") {
  // The Complete Guide to Option Pricing Formulas, second edition, table 3-2: strike 100, rate and
  // yield 10 %; rows by life and volatility, columns by spot.
  struct Line {
    double years, volatility, at_90, at_100, at_110;
  };
  for (const Line& line :
       {Line{0.1, 0.15, 0.0205, 1.8757, 10.0000}, Line{0.1, 0.25, 0.3151, 3.1256, 10.3725},
        Line{0.1, 0.35, 0.9479, 4.3746, 11.1578}, Line{0.5, 0.15, 0.8099, 4.0628, 10.7898},
        Line{0.5, 0.25, 2.7180, 6.7661, 12.9814}, Line{0.5, 0.35, 4.9665, 9.4608, 15.5137}}) {
    CAPTURE(line.years, line.volatility);
    const auto at = [&](double spot) {
      return *bjerksund_stensland_2002({spot, 0.1, 0.1, line.volatility},
                                       {OptionType::Call, 100, line.years});
    };
    CHECK(at(90) == Approx(line.at_90).margin(5.1e-5).epsilon(0));
    CHECK(at(100) == Approx(line.at_100).margin(5.1e-5).epsilon(0));
    CHECK(at(110) == Approx(line.at_110).margin(5.1e-5).epsilon(0));
  }
}

TEST_CASE("the two-trigger put with a negative carry equals the formula in 20 digits") {
  // The formula evaluated with mpmath, the bivariate normal by quadrature.
  CHECK(*bjerksund_stensland_2002({93.7928009177, 0.0166818759, 0.0107319503, 0.5895344929},
                                  {OptionType::Put, 100, 2.8669011675}) ==
        Approx(37.966734379083159).epsilon(3e-8));
}

TEST_CASE("each approximation stays within its known distance of the exact price") {
  Random random{std::mt19937_64{11}};
  // At strike 100, lives up to three years, volatilities 10 to 60 %.
  const double allowed[] = {1.2, 0.17, 0.5, 0.55, 0.2};
  double worst[5] = {};
  for (int i = 0; i < 2000; ++i) {
    const Market market{100 * std::exp(random.between(-0.3, 0.3)), random.between(0.005, 0.12),
                        random.between(0, 0.12), random.between(0.1, 0.6)};
    const Vanilla option{i % 2 == 0 ? OptionType::Call : OptionType::Put, 100,
                         random.between(0.02, 3)};
    CAPTURE(market.spot, market.rate, market.yield, market.volatility, option.years, option.type);
    const double exact = *american_price(market, option);
    for (std::size_t k = 0; k < 5; ++k) {
      const double error = *kMethods[k](market, option) - exact;
      CHECK(std::abs(error) < allowed[k]);
      worst[k] = std::max(worst[k], std::abs(error));
      // One or two triggers are strategies one can follow: never better than the best.
      if (k == 2 || k == 3) CHECK(error < 1e-6);
    }
  }
  std::printf(
      "worst error at strike 100: BAW %.2g, Ju-Zhong %.2g, BS 1993 %.2g, BS 2002 %.2g, "
      "QD+ formula %.2g\n",
      worst[0], worst[1], worst[2], worst[3], worst[4]);
}

TEST_CASE("approximations refuse two boundaries and know the cases without any") {
  for (const Method method : kMethods) {
    CHECK(method({95, -0.02, -0.05, 0.2}, {OptionType::Put, 100, 1}).error() == Error::Unsupported);
    CHECK(method({95, 0.05, 0.02, -0.2}, {OptionType::Put, 100, 1}).error() ==
          Error::VolatilityNegative);
    CHECK(*method({95, 0.05, 0.02, 0.2}, {OptionType::Put, 100, 0}) == 5);
    CHECK(*method({95, 0.05, 0.02, 0}, {OptionType::Put, 100, 1}) == 5);
    const Market market{95, 0.05, 0, 0.2};
    CHECK(*method(market, {OptionType::Call, 100, 1}) ==
          *american_price(market, {OptionType::Call, 100, 1}));
  }
}

TEST_CASE("approximations give finite values for any finite input") {
  Random random{std::mt19937_64{12}};
  const auto any = [&](double scale) {
    switch (random.bits() % 8) {
      case 0:
        return 0.0;
      case 1:
        return std::exp(random.between(-700, 700));
      case 2:
        return 1e-300;
      default:
        return random.between(0, scale);
    }
  };
  for (int i = 0; i < 20'000; ++i) {
    const Market market{any(200), any(0.2) - 0.02, any(0.2) - 0.02, any(0.6)};
    const Vanilla option{i % 2 == 0 ? OptionType::Call : OptionType::Put, any(200), any(3)};
    CAPTURE(market.spot, market.rate, market.yield, market.volatility, option.strike, option.years,
            option.type);
    for (const Method method : kMethods) {
      const auto value = method(market, option);
      if (!value) continue;
      CHECK(std::isfinite(*value));
      CHECK(*value >= 0);
    }
  }
}

TEST_CASE("the implied volatility gives the price back") {
  Random random{std::mt19937_64{13}};
  double worst = 0;
  for (int i = 0; i < 400; ++i) {
    const Market market{100 * std::exp(random.between(-0.3, 0.3)), random.between(0, 0.15),
                        random.between(0, 0.15), random.between(0.03, 1)};
    const Vanilla option{i % 2 == 0 ? OptionType::Call : OptionType::Put, 100,
                         random.between(0.02, 3)};
    CAPTURE(market.spot, market.rate, market.yield, market.volatility, option.years, option.type);
    const double price = *american_price(market, option);
    const auto found = american_implied_volatility(market, option, price);
    const double intrinsic = sign_of(option.type) * (market.spot - option.strike);
    if (!found) {
      CHECK(found.error() == Error::PriceBelowBound);
      CHECK(price <= std::max(intrinsic, 0.0) + 1e-9);
      continue;
    }
    Market again = market;
    again.volatility = *found;
    CHECK(*american_price(again, option) == Approx(price).margin(1e-9).epsilon(1e-11));
    const double vega = american_greeks(market, option)->vega;
    if (vega > 0.1) worst = std::max(worst, std::abs(*found - market.volatility));
  }
  std::printf("implied volatility, worst error where vega > 0.1: %.1e\n", worst);
  CHECK(worst < 1e-6);
}

TEST_CASE("implied volatility names what is wrong with a price") {
  const Market market{90, 0.05, 0.02, 0};
  const Vanilla put{OptionType::Put, 100, 1};
  const auto error_of = [&](double price) {
    return american_implied_volatility(market, put, price).error();
  };
  CHECK(error_of(10) == Error::PriceBelowBound);  // exercise now: any small volatility
  CHECK(error_of(-1) == Error::PriceBelowBound);
  CHECK(american_implied_volatility(market, put, 10.5).has_value());
  CHECK(error_of(100) == Error::PriceAboveBound);
  CHECK(american_implied_volatility(market, put, 99.9).has_value());
  CHECK(error_of(std::nan("")) == Error::NotFinite);
  CHECK(american_implied_volatility(market, {OptionType::Put, 100, 0}, 10.5).error() ==
        Error::PriceBelowBound);
  CHECK(american_implied_volatility({0, 0.05, 0.02, 0}, put, 50).error() == Error::SpotNotPositive);
}

TEST_CASE("the QD+ boundary is refused where there is none") {
  CHECK(qd_plus_put_boundary(100, 0, 0.02, 0.2, 1).error() == Error::ParameterRange);
  CHECK(qd_plus_put_boundary(100, -0.01, -0.02, 0.2, 1).error() == Error::ParameterRange);
  CHECK(qd_plus_put_boundary(100, 0.05, 0.02, 0, 1).error() == Error::ParameterRange);
  CHECK(qd_plus_put_boundary(0, 0.05, 0.02, 0.2, 1).error() == Error::StrikeNotPositive);
  CHECK(qd_plus_put_boundary(100, 0, -0.02, 0.2, 1).has_value());
  CHECK(*qd_plus_put_boundary(100, 0.05, 0.02, 0.2, 1e-10) == Approx(100).epsilon(1e-4));
}
}  // namespace sq::options::american
