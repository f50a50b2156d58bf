// Construction and facts.
#include "engine/risk/order_gate.hpp"

#include <algorithm>
#include <limits>

namespace sq::risk {
namespace {
ScopeLimits with(ScopeLimits limits, LimitKind kind, std::int64_t value) {
  limits[kind] = value;
  return limits;
}
ScopeLimits scope_limits(const FirmLimits& firm) {
  ScopeLimits all = with(firm.further, LimitKind::OpenOrders, firm.open_orders_max);
  all = with(all, LimitKind::OrdersPerSecond, firm.orders_per_second_max);
  all = with(all, LimitKind::DailyLoss, firm.daily_loss_max);
  return with(all, LimitKind::GrossNotional, firm.gross_notional_max);
}
ScopeLimits scope_limits(const StrategyLimits& strategy) {
  ScopeLimits all = with(strategy.further, LimitKind::OpenOrders, strategy.open_orders_max);
  all = with(all, LimitKind::OrdersPerSecond, strategy.orders_per_second_max);
  return with(all, LimitKind::DailyLoss, strategy.daily_loss_max);
}
ScopeLimits scope_limits(const InstrumentLimits& instrument) {
  return with(instrument.further, LimitKind::OpenOrders, instrument.open_orders_max);
}
// The limits of those that have a table; the others have none.
template <class Table, class Name>
ScopeLimits limits_in(const std::vector<Table>& tables, Name Table::*name, const Name& wanted) {
  const auto found = std::ranges::find(tables, wanted, name);
  return found == tables.end() ? ScopeLimits{} : found->limits;
}
}  // namespace

OrderGate::OrderGate(GateSetup setup)
    : instruments_{std::move(setup.instruments)},
      limits_{std::move(setup.instrument_limits)},
      limits_changed_(instruments_.size(), 0),
      exposures_(instruments_.size()),
      jumps_(instruments_.size()),
      greeks_{std::move(setup.greek_limits), instruments_},
      policies_{setup.policies, instruments_, setup.strategy_limits.size()},
      rates_{setup.base_currency, instruments_, std::move(setup.fx)},
      states_(setup.strategy_limits.size(), StrategyState::Stopped),
      strategy_accounts_{std::move(setup.strategy_accounts)},
      accounts_{std::max<std::size_t>(setup.accounts.size(), 1)},
      valuations_(instruments_.size()),
      changed_((instruments_.size() + 63) / 64, 0),
      permitted_{std::move(setup.permitted)},
      kill_{instruments_, setup.strategy_limits.size()},
      breakers_{16 + 8 * (setup.strategy_limits.size() + 1) + 3 * instruments_.size() +
                KillSwitch::kVenues} {
  has_accounts_ = !setup.accounts.empty();
  setup.accounts.resize(accounts_);
  strategy_accounts_.resize(states_.size());
  for (const Instrument& each : instruments_) {
    auto found = std::ranges::find(venues_, each.venue);
    if (found == venues_.end()) found = venues_.insert(found, each.venue);
    venue_of_.push_back(static_cast<std::uint16_t>(found - venues_.begin()));
  }
  const auto number = [](std::size_t n) {
    return static_cast<std::uint16_t>(std::min<std::size_t>(n, 0xFFFF));
  };
  scopes_.reserve(1 + accounts_ + venues_.size() + currencies().size() + states_.size() +
                  instruments_.size());
  scopes_.emplace_back(ScopeKind::Firm, 0, scope_limits(setup.firm));
  for (std::size_t a = 0; a < accounts_; ++a)
    scopes_.emplace_back(ScopeKind::Account, number(a), setup.accounts[a]);
  first_venue_ = scopes_.size();
  for (const VenueId venue : venues_)
    scopes_.emplace_back(ScopeKind::Venue, static_cast<std::uint16_t>(venue),
                         limits_in(setup.venues, &VenueLimits::venue, venue));
  first_currency_ = scopes_.size();
  for (std::size_t c = 0; c < currencies().size(); ++c)
    scopes_.emplace_back(ScopeKind::Currency, number(c),
                         limits_in(setup.currencies, &CurrencyLimits::currency, currencies()[c]));
  first_strategy_ = scopes_.size();
  for (std::size_t s = 0; s < states_.size(); ++s)
    scopes_.emplace_back(ScopeKind::Strategy, number(s), scope_limits(setup.strategy_limits[s]));
  first_instrument_ = scopes_.size();
  for (std::size_t i = 0; i < instruments_.size(); ++i) {
    scopes_.emplace_back(ScopeKind::Instrument, number(i), scope_limits(limits_[i]));
    if (!limits_[i].short_position_max) limits_[i].short_position_max = limits_[i].position_max;
  }

  cells_each_ = 1 + states_.size() + accounts_;
  cells_.resize(cells_each_ * instruments_.size());
  for (std::size_t i = 0; i < exposures_.size(); ++i) {
    exposures_[i].by_strategy.resize(states_.size());
    exposures_[i].by_account.resize(accounts_);
    // Room for a limit that is raised at run time, and for orders of nobody.
    exposures_[i].resting.reserve(static_cast<std::size_t>(limits_[i].open_orders_max) * 4 + 64);
  }
  holdings_.resize(states_.size() * instruments_.size());
  for (const HoldingLimits& each : setup.holdings) {
    HoldingBounds& bounds =
        holdings_[index_of(each.strategy) * instruments_.size() + index_of(each.instrument)];
    bounds = {each.order_qty_max.value_or(-1), each.long_max.value_or(-1),
              each.short_max.value_or(-1), 0};
  }
  judged_.reserve(scopes_.size());
  list_judged();
}

template <class Change>
void OrderGate::for_each_holding(std::size_t i, StrategyId strategy, AccountId account,
                                 const Change& change) noexcept {
  InstrumentExposure& exposure = exposures_[i];
  change(exposure.total);
  // Manual or adopted orders count for the account and the firm.
  const std::size_t s = index_of(strategy);
  if (s < exposure.by_strategy.size()) change(exposure.by_strategy[s]);
  const std::size_t a = place_of(account);
  if (a < exposure.by_account.size()) change(exposure.by_account[a]);
  touch(i);
  settle_greeks(i);
}

// qty x value may be negative: what is taken away.
void OrderGate::add_open(const OrderRequest& order, std::size_t i, Qty qty, Int128 value) noexcept {
  for_each_holding(i, order.strategy, order.account, [&](Holding& holding) noexcept {
    holding.open.add(order.side, qty.raw());
    holding.open.value += value;
  });
}

void OrderGate::on_sent(const OrderRequest& order, InstrumentId id, MonoTime now) noexcept {
  const std::size_t i = index_of(id);
  Int128 value = 0;
  if (!times(order.qty.raw(), unit_value(instruments_[i], order.limit, Rounding::Up), value))
    broken_ = true;
  add_open(order, i, order.qty, value);
  InstrumentExposure& exposure = exposures_[i];
  ++exposure.total.open.orders;
  // One more than fit (of nobody, or adopted) closes the instrument until there are fewer:
  // check_price.
  if (exposure.resting.size() < exposure.resting.capacity())
    exposure.resting.push_back({order.id, order.limit, order.side, order.limit});
  const std::size_t s = index_of(order.strategy);
  if (s < strategies()) {
    ++exposure.by_strategy[s].open.orders;
    strategy(s).on_sent(now);
  }
  const std::size_t a = account_of(order);
  if (a < accounts_) account(a).on_sent(now);
  for (Scope* scope : {&firm(), &venue_at(i), &currency_at(i), &instrument(i)}) scope->on_sent(now);
  policies_.on_sent(order, i, now);
  if (breakers_.any()) [[unlikely]]
    breakers_.on_sent(order.id, instruments_[i].venue, order.account, order.strategy, id);
}

void OrderGate::on_released(const OrderRequest& order, InstrumentId id, Qty released,
                            bool done) noexcept {
  const std::size_t i = index_of(id);
  const RestingOrder* const valued = resting_of(order, i);
  const Price price = valued != nullptr ? valued->valued_at : order.limit;
  Int128 value = 0;
  if (!times(released.raw(), unit_value(instruments_[i], price, Rounding::Up), value))
    broken_ = true;
  add_open(order, i, -released, released < Qty{} ? value : -value);
  if (!done) return;
  if (breakers_.any()) [[unlikely]] breakers_.on_ended(order.id);
  InstrumentExposure& exposure = exposures_[i];
  --exposure.total.open.orders;
  const std::size_t s = index_of(order.strategy);
  if (s < strategies()) {
    --exposure.by_strategy[s].open.orders;
    strategy(s).on_done();
  }
  const std::size_t a = account_of(order);
  if (a < accounts_) account(a).on_done();
  for (Scope* scope : {&firm(), &venue_at(i), &currency_at(i), &instrument(i)}) scope->on_done();
  RestingOrder* const own = resting_of(order, i);
  if (own == nullptr) return;
  *own = exposure.resting.back();
  exposure.resting.pop_back();
}

void OrderGate::on_position(StrategyId strategy, InstrumentId instrument, Qty position_delta,
                            Int128 cash_delta, AccountId account) noexcept {
  for_each_holding(index_of(instrument), strategy, account, [&](Holding& holding) noexcept {
    holding.position += position_delta.raw();
    holding.cash += cash_delta;
  });
}

void OrderGate::on_traded(const OrderRequest& order, InstrumentId id, Price price,
                          Qty qty) noexcept {
  const std::size_t i = index_of(id);
  Int128 value = 0;
  if (!times(qty.raw(), unit_value(instruments_[i], price, Rounding::Up), value)) broken_ = true;
  for_each_holding(i, order.strategy, order.account,
                   [&](Holding& holding) noexcept { holding.turnover += value; });
}

void OrderGate::set_reference(InstrumentId id, Price bid, Price ask, MonoTime at) noexcept {
  const std::size_t i = index_of(id);
  InstrumentExposure& exposure = exposures_[i];
  const bool moved = exposure.bid != bid || exposure.ask != ask;
  if (moved) touch(i);
  exposure.bid = bid;
  exposure.ask = ask;
  exposure.reference_at = at;
  exposure.live = bid > Price{} && ask > bid;
  if (limits_[i].jump_max) jumps_[i].on_price(bid, ask, at, limits_[i].jump_window_ns);
  if (!exposure.live || !rates_.from_book(id)) return;
  for (auto place = rates_.set_book(id, bid, ask, at, 1); place;
       place = rates_.set_book(id, bid, ask, at, *place + 1)) {
    if (moved) touch_currency(*place);
  }
}
// The last prices stay: exposure still has to be valued.
void OrderGate::clear_reference(InstrumentId instrument) noexcept {
  exposures_[index_of(instrument)].live = false;
}
bool OrderGate::set_rate(Currency from, Currency to, Price rate, MonoTime at) noexcept {
  const auto place = rates_.set(from, to, rate, at);
  if (place) touch_currency(*place);
  return place.has_value();
}
void OrderGate::touch_currency(std::size_t place) noexcept {
  for (std::size_t i = 0; i < instruments_.size(); ++i)
    if (rates_.place_of(i) == place) touch(i);
}

void OrderGate::set_strategy_state(StrategyId strategy, StrategyState state) noexcept {
  states_[index_of(strategy)] = state;
}
void OrderGate::set_status(InstrumentId instrument, InstrumentStatus status) noexcept {
  instruments_[index_of(instrument)].status = status;
}

void OrderGate::start_day(StrategyId strategy, std::int64_t pnl_base) noexcept {
  const std::size_t s = index_of(strategy);
  if (s < strategies()) {
    set_figure(ScopeKind::Strategy, s & 0xFFFF, DayFigure::Base, pnl_base);
  } else {
    set_figure(ScopeKind::Firm, 0, DayFigure::Base, pnl_base);
  }
}

void OrderGate::set_figure(ScopeKind kind, std::uint32_t number, DayFigure figure,
                           std::int64_t value) noexcept {
  auto* const found = const_cast<Scope*>(scope(kind, number));
  if (found == nullptr) return;
  switch (figure) {
    case DayFigure::Base:
      if (found->latch() != LossLatch::Open) ++latch_changes_;
      found->start_day(Int128{value} * kFinePerLimit);
      break;
    case DayFigure::Peak:
      found->raise_peak(Int128{value} * kFinePerLimit);
      return;
    case DayFigure::Latch:
      found->set_latch(static_cast<LossLatch>(value & 0xFF), static_cast<LimitKind>(value >> 8));
      return;
  }
  list_judged();
  if (kind != ScopeKind::Firm) return;
  for (std::size_t i = 0; i < exposures_.size(); ++i) {
    InstrumentExposure& exposure = exposures_[i];
    exposure.total.turnover = 0;
    for (Holding& holding : exposure.by_strategy) holding.turnover = 0;
    for (Holding& holding : exposure.by_account) holding.turnover = 0;
    touch(i);
  }
}

LossLatch OrderGate::latch_of(StrategyId id) const noexcept {
  const std::size_t s = index_of(id);
  if (s >= strategies()) return firm().latch();
  const std::size_t a = place_of(strategy_accounts_[s]);
  const LossLatch in_account = a < accounts_ ? account(a).latch() : LossLatch::Open;
  return std::max({strategy(s).latch(), in_account, firm().latch()});
}
bool OrderGate::any_loss_latch() const noexcept {
  return std::ranges::any_of(scopes_,
                             [](const Scope& each) { return each.latch() != LossLatch::Open; });
}
void OrderGate::clear_loss_latches() noexcept {
  if (!any_loss_latch()) return;
  for (Scope& each : scopes_) each.set_latch(LossLatch::Open, LimitKind::None);
  ++latch_changes_;
}
}  // namespace sq::risk
