#include "tools/chaos/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sq::chaos {
namespace {
std::string name(OrderId id) { return fmt::format("order {}:{}", id.epoch(), id.counter()); }
// price x quantity at 1e-8, a payment rounded up, a receipt down.
Int128 value_of(std::int64_t price, std::int64_t qty, bool paid) {
  constexpr Int128 kFine = 1'000'000'000;
  const Int128 product = Int128{price} * qty;
  return paid ? (product + kFine - 1) / kFine : product / kFine;
}
}  // namespace

Oracle::Oracle(OracleSetup setup)
    : setup_{std::move(setup)},
      open_(setup_.instruments.size()),
      total_(setup_.instruments.size()),
      by_strategy_(setup_.instruments.size() * setup_.strategies.size()),
      trades_(setup_.instruments.size()),
      feeds_(setup_.instruments.size()),
      states_(setup_.strategies.size(), StrategyState::Stopped),
      strategy_times_(setup_.strategies.size()),
      believed_(setup_.instruments.size()),
      believed_of_(by_strategy_.size()),
      turnover_(by_strategy_.size()),
      scope_times_(setup_.scopes.size()),
      windows_(setup_.instruments.size()),
      told_(by_strategy_.size()),
      told_trades_(setup_.instruments.size()),
      losses_(setup_.strategies.size() + 1) {
  orders_.reserve(1U << 15);
  for (const OracleSetup::MessageRule& each : setup_.messages)
    buckets_.push_back({Int128{each.burst} * kNsPerSecond, 0});
}

void Oracle::complain(std::string what) {
  if (complaint_.empty()) complaint_ = std::move(what);
}

Oracle::Order* Oracle::find(OrderId id) {
  const auto found = orders_.find(id.value);
  return found == orders_.end() ? nullptr : &found->second;
}

Stake& Oracle::stake(StrategyId strategy, InstrumentId instrument) {
  return by_strategy_[index_of(instrument) * setup_.strategies.size() + index_of(strategy)];
}

void Oracle::strategy_state(StrategyId strategy, StrategyState state) {
  if (index_of(strategy) < states_.size()) states_[index_of(strategy)] = state;
}

void Oracle::sent(const RecordHeader& request, bool logged) {
  if (request.kind == RecordKind::CancelSent) {
    const OrderId id = payload_of<CancelRequest>(request).id;
    if (!logged_.contains(id.value))
      complain(fmt::format("a cancel of {}, which never was", name(id)));
    if (Order* order = find(id)) order->cancel_at = request.mono;
    return take_messages(payload_of<CancelRequest>(request).strategy, request.instrument,
                         request.mono, nullptr);
  }
  if (request.kind == RecordKind::QuerySent) {
    const OrderId id = payload_of<QueryRequest>(request).id;
    if (!logged_.contains(id.value))
      complain(fmt::format("a query of {}, which never was", name(id)));
    return;
  }
  if (request.kind != RecordKind::OrderSent) return complain("a request of an unknown kind");
  const auto& order = payload_of<OrderRequest>(request);
  if (!logged) complain(fmt::format("{} left and its record is not in the log", name(order.id)));
  if (find(order.id) != nullptr)
    return complain(fmt::format("{} was sent a second time", name(order.id)));
  if (order.id <= last_id_)
    complain(fmt::format("{} came after {}", name(order.id), name(last_id_)));
  last_id_ = order.id;
  if (index_of(request.instrument) >= setup_.instruments.size() ||
      index_of(order.strategy) >= setup_.strategies.size())
    return complain(fmt::format("{} is of nobody or in nothing", name(order.id)));
  Order& known = orders_[order.id.value];
  known.request = order;
  known.instrument = request.instrument;
  known.copies = 1;
  known.cancel_at = request.mono;  // what leaves with a kill need not be cancelled: check_kill()
  add(known, order.qty.raw(), 1);
  for (Belief* each : {&believed_[index_of(request.instrument)],
                       &believed_of_[index_of(request.instrument) * setup_.strategies.size() +
                                     index_of(order.strategy)]}) {
    if (order.side == Side::Buy) {
      each->most += order.qty.raw();
    } else {
      each->least -= order.qty.raw();
    }
  }
  open_[index_of(request.instrument)].push_back(order.id.value);
  ++at_stake_;
  check_order(order, request.instrument, request.mono);
}

void Oracle::add(const Order& order, std::int64_t qty, int orders) {
  for (Stake* each :
       {&total_[index_of(order.instrument)], &stake(order.request.strategy, order.instrument)}) {
    (order.request.side == Side::Buy ? each->buy : each->sell) += qty;
    each->open_value += Int128{order.request.limit.raw()} * qty;
    each->orders += orders;
  }
}

void Oracle::end(Order& order) {
  if (order.ended) return;
  order.ended = true;
  order.works = false;
  add(order, order.filled - order.request.qty.raw(), -1);
  auto& open = open_[index_of(order.instrument)];
  const auto found = std::find(open.begin(), open.end(), order.request.id.value);
  if (found != open.end()) {
    *found = open.back();
    open.pop_back();
  }
  --at_stake_;
}

void Oracle::copied(OrderId id) {
  if (Order* order = find(id)) ++order->copies;
}
void Oracle::copy_lost(OrderId id) {
  Order* order = find(id);
  if (order != nullptr && --order->copies == 0 && !order->works) end(*order);
}
void Oracle::arrived(OrderId id) {
  if (Order* order = find(id)) --order->copies;
}

void Oracle::executed(const OrderReport& said) {
  if (said.kind == ReportKind::CancelRejected || said.kind == ReportKind::Status) return;
  Order* order = find(said.id);
  if (order == nullptr)
    return complain(fmt::format("the exchange reports {}, which was never sent", name(said.id)));
  switch (said.kind) {
    case ReportKind::Accepted:
      order->works = !order->ended;
      return;
    case ReportKind::Rejected:
      if (said.code != RejectCode::DuplicateId) end(*order);
      return;
    case ReportKind::Filled:
      return fill(*order, said);
    case ReportKind::Cancelled:
    case ReportKind::Expired:
      return end(*order);
    default:
      return;
  }
}

void Oracle::fill(Order& order, const OrderReport& said) {
  if (!trades_[index_of(order.instrument)].insert(said.trade_id).second) return;
  ++fills_;
  const std::int64_t qty = said.last_qty.raw();
  for (Stake* each :
       {&total_[index_of(order.instrument)], &stake(order.request.strategy, order.instrument)}) {
    trade(*each, order, said);
    (order.request.side == Side::Buy ? each->buy : each->sell) -= qty;
    each->open_value -= Int128{order.request.limit.raw()} * qty;
  }
  turnover_[index_of(order.instrument) * setup_.strategies.size() +
            index_of(order.request.strategy)] +=
      Int128{std::min(said.last_price, order.request.limit).raw()} * qty;
  order.filled += qty;
  if (order.filled == order.request.qty.raw()) end(order);
}

void Oracle::trade(Stake& stake, const Order& order, const OrderReport& said) const {
  const OracleSetup::InstrumentRule& rule = setup_.instruments[index_of(order.instrument)];
  const bool buy = order.request.side == Side::Buy;
  const std::int64_t qty = said.last_qty.raw();
  const Int128 value = value_of(said.last_price.raw(), qty, buy);
  const bool in_base =
      said.fee.currency == rule.instrument.base && rule.instrument.kind == InstrumentKind::Spot;
  stake.position += buy ? qty : -qty;
  stake.cash += buy ? -value : value;
  if (in_base) {
    stake.position -= said.fee.raw;
  } else {
    stake.cash -= said.fee.raw;
  }
}

void Oracle::believes(StrategyId strategy, InstrumentId instrument, std::int64_t most,
                      std::int64_t least) {
  const Stake& truth = stake(strategy, instrument);
  believed_of_[index_of(instrument) * setup_.strategies.size() + index_of(strategy)] = {most,
                                                                                        least};
  if (most < truth.most() || least > truth.least())
    complain(fmt::format(
        "instrument {}, strategy {}: the engine counts {} to {}, and {} to {} is possible",
        index_of(instrument), index_of(strategy), least, most, truth.least(), truth.most()));
}

void Oracle::believes(InstrumentId instrument, std::int64_t most, std::int64_t least) {
  const Stake& truth = total_[index_of(instrument)];
  believed_[index_of(instrument)] = {most, least};
  if (most < truth.most() || least > truth.least())
    complain(fmt::format("instrument {}: the engine counts {} to {}, and {} to {} is possible",
                         index_of(instrument), least, most, truth.least(), truth.most()));
}

void Oracle::believes_ended(OrderId id) {
  const Order* order = find(id);
  if (order != nullptr && !order->ended)
    complain(fmt::format("{} is finished for the engine and may still fill", name(id)));
}

void Oracle::rests(InstrumentId instrument, const Stake& believed, const Stake& exchange) {
  const Stake& truth = total_[index_of(instrument)];
  const auto differ = [&](const char* what, const char* who, Int128 here, Int128 there) {
    if (here != there)
      complain(fmt::format("at rest, instrument {}: {} of {} is {} and should be {}",
                           index_of(instrument), what, who, static_cast<std::int64_t>(here),
                           static_cast<std::int64_t>(there)));
  };
  differ("position", "the engine", believed.position, truth.position);
  differ("cash", "the engine", believed.cash, truth.cash);
  differ("open buys", "the engine", believed.buy, truth.buy);
  differ("open sales", "the engine", believed.sell, truth.sell);
  differ("open orders", "the engine", believed.orders, truth.orders);
  differ("position", "the exchange", exchange.position, truth.position);
  differ("cash", "the exchange", exchange.cash, truth.cash);
  differ("open buys", "the exchange", exchange.buy, truth.buy);
  differ("open sales", "the exchange", exchange.sell, truth.sell);
  differ("open orders", "the exchange", exchange.orders, truth.orders);
}

void Oracle::rests(StrategyId strategy, InstrumentId instrument, const Stake& believed) {
  const Stake& truth = stake(strategy, instrument);
  if (believed.position != truth.position || believed.cash != truth.cash ||
      believed.buy != truth.buy || believed.sell != truth.sell || believed.orders != truth.orders ||
      believed.open_value != truth.open_value)
    complain(fmt::format(
        "at rest, instrument {}, strategy {}: position {}, open {} and {}, orders {}, cash {}; "
        "should be {}, {} and {}, {}, {}",
        index_of(instrument), index_of(strategy), believed.position, believed.buy, believed.sell,
        believed.orders, static_cast<std::int64_t>(believed.cash), truth.position, truth.buy,
        truth.sell, truth.orders, static_cast<std::int64_t>(truth.cash)));
}

void Oracle::rests_working(OrderId id, std::int64_t remaining) {
  const Order* order = find(id);
  if (order == nullptr || order->ended)
    return complain(fmt::format("at rest, {} works for the engine only", name(id)));
  if (order->request.qty.raw() - order->filled != remaining)
    complain(fmt::format("at rest, {} of {} are open and should be {}", remaining, name(id),
                         order->request.qty.raw() - order->filled));
  for (const Killed& each : killed_)
    if (covers(each.scope, order->request, order->instrument))
      complain(fmt::format("at rest after a kill, {} still works", name(id)));
}

void Oracle::rests_working_in_all(std::size_t believed) {
  if (believed != at_stake_)
    complain(fmt::format("at rest, the engine knows {} working orders and there are {}", believed,
                         at_stake_));
}
}  // namespace sq::chaos
