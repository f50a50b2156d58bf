// A gate with an instrument at 1000 / 1001 that settles in EUR, an account, a venue and two
// strategies, all limits so wide that only the one under test is met. Base currency USD.
#pragma once

#include "engine/risk/order_gate.hpp"

namespace sq::test {
inline constexpr MonoTime kScopeNow{100 * kNsPerSecond};
inline constexpr InstrumentId kPaper{0};
inline constexpr InstrumentId kOtherPaper{1};
inline constexpr InstrumentId kEuro{2};  // EUR/USD, nobody trades it

inline Instrument scope_instrument(InstrumentId id, std::string_view base, std::string_view quote) {
  Instrument made;
  made.id = id;
  made.venue = VenueId::Simulated;
  made.kind = InstrumentKind::Spot;
  made.base = *Currency::parse(base);
  made.settle = made.quote = *Currency::parse(quote);
  made.tick = made.price_min = Price::from_raw(Price::kScale / 100);
  made.price_max = Price::from_units(1'000'000);
  made.lot = made.qty_min = Qty::from_raw(1);
  made.qty_max = Qty::from_units(1'000'000);
  return made;
}

inline risk::GateSetup scope_setup() {
  constexpr std::int64_t kWide = 5'000'000 * Amount::kScale;
  risk::GateSetup made;
  made.base_currency = *Currency::parse("USD");
  made.firm = {1'000, 1'000, kWide, kWide, {}};
  made.instruments = {scope_instrument(kPaper, "AAA", "EUR"),
                      scope_instrument(kOtherPaper, "BBB", "USD"),
                      scope_instrument(kEuro, "EUR", "USD")};
  made.instrument_limits.assign(3,
                                {Qty::from_units(1'000), kWide, Ratio::from_raw(Ratio::kScale / 10),
                                 Qty::from_units(1'000), 1'000, kNsPerSecond});
  made.strategy_limits.assign(2, {1'000, 1'000, kWide, {}});
  made.permitted.assign(2, {true, true, false});
  made.accounts.resize(2);
  made.strategy_accounts = {AccountId{1}, AccountId{0}};
  made.fx = {{*Currency::parse("EUR"), kEuro, false, kNsPerSecond}};
  return made;
}

struct ScopeGate {
  risk::OrderGate gate;
  std::uint64_t ids{0};

  explicit ScopeGate(risk::GateSetup setup = scope_setup()) : gate{std::move(setup)} {
    for (std::uint16_t s = 0; s < 2; ++s)
      gate.set_strategy_state(StrategyId{s}, StrategyState::Armed);
    for (const InstrumentId id : {kPaper, kOtherPaper})
      gate.set_reference(id, Price::from_units(1'000), Price::from_units(1'001), kScopeNow);
    // The mid is 1.1.
    gate.set_reference(kEuro, euro(1'099), euro(1'101), kScopeNow);
  }
  static Price euro(std::int64_t thousandths) {
    return Price::from_raw(thousandths * (Price::kScale / 1'000));
  }
  static OrderRequest order(Side side, std::int32_t price, std::int32_t qty) {
    OrderRequest made;
    made.strategy = StrategyId{0};
    made.account = AccountId{1};
    made.side = side;
    made.limit = Price::from_units(price);
    made.qty = Qty::from_units(qty);
    return made;
  }
  OrderRequest send(OrderRequest request, InstrumentId instrument = kPaper,
                    MonoTime now = kScopeNow) {
    request.id = OrderId::make(1, ++ids);
    gate.on_sent(request, instrument, now);
    return request;
  }
  // 3 bought at 1010, one order for 2 at 1000 open.
  OrderRequest start() {
    const OrderRequest bought = order(Side::Buy, 1'010, 3);
    gate.on_traded(bought, kPaper, bought.limit, bought.qty);
    gate.on_position(bought.strategy, kPaper, bought.qty, -3'030 * Amount::kScale, bought.account);
    return send(order(Side::Buy, 1'000, 2), kPaper, MonoTime{});
  }
  risk::LimitKey key(risk::ScopeKind scope, risk::LimitKind which) const {
    using risk::ScopeKind;
    risk::LimitKey made{scope, which, StrategyId{0}, 0};
    if (scope == ScopeKind::Account) made.number = 1;
    if (scope == ScopeKind::Venue) made.number = static_cast<std::uint32_t>(VenueId::Simulated);
    if (scope == ScopeKind::Currency) made.number = 1;
    if (scope != ScopeKind::StrategyInstrument) made.strategy = kNoStrategy;
    return made;
  }
};
}  // namespace sq::test
