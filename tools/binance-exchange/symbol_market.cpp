#include "tools/binance-exchange/symbol_market.hpp"

#include <algorithm>

namespace sq::exchange {
namespace {
constexpr std::size_t kTradesKept = 1'000;

matching::Settings settings_of(const Instrument& instrument, std::uint32_t owners_max) {
  matching::Settings settings;
  settings.rules.tick = instrument.tick;
  settings.rules.price_min = std::max(instrument.price_min, instrument.tick);
  settings.rules.price_max = instrument.price_max;
  settings.rules.lot = instrument.lot;
  settings.rules.qty_min = std::max(instrument.qty_min, instrument.lot);
  settings.rules.qty_max = instrument.qty_max;
  settings.rules.self_trade = matching::SelfTrade::CancelOldest;  // EXPIRE_MAKER
  settings.rules.self_trade_may_be_allowed = true;                // NONE
  settings.owners_max = owners_max;
  return settings;
}
}  // namespace

SymbolMarket::SymbolMarket(const Instrument& instrument, std::uint32_t owners_max,
                           Listener listener)
    : instrument_{instrument},
      listener_{std::move(listener)},
      engine_{
          std::make_unique<matching::Engine<Sink>>(settings_of(instrument, owners_max), sink_)} {
  engine_->set_phase(matching::Phase::Continuous);
}

matching::Refusal SymbolMarket::submit(const matching::NewOrder& order, std::int64_t now_ms) {
  now_ms_ = now_ms;
  return engine_->submit(order).refusal;
}
bool SymbolMarket::cancel(std::uint64_t order, std::int64_t now_ms) {
  now_ms_ = now_ms;
  return engine_->cancel({OrderId{order}}) == matching::Refusal::None;
}
matching::Refusal SymbolMarket::reduce_to(std::uint64_t order, Qty qty, std::int64_t now_ms) {
  now_ms_ = now_ms;
  return engine_->modify({OrderId{order}}, {.qty = qty});
}

matching::Refusal SymbolMarket::replace(std::uint64_t order, Price price, Qty qty,
                                        std::int64_t now_ms) {
  now_ms_ = now_ms;
  return engine_->modify({OrderId{order}}, {.price = price, .qty = qty});
}

Best SymbolMarket::bid() const noexcept {
  return bids_.empty() ? Best{} : Best{bids_.begin()->first, bids_.begin()->second};
}
Best SymbolMarket::ask() const noexcept {
  return asks_.empty() ? Best{} : Best{asks_.begin()->first, asks_.begin()->second};
}

void SymbolMarket::change_level(Side side, Price price, Qty by) {
  const auto apply = [&](auto& levels, auto& changed) {
    Qty& qty = levels[price];
    qty += by;
    if (qty == Qty{}) levels.erase(price);
    changed[price] = true;
  };
  if (side == Side::Buy) {
    apply(bids_, changed_bids_);
  } else {
    apply(asks_, changed_asks_);
  }
  ++update_id_;
}

void SymbolMarket::show(std::uint64_t order, Side side, Price price, Qty qty) {
  const auto found = shown_.find(order);
  if (found != shown_.end()) {
    change_level(found->second.side, found->second.price, -found->second.qty);
    shown_.erase(found);
  }
  if (qty == Qty{}) return;
  shown_[order] = {side, price, qty};
  change_level(side, price, qty);
}

void SymbolMarket::on_event(const matching::Event& event) {
  using Kind = matching::EventKind;
  const auto tell = [&](OrderEvent::Kind kind) {
    OrderEvent told;
    told.kind = kind;
    told.order = event.id.value;
    told.qty = event.qty;
    told.why = event.why();
    listener_(told);
  };
  switch (event.kind) {
    case Kind::Accepted:
      if ((event.flags & matching::kBooked) != 0)
        show(event.id.value, event.side, event.price, event.shown);
      tell(OrderEvent::Kind::Accepted);
      break;
    case Kind::Booked:
    case Kind::Refreshed:
      show(event.id.value, event.side, event.price, event.shown);
      break;
    case Kind::Replaced:
      show(event.id.value, event.side, event.price,
           (event.flags & matching::kBooked) != 0 ? event.shown : Qty{});
      tell(OrderEvent::Kind::Replaced);
      break;
    case Kind::Reduced:
      show(event.id.value, event.side, event.price, event.shown);
      tell(OrderEvent::Kind::Reduced);
      break;
    case Kind::Traded:
      on_trade(event);
      break;
    case Kind::Cancelled:
    case Kind::Expired:
      show(event.id.value, event.side, event.price, Qty{});
      tell(event.kind == Kind::Cancelled ? OrderEvent::Kind::Cancelled : OrderEvent::Kind::Expired);
      break;
    case Kind::Rejected:
    case Kind::Triggered:
    case Kind::PhaseChanged:
    case Kind::Uncrossed:
      break;
  }
}

void SymbolMarket::on_trade(const matching::Event& event) {
  const auto found = shown_.find(event.id.value);
  if (found != shown_.end()) {
    const Shown maker = found->second;
    show(event.id.value, maker.side, maker.price,
         (event.flags & matching::kMakerDone) != 0 ? Qty{} : event.shown);
  }
  trades_.push_back({event.trade, event.price, event.qty, event.side == Side::Sell, now_ms_,
                     event.taker_id.value});
  if (trades_.size() > kTradesKept) trades_.pop_front();
  candles_.add(event.price, event.qty, event.side == Side::Buy, event.trade, now_ms_);
  range_.low = range_.low > Price{} ? std::min(range_.low, event.price) : event.price;
  range_.high = std::max(range_.high, event.price);
  OrderEvent told;
  told.kind = OrderEvent::Kind::Trade;
  told.price = event.price;
  told.qty = event.qty;
  told.trade = event.trade;
  told.order = event.taker_id.value;
  told.counter_order = event.id.value;
  listener_(told);
  told.order = event.id.value;
  told.counter_order = event.taker_id.value;
  told.maker = true;
  listener_(told);
}

SymbolMarket::Changes SymbolMarket::take_changes() {
  Changes changes;
  changes.previous_id = published_id_;
  changes.first_id = published_id_ + 1;
  changes.last_id = update_id_;
  for (const auto& [price, unused] : changed_bids_) {
    const auto level = bids_.find(price);
    changes.bids[price] = level != bids_.end() ? level->second : Qty{};
  }
  for (const auto& [price, unused] : changed_asks_) {
    const auto level = asks_.find(price);
    changes.asks[price] = level != asks_.end() ? level->second : Qty{};
  }
  changed_bids_.clear();
  changed_asks_.clear();
  published_id_ = update_id_;
  if (!changes.empty()) keep_published();
  return changes;
}
void SymbolMarket::keep_published() {
  constexpr std::size_t kLevels = 20;
  constexpr std::size_t kKept = 100;
  PublishedBook& book = published_.emplace_back();
  book.id = update_id_;
  const auto take = [](const auto& levels, std::vector<Best>& to) {
    for (const auto& [price, qty] : levels) {
      if (to.size() == kLevels) break;
      to.push_back({price, qty});
    }
  };
  take(bids_, book.bids);
  take(asks_, book.asks);
  if (published_.size() > kKept) published_.pop_front();
}

Int128 SymbolMarket::cost_of_taking(Side side, Qty qty) const {
  Int128 cost = 0;
  const auto walk = [&](const auto& levels) {
    Qty left = qty;
    for (const auto& [price, there] : levels) {
      const Qty taken = std::min(left, there);
      cost += Int128{price.raw()} * taken.raw();
      left -= taken;
      if (left == Qty{}) break;
    }
  };
  side == Side::Buy ? walk(asks_) : walk(bids_);
  return cost;
}
}  // namespace sq::exchange
