// The oracle: limits on sums over parts of everything: accounts, venues, currencies, strategies.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/chaos/oracle.hpp"

namespace sq::chaos {
namespace {
constexpr Int128 kOne = 1'000'000'000;
constexpr Int128 kFine = kOne * kOne;  // from 1e-26 to the 1e-8 of limits
std::string name(OrderId id) { return fmt::format("order {}:{}", id.epoch(), id.counter()); }
std::string scope_name(const OracleSetup::ScopeRule& rule) {
  return fmt::format("scope {} number {}", static_cast<int>(rule.kind), rule.number);
}
std::int64_t units(Int128 fine) { return static_cast<std::int64_t>(fine / kFine); }
std::int64_t magnitude(std::int64_t value) { return value < 0 ? -value : value; }
}  // namespace

bool Oracle::within(const OracleSetup::ScopeRule& rule, std::size_t strategy,
                    std::size_t instrument) const {
  const Instrument& traded = setup_.instruments[instrument].instrument;
  switch (rule.kind) {
    case OracleSetup::Kind::Firm:
      return true;
    case OracleSetup::Kind::Account:
      return static_cast<std::uint32_t>(setup_.strategies[strategy].account) == rule.number;
    case OracleSetup::Kind::Venue:
      return static_cast<std::uint32_t>(traded.venue) == rule.number;
    case OracleSetup::Kind::Strategy:
      return strategy == rule.number;
    case OracleSetup::Kind::Instrument:
      return instrument == rule.number;
    case OracleSetup::Kind::Currency:
      return traded.settle == setup_.instruments[rule.number].instrument.settle;
  }
  return false;
}

// Units of the base currency for one of the instrument's, 1e-9.
Int128 Oracle::rate_of(std::size_t instrument) const {
  return setup_.instruments[instrument].instrument.settle == setup_.base ? kOne : Int128{fx_};
}

// The order is counted already.
bool Oracle::shrinks(const OrderRequest& order, InstrumentId instrument) const {
  const Stake& own =
      by_strategy_[index_of(instrument) * setup_.strategies.size() + index_of(order.strategy)];
  return order.side == Side::Buy ? own.most() <= 0 : own.least() >= 0;
}

// What the engine knows of the part is at stake in the instrument, and with the order more.
bool Oracle::worsens(const OrderRequest& order, InstrumentId instrument,
                     const OracleSetup::ScopeRule& rule) const {
  const std::size_t i = index_of(instrument);
  Belief after = believed_[i];
  if (rule.kind == OracleSetup::Kind::Strategy || rule.kind == OracleSetup::Kind::Account) {
    after = {};
    for (std::size_t s = 0; s < setup_.strategies.size(); ++s) {
      if (!within(rule, s, i)) continue;
      after.most += believed_of_[i * setup_.strategies.size() + s].most;
      after.least += believed_of_[i * setup_.strategies.size() + s].least;
    }
  }
  Belief before = after;
  if (order.side == Side::Buy) {
    before.most -= order.qty.raw();
  } else {
    before.least += order.qty.raw();
  }
  return std::max(magnitude(after.most), magnitude(after.least)) >
         std::max(magnitude(before.most), magnitude(before.least));
}

void Oracle::check_scopes(const OrderRequest& order, InstrumentId instrument, MonoTime now) {
  check_currency(order, instrument, now);
  check_holdings(order, instrument);
  const Int128 value = Int128{order.limit.raw()} * order.qty.raw() * rate_of(index_of(instrument));
  for (std::size_t k = 0; k < setup_.scopes.size(); ++k) {
    const OracleSetup::ScopeRule& rule = setup_.scopes[k];
    if (!within(rule, index_of(order.strategy), index_of(instrument))) continue;
    if (rule.order_value_max && value > *rule.order_value_max * kFine)
      complain(fmt::format("{} is worth {}, more than {} allows", name(order.id), units(value),
                           scope_name(rule)));
    if (rule.per_second_max)
      check_rate(scope_times_[k], now.ns, *rule.per_second_max, scope_name(rule).c_str());
    check_sums(order, instrument, rule);
  }
  const OracleSetup::ScopeRule firm{OracleSetup::Kind::Firm, 0,  {}, {}, {},
                                    setup_.gross_max,        {}, {}, {}};
  check_sums(order, instrument, firm);
}

// What shrinks a position may leave when the rest cannot be valued.
void Oracle::check_sums(const OrderRequest& order, InstrumentId instrument,
                        const OracleSetup::ScopeRule& rule) {
  Int128 gross = 0;
  Int128 net = 0;
  Int128 open_value = 0;
  Int128 turnover = 0;
  std::int64_t orders = 0;
  const bool buy = order.side == Side::Buy;
  for (std::size_t i = 0; i < total_.size(); ++i) {
    Stake part;
    Int128 traded = 0;
    for (std::size_t s = 0; s < setup_.strategies.size(); ++s) {
      if (!within(rule, s, i)) continue;
      const std::size_t cell = i * setup_.strategies.size() + s;
      const Stake& each = by_strategy_[cell];
      part.position += each.position;
      part.buy += each.buy;
      part.sell += each.sell;
      part.orders += each.orders;
      part.open_value += each.open_value;
      traded += turnover_[cell];
    }
    orders += part.orders;
    const Int128 rate = rate_of(i);
    const Feed& feed = feeds_[i];
    gross += Int128{std::max(magnitude(part.most()), magnitude(part.least()))} * feed.ask * rate;
    const Int128 worst = buy ? part.most() : -Int128{part.least()};
    const bool high = buy == (worst > 0);  // what makes it worse is weighed high
    net += worst * (high == buy ? feed.ask : feed.bid) * rate;
    open_value += part.open_value * rate;
    turnover += traded * rate;
  }
  if (rule.orders_max && orders > *rule.orders_max)
    complain(fmt::format("{} is one open order too many for {}: {}", name(order.id),
                         scope_name(rule), orders));
  if (shrinks(order, instrument)) return;
  const auto hold = [&](const char* what, Int128 sum, const std::optional<std::int64_t>& most) {
    if (most && sum > *most * kFine)
      complain(fmt::format("{} brings the {} of {} to {}, {} may be", name(order.id), what,
                           scope_name(rule), units(sum), *most));
  };
  if (worsens(order, instrument, rule)) hold("gross exposure", gross, rule.gross_max);
  hold("net exposure", net, rule.net_max);
  hold("open value", open_value, rule.open_value_max);
  hold("turnover", turnover + open_value, rule.turnover_max);
}

void Oracle::check_holdings(const OrderRequest& order, InstrumentId instrument) {
  for (const OracleSetup::HoldingRule& rule : setup_.holdings) {
    if (rule.strategy != order.strategy || rule.instrument != instrument) continue;
    const Stake& own = stake(order.strategy, instrument);
    if (order.qty.raw() > rule.order_qty_max)
      complain(fmt::format("{} is larger than its strategy may send", name(order.id)));
    if (order.side == Side::Buy ? own.most() > rule.long_max : own.least() < -rule.short_max)
      complain(fmt::format("{} makes {} to {} possible for its strategy", name(order.id),
                           own.least(), own.most()));
  }
}

// An order in another currency, or while something is held in it, needs a rate that is not old.
void Oracle::check_currency(const OrderRequest& order, InstrumentId instrument, MonoTime now) {
  if (shrinks(order, instrument)) return;
  bool needed = false;
  for (std::size_t i = 0; i < total_.size(); ++i) {
    if (setup_.instruments[i].instrument.settle == setup_.base) continue;
    needed =
        needed || i == index_of(instrument) || total_[i].position != 0 || total_[i].orders != 0;
  }
  if (needed && (fx_ == 0 || now - fx_at_ > setup_.rate_age_ns_max))
    complain(fmt::format("{} with a rate that is {} ns old", name(order.id), now - fx_at_));
}
}  // namespace sq::chaos
