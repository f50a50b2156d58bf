// What happens to futures orders in the book: positions, realised P&L, wallets and margin.
#include <algorithm>

#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
constexpr std::int64_t kPpm = 1'000'000;

Qty magnitude(Qty qty) { return qty < Qty{} ? -qty : qty; }
bool reduces(Side side, Qty position) {
  return side == Side::Sell ? position > Qty{} : position < Qty{};
}
std::int64_t share(std::int64_t of, Qty part, Qty whole) {
  return static_cast<std::int64_t>(Int128{of} * part.raw() / whole.raw());
}
}  // namespace

Price mark_of(const SymbolMarket& market) {
  const Price bid = market.bid().price;
  const Price ask = market.ask().price;
  if (bid > Price{} && ask > Price{}) return Price::from_raw(bid.raw() / 2 + ask.raw() / 2);
  return market.last_price();
}
std::int64_t usdt_of(Price price, Qty qty) {
  return divide(Int128{price.raw()} * qty.raw(), kFinePerAmount, Rounding::Down).value_or(0);
}

std::int64_t UsdmExchange::unrealised(const UsdmUser& of) const {
  std::int64_t sum = 0;
  for (const auto& [key, position] : of.positions)
    if (position.amount != Qty{})
      sum += usdt_of(mark_of(*markets_.at(key.first)), position.amount) - position.cost;
  return sum;
}
std::int64_t UsdmExchange::maintenance_of(const UsdmUser& of) const {
  std::int64_t sum = 0;
  for (const auto& [key, position] : of.positions)
    sum += static_cast<std::int64_t>(
        Int128{std::abs(usdt_of(mark_of(*markets_.at(key.first)), position.amount))} *
        settings_.maintenance_ppm / kPpm);
  return sum;
}
int UsdmExchange::leverage_of(const UsdmUser& of, const std::string& symbol) const {
  const auto found = of.leverage.find(symbol);
  return found != of.leverage.end() ? found->second : settings_.leverage;
}

// Initial margin: one way, of each symbol the larger of its two worst cases; in hedge mode each
// side with what would open more of it.
std::int64_t UsdmExchange::margin_of(const UsdmUser& of, const UsdmOrder* with) const {
  const std::int64_t more =
      with == nullptr || with->reduce_only
          ? 0
          : usdt_of(with->type == "MARKET" ? mark_of(*with->market) : with->price,
                    with->qty - with->executed);
  const auto worst = [&](const PositionKey& key, const UsdmPosition& position) {
    const bool here =
        with != nullptr && with->position == key.second && with->market->symbol() == key.first;
    const std::int64_t buys = position.buys + (here && with->side == Side::Buy ? more : 0);
    const std::int64_t sells = position.sells + (here && with->side == Side::Sell ? more : 0);
    const std::int64_t held = usdt_of(mark_of(*markets_.at(key.first)), position.amount);
    const std::int64_t value = key.second == PositionSide::Both
                                   ? std::max(std::abs(held + buys), std::abs(held - sells))
                               : key.second == PositionSide::Long ? held + buys
                                                                  : sells - held;
    return value / leverage_of(of, key.first);
  };
  std::int64_t total = 0;
  for (const auto& [key, position] : of.positions) total += worst(key, position);
  if (with == nullptr) return total;
  const PositionKey key{with->market->symbol(), with->position};
  return of.positions.contains(key) ? total : total + worst(key, {});
}

void UsdmExchange::reserve(UsdmOrder& order) {
  const bool closes =
      order.position == (order.side == Side::Sell ? PositionSide::Long : PositionSide::Short);
  const bool counts = order.open() && !order.reduce_only && !closes && order.type != "MARKET";
  const std::int64_t value = counts ? usdt_of(order.price, order.qty - order.executed) : 0;
  if (value == order.reserved) return;
  UsdmPosition& position =
      users_[order.account].positions[{order.market->symbol(), order.position}];
  (order.side == Side::Buy ? position.buys : position.sells) += value - order.reserved;
  order.reserved = value;
}

void UsdmExchange::on_order_event(const OrderEvent& event) {
  UsdmOrder* const found = orders_.find(event.order);
  if (found == nullptr) return;  // of a trader without an account
  UsdmOrder& order = *found;
  order.update_ms = now_ms_;
  switch (event.kind) {
    case OrderEvent::Kind::Accepted:
      totals_.accepted(order.account, order.market->symbol(), order.client_id);
      reserve(order);
      tell_order(order, "NEW", nullptr);
      break;
    case OrderEvent::Kind::Trade:
      on_fill(order, event);
      break;
    case OrderEvent::Kind::Replaced:
    case OrderEvent::Kind::Reduced:
      reserve(order);
      tell_order(order, "AMENDMENT", nullptr);
      break;
    case OrderEvent::Kind::Cancelled:
    case OrderEvent::Kind::Expired:
      if (event.why == matching::Why::Asked) {
        finish(order, "CANCELED", "CANCELED");
      } else {
        finish(order, event.why == matching::Why::SelfTrade ? "EXPIRED_IN_MATCH" : "EXPIRED",
               "EXPIRED");
      }
      break;
  }
}

void UsdmExchange::book_income(UsdmUser& of, const char* kind, std::int64_t amount,
                               const std::string& symbol, std::uint64_t trade) {
  if (amount == 0) return;
  of.wallet += amount;
  of.income.push_back({kind, amount, symbol, ++transactions_, trade, now_ms_});
  if (of.income.size() > settings_.history) of.income.pop_front();
}

// By average cost: what closes realises its share, what is left opens.
void UsdmExchange::on_fill(UsdmOrder& order, const OrderEvent& event) {
  UsdmUser& of = users_[order.account];
  const PositionKey key{order.market->symbol(), order.position};
  UsdmPosition& position = of.positions[key];
  const std::int64_t value = usdt_of(event.price, event.qty);
  order.executed += event.qty;
  order.quote += value;
  const std::int64_t rate = event.maker ? settings_.maker_ppm : settings_.taker_ppm;
  const auto commission = static_cast<std::int64_t>((Int128{value} * rate + kPpm - 1) / kPpm);
  UsdmTrade trade{event.trade, order.id,  order.market, order.side, order.position,
                  event.price, event.qty, commission,   0,          event.maker,
                  now_ms_};
  const Qty closed = reduces(order.side, position.amount)
                         ? std::min(event.qty, magnitude(position.amount))
                         : Qty{};
  const std::int64_t sign = order.side == Side::Buy ? 1 : -1;
  if (closed != Qty{}) {
    const std::int64_t cost = share(position.cost, closed, magnitude(position.amount));
    trade.realised = -sign * usdt_of(event.price, closed) - cost;
    position.cost -= cost;
    position.amount += Qty::from_raw(sign * closed.raw());
  }
  const Qty opened = event.qty - closed;
  position.amount += Qty::from_raw(sign * opened.raw());
  position.cost += sign * usdt_of(event.price, opened);
  position.realised += trade.realised;
  book_income(of, "REALIZED_PNL", trade.realised, key.first, trade.id);
  book_income(of, "COMMISSION", -trade.commission, key.first, trade.id);
  totals_.filled(order.account, key.first, order.side, event.qty, value, event.trade);
  totals_.charged(order.account, key.first, "USDT", trade.commission);
  of.trades.push_back(trade);
  if (of.trades.size() > settings_.history) of.trades.pop_front();
  order.status = order.executed == order.qty ? "FILLED" : "PARTIALLY_FILLED";
  reserve(order);
  tell_order(order, order.forced ? "CALCULATED" : "TRADE", &of.trades.back());
  tell_account(order.account, "ORDER", &key, 0);
  if (order.open()) return;
  totals_.ended(order.account, key.first, order.status);
  orders_.close(order);
}

void UsdmExchange::finish(UsdmOrder& order, const std::string& status,
                          const std::string& execution) {
  order.status = status;
  reserve(order);
  totals_.ended(order.account, order.market->symbol(), status);
  tell_order(order, execution, nullptr);
  orders_.close(order);
}
}  // namespace sq::exchange
