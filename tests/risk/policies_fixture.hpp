// Policies of the gate on two instruments, and orders to hold against them.
#pragma once

#include "engine/risk/policies/order_policies.hpp"

namespace sq::risk::test {
constexpr StrategyId kMaker{0};
constexpr StrategyId kTaker{1};
constexpr MonoTime kNow{100 * kNsPerSecond};
constexpr std::int64_t kUnit = Qty::kScale;

inline std::vector<Instrument> two_instruments() {
  std::vector<Instrument> made(2);
  for (std::uint32_t i = 0; i < 2; ++i) {
    made[i].id = InstrumentId{i};
    made[i].kind = InstrumentKind::Equity;
    made[i].venue = i == 0 ? VenueId::Kite : VenueId::BinanceUsdm;
  }
  return made;
}

struct Fixture {
  explicit Fixture(PolicySetup setup) : policies{setup, two_instruments(), 2} {}
  OrderPolicies policies;
  InstrumentExposure exposure;
  bool reduces{false};
  bool confirmed{false};

  static OrderRequest order(Side side = Side::Buy, std::int32_t units = 1,
                            StrategyId strategy = kMaker) {
    OrderRequest made;
    made.strategy = strategy;
    made.side = side;
    made.limit = Price::from_units(100);
    made.qty = Qty::from_units(units);
    return made;
  }
  Verdict check(const OrderRequest& order, std::size_t instrument = 0, MonoTime now = kNow) {
    return policies.check(order, instrument, exposure, reduces, confirmed, now);
  }
  Rule rule(const OrderRequest& order, std::size_t instrument = 0, MonoTime now = kNow) {
    return check(order, instrument, now).rule;
  }
};
inline PolicySetup on_instrument(auto&& change) {
  PolicySetup setup;
  setup.instruments.resize(1);
  change(setup.instruments[0]);
  return setup;
}
inline PolicySetup on_venue(auto&& change) {
  PolicySetup setup;
  VenuePolicies venue;
  venue.venue = VenueId::Kite;
  change(venue);
  setup.venues.push_back(venue);
  return setup;
}
inline StaticData fact(StaticFact what, std::int64_t value) { return {what, {}, value, {}}; }
}  // namespace sq::risk::test
