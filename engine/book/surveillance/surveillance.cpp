#include "engine/book/surveillance/surveillance.hpp"

#include <algorithm>

namespace sq::book::surveillance {
namespace {
WallTime time_of(const RecordHeader& record) noexcept {
  return record.venue_time.ns != 0 ? record.venue_time : record.wall;
}
const SurveillanceSettings& checked(const SurveillanceSettings& settings) {
  check(settings);
  return settings;
}
}  // namespace

Surveillance::Surveillance(const SurveillanceSettings& settings)
    : settings_{checked(settings)},
      orders_{settings.orders_max},
      withdrawals_{settings.withdrawal},
      stuffing_{settings.stuffing},
      ignition_{settings.ignition, settings.tick},
      wash_{settings.wash},
      toxicity_{settings.toxicity, settings.stuffing.life_ns_max},
      alerts_{settings.alerts_max} {}

void Surveillance::begin(WallTime at) noexcept {
  if (now_.ns == 0) [[unlikely]] {
    executions_.advance(at);
    withdrawals_.start(at);
  }
  if (at > now_) now_ = at;
  if (withdrawals_.is_due(now_)) [[unlikely]] {
    while (const auto alert = withdrawals_.settle(now_)) raise(*alert);
  }
}

void Surveillance::message() noexcept {
  ++counters_.messages;
  stuffing_.on_message(now_);
  toxicity_.on_message(now_);
}

void Surveillance::end_message() noexcept {
  if (!stuffing_.is_burst()) [[likely]]
    return;
  if (const auto alert = stuffing_.judge()) raise(*alert);
}

void Surveillance::raise(const Alert& alert) noexcept {
  const auto kind = static_cast<std::size_t>(alert.kind);
  if (now_ < quiet_until_[kind]) {
    ++counters_.suppressed[kind];
    return;
  }
  quiet_until_[kind] = now_ + settings_.cool_down_ns;
  Alert kept = alert;
  kept.messages = counters_.messages;
  alerts_.push(kept);
}

void Surveillance::on_order(const RecordHeader& record, const OrderFeed::Change& change,
                            const OrderFeed& book) noexcept {
  order_by_order_ = true;
  begin(time_of(record));
  if (change.outcome != l3::Outcome::Ok) [[unlikely]] {
    ++counters_.refused;
    return;
  }
  const auto& order = payload_of<MarketOrder>(record);
  const NearBook near{book};
  message();
  switch (order.action) {
    case OrderAction::Add:
      place({.id = order.order_id,
             .placed = now_,
             .changed = now_,
             .price = order.price,
             .left = order.qty,
             .side = order.side});
      break;
    case OrderAction::Execute:
      execute(order, change);
      break;
    case OrderAction::Reduce:
    case OrderAction::Delete:
      if (LiveOrder* known = orders_.find(order.order_id); known != nullptr) [[likely]]
        cancel(*known, order.action == OrderAction::Delete ? known->left : order.qty, near);
      break;
    case OrderAction::Replace:
    case OrderAction::Modify:
      move(order, change, near);
      break;
    case OrderAction::Fill:
      announce(order);
      break;
    case OrderAction::Clear:
      on_book_lost();
      break;
    case OrderAction::HiddenTrade:
      break;
  }
  if (change.trade) traded(*change.trade);
  if (order.event_end != 0) best(near);
  end_message();
}

void Surveillance::best(const NearBook& book) noexcept {
  toxicity_.on_best(Side::Buy, book.best(Side::Buy), now_);
  toxicity_.on_best(Side::Sell, book.best(Side::Sell), now_);
}

void Surveillance::place(const LiveOrder& order) noexcept {
  counters_.untracked += orders_.add(order) == nullptr;
  sizes_.push(order.left.raw());
  stuffing_.on_added();
  toxicity_.on_added();
  withdrawals_.on_placed(order.side, order.price, order.left);
}

void Surveillance::withdrawn(const LiveOrder& order, Qty qty, const NearBook& book) noexcept {
  const Qty usual = usual_size();
  if (usual == Qty{}) return;
  // Most cancels are of usual orders: no need to look further.
  const auto& rule = settings_.withdrawal;
  const double least = std::min(rule.layer_multiple, rule.large_multiple);
  if (static_cast<double>(qty.raw()) < least * static_cast<double>(usual.raw())) [[likely]]
    return;
  executions_.advance(now_);
  withdrawals_.on_withdrawn({.id = order_by_order_ ? order.id : 0,
                             .placed = order.placed,
                             .at = now_,
                             .price = order.price,
                             .qty = qty,
                             .filled = order.filled,
                             .side = order.side,
                             .unsure_ns = unsure_ns_},
                            usual, executions_, book);
}

void Surveillance::gone(const LiveOrder& order, Qty qty) noexcept {
  toxicity_.on_cancelled(now_ - order.changed);
  stuffing_.on_gone({.id = order_by_order_ ? order.id : 0,
                     .placed = order.changed,
                     .at = now_,
                     .price = order.price,
                     .qty = qty,
                     .side = order.side});
}

void Surveillance::cancel(LiveOrder& order, Qty by, const NearBook& book) noexcept {
  by = std::min(by, order.left);
  order.left -= by;
  const Qty executed = std::min(order.aside, by);  // that much was filled, not cancelled
  order.aside -= executed;
  by -= executed;
  if (by > Qty{} && nearly_all(by, order.left)) withdrawn(order, by, book);
  if (order.left > Qty{}) return;
  if (by > Qty{}) gone(order, by);
  orders_.remove(&order);
}

void Surveillance::move(const MarketOrder& order, const OrderFeed::Change& change,
                        const NearBook& book) noexcept {
  const std::uint64_t id =
      order.action == OrderAction::Replace ? order.new_order_id : order.order_id;
  LiveOrder next{.id = id,
                 .placed = now_,
                 .changed = now_,
                 .price = order.price,
                 .left = order.qty,
                 .side = change.levels[0].side};
  LiveOrder* const known = orders_.find(order.order_id);
  if (known == nullptr) return place(next);
  const LiveOrder old = *known;
  orders_.remove(known);
  const Qty cut = old.left > order.qty ? old.left - order.qty : Qty{};
  const Qty executed = std::min(cut, old.aside);
  next.aside = old.aside - executed;
  next.placed = old.placed;  // the same intent, unless it was in truth taken back
  next.filled = old.filled;
  const bool requoted = order.price != old.price || order.qty > old.left;
  if (requoted) gone(old, old.left);
  if (!requoted) next.changed = old.changed;
  const auto& rule = settings_.withdrawal;
  const auto least = rule.layer_multiple * static_cast<double>(usual_size().raw());
  const bool large = static_cast<double>(old.left.raw()) >= least;
  if (large && order.price != old.price && !as_good(old.side, order.price, old.price)) {
    const NearDepth near = book.depth(old.side, rule.near_levels);
    if (!near.holds(old.side, order.price)) {
      withdrawn(old, old.left, book);
      next.placed = now_;
    }
  } else if (large && cut > executed && nearly_all(cut - executed, order.qty)) {
    withdrawn(old, cut - executed, book);
    next.placed = now_;
  }
  if (requoted) {
    stuffing_.on_added();
    toxicity_.on_added();
    withdrawals_.on_placed(next.side, next.price, next.left);
  }
  orders_.add(next);
}

void Surveillance::execute(const MarketOrder& order, const OrderFeed::Change& change) noexcept {
  stuffing_.on_executed();
  const Side side = change.levels[0].side;
  Execution execution{.id = order.order_id,
                      .at = now_,
                      .placed = {},
                      .price = order.priced != 0 ? order.price : change.levels[0].level.price,
                      .qty = order.qty,
                      .side = side};
  if (LiveOrder* known = orders_.find(order.order_id); known != nullptr) {
    execution.placed = known->placed;
    known->filled += order.qty;
    known->left -= std::min(order.qty, known->left);
    if (known->left == Qty{}) orders_.remove(known);
  }
  executions_.push(execution);
}

void Surveillance::announce(const MarketOrder& order) noexcept {
  stuffing_.on_executed();
  if (order.side_known == 0) return;
  Execution execution{.id = order.order_id,
                      .at = now_,
                      .placed = {},
                      .price = order.price,
                      .qty = order.qty,
                      .side = order.side};
  if (LiveOrder* known = orders_.find(order.order_id); known != nullptr) {
    execution.placed = known->placed;
    known->filled += order.qty;
    known->aside += order.qty;
  }
  executions_.push(execution);
}

void Surveillance::traded(const TradePrint& trade) noexcept {
  ++counters_.trades;
  toxicity_.on_trade(now_);
  if (trade.aggressor_unknown != 0) return;
  const AggressorTrade one{trade.first_trade_id, now_, trade.price, trade.qty, trade.aggressor};
  if (const auto alert = ignition_.on_trade(one)) raise(*alert);
  if (const auto alert = wash_.on_trade(one)) raise(*alert);
}

void Surveillance::on_own_fill(std::uint64_t trade, Side side, Price price, Qty qty,
                               WallTime at) noexcept {
  begin(at);
  if (const auto alert = own_wash_.on_own_fill(trade, side, price, qty, now_)) raise(*alert);
}

void Surveillance::on_book_lost() noexcept {
  orders_.clear();
  withdrawals_.clear();
  ignition_.clear();
  toxicity_.forget_best();
}
}  // namespace sq::book::surveillance
