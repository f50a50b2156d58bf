// Level feeds: what depth updates, best prices and trade prints tell the rules.
#include <algorithm>

#include "engine/book/surveillance/surveillance.hpp"

namespace sq::book::surveillance {
void Surveillance::on_depth(const RecordHeader& record, const L2Book& book) noexcept {
  begin(record.venue_time.ns != 0 ? record.venue_time : record.wall);
  const NearBook near{book};
  unsure_ns_ = depth_at_.ns == 0 ? 0 : now_ - depth_at_;
  depth_at_ = now_;
  if (record.kind == RecordKind::DepthSnapshot) {
    orders_.clear();
    const auto start = [&](Side side, std::span<const Level> levels) {
      for (const Level& one : levels) {
        if (one.qty <= Qty{}) continue;
        const LiveOrder known{.id = level_id(side, one.price),
                              .placed = now_,
                              .changed = now_,
                              .price = one.price,
                              .left = one.qty,
                              .aside = one.qty,
                              .side = side};
        counters_.untracked += orders_.add(known) == nullptr;
      }
    };
    start(Side::Buy, bids_of(record));
    start(Side::Sell, asks_of(record));
    return;
  }
  for (const Level& one : bids_of(record)) level(Side::Buy, one, near);
  for (const Level& one : asks_of(record)) level(Side::Sell, one, near);
  if (!has_tops_) best(near);
}

void Surveillance::level(Side side, Level one, const NearBook& book) noexcept {
  LiveOrder* const known = orders_.find(level_id(side, one.price));
  const Qty before = known == nullptr ? Qty{} : known->left;
  if (one.qty == before) return;
  message();
  if (one.qty > before)
    grown(side, one, known);
  else
    shrunk(one, *known, book);
  end_message();
}

void Surveillance::grown(Side side, Level one, LiveOrder* known) noexcept {
  if (known == nullptr) {
    return place({.id = level_id(side, one.price),
                  .placed = now_,
                  .changed = now_,
                  .price = one.price,
                  .left = one.qty,
                  .side = side});
  }
  const Qty more = one.qty - known->left;
  sizes_.push(more.raw());
  withdrawals_.on_placed(side, one.price, more);
  const double least =
      settings_.withdrawal.layer_multiple * static_cast<double>(usual_size().raw());
  if (static_cast<double>(more.raw()) >= least) {  // this is the quantity to watch from now on
    known->placed = now_;
    known->aside = known->left;
    known->filled = Qty{};
  }
  known->left = one.qty;
}

void Surveillance::shrunk(Level one, LiveOrder& known, const NearBook& book) noexcept {
  const Qty watched = known.left - known.aside;
  const Qty rest = one.qty > known.aside ? one.qty - known.aside : Qty{};
  const Qty taken = std::min(known.filled, watched - rest);  // by trades
  if (watched > Qty{} && nearly_all(watched - rest, rest)) {
    if (watched - rest > taken) withdrawn(known, watched - rest - taken, book);
    known.placed = now_;
    known.aside = one.qty;
    known.filled = Qty{};
  }
  if (one.qty == Qty{}) {
    if (taken == Qty{}) gone(known, known.left);
    orders_.remove(&known);
    return;
  }
  known.left = one.qty;
  known.aside = std::min(known.aside, one.qty);
}

void Surveillance::on_top(const RecordHeader& record) noexcept {
  begin(record.venue_time.ns != 0 ? record.venue_time : record.wall);
  has_tops_ = true;
  const auto& top = payload_of<TopOfBook>(record);
  toxicity_.on_best(Side::Buy, top.bid_price, now_);
  toxicity_.on_best(Side::Sell, top.ask_price, now_);
}

void Surveillance::on_trade(const RecordHeader& record) noexcept {
  begin(record.venue_time.ns != 0 ? record.venue_time : record.wall);
  const auto& trade = payload_of<TradePrint>(record);
  if (trade.aggregate != 0 && has_single_trades_) return;
  has_single_trades_ = has_single_trades_ || trade.aggregate == 0;
  traded(trade);
  if (order_by_order_ || trade.aggressor_unknown != 0) return;
  const Side side = opposite(trade.aggressor);
  stuffing_.on_executed();
  if (LiveOrder* known = orders_.find(level_id(side, trade.price)); known != nullptr)
    known->filled = Qty::sum(known->filled, trade.qty).value_or(Qty::max());
  withdrawals_.on_executed(side, trade.price, trade.qty);
  executions_.push({.id = trade.first_trade_id,
                    .at = now_,
                    .placed = {},
                    .price = trade.price,
                    .qty = trade.qty,
                    .side = side});
}
}  // namespace sq::book::surveillance
