// The oracle: what an order may be at the moment it leaves.
#include <fmt/format.h>

#include <algorithm>

#include "tools/chaos/oracle.hpp"

namespace sq::chaos {
namespace {
constexpr std::int64_t kSecond = 1'000'000'000;
std::string name(OrderId id) { return fmt::format("order {}:{}", id.epoch(), id.counter()); }
}  // namespace

void Oracle::books_lost() {
  for (Feed& feed : feeds_) feed.whole = false;
}

void Oracle::market(const RecordHeader& record) {
  if (record.kind == RecordKind::FxReference) {
    const auto& reference = payload_of<FxReference>(record);
    fx_ = reference.rate.raw();
    fx_at_ = record.mono - reference.age_ns;
    return;
  }
  if (record.kind == RecordKind::FeedStatus) {
    if (!ends_book(payload_of<FeedStatus>(record).event)) return;
    for (std::size_t i = 0; i < feeds_.size(); ++i)
      if (record.instrument == kNoInstrument || index_of(record.instrument) == i)
        feeds_[i].whole = false;
    return;
  }
  if (index_of(record.instrument) >= feeds_.size()) return;
  Feed& feed = feeds_[index_of(record.instrument)];
  if (record.kind == RecordKind::FeedDropped) feed.whole = false;
  if (record.kind != RecordKind::DepthUpdate && record.kind != RecordKind::DepthSnapshot) return;
  const auto& depth = payload_of<DepthHeader>(record);
  if (record.kind == RecordKind::DepthSnapshot) {
    if (feed.whole && depth.last_id < feed.id) return;
    feed.bids.clear();
    feed.asks.clear();
    feed.whole = true;
  } else {
    if (!feed.whole || depth.last_id <= feed.id) return;
    const bool chains = depth.chain == DepthChain::Linked ? depth.previous_id <= feed.id
                                                          : depth.first_id <= feed.id + 1;
    if (!chains) {
      feed.whole = false;
      return;
    }
  }
  feed.id = depth.last_id;
  feed.news = record.mono;
  const auto change = [](auto& side, const Level& level) {
    if (level.qty == Qty{}) {
      side.erase(level.price.raw());
    } else {
      side[level.price.raw()] = level.qty.raw();
    }
  };
  for (const Level& level : bids_of(record)) change(feed.bids, level);
  for (const Level& level : asks_of(record)) change(feed.asks, level);
  top(feed);
}

void Oracle::top(Feed& feed) {
  if (feed.bids.empty() || feed.asks.empty()) return;
  const std::int64_t bid = feed.bids.rbegin()->first;
  const std::int64_t ask = feed.asks.begin()->first;
  if (bid >= ask) return;
  feed.bid = bid;
  feed.ask = ask;
}

void Oracle::check_order(const OrderRequest& order, InstrumentId instrument, MonoTime now) {
  const std::size_t s = index_of(order.strategy);
  check_kill(order, instrument);
  if (!flattens_ && states_[s] != StrategyState::Armed && states_[s] != StrategyState::ReduceOnly)
    complain(fmt::format("{} of strategy {}, which may not trade", name(order.id), s));
  check_feed(order, instrument, now);
  check_filters(order, setup_.instruments[index_of(instrument)]);
  check_worst(order, instrument);
  check_rate(strategy_times_[s], now.ns, setup_.strategies[s].per_second_max, "strategy");
  check_rate(firm_times_, now.ns, setup_.firm.per_second_max, "firm");
  check_scopes(order, instrument, now);
  check_flow(order, instrument, now);
  check_losses(order, instrument);
}

void Oracle::check_rate(Times& times, std::int64_t now, std::int64_t most, const char* whose) {
  times.push_back(now);
  while (times.front() <= now - kSecond) times.pop_front();
  if (static_cast<std::int64_t>(times.size()) > most)
    complain(fmt::format("{} orders of a {} within a second, {} may", times.size(), whose, most));
}

void Oracle::check_feed(const OrderRequest& order, InstrumentId instrument, MonoTime now) {
  const Feed& feed = feeds_[index_of(instrument)];
  const OracleSetup::InstrumentRule& rule = setup_.instruments[index_of(instrument)];
  if (!feed.whole) return complain(fmt::format("{} on a book that is not whole", name(order.id)));
  if (now - feed.news > rule.reference_age_ns)
    return complain(fmt::format("{} on a book that is {} ns old", name(order.id), now - feed.news));
  if (feed.bids.empty() || feed.asks.empty() ||
      feed.bids.rbegin()->first >= feed.asks.begin()->first)
    return complain(fmt::format("{} on a book without a price", name(order.id)));
  const bool buy = order.side == Side::Buy;
  const Int128 touch = buy ? feed.ask : feed.bid;
  const Int128 beyond = buy ? order.limit.raw() - touch : touch - order.limit.raw();
  if (beyond * 1'000'000'000 > touch * rule.collar)
    complain(fmt::format("{} at {} is too far from {}", name(order.id), order.limit.raw(),
                         static_cast<std::int64_t>(touch)));
  const Int128 near = buy ? feed.bid : feed.ask;
  const Int128 behind = buy ? near - order.limit.raw() : order.limit.raw() - near;
  if (behind * 1'000'000'000 > near * rule.away_max)
    complain(fmt::format("{} at {} is too far behind {}", name(order.id), order.limit.raw(),
                         static_cast<std::int64_t>(near)));
  if (order.limit.raw() < rule.band_low || order.limit.raw() > rule.band_high)
    complain(fmt::format("{} at {} is outside the band", name(order.id), order.limit.raw()));
}

void Oracle::check_filters(const OrderRequest& order, const OracleSetup::InstrumentRule& rule) {
  const Instrument& traded = rule.instrument;
  const std::int64_t price = order.limit.raw();
  const std::int64_t qty = order.qty.raw();
  if (price <= 0 || price % traded.tick.raw() != 0 || price < traded.price_min.raw() ||
      price > traded.price_max.raw())
    complain(fmt::format("{} has the price {}", name(order.id), price));
  if (qty <= 0 || qty % traded.lot.raw() != 0 || qty < traded.qty_min.raw() ||
      qty > traded.qty_max.raw() || qty > rule.order_qty_max || qty > rule.freeze_qty)
    complain(fmt::format("{} has the quantity {}", name(order.id), qty));
  if (Int128{price} * qty > Int128{rule.order_value_max} * 1'000'000'000)
    complain(fmt::format("{} is worth too much", name(order.id)));
  for (const std::uint64_t other : open_[index_of(traded.id)]) {
    const OrderRequest& own = orders_.at(other).request;
    if (own.side == order.side) continue;
    if (order.side == Side::Buy ? price >= own.limit.raw() : price <= own.limit.raw())
      complain(fmt::format("{} would trade with our own {}", name(order.id), name(own.id)));
  }
}

// The order is counted already.
void Oracle::check_worst(const OrderRequest& order, InstrumentId instrument) {
  const OracleSetup::InstrumentRule& rule = setup_.instruments[index_of(instrument)];
  const Stake& total = total_[index_of(instrument)];
  const bool buy = order.side == Side::Buy;
  if (buy ? total.most() > rule.position_max : total.least() < -rule.short_max)
    complain(fmt::format("{} makes {} to {} possible, {} may be", name(order.id), total.least(),
                         total.most(), rule.position_max));
  std::int64_t of_strategy = 0;
  std::int64_t of_firm = 0;
  for (std::size_t i = 0; i < total_.size(); ++i) {
    of_firm += total_[i].orders;
    of_strategy += stake(order.strategy, InstrumentId{static_cast<std::uint32_t>(i)}).orders;
  }
  if (total.orders > rule.orders_max ||
      of_strategy > setup_.strategies[index_of(order.strategy)].orders_max ||
      of_firm > setup_.firm.orders_max)
    complain(fmt::format("{} is one open order too many: {}, {}, {}", name(order.id), total.orders,
                         of_strategy, of_firm));
  const bool must_shrink =
      order.reduce_only != 0 || states_[index_of(order.strategy)] == StrategyState::ReduceOnly;
  if (must_shrink && !shrinks(order, instrument))
    complain(fmt::format("{} may only shrink the position and could turn it", name(order.id)));
}
}  // namespace sq::chaos
