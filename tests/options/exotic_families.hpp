// Random contracts of every exotic family: of usual size, or wild (any finite double, special
// values and what is not finite).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/exotic/barrier/double_barrier.hpp"
#include "engine/options/exotic/barrier/partial_barrier.hpp"
#include "engine/options/exotic/barrier/soft_barrier.hpp"
#include "engine/options/exotic/choice/chooser.hpp"
#include "engine/options/exotic/choice/compound.hpp"
#include "engine/options/exotic/choice/extendible.hpp"
#include "engine/options/exotic/choice/forward_start.hpp"
#include "engine/options/exotic/multi_asset/exchange.hpp"
#include "engine/options/exotic/multi_asset/spread.hpp"
#include "engine/options/exotic/multi_asset/two_asset.hpp"
#include "engine/options/exotic/path/arithmetic_asian.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"
#include "engine/options/exotic/path/lookback.hpp"
#include "engine/options/exotic/variance/power.hpp"

namespace sq::options::test {
class Random {
 public:
  Random(std::uint64_t seed, bool wild) : engine_{seed}, wild_{wild} {}

  double between(double a, double b) {
    return a + (b - a) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  bool flip() { return below(2) == 0; }
  // About `usual`, within a factor of `spread`.
  double near(double usual, double spread) {
    const double value = usual * std::pow(spread, between(-1, 1));
    return wild_ ? spoiled(value) : value;
  }
  double within(double a, double b) {
    const double value = between(a, b);
    return wild_ ? spoiled(value) : value;
  }
  OptionType type() { return flip() ? OptionType::Call : OptionType::Put; }
  BarrierKind kind() { return static_cast<BarrierKind>(1 + below(4)); }
  double years() { return near(0.7, 6); }

  Market market() {
    return {.spot = near(100, 1.3),
            .rate = within(-0.02, 0.12),
            .yield = within(-0.02, 0.10),
            .volatility = near(0.25, 2.5)};
  }
  TwoAssetMarket two_asset_market() {
    return {.spot1 = near(100, 1.3),
            .spot2 = near(100, 1.3),
            .yield1 = within(0.0, 0.08),
            .yield2 = within(0.0, 0.08),
            .volatility1 = near(0.25, 2),
            .volatility2 = near(0.25, 2),
            .correlation = within(-0.95, 0.95),
            .rate = within(-0.01, 0.1)};
  }
  // Ascending up to `last`; valid until the next call.
  std::span<const double> dates(double last, std::size_t count) {
    dates_.clear();
    for (std::size_t i = 1; i <= count; ++i)
      dates_.push_back(std::min(last, last * static_cast<double>(i) / static_cast<double>(count)));
    if (wild_ && below(8) == 0) dates_[below(count)] = spoiled(last);
    return dates_;
  }

 private:
  double spoiled(double value) {
    constexpr double kInf = std::numeric_limits<double>::infinity();
    constexpr double kSpecial[] = {0.0,
                                   -0.0,
                                   1.0,
                                   -1.0,
                                   1e-300,
                                   1e300,
                                   5e-324,
                                   1.7e308,
                                   kInf,
                                   -kInf,
                                   std::numeric_limits<double>::quiet_NaN(),
                                   1e-16,
                                   1e16,
                                   0.5,
                                   100.0,
                                   1e-8};
    switch (below(6)) {
      case 0:
        return kSpecial[below(std::size(kSpecial))];
      case 1:
        return std::pow(10.0, between(-320, 308)) * (below(4) == 0 ? -1 : 1);
      case 2:
        return value * std::pow(10.0, between(-6, 6));
      default:
        return value;
    }
  }

  std::mt19937_64 engine_;
  bool wild_;
  std::vector<double> dates_;
};

// Calls visit(name, make), make(random, market) -> contract, for each one-asset family.
template <class Visit>
void each_barrier_family(Visit&& visit) {
  visit("barrier", [](Random& r, const Market& m) {
    return Barrier{.type = r.type(),
                   .kind = r.kind(),
                   .strike = r.near(100, 1.3),
                   .barrier = r.near(m.spot, 1.3),
                   .years = r.years(),
                   .rebate = r.within(0, 5)};
  });
  visit("binary barrier", [](Random& r, const Market& m) {
    BinaryBarrier c{.payment = static_cast<BinaryPayment>(1 + r.below(4)),
                    .kind = r.kind(),
                    .barrier = r.near(m.spot, 1.3),
                    .years = r.years(),
                    .cash = r.within(0, 20),
                    .has_strike = r.flip(),
                    .type = r.type(),
                    .strike = r.near(100, 1.3)};
    if (c.payment == BinaryPayment::CashAtHit || c.payment == BinaryPayment::AssetAtHit) {
      c.has_strike = false;
      c.kind = r.flip() ? BarrierKind::DownIn : BarrierKind::UpIn;
    }
    return c;
  });
  visit("soft barrier", [](Random& r, const Market& m) {
    const double low = r.near(m.spot, 1.2);
    return SoftBarrier{.type = r.type(),
                       .kind = r.kind(),
                       .strike = r.near(100, 1.3),
                       .low = low,
                       .high = low * r.near(1.1, 1.05),
                       .years = r.years()};
  });
  visit("double barrier", [](Random& r, const Market& m) {
    return DoubleBarrier{.type = r.type(),
                         .kind = static_cast<DoubleBarrierKind>(1 + r.below(2)),
                         .strike = r.near(100, 1.3),
                         .low = m.spot / r.near(1.25, 1.2),
                         .high = m.spot * r.near(1.25, 1.2),
                         .years = r.years(),
                         .rebate = r.within(0, 5)};
  });
  visit("double binary", [](Random& r, const Market& m) {
    return DoubleBinary{.kind = static_cast<DoubleBinaryKind>(1 + r.below(4)),
                        .low = m.spot / r.near(1.25, 1.2),
                        .high = m.spot * r.near(1.25, 1.2),
                        .years = r.years(),
                        .cash = r.within(0, 20)};
  });
  visit("partial barrier", [](Random& r, const Market& m) {
    const double years = r.years();
    return PartialBarrier{.type = r.type(),
                          .kind = r.kind(),
                          .window = static_cast<WatchWindow>(1 + r.below(3)),
                          .strike = r.near(100, 1.3),
                          .barrier = r.near(m.spot, 1.3),
                          .watch = years * r.within(0.05, 0.95),
                          .years = years};
  });
}

template <class Visit>
void each_path_family(Visit&& visit) {
  visit("geometric continuous", [](Random& r, const Market&) {
    return GeometricContinuous{.type = r.type(),
                               .strike = r.near(100, 1.3),
                               .years = r.years(),
                               .elapsed = r.flip() ? 0.0 : r.within(0, 1),
                               .average_so_far = r.near(100, 1.2),
                               .average_strike = r.flip()};
  });
  visit("geometric discrete", [](Random& r, const Market&) {
    const double years = r.years();
    return GeometricDiscrete{.type = r.type(),
                             .strike = r.near(100, 1.3),
                             .years = years,
                             .dates = r.dates(years, 1 + r.below(12)),
                             .known = static_cast<int>(r.below(4)),
                             .known_average = r.near(100, 1.2),
                             .average_strike = r.flip()};
  });
  visit("arithmetic discrete", [](Random& r, const Market&) {
    const double years = r.years();
    return ArithmeticDiscrete{.type = r.type(),
                              .strike = r.near(100, 1.3),
                              .years = years,
                              .dates = r.dates(years, 1 + r.below(12)),
                              .known = static_cast<int>(r.below(4)),
                              .known_average = r.near(100, 1.2),
                              .average_strike = false,
                              .method = static_cast<AsianMethod>(1 + r.below(2))};
  });
  visit("arithmetic continuous", [](Random& r, const Market&) {
    return ArithmeticContinuous{.type = r.type(),
                                .strike = r.near(100, 1.3),
                                .years = r.years(),
                                .elapsed = r.flip() ? 0.0 : r.within(0, 1),
                                .average_so_far = r.near(100, 1.2),
                                .method = AsianMethod::TwoMoments};
  });
  visit("floating lookback", [](Random& r, const Market& m) {
    const OptionType type = r.type();
    const double away = r.near(1.1, 1.08);
    return FloatingLookback{.type = type,
                            .extreme = type == OptionType::Call ? m.spot / away : m.spot * away,
                            .years = r.years(),
                            .dates = r.flip() ? 0 : 50};
  });
  visit("fixed lookback", [](Random& r, const Market& m) {
    const OptionType type = r.type();
    const double away = r.near(1.1, 1.08);
    return FixedLookback{.type = type,
                         .strike = r.near(100, 1.3),
                         .extreme = type == OptionType::Put ? m.spot / away : m.spot * away,
                         .years = r.years(),
                         .dates = r.flip() ? 0 : 50};
  });
  visit("partial floating lookback", [](Random& r, const Market& m) {
    const OptionType type = r.type();
    const double away = r.near(1.05, 1.04);
    const double years = r.years();
    const double scale = r.near(1.06, 1.05);
    return PartialFloatingLookback{
        .type = type,
        .extreme = type == OptionType::Call ? m.spot / away : m.spot * away,
        .window = years * r.within(0.05, 0.95),
        .years = years,
        .scale = type == OptionType::Call ? scale : 1 / scale};
  });
  visit("partial fixed lookback", [](Random& r, const Market&) {
    const double years = r.years();
    return PartialFixedLookback{.type = r.type(),
                                .strike = r.near(100, 1.3),
                                .window = years * r.within(0.05, 0.95),
                                .years = years};
  });
}

template <class Visit>
void each_choice_family(Visit&& visit) {
  visit("simple chooser", [](Random& r, const Market&) {
    const double years = r.years();
    return SimpleChooser{
        .strike = r.near(100, 1.3), .choose = years * r.within(0.05, 0.95), .years = years};
  });
  visit("complex chooser", [](Random& r, const Market&) {
    const double choose = r.near(0.3, 3);
    return ComplexChooser{.choose = choose,
                          .call_strike = r.near(100, 1.3),
                          .call_years = choose + r.near(0.5, 3),
                          .put_strike = r.near(100, 1.3),
                          .put_years = choose + r.near(0.5, 3)};
  });
  visit("compound", [](Random& r, const Market&) {
    const double years = r.near(0.4, 3);
    return Compound{.type = r.type(),
                    .strike = r.near(8, 3),
                    .years = years,
                    .daughter_type = r.type(),
                    .daughter_strike = r.near(100, 1.3),
                    .daughter_years = years + r.near(0.5, 3)};
  });
  visit("holder extendible", [](Random& r, const Market&) {
    const double years = r.near(0.4, 3);
    return HolderExtendible{.type = r.type(),
                            .strike = r.near(100, 1.3),
                            .years = years,
                            .later_strike = r.near(100, 1.3),
                            .later_years = years + r.near(0.5, 3),
                            .premium = r.within(0, 3)};
  });
  visit("writer extendible", [](Random& r, const Market&) {
    const double years = r.near(0.4, 3);
    return WriterExtendible{.type = r.type(),
                            .strike = r.near(100, 1.3),
                            .years = years,
                            .later_strike = r.near(100, 1.3),
                            .later_years = years + r.near(0.5, 3)};
  });
  visit("forward start", [](Random& r, const Market&) {
    const double years = r.years();
    return ForwardStart{.type = r.type(),
                        .moneyness = r.near(1, 1.3),
                        .start = years * r.within(0.05, 0.9),
                        .years = years,
                        .performance = r.flip()};
  });
  visit("cliquet", [](Random& r, const Market&) {
    const double years = r.years();
    return Cliquet{.type = r.type(),
                   .moneyness = r.near(1, 1.3),
                   .years = years,
                   .resets = r.dates(0.9 * years, 1 + r.below(6)),
                   .performance = r.flip()};
  });
  visit("power", [](Random& r, const Market&) {
    return Power{.type = r.type(),
                 .strike = r.near(100, 1.3),
                 .exponent = r.within(0.5, 1.5),
                 .years = r.years()};
  });
  visit("powered", [](Random& r, const Market&) {
    return Powered{.type = r.type(),
                   .strike = r.near(100, 1.3),
                   .exponent = 1 + static_cast<int>(r.below(4)),
                   .years = r.years()};
  });
  visit("log option", [](Random& r, const Market&) {
    return LogOption{.type = r.type(), .strike = r.near(100, 1.3), .years = r.years()};
  });
}

template <class Visit>
void each_two_asset_family(Visit&& visit) {
  visit("exchange", [](Random& r, const TwoAssetMarket&) {
    return Exchange{.years = r.years(), .quantity1 = r.near(1, 1.2), .quantity2 = r.near(1, 1.2)};
  });
  visit("american exchange", [](Random& r, const TwoAssetMarket&) {
    return AmericanExchange{
        .years = r.years(), .quantity1 = r.near(1, 1.2), .quantity2 = r.near(1, 1.2)};
  });
  visit("spread, Kirk", [](Random& r, const TwoAssetMarket&) {
    return Spread{.type = r.type(),
                  .strike = r.within(-20, 20),
                  .years = r.years(),
                  .method = SpreadMethod::Kirk};
  });
  visit("spread, Bjerksund-Stensland", [](Random& r, const TwoAssetMarket&) {
    return Spread{.type = r.type(),
                  .strike = r.within(-20, 20),
                  .years = r.years(),
                  .method = SpreadMethod::BjerksundStensland};
  });
  visit("best or worst", [](Random& r, const TwoAssetMarket&) {
    return BestOrWorst{.type = r.type(),
                       .pick = r.flip() ? Pick::Larger : Pick::Smaller,
                       .strike = r.near(100, 1.3),
                       .years = r.years()};
  });
  visit("correlation option", [](Random& r, const TwoAssetMarket&) {
    return CorrelationOption{.type = r.type(),
                             .strike1 = r.near(100, 1.3),
                             .strike2 = r.near(100, 1.3),
                             .years = r.years()};
  });
  visit("two-asset barrier", [](Random& r, const TwoAssetMarket& m) {
    return TwoAssetBarrier{.type = r.type(),
                           .kind = r.kind(),
                           .strike = r.near(100, 1.3),
                           .barrier = r.near(m.spot2, 1.3),
                           .years = r.years()};
  });
  visit("spread, exact", [](Random& r, const TwoAssetMarket&) {
    return Spread{.type = r.type(), .strike = r.within(-20, 20), .years = r.years()};
  });
}
}  // namespace sq::options::test
