// The gate in a snapshot. Layout: wal/SNAPSHOT.md, section Gate.
#include "engine/risk/order_gate.hpp"

namespace sq::risk {
namespace {
constexpr std::int64_t kOff = -1;  // of a saved limit

void save_open(StateOut& out, const OpenQty& open) {
  out.put(open.buy);
  out.put(open.sell);
  out.put(open.orders);
  out.put(open.value);
}
void restore_open(StateIn& in, OpenQty& open) {
  open.buy = in.take<std::int64_t>();
  open.sell = in.take<std::int64_t>();
  open.orders = in.take<std::int64_t>();
  open.value = in.take<Int128>();
}
void save_holding(StateOut& out, const Holding& holding) {
  out.put(holding.position);
  out.put(holding.cash);
  save_open(out, holding.open);
  out.put(holding.turnover);
}
void restore_holding(StateIn& in, Holding& holding) {
  holding.position = in.take<std::int64_t>();
  holding.cash = in.take<Int128>();
  restore_open(in, holding.open);
  holding.turnover = in.take<Int128>();
}
void save_exposure(StateOut& out, const InstrumentExposure& exposure) {
  save_holding(out, exposure.total);
  out.put_count(exposure.by_strategy.size());
  for (const Holding& holding : exposure.by_strategy) save_holding(out, holding);
  out.put_count(exposure.by_account.size());
  for (const Holding& holding : exposure.by_account) save_holding(out, holding);
  out.put_count(exposure.resting.size());
  for (const RestingOrder& own : exposure.resting) {
    out.put(own.id);
    out.put(own.limit.raw());
    out.put(own.side);
    out.put(own.valued_at.raw());
  }
}
void restore_exposure(StateIn& in, InstrumentExposure& exposure) {
  restore_holding(in, exposure.total);
  in.expect(std::uint64_t{exposure.by_strategy.size()});
  for (Holding& holding : exposure.by_strategy) restore_holding(in, holding);
  in.expect(std::uint64_t{exposure.by_account.size()});
  for (Holding& holding : exposure.by_account) restore_holding(in, holding);
  const std::size_t resting = in.take_count(exposure.resting.capacity());
  exposure.resting.clear();
  for (std::size_t i = 0; i < resting && in.ok(); ++i) {
    RestingOrder own;
    own.id = in.take<OrderId>();
    own.limit = Price::from_raw(in.take<std::int64_t>());
    own.side = in.take<Side>();
    own.valued_at = Price::from_raw(in.take<std::int64_t>());
    exposure.resting.push_back(own);
  }
}
}  // namespace

void OrderGate::save(StateOut& out) const {
  out.put_count(exposures_.size());
  for (const InstrumentExposure& exposure : exposures_) save_exposure(out, exposure);
  out.put_all(states_);
  out.put_count(scopes_.size());
  for (const Scope& scope : scopes_) scope.save(out);
  save_limits(out);
  rates_.save(out);
  out.put(limits_version_);
  kill_.save(out);
  breakers_.save(out);
  out.put(static_cast<std::uint8_t>(broken_ ? 1 : 0));
  policies_.save(out);
}

bool OrderGate::restore(StateIn& in) {
  in.expect(std::uint64_t{exposures_.size()});
  for (std::size_t i = 0; i < exposures_.size() && in.ok(); ++i) {
    restore_exposure(in, exposures_[i]);
    touch(i);
    settle_greeks(i);
  }
  in.take_all(states_);
  in.expect(std::uint64_t{scopes_.size()});
  for (std::size_t i = 0; i < scopes_.size() && in.ok(); ++i)
    if (!scopes_[i].restore(in)) return false;
  if (!in.ok() || !restore_limits(in)) return false;
  rates_.restore(in);
  limits_version_ = in.take<std::uint32_t>();
  if (!kill_.restore(in) || !breakers_.restore(in)) return false;
  broken_ = in.take<std::uint8_t>() != 0;
  list_judged();
  return in.ok() && policies_.restore(in);
}

// Those of instruments and of strategies in them that were changed at run time: which, and to what.
void OrderGate::save_limits(StateOut& out) const {
  const auto put = [&](std::uint32_t changed, LimitKey key) {
    out.put(changed);
    for (std::uint32_t k = 0; k < kLimitKinds; ++k) {
      if ((changed >> k & 1) == 0) continue;
      key.which = static_cast<LimitKind>(k);
      out.put(limit(key).value_or(kOff));
    }
  };
  for (std::uint32_t i = 0; i < instruments_.size(); ++i) {
    put(limits_changed_[i], {ScopeKind::Instrument, LimitKind::None, kNoStrategy, i});
    for (std::uint16_t s = 0; s < states_.size(); ++s)
      put(holdings_[s * instruments_.size() + i].changed,
          {ScopeKind::StrategyInstrument, LimitKind::None, StrategyId{s}, i});
  }
}

bool OrderGate::restore_limits(StateIn& in) {
  const auto take = [&](LimitKey key) {
    const auto changed = in.take<std::uint32_t>();
    if ((changed >> kLimitKinds) != 0) return false;
    std::array<std::int64_t, kLimitKinds> values{};
    for (std::uint32_t k = 0; k < kLimitKinds; ++k)
      if ((changed >> k & 1) != 0) values[k] = in.take<std::int64_t>();
    // The window of a bound stands behind it and is set before it.
    for (std::uint32_t k = kLimitKinds; k-- > 0;) {
      if ((changed >> k & 1) == 0) continue;
      key.which = static_cast<LimitKind>(k);
      const auto value = values[k] == kOff ? std::nullopt : std::optional{values[k]};
      if (!in.ok() || set_limit(key, value) != LimitChange::Done) return false;
    }
    return in.ok();
  };
  for (std::uint32_t i = 0; i < instruments_.size(); ++i) {
    if (!take({ScopeKind::Instrument, LimitKind::None, kNoStrategy, i})) return false;
    for (std::uint16_t s = 0; s < states_.size(); ++s)
      if (!take({ScopeKind::StrategyInstrument, LimitKind::None, StrategyId{s}, i})) return false;
  }
  return true;
}
}  // namespace sq::risk
