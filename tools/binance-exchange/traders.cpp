#include "tools/binance-exchange/traders.hpp"

#include <algorithm>

namespace sq::exchange {
namespace {
constexpr std::size_t kOrdersKept = 400;
constexpr int kDistanceMax = 60;  // ticks from the mid
}  // namespace

Traders::Traders(Venue& venue, std::uint64_t seed, int orders_per_second)
    : venue_{venue}, random_{seed}, per_second_{orders_per_second} {
  for (auto& [name, market] : venue_.markets()) {
    const Instrument& of = market->instrument();
    // A price that a thousand lots make worth some orders: from the instrument's range, well
    // inside.
    const std::int64_t middle = of.notional_min > 0 ? 100 * Price::kScale : Price::kScale;
    symbols_.push_back({market.get(),
                        static_cast<double>(middle) / static_cast<double>(of.tick.raw()),
                        {},
                        false});
  }
}

Qty Traders::size(const Symbol& symbol) {
  const Instrument& of = symbol.market->instrument();
  // At least the smallest notional at the mid, then up to ten times that.
  const double price = symbol.mid * of.tick.to_double();
  const double least =
      std::max(of.qty_min.to_double(), static_cast<double>(of.notional_min) / 1e8 / price) * 1.1;
  const double wanted = least * (1.0 + 9.0 * static_cast<double>(random_() % 1'000) / 1'000.0);
  const std::int64_t lots = static_cast<std::int64_t>(wanted / of.lot.to_double()) + 1;
  return Qty::from_raw(lots * of.lot.raw());
}

void Traders::quote(Symbol& symbol, std::int64_t now_ms) {
  const Instrument& of = symbol.market->instrument();
  matching::NewOrder order;
  order.id = venue_.next_order_id();
  order.owner = venue_.anonymous_owner();
  order.side = random_() % 2 == 0 ? Side::Buy : Side::Sell;
  const auto distance = static_cast<std::int64_t>(1 + random_() % kDistanceMax);
  const auto mid = static_cast<std::int64_t>(symbol.mid);
  const std::int64_t ticks = order.side == Side::Buy ? mid - distance : mid + distance;
  order.price = Price::from_raw(std::max<std::int64_t>(1, ticks) * of.tick.raw());
  order.qty = size(symbol);
  order.self_trade = matching::SelfTrade::Allow;  // they are many
  if (venue_.trade_anonymously(*symbol.market, order, now_ms) != matching::Refusal::None) return;
  symbol.orders.push_back(order.id.value);
  if (symbol.orders.size() <= kOrdersKept) return;
  symbol.market->cancel(symbol.orders.front(), now_ms);  // already gone is fine
  symbol.orders.pop_front();
}

void Traders::take(Symbol& symbol, std::int64_t now_ms) {
  matching::NewOrder order;
  order.id = venue_.next_order_id();
  order.owner = venue_.anonymous_owner();
  order.side = random_() % 2 == 0 ? Side::Buy : Side::Sell;
  order.type = matching::OrderType::Market;
  order.time_in_force = matching::TimeInForce::ImmediateOrCancel;
  order.qty = size(symbol);
  order.self_trade = matching::SelfTrade::Allow;
  static_cast<void>(venue_.trade_anonymously(*symbol.market, order, now_ms));
}

void Traders::follow(const std::string& symbol) {
  for (Symbol& each : symbols_)
    if (each.market->symbol() == symbol) each.follows = true;
}
bool Traders::find_mid(Symbol& symbol) {
  const Price bid = symbol.market->bid().price;
  const Price ask = symbol.market->ask().price;
  if (bid <= Price{} || ask <= Price{}) return false;
  symbol.mid =
      (bid.to_double() + ask.to_double()) / 2.0 / symbol.market->instrument().tick.to_double();
  return true;
}

void Traders::open(std::int64_t now_ms) {
  for (Symbol& symbol : symbols_) {
    if (symbol.follows) continue;
    for (std::size_t i = 0; i < kOrdersKept; ++i) quote(symbol, now_ms);
    take(symbol, now_ms);
  }
  acted_ms_ = now_ms;
}

void Traders::act(std::int64_t now_ms) {
  const std::int64_t due = (now_ms - acted_ms_) * per_second_ / 1'000;
  if (due <= 0) return;
  acted_ms_ = now_ms;
  for (Symbol& symbol : symbols_) {
    if (symbol.follows && !find_mid(symbol)) continue;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(due, 10'000); ++i) {
      symbol.mid += (static_cast<double>(random_() % 2'001) - 1'000.0) / 10'000.0;
      symbol.mid = std::max(symbol.mid, 2.0 * kDistanceMax);
      if (random_() % 8 == 0) {
        take(symbol, now_ms);
      } else {
        quote(symbol, now_ms);
      }
    }
  }
}
}  // namespace sq::exchange
