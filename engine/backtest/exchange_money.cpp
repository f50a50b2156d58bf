// SimulatedExchange: what a fill does to balances, positions and fees.
#include <algorithm>

#include "engine/backtest/exchange.hpp"

namespace sq::backtest {
namespace {
// rate x amount in the amount's unit; `rate` in 1e-9, negative is received.
std::optional<std::int64_t> fee_of(Ratio rate, std::int64_t amount, Rounding rounding) noexcept {
  return divide(Int128{rate.raw()} * amount, Ratio::kScale, rounding);
}
}  // namespace

Qty SimulatedExchange::on_fill(std::uint32_t slot, Price price, Qty qty, bool maker) noexcept {
  SimOrder& order = orders_[slot];
  SimInstrument& market = *find(order.instrument);
  if (maker && !model_.partial_fills) qty = order.remaining();
  if (order.reduce_only) {
    qty = std::min(qty, reducible(order));
    if (qty == Qty{}) {
      end(slot, OrderState::Expired, ReportKind::Expired, RejectCode::ReduceOnly);
      return Qty{};
    }
  }
  Money money;
  if (!price_fill(order, market.instrument(), price, qty, maker, money)) {
    // Beyond 9.2e10 of the currency: no such trade can be booked anywhere.
    end(slot, OrderState::Expired, ReportKind::Expired, RejectCode::Filter);
    return Qty{};
  }
  book_fill(order, market.instrument(), qty, money, maker);
  book_margin(order, index_of(order.instrument), qty, money.value);
  OrderFate& fate = *index_.find(order.id);
  fate.filled = order.filled;
  if (order.remaining() == Qty{}) fate.state = OrderState::Filled;
  ++fills_;
  OrderReport fill;
  fill.id = order.id;
  fill.venue_order_id = order.venue_order_id;
  fill.trade_id = market.next_trade_id();
  fill.last_price = price;
  fill.last_qty = qty;
  fill.cumulative_qty = order.filled;
  fill.fee = money.fee;
  fill.kind = ReportKind::Filled;
  fill.maker = maker ? 1 : 0;
  fill.side = static_cast<std::uint8_t>(order.side);
  const auto place = static_cast<std::uint32_t>(told_fills_.size());
  told_fills_.push_back({fill, kNoSlot, now_, order.instrument, order.account});
  (fate.last_fill == kNoSlot ? fate.first_fill : told_fills_[fate.last_fill].next) = place;
  fate.last_fill = place;
  report(fill, order.instrument);
  tell_margin(order);
  return qty;
}

bool SimulatedExchange::price_fill(const SimOrder& order, const Instrument& instrument, Price price,
                                   Qty qty, bool maker, Money& out) noexcept {
  const bool buy = order.side == Side::Buy;
  const bool inverse = instrument.kind == InstrumentKind::InversePerpetual;
  const auto value =
      instrument.notional(price, qty, buy != inverse ? Rounding::Up : Rounding::Down);
  if (!value) return false;
  out.value = value->raw;
  const bool spot = instrument.kind == InstrumentKind::Spot;
  FeeSchedule& schedule = fees_[static_cast<std::size_t>(instrument.venue)];
  schedule.on_time(now_);
  const Ratio rate = schedule.tiered() ? schedule.rate(maker)
                     : maker           ? instrument.maker_fee
                                       : instrument.taker_fee;
  out.fee.currency = spot ? (buy ? instrument.base : instrument.quote) : instrument.settle;
  if (!model_.fees || rate == Ratio{}) return true;
  const std::int64_t amount = spot && buy ? qty.raw() : value->raw;
  const bool up = !spot && rate > Ratio{};
  const auto fee = fee_of(rate, amount, up ? Rounding::Up : Rounding::Down);
  if (!fee) return false;
  out.fee.raw = *fee;
  if (schedule.discounts() && *fee > 0) [[unlikely]] pay_with_discount(order, instrument, rate, out);
  return true;
}

// The whole fee in the venue's own currency while there is enough of it, else none of it.
void SimulatedExchange::pay_with_discount(const SimOrder& order, const Instrument& instrument,
                                          Ratio rate, Money& money) noexcept {
  const FeeSchedule& schedule = fees_[static_cast<std::size_t>(instrument.venue)];
  const auto fee = fee_of(rate, money.value, Rounding::Up);
  const auto less = fee ? schedule.discounted(*fee) : std::nullopt;
  if (!less) return;
  const Holding& holding =
      wallet_.at(instrument.venue, order.account, schedule.discount_currency());
  if (holding.total - holding.reserved < *less) return;
  money.fee = {schedule.discount_currency(), *less};
}

void SimulatedExchange::book_fill(SimOrder& order, const Instrument& instrument, Qty qty,
                                  const Money& money, bool maker) noexcept {
  const bool buy = order.side == Side::Buy;
  order.filled += qty;
  const bool pays = buy != (instrument.kind == InstrumentKind::InversePerpetual);
  const Int128 flow = pays ? -Int128{money.value} : Int128{money.value};
  if (instrument.kind == InstrumentKind::Spot) {
    if (order.type == OrderType::Market) {
      release_reserve(order,
                      std::max<std::int64_t>(order.reserved - (buy ? money.value : qty.raw()), 0));
    } else if (buy) {
      const auto rest = instrument.notional(order.limit, order.remaining(), Rounding::Up);
      release_reserve(order, rest ? rest->raw : order.reserved);
    } else {
      release_reserve(order, order.remaining().raw());
    }
    const Int128 base = buy ? Int128{qty.raw()} : -Int128{qty.raw()};
    wallet_.at(instrument.venue, order.account, instrument.base).total += base;
    wallet_.at(instrument.venue, order.account, instrument.quote).total += flow;
  } else {
    wallet_.at(instrument.venue, order.account, instrument.settle).total += flow;
  }
  wallet_.at(instrument.venue, order.account, money.fee.currency).total -= money.fee.raw;

  AccountPosition& position = position_of(order.account, order.instrument);
  position.cash_flow += flow;
  const bool in_base = instrument.kind == InstrumentKind::Spot && buy;
  const bool in_own = money.fee.currency == (in_base ? instrument.base : instrument.kind == InstrumentKind::Spot ? instrument.quote : instrument.settle);
  (!in_own ? position.fees_discount : in_base ? position.fees_base : position.fees_cash) +=
      money.fee.raw;
  fees_[static_cast<std::size_t>(instrument.venue)].on_traded(money.value, now_);
  (buy ? position.bought : position.sold) += qty;
  if (buy) {
    position.position += qty;
  } else {
    position.position -= qty;
  }
  ++position.fills;
  if (maker) ++position.maker_fills;
}

void SimulatedExchange::release_reserve(SimOrder& order, std::int64_t keep) noexcept {
  if (order.reserved == keep) return;
  if (find(order.instrument)->instrument().kind != InstrumentKind::Spot)
    return release_margin(order, keep);
  pays_with(order).reserved -= order.reserved - keep;
  order.reserved = keep;
}

Holding& SimulatedExchange::pays_with(const SimOrder& order) noexcept {
  const Instrument& instrument = find(order.instrument)->instrument();
  return wallet_.at(instrument.venue, order.account,
                    order.side == Side::Buy ? instrument.quote : instrument.base);
}

AccountPosition& SimulatedExchange::position_of(AccountId account,
                                                InstrumentId instrument) noexcept {
  for (AccountPosition& position : positions_) {
    if (position.account == account && position.instrument == instrument) return position;
  }
  AccountPosition fresh;
  fresh.account = account;
  fresh.instrument = instrument;
  return positions_.emplace_back(fresh);
}

Qty SimulatedExchange::reducible(const SimOrder& order) noexcept {
  const Qty held = position_of(order.account, order.instrument).position;
  if (order.side == Side::Buy) return held < Qty{} ? -held : Qty{};
  return held > Qty{} ? held : Qty{};
}

Account SimulatedExchange::account() const {
  Account account;
  account.holdings = wallet_.holdings();
  account.positions = positions_;
  account.orders_accepted = accepted_;
  account.orders_rejected = rejected_;
  account.fills = fills_;
  account.liquidations = liquidations_;
  index_.for_each([&](const OrderFate& fate) {
    if (fate.slot == kNoSlot) return;
    const SimOrder& order = orders_[fate.slot];
    account.open_orders.push_back({order.id, order.venue_order_id, order.instrument, order.account,
                                   order.side, order.limit, order.qty, order.filled});
  });
  std::sort(account.open_orders.begin(), account.open_orders.end(),
            [](const OpenOrder& a, const OpenOrder& b) { return a.id < b.id; });
  return account;
}
}  // namespace sq::backtest
