#include "engine/oms/account_facts.hpp"

#include <algorithm>

namespace sq::oms {
void CashMoves::add(Currency currency, Int128 flow) noexcept {
  for (std::uint8_t i = 0; i < count; ++i) {
    if (moves[i].currency != currency) continue;
    moves[i].flow += flow;
    return;
  }
  if (count < moves.size()) moves[count++] = {currency, flow};
}

// As a venue reckons: a payment rounded up, a receipt down (backtest/README.md, Money).
CashMoves cash_moves(const Instrument& instrument, const BookedTrade& trade) noexcept {
  CashMoves made;
  const bool buy = trade.side == Side::Buy;
  const bool pays = buy != (instrument.kind == InstrumentKind::InversePerpetual);
  const auto value =
      instrument.notional(trade.price, trade.qty, pays ? Rounding::Up : Rounding::Down);
  if (!value) return made;
  const Int128 flow = pays ? -Int128{value->raw} : Int128{value->raw};
  if (instrument.kind == InstrumentKind::Spot) {
    const Int128 base = buy ? Int128{trade.qty.raw()} : -Int128{trade.qty.raw()};
    made.add(instrument.base, base);
    made.add(instrument.quote, flow);
  } else {
    made.add(instrument.settle, flow);
  }
  if (trade.fee.raw != 0) made.add(trade.fee.currency, -Int128{trade.fee.raw});
  return made;
}

AccountFacts::AccountFacts(std::span<const Instrument> instruments) {
  external_.reserve(kExternalMax);
  external_ended_.reserve(kExternalMax);
  cash_.reserve(instruments.size() * 3 + kForeignCurrencies);
  for (const Instrument& each : instruments) {
    if (venue(each.venue, AccountId{}) == nullptr) {
      VenueFacts facts;
      facts.venue = each.venue;
      venues_.push_back(facts);
    }
  }
}

const VenueFacts* AccountFacts::venue(VenueId venue, AccountId account) const noexcept {
  for (const VenueFacts& each : venues_)
    if (each.venue == venue && each.account == account) return &each;
  return nullptr;
}
VenueFacts* AccountFacts::venue_of(VenueId id, AccountId account) noexcept {
  return const_cast<VenueFacts*>(venue(id, account));
}

const CashLine* AccountFacts::cash(VenueId venue, AccountId account,
                                   Currency currency) const noexcept {
  for (const CashLine& each : cash_)
    if (each.venue == venue && each.account == account && each.currency == currency) return &each;
  return nullptr;
}
CashLine* AccountFacts::line(VenueId venue, AccountId account, Currency currency) noexcept {
  if (const CashLine* found = cash(venue, account, currency)) return const_cast<CashLine*>(found);
  if (cash_.size() == cash_.capacity()) {
    ++lost_;
    return nullptr;
  }
  CashLine fresh;
  fresh.venue = venue;
  fresh.account = account;
  fresh.currency = currency;
  return &cash_.emplace_back(fresh);
}

void AccountFacts::on_trade(const Instrument& instrument, const BookedTrade& trade,
                            AccountId account) noexcept {
  if (trade.trade_id != 0) {
    BookedTrade kept = trade;
    if (const VenueFacts* facts = venue(instrument.venue, account)) kept.told_in = facts->answering;
    trades_.remember(kept);
  }
  const CashMoves moved = cash_moves(instrument, trade);
  if (moved.count == 0) ++lost_;
  for (std::uint8_t i = 0; i < moved.count; ++i) {
    CashLine* cash = line(instrument.venue, account, moved.moves[i].currency);
    if (cash == nullptr) continue;
    cash->moved += moved.moves[i].flow;
  }
}

void AccountFacts::on_corrected(const Instrument& instrument, const TradeCorrected& corrected,
                                const Amount& fee) noexcept {
  BookedTrade* known = trades_.find(instrument.id, corrected.trade_id, corrected.side);
  // Forgotten: what it cost is not known any more.
  if (known == nullptr || known->order != corrected.id) {
    ++lost_;
    return;
  }
  const auto move = [&](const BookedTrade& trade, int sign) noexcept {
    const CashMoves moved = cash_moves(instrument, trade);
    for (std::uint8_t i = 0; i < moved.count; ++i) {
      CashLine* cash = line(instrument.venue, corrected.account, moved.moves[i].currency);
      if (cash != nullptr) cash->moved += sign * moved.moves[i].flow;
    }
  };
  move(*known, -1);
  known->busted = corrected.qty == Qty{};
  if (known->busted) return;
  known->price = corrected.price;
  known->qty = corrected.qty;
  known->fee = fee;
  move(*known, 1);
}

void AccountFacts::on_cash(VenueId venue, AccountId account, const Amount& moved) noexcept {
  CashLine* cash = line(venue, account, moved.currency);
  if (cash == nullptr) return;
  cash->moved += moved.raw;
}

void AccountFacts::on_snapshot(const RecordHeader& record) noexcept {
  const auto& snapshot = payload_of<VenueSnapshot>(record);
  VenueFacts* facts = venue_of(snapshot.venue, snapshot.account);
  if (facts == nullptr) return;
  facts->answering = snapshot.phase == SnapshotPhase::Begin ? snapshot.request : 0;
}

void AccountFacts::on_balance(const RecordHeader& record) noexcept {
  const auto& told = payload_of<VenueBalance>(record);
  if (venue(told.venue, told.account) == nullptr) return;
  CashLine* cash = line(told.venue, told.account, told.total.currency);
  if (cash != nullptr) cash->transferred = told.transferred;
}

void AccountFacts::on_break(const RecordHeader& record) noexcept {
  const auto& changed = payload_of<BreakChanged>(record);
  breaks_.apply(record);
  if (changed.state == BreakState::Compared) {
    VenueFacts* facts = venue_of(changed.venue, changed.account);
    if (facts == nullptr) return;
    if (facts->comparisons == 0) facts->history_from = changed.since;
    facts->compared_as_of = changed.as_of;
    facts->compared_at = record.wall;
    facts->clean = changed.clean;
    ++facts->comparisons;
    return;
  }
  const bool balance = changed.kind == BreakKind::Balance || changed.kind == BreakKind::Transfer;
  if (changed.state != BreakState::Accepted || !balance) return;
  CashLine* cash = line(changed.venue, changed.account, changed.currency);
  if (cash == nullptr) return;
  cash->opening += Int128{changed.there} - changed.here;
  cash->transferred_known = cash->transferred;
  cash->opened = true;
}

const ExternalOrder* AccountFacts::external(InstrumentId instrument,
                                            std::uint64_t venue_order_id) const noexcept {
  for (const ExternalOrder& each : external_)
    if (each.venue_order_id == venue_order_id && each.instrument == instrument) return &each;
  return nullptr;
}
const ExternalOrder* AccountFacts::external(OrderId id) const noexcept {
  for (const ExternalOrder& each : external_)
    if (each.id == id) return &each;
  return nullptr;
}
bool AccountFacts::has_room() const noexcept {
  return external_.size() < kExternalMax ||
         std::find(external_ended_.begin(), external_ended_.end(), true) != external_ended_.end();
}

bool AccountFacts::on_adopted(const RecordHeader& record) noexcept {
  const auto& adopted = payload_of<OrderAdopted>(record);
  if (adopted.foreign != 0) {
    adopted_ = std::max(adopted_, adopted.request.id.counter());
  } else {
    on_epoch_seen(adopted.request.id.epoch());
  }
  const ExternalOrder fresh{adopted.venue_order_id, adopted.request.id, adopted.filled,
                            adopted.as_of,          record.instrument,  0};
  for (std::size_t i = 0; i < external_.size(); ++i) {
    if (external_[i].id != adopted.request.id) continue;  // adopted before
    external_[i] = fresh;
    external_ended_[i] = false;
    return true;
  }
  if (external_.size() < kExternalMax) {
    external_.push_back(fresh);
    external_ended_.push_back(false);
    return true;
  }
  for (std::size_t i = 0; i < external_.size(); ++i) {
    if (!external_ended_[i]) continue;
    // The oldest that ended; late reports about it are then of an unknown order.
    std::rotate(external_.begin() + static_cast<std::ptrdiff_t>(i),
                external_.begin() + static_cast<std::ptrdiff_t>(i) + 1, external_.end());
    external_ended_.erase(external_ended_.begin() + static_cast<std::ptrdiff_t>(i));
    external_.back() = fresh;
    external_ended_.push_back(false);
    return true;
  }
  ++lost_;
  return false;
}

void AccountFacts::on_ended(OrderId id) noexcept {
  for (std::size_t i = 0; i < external_.size(); ++i)
    if (external_[i].id == id) external_ended_[i] = true;
}

void AccountFacts::save(StateOut& out) const {
  breaks_.save(out);
  trades_.save(out);
  out.put_count(external_.size());
  for (std::size_t i = 0; i < external_.size(); ++i) {
    out.put(external_[i]);
    out.put(static_cast<std::uint8_t>(external_ended_[i] ? 1 : 0));
  }
  out.put_count(cash_.size());
  for (const CashLine& each : cash_) {
    out.put(each.venue);
    out.put(each.account);
    out.put(each.currency);
    for (const Int128& value : {each.opening, each.moved}) out.put(value);
    out.put(each.transferred);
    out.put(each.transferred_known);
    out.put(static_cast<std::uint8_t>(each.opened ? 1 : 0));
  }
  out.put_count(venues_.size());
  for (const VenueFacts& each : venues_) {
    out.put(each.venue);
    out.put(each.account);
    out.put(each.answering);
    for (const WallTime time : {each.history_from, each.compared_as_of, each.compared_at})
      out.put(time.ns);
    out.put(each.comparisons);
    out.put(each.clean);
  }
  out.put(adopted_);
  out.put(lost_);
  out.put(epoch_seen_);
}

bool AccountFacts::restore(StateIn& in) {
  if (!breaks_.restore(in) || !trades_.restore(in)) return false;
  external_.clear();
  external_ended_.clear();
  const std::size_t orders = in.take_count(kExternalMax);
  for (std::size_t i = 0; i < orders && in.ok(); ++i) {
    external_.push_back(in.take<ExternalOrder>());
    external_ended_.push_back(in.take<std::uint8_t>() != 0);
  }
  cash_.clear();
  const std::size_t lines = in.take_count(cash_.capacity());
  for (std::size_t i = 0; i < lines && in.ok(); ++i) {
    CashLine each;
    each.venue = in.take<VenueId>();
    each.account = in.take<AccountId>();
    each.currency = in.take<Currency>();
    for (Int128* value : {&each.opening, &each.moved}) *value = in.take<Int128>();
    each.transferred = in.take<std::int64_t>();
    each.transferred_known = in.take<std::int64_t>();
    each.opened = in.take<std::uint8_t>() != 0;
    cash_.push_back(each);
  }
  in.expect(std::uint64_t{venues_.size()});
  for (VenueFacts& each : venues_) {
    in.expect(each.venue);
    in.expect(each.account);
    each.answering = in.take<std::uint64_t>();
    for (WallTime* time : {&each.history_from, &each.compared_as_of, &each.compared_at})
      *time = WallTime{in.take<std::int64_t>()};
    each.comparisons = in.take<std::uint64_t>();
    each.clean = in.take<std::uint64_t>();
  }
  adopted_ = in.take<std::uint64_t>();
  lost_ = in.take<std::uint64_t>();
  epoch_seen_ = in.take<std::uint32_t>();
  return in.ok();
}
}  // namespace sq::oms
