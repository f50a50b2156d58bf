// The whole gate with every control on in every scope: 8 instruments of which half settle in
// another currency, 2 strategies in 2 accounts, a venue, two currencies, the firm; half of the
// orders are accepted, the others fail one of four rules. risk/gate_limits: without the policies
// (duplicates, windows, message rates, lists, session, clock), which only accepted orders reach.
#include <cstdlib>
#include <random>
#include <vector>

#include "bench/harness.hpp"
#include "engine/risk/order_gate.hpp"

namespace {
using namespace sq;
constexpr std::size_t kInstruments = 8;
constexpr std::uint32_t kEuro = kInstruments;  // the book of the rate
constexpr std::size_t kOrders = 4096;
constexpr MonoTime kNow{1'000 * kNsPerSecond};

Instrument instrument(std::uint32_t id) {
  Instrument made;
  made.id = InstrumentId{id};
  made.venue = VenueId::Simulated;
  made.settle = made.quote = *Currency::parse(id % 2 == 0 || id == kEuro ? "USD" : "EUR");
  made.kind = InstrumentKind::LinearPerpetual;
  made.tick = Price::from_raw(Price::kScale / 10);
  made.price_min = made.tick;
  made.price_max = Price::from_units(1'000'000);
  made.lot = made.qty_min = Qty::from_raw(Qty::kScale / 1000);
  made.qty_max = Qty::from_units(1'000);
  made.notional_min = 5 * Amount::kScale;
  return made;
}

// Wide where the setup has none: what is refused is refused by the setup's.
void turn_all_on(risk::OrderGate& gate) {
  for (const risk::LimitKey& key : gate.limit_keys()) {
    if (gate.limit(key)) continue;
    std::int64_t wide = 1'000'000'000 * Amount::kScale;
    if (key.which == risk::LimitKind::BandLow) wide = 1;
    if (key.which == risk::LimitKind::Jump) continue;  // needs a window first, below
    if (key.which == risk::LimitKind::OpenOrders) wide = 1'000;
    if (key.which == risk::LimitKind::OrdersPerSecond) wide = 60;
    if (key.which == risk::LimitKind::AwayCollar) wide = Ratio::kScale;
    if (gate.set_limit(key, wide) != risk::LimitChange::Done) std::abort();
  }
  for (std::uint32_t i = 0; i < kInstruments; ++i) {
    risk::LimitKey key{risk::ScopeKind::Instrument, risk::LimitKind::JumpWindow, kNoStrategy, i};
    if (gate.set_limit(key, kNsPerSecond) != risk::LimitChange::Done) std::abort();
    key.which = risk::LimitKind::Jump;
    if (gate.set_limit(key, Ratio::kScale / 100) != risk::LimitChange::Done) std::abort();
  }
}

// Wide as well; market impact is off, since it is asked with a book in hand only.
risk::PolicySetup all_policies() {
  const risk::MessageRateLimits rate{1'000'000, 1'000'000, 1'000};
  const std::vector<risk::WindowLimits> windows{
      {kNsPerSecond, {}, std::int64_t{1} << 60, 1'000'000}};
  risk::PolicySetup all;
  all.duplicate_window_ns = kNsPerSecond;
  all.windows = windows;
  risk::InstrumentPolicies each;
  each.windows = windows;
  each.windows[0].qty_max = std::int64_t{1} << 60;
  each.freeze_qty = Qty::from_units(10).raw();
  each.delivery = false;
  each.filter_age_ns_max = 3'600 * kNsPerSecond;
  each.order_to_trade = {64 * kNsPerSecond, 1'000, 100, 200};
  all.instruments.assign(kInstruments + 1, each);
  all.strategies.assign(2, {rate, {1'000'000, 1'000'000}, true});
  risk::VenuePolicies venue;
  venue.venue = VenueId::Simulated;
  venue.session = venue.tags = true;
  venue.receive_window_ns = 5 * kNsPerSecond;
  venue.clock_age_ns_max = 60 * kNsPerSecond;
  venue.rate = rate;
  all.venues = {venue};
  all.accounts.assign(2, rate);
  return all;
}
// What the policies wait to be told before anything may be sent.
void tell_policies(risk::OrderPolicies& policies) {
  SessionEvent open;
  open.venue = VenueId::Simulated;
  open.phase = SessionPhase::Continuous;
  open.permitted = 0xFF;
  policies.on_session(open, kNoInstrument);
  policies.on_clock(VenueId::Simulated, 1'000'000, 500'000, kNow);
  for (std::size_t i = 0; i < kInstruments; ++i) policies.on_filters(i, kNow);
}

risk::OrderGate make_gate(bool policies) {
  risk::GateSetup setup;
  if (policies) setup.policies = all_policies();
  setup.base_currency = *Currency::parse("USD");
  setup.firm = {1'000, 100'000, 1'000'000 * Amount::kScale, 100'000'000 * Amount::kScale, {}};
  setup.accounts.resize(2);
  setup.strategy_accounts = {AccountId{0}, AccountId{1}};
  setup.fx = {{*Currency::parse("EUR"), InstrumentId{kEuro}, false, kNsPerSecond}};
  for (std::uint32_t i = 0; i <= kInstruments; ++i) {
    setup.instruments.push_back(instrument(i));
    setup.instrument_limits.push_back({Qty::from_units(10), 700'000 * Amount::kScale,
                                       Ratio::from_raw(Ratio::kScale / 200), Qty::from_units(50),
                                       20, kNsPerSecond});
  }
  for (int s = 0; s < 2; ++s) {
    setup.strategy_limits.push_back({100, 10'000, 500'000 * Amount::kScale, {}});
    setup.permitted.emplace_back(kInstruments + 1, true);
  }
  risk::OrderGate gate{std::move(setup)};
  turn_all_on(gate);
  if (policies) tell_policies(gate.policies());
  for (std::uint16_t s = 0; s < 2; ++s)
    gate.set_strategy_state(StrategyId{s}, StrategyState::Armed);
  gate.set_reference(InstrumentId{kEuro}, Price::from_raw(1'099'990'000),
                     Price::from_raw(1'100'010'000), kNow);
  for (std::uint32_t i = 0; i < kInstruments; ++i) {
    const InstrumentId id{i};
    gate.set_reference(id, Price::from_units(60'000), Price::from_units(60'001), kNow);
    gate.on_position(StrategyId{0}, id, Qty::from_units(1), -60'000 * Amount::kScale);
    for (std::uint64_t k = 0; k < 4; ++k) {  // own quotes on both sides
      OrderRequest order;
      order.id = OrderId::make(1, i * 4 + k + 1);
      order.strategy = StrategyId{static_cast<std::uint16_t>(k % 2)};
      order.account = AccountId{static_cast<std::uint16_t>(k % 2)};
      order.side = k < 2 ? Side::Buy : Side::Sell;
      order.limit = Price::from_units(k < 2 ? 59'900 : 60'100);
      order.qty = Qty::from_units(1);
      gate.on_sent(order, id, MonoTime{0});
    }
  }
  return gate;
}

struct Draft {
  OrderRequest request;
  InstrumentId instrument;
};
std::vector<Draft> make_orders() {
  std::mt19937_64 random{42};
  std::vector<Draft> drafts(kOrders);
  for (Draft& draft : drafts) {
    draft.instrument = InstrumentId{static_cast<std::uint32_t>(random() % kInstruments)};
    OrderRequest& request = draft.request;
    const auto strategy = static_cast<std::uint16_t>(random() % 2);
    request.strategy = StrategyId{strategy};
    request.account = AccountId{strategy};
    request.side = random() % 2 == 0 ? Side::Buy : Side::Sell;
    request.limit = Price::from_units(request.side == Side::Buy ? 59'990 : 60'010);
    request.qty =
        Qty::from_raw(static_cast<std::int64_t>(1 + random() % 9'000) * (Qty::kScale / 1000));
    switch (random() % 8) {  // four in eight are refused, each by another rule
      case 0:
        request.limit += Price::from_raw(1);
        break;  // off tick
      case 1:
        request.qty = Qty::from_units(11);
        break;  // too large
      case 2:   // outside the collar
        request.limit = Price::from_units(request.side == Side::Buy ? 61'000 : 59'000);
        break;
      case 3:  // meets an own quote
        request.limit = Price::from_units(request.side == Side::Buy ? 60'100 : 59'900);
        break;
      default:
        break;
    }
  }
  return drafts;
}
void measure(bench::Session& session, const char* name, bool policies) {
  risk::OrderGate gate = make_gate(policies);
  const std::vector<Draft> drafts = make_orders();
  std::size_t accepted = 0;
  for (const Draft& draft : drafts)
    accepted += gate.check(draft.request, draft.instrument, kNow).accepted() ? 1U : 0U;
  if (accepted == 0) std::abort();
  const std::string input =
      "4096 orders, seed 42, " + std::to_string(accepted) +
      " accepted; 8 instruments, 2 strategies, 2 accounts, 2 currencies, every " +
      (policies ? "control" : "limit") + " on, 32 own orders";
  session.run_batched(name, {.input = input}, [&](std::size_t i) {
    const Draft& draft = drafts[i % kOrders];
    return gate.check(draft.request, draft.instrument, kNow).rule;
  });
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  measure(session, "risk/gate", true);
  measure(session, "risk/gate_limits", false);
  return session.finish();
}
