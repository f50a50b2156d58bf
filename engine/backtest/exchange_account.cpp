// SimulatedExchange: everything it knows about an account, told at one moment (venue_account.hpp).
// With margin on, the balance of a settlement currency is what derivatives venues call the wallet:
// payments and the cost of open positions, so that buying moves it by the fee only.
#include <algorithm>
#include <limits>

#include "engine/backtest/exchange.hpp"
#include "engine/messaging/venue_account.hpp"

namespace sq::backtest {
namespace {
constexpr Int128 kMost = std::numeric_limits<std::int64_t>::max();
bool fits(Int128 value) noexcept { return value <= kMost && value >= -kMost; }
}  // namespace

void SimulatedExchange::on_account_query(const AccountQuery& query,
                                         InstrumentId instrument) noexcept {
  VenueSnapshot marks;
  marks.request = query.request;
  marks.venue = query.venue;
  marks.account = query.account;
  marks.complete = 1;
  tell(RecordKind::VenueSnapshot, marks, instrument);
  tell_orders(query, marks);
  tell_positions(query, marks);
  tell_balances(query, marks, instrument);
  tell_trades(query, marks);
  marks.phase = SnapshotPhase::End;
  tell(RecordKind::VenueSnapshot, marks, instrument);
}

bool SimulatedExchange::asked_for(const AccountQuery& query, AccountId account,
                                  InstrumentId instrument) noexcept {
  return account == query.account && find(instrument)->instrument().venue == query.venue;
}

void SimulatedExchange::tell_orders(const AccountQuery& query, VenueSnapshot& marks) noexcept {
  index_.for_each([&](const OrderFate& fate) {
    if (fate.slot == kNoSlot) return;
    const SimOrder& order = orders_[fate.slot];
    if (!asked_for(query, order.account, order.instrument)) return;
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
}

// Only where every derivative that settles in the currency is of those whose cost is kept.
bool SimulatedExchange::tells_wallet(VenueId venue, Currency currency) const noexcept {
  bool any = false;
  for (std::uint32_t i = 0; i < instruments_.size(); ++i) {
    const Instrument& of = instruments_[i]->instrument();
    if (of.kind == InstrumentKind::Spot || of.venue != venue || of.settle != currency) continue;
    if (!margin_.instrument(i).tracked) return false;
    any = true;
  }
  return any && model_.margin;
}

void SimulatedExchange::tell_positions(const AccountQuery& query, VenueSnapshot& marks) noexcept {
  for (const AccountPosition& position : positions_) {
    if (!asked_for(query, position.account, position.instrument)) continue;
    const Instrument& of = find(position.instrument)->instrument();
    if (of.kind == InstrumentKind::Spot) continue;
    VenuePosition told;
    told.request = query.request;
    told.position = position.position;
    told.account = position.account;
    if (tells_wallet(of.venue, of.settle)) {
      const Int128 cost = margin_.position(position.account, index_of(of.id)).cost;
      if (!fits(cost)) marks.complete = 0;
      told.cost = static_cast<std::int64_t>(cost);
      told.cost_told = 1;
      if (told.position != Qty{})
        told.entry =
            Price::from_raw(static_cast<std::int64_t>(cost * Price::kScale / told.position.raw()));
    }
    tell(RecordKind::VenuePosition, told, position.instrument);
    ++marks.positions;
  }
}

void SimulatedExchange::tell_balances(const AccountQuery& query, VenueSnapshot& marks,
                                      InstrumentId instrument) noexcept {
  for (const Holding& holding : wallet_.holdings()) {
    if (holding.venue != query.venue || holding.account != query.account) continue;
    VenueBalance told;
    Int128 total = holding.total;
    if (tells_wallet(holding.venue, holding.currency)) {
      told.basis = BalanceBasis::Realised;
      for (const MarginPosition& each : margin_.positions()) {
        const Instrument& of = instruments_[each.instrument]->instrument();
        const bool counts = of.settle == holding.currency && asked_for(query, each.account, of.id);
        if (counts) total += each.cost;
      }
    }
    if (!fits(total)) {
      marks.complete = 0;
      continue;
    }
    told.request = query.request;
    told.total = {holding.currency, static_cast<std::int64_t>(total)};
    told.venue = holding.venue;
    told.account = holding.account;
    tell(RecordKind::VenueBalance, told, instrument);
    ++marks.balances;
  }
}

void SimulatedExchange::tell_trades(const AccountQuery& query, VenueSnapshot& marks) noexcept {
  const auto first =
      std::lower_bound(told_fills_.begin(), told_fills_.end(), query.trades_from,
                       [](const ToldFill& fill, WallTime from) { return fill.at < from; });
  for (auto fill = first; fill != told_fills_.end(); ++fill) {
    if (!asked_for(query, fill->account, fill->instrument)) continue;
    OrderReport trade = fill->report;
    trade.kind = ReportKind::Trade;
    auto record = make_record(RecordKind::OrderReport, trade);
    record.header.venue_time = fill->at;
    say(record.header, fill->instrument);
    ++marks.trades;
  }
}
}  // namespace sq::backtest
