// SimulatedExchange: everything it knows about an account, told at one moment (venue_account.hpp).
#include <algorithm>
#include <limits>

#include "engine/backtest/exchange.hpp"
#include "engine/messaging/venue_account.hpp"

namespace sq::backtest {
void SimulatedExchange::on_account_query(const AccountQuery& query,
                                         InstrumentId instrument) noexcept {
  VenueSnapshot marks;
  marks.request = query.request;
  marks.venue = query.venue;
  marks.account = query.account;
  marks.complete = 1;
  const auto tell = [&](RecordKind kind, const auto& payload, InstrumentId about) {
    auto record = make_record(kind, payload);
    say(record.header, about);
  };
  const auto mine = [&](AccountId account, InstrumentId about) {
    return account == query.account && find(about)->instrument().venue == query.venue;
  };
  tell(RecordKind::VenueSnapshot, marks, instrument);
  index_.for_each([&](const OrderFate& fate) {
    if (fate.slot == kNoSlot) return;
    const SimOrder& order = orders_[fate.slot];
    if (!mine(order.account, order.instrument)) return;
    VenueOrder told;
    told.request = query.request;
    told.id = order.id;
    told.venue_order_id = order.venue_order_id;
    told.limit = order.limit;
    told.qty = order.qty;
    told.filled = order.filled;
    told.account = order.account;
    told.side = order.side;
    told.type = order.type;
    told.tif = order.tif;
    told.reduce_only = order.reduce_only ? 1 : 0;
    tell(RecordKind::VenueOrder, told, order.instrument);
    ++marks.orders;
  });
  for (const AccountPosition& position : positions_) {
    if (!mine(position.account, position.instrument)) continue;
    if (find(position.instrument)->instrument().kind == InstrumentKind::Spot) continue;
    VenuePosition told;
    told.request = query.request;
    told.position = position.position;
    told.account = position.account;
    tell(RecordKind::VenuePosition, told, position.instrument);
    ++marks.positions;
  }
  for (const Holding& holding : wallet_.holdings()) {
    if (holding.venue != query.venue || holding.account != query.account) continue;
    constexpr Int128 kMost = std::numeric_limits<std::int64_t>::max();
    if (holding.total > kMost || holding.total < -kMost) {
      marks.complete = 0;
      continue;
    }
    VenueBalance told;
    told.request = query.request;
    told.total = {holding.currency, static_cast<std::int64_t>(holding.total)};
    told.venue = holding.venue;
    told.account = holding.account;
    tell(RecordKind::VenueBalance, told, instrument);
    ++marks.balances;
  }
  const auto first =
      std::lower_bound(told_fills_.begin(), told_fills_.end(), query.trades_from,
                       [](const ToldFill& fill, WallTime from) { return fill.at < from; });
  for (auto fill = first; fill != told_fills_.end(); ++fill) {
    if (!mine(fill->account, fill->instrument)) continue;
    OrderReport trade = fill->report;
    trade.kind = ReportKind::Trade;
    auto record = make_record(RecordKind::OrderReport, trade);
    record.header.venue_time = fill->at;
    say(record.header, fill->instrument);
    ++marks.trades;
  }
  marks.phase = SnapshotPhase::End;
  tell(RecordKind::VenueSnapshot, marks, instrument);
}
}  // namespace sq::backtest
