#include "engine/oms/reconciliation.hpp"

#include <algorithm>

namespace sq::oms {
Reconciliation::Reconciliation(VenueId venue, AccountId account,
                               std::vector<InstrumentId> instruments, std::uint32_t orders)
    : venue_{venue},
      account_{account},
      instruments_{std::move(instruments)},
      positions_(instruments_.size()) {
  orders_.reserve(orders);
  balances_.reserve(kCurrenciesMax);
  since_.reserve(kFillsMax);
  early_.reserve(kDifferencesMax);
  found_.reserve(kDifferencesMax);
  to_ask_.reserve(orders);
}

void Reconciliation::start(std::uint64_t request, MonoTime now, WallTime trades_from) noexcept {
  trades_from_ = trades_from;
  request_ = request;
  requested_at_ = now;
  begun_ = cash_moved_ = since_lost_ = false;
  orders_.clear();
  balances_.clear();
  since_.clear();
  early_.clear();
  std::fill(positions_.begin(), positions_.end(), VenuePosition{});
  positions_told_ = trades_told_ = 0;
  overflow_ = false;
}

bool Reconciliation::ours(InstrumentId instrument) const noexcept {
  return std::find(instruments_.begin(), instruments_.end(), instrument) != instruments_.end();
}

void Reconciliation::on_begin(const RecordHeader& record) noexcept {
  if (payload_of<VenueSnapshot>(record).request != request_ || request_ == 0) return;
  begun_ = true;
  as_of_ = record.venue_time;
}

void Reconciliation::on_order(const RecordHeader& record) noexcept {
  const auto& told = payload_of<VenueOrder>(record);
  if (!begun_ || told.request != request_) return;
  if (orders_.size() == orders_.capacity() || !ours(record.instrument)) {
    overflow_ = true;
    return;
  }
  orders_.push_back({told, record.instrument, told.id});
}

void Reconciliation::on_position(const RecordHeader& record) noexcept {
  const VenuePosition told = venue_position_of(record);
  if (!begun_ || told.request != request_) return;
  ++positions_told_;
  const auto at = std::find(instruments_.begin(), instruments_.end(), record.instrument);
  if (at == instruments_.end()) return;  // not traded here: nobody's business
  positions_[static_cast<std::size_t>(at - instruments_.begin())] = told;
}

void Reconciliation::on_balance(const RecordHeader& record) noexcept {
  const auto& told = payload_of<VenueBalance>(record);
  if (!begun_ || told.request != request_) return;
  if (balances_.size() == kCurrenciesMax) {
    overflow_ = true;
    return;
  }
  balances_.push_back(told);
}

void Reconciliation::on_trade() noexcept {
  if (begun_) ++trades_told_;
}

void Reconciliation::on_differing_trade(const RecordHeader& record, const BookedTrade& booked,
                                        BreakKind kind) noexcept {
  const auto& told = payload_of<OrderReport>(record);
  if (!begun_) return;
  Difference made;
  made.subject.kind = kind;
  made.subject.trade_id = told.trade_id;
  made.subject.order = booked.order != OrderId{} ? booked.order : told.id;
  made.subject.venue_order_id = told.venue_order_id;
  made.subject.venue = venue_;
  made.subject.account = account_;
  made.instrument = record.instrument;
  made.certain = true;
  switch (kind) {
    case BreakKind::WrongPrice:
      made.subject.here = booked.price.raw();
      made.subject.there = told.last_price.raw();
      break;
    case BreakKind::Fee:
      made.subject.here = booked.fee.raw;
      made.subject.there = told.fee.raw;
      made.subject.currency = told.fee.currency;
      break;
    default:
      made.subject.here = booked.qty.raw();
      made.subject.there = told.last_qty.raw();
      break;
  }
  note(made);
}

void Reconciliation::note(const Difference& found) noexcept {
  if (early_.size() == kDifferencesMax) {
    overflow_ = true;
  } else {
    early_.push_back(found);
  }
}

void Reconciliation::on_booked(const BookedTrade& trade, const Instrument& instrument) noexcept {
  if (request_ == 0 || instrument.venue != venue_) return;
  if (since_.size() == kFillsMax) {
    since_lost_ = true;
    return;
  }
  since_.push_back({trade, cash_moves(instrument, trade)});
}

bool Reconciliation::on_end(const RecordHeader& record) noexcept {
  const auto& end = payload_of<VenueSnapshot>(record);
  if (request_ == 0 || end.request != request_) return false;
  answered_ = request_;
  request_ = 0;
  const bool whole = begun_ && end.complete != 0 && !overflow_ && end.orders == orders_.size() &&
                     end.positions == positions_told_ && end.balances == balances_.size() &&
                     end.trades == trades_told_;
  begun_ = false;
  return whole;
}

Order* Reconciliation::find(OrderPool& orders, const AccountFacts& facts,
                            const ToldOrder& told) const noexcept {
  OrderId id = told.told.id;
  if (id == OrderId{}) {
    const ExternalOrder* external = facts.external(told.instrument, told.told.venue_order_id);
    if (external == nullptr) return nullptr;
    id = external->id;
  }
  return orders.find(id);
}

const std::vector<Difference>& Reconciliation::compare(OrderLife& orders,
                                                       const portfolio::Portfolio& books,
                                                       const AccountFacts& facts,
                                                       MonoTime now) noexcept {
  found_.assign(early_.begin(), early_.end());
  to_ask_.clear();
  compared_ = trades_told_;
  compare_orders(orders, facts, now);
  compare_trades(facts);
  compare_positions(books);
  compare_balances(books, facts);
  return found_;
}

Difference* Reconciliation::add(BreakKind kind, InstrumentId instrument, std::int64_t here,
                                std::int64_t there) noexcept {
  if (found_.size() == kDifferencesMax) {
    overflow_ = true;
    return &(no_room_ = {});
  }
  Difference& made = found_.emplace_back();
  made.subject.kind = kind;
  made.subject.here = here;
  made.subject.there = there;
  made.subject.venue = venue_;
  made.subject.account = account_;
  made.instrument = instrument;
  return &made;
}
Difference* Reconciliation::add_order(BreakKind kind, const Order& order, std::int64_t here,
                                      std::int64_t there) noexcept {
  Difference* made = add(kind, order.instrument, here, there);
  made->subject.order = order.request.id;
  // A report in between names a difference that is gone, or one that it will explain.
  made->undecided = order.changed_at >= requested_at_;
  return made;
}

void Reconciliation::compare_orders(OrderLife& orders, const AccountFacts& facts,
                                    MonoTime now) noexcept {
  for (ToldOrder& told : orders_) {
    const Order* order = find(orders.pool(), facts, told);
    told.id = order != nullptr ? order->request.id : OrderId{};
    if (order != nullptr) compare_told(told, *order);
  }
  std::sort(orders_.begin(), orders_.end(),
            [](const ToldOrder& a, const ToldOrder& b) { return a.id < b.id; });
  for (const InstrumentId instrument : instruments_) {
    orders.pool().for_each_working(instrument, [&](const Order& order) {
      if (order.request.account != account_) return;
      ++compared_;
      const auto at =
          std::lower_bound(orders_.begin(), orders_.end(), order.request.id,
                           [](const ToldOrder& told, OrderId id) { return told.id < id; });
      if (at == orders_.end() || at->id != order.request.id) compare_untold(order, now);
    });
  }
}

void Reconciliation::compare_told(const ToldOrder& told, const Order& order) noexcept {
  ++compared_;
  const VenueOrder& there = told.told;
  if (!order.working()) {  // revived by the caller, so only when there was no room
    add_order(BreakKind::OpenOrder, order, order.filled.raw(), there.filled.raw());
    return;
  }
  if (order.adopted()) {
    Difference* found = add_order(BreakKind::UnknownOrder, order, 0, there.qty.raw());
    found->subject.venue_order_id = there.venue_order_id;
    found->certain = true;
    found->undecided = false;
  }
  // While an amend is unanswered both terms are right; a replacement counts from zero at the venue.
  const bool replaced = order.amended && order.amend.style == AmendStyle::CancelReplace;
  if (order.request.qty != there.qty && !order.amending && !replaced)
    add_order(BreakKind::Quantity, order, order.request.qty.raw(), there.qty.raw());
  if (order.request.type == OrderType::Limit && !order.amending && order.request.limit != there.limit)
    add_order(BreakKind::WrongPrice, order, order.request.limit.raw(), there.limit.raw());
  if (replaced) return;
  if (there.filled > order.filled) {
    add_order(BreakKind::FillMissing, order, order.filled.raw(), there.filled.raw());
    if (order.changed_at < requested_at_) to_ask_.push_back(order.request.id);
  } else if (there.filled < order.filled) {
    add_order(BreakKind::FillExtra, order, order.filled.raw(), there.filled.raw());
  }
}

void Reconciliation::compare_untold(const Order& order, MonoTime now) noexcept {
  switch (order.state) {
    case OrderState::Open:
    case OrderState::PendingCancel:
    case OrderState::PendingReplace:
      add_order(BreakKind::MissingOrder, order, order.remaining().raw(), 0);
      if (order.changed_at < requested_at_) to_ask_.push_back(order.request.id);
      return;
    case OrderState::AwaitingFills:
      add_order(BreakKind::FillMissing, order, order.filled.raw(), order.told.raw());
      return;
    default:
      // Not arrived yet, or not shown yet: the venue is being asked about it.
      if (now - order.sent_at >= kUnknownForNs)
        add_order(BreakKind::MissingOrder, order, order.remaining().raw(), 0)->undecided = false;
      return;
  }
}

// What was booked and is not in the list. The first second of the list is left out: stamps of one
// trade that came on two ways may differ by the estimate of the venue's clock.
void Reconciliation::compare_trades(const AccountFacts& facts) noexcept {
  const VenueFacts* known = facts.venue(venue_, account_);
  if (known == nullptr || known->comparisons == 0) return;
  const WallTime from = trades_from_ + kNsPerSecond;
  facts.trades().for_each([&](const BookedTrade& trade) {
    // Without an order: a liquidation, told by the account's own stream, or not yet adopted.
    if (trade.busted) return;
    if (trade.order == OrderId{} || trade.told_in == answered_ || trade.at < from ||
        trade.at >= as_of_)
      return;
    if (!ours(trade.instrument)) return;
    Difference* found = add(BreakKind::FillExtra, trade.instrument, trade.qty.raw(), 0);
    found->subject.order = trade.order;
    found->subject.trade_id = trade.trade_id;
  });
}

void Reconciliation::compare_positions(const portfolio::Portfolio& books) noexcept {
  for (std::size_t i = 0; i < instruments_.size(); ++i) {
    const Instrument& instrument = books.instruments()[index_of(instruments_[i])];
    if (instrument.kind == InstrumentKind::Spot) continue;  // its balances are compared
    ++compared_;
    Int128 here = books.position(instrument.id).raw();
    bool ambiguous = since_lost_;
    for (const Since& since : since_) {
      if (since.trade.instrument != instrument.id) continue;
      if (since.trade.at == as_of_ || since.trade.at.ns == 0) ambiguous = true;
      if (since.trade.at > as_of_)
        here -= since.trade.side == Side::Buy ? since.trade.qty.raw() : -since.trade.qty.raw();
    }
    const Int128 there = positions_[i].position.raw();
    if (here == there && !ambiguous) continue;
    Difference* found = add(BreakKind::Position, instrument.id, static_cast<std::int64_t>(here),
                            static_cast<std::int64_t>(there));
    found->subject.price = positions_[i].entry;
    found->undecided = ambiguous;
  }
}

std::optional<Reconciliation::OpenCost> Reconciliation::open_cost(
    const portfolio::Portfolio& books, Currency currency) const noexcept {
  OpenCost sum;
  for (std::size_t i = 0; i < instruments_.size(); ++i) {
    const Instrument& instrument = books.instruments()[index_of(instruments_[i])];
    const VenuePosition& told = positions_[i];
    if (instrument.kind == InstrumentKind::Spot || instrument.settle != currency) continue;
    if (told.position == Qty{}) continue;
    if (told.cost_told != 0) {
      sum.value += told.cost;
      continue;
    }
    const bool is_long = told.position > Qty{};
    const Qty size = is_long ? told.position : -told.position;
    const auto value = instrument.notional(told.entry, size, Rounding::Down);
    if (!value || told.entry <= Price{}) return std::nullopt;
    // A sale of inverse contracts pays, as a purchase of others does.
    const bool pays = is_long != (instrument.kind == InstrumentKind::InversePerpetual);
    sum.value += pays ? Int128{value->raw} : -Int128{value->raw};
    sum.slack += kEntrySlack;
  }
  return sum;
}

void Reconciliation::compare_balances(const portfolio::Portfolio& books,
                                      const AccountFacts& facts) noexcept {
  const bool lost = cash_moved_ || since_lost_ || facts.lost() != 0;
  for (const VenueBalance& told : balances_) {
    const CashLine* line = facts.cash(venue_, account_, told.total.currency);
    if (line == nullptr) {
      overflow_ = true;
      continue;
    }
    std::optional<OpenCost> cost{OpenCost{}};
    if (told.basis == BalanceBasis::Realised) cost = open_cost(books, line->currency);
    compare_balance(*line, told, cost.value_or(OpenCost{}), lost || !cost);
  }
  for (const CashLine& line : facts.cash()) {
    if (line.venue != venue_ || line.account != account_ || !line.opened) continue;
    const bool told =
        std::any_of(balances_.begin(), balances_.end(),
                    [&](const VenueBalance& each) { return each.total.currency == line.currency; });
    if (told) continue;
    VenueBalance nothing;
    nothing.total.currency = line.currency;
    compare_balance(line, nothing, {}, lost);
  }
}

void Reconciliation::compare_balance(const CashLine& line, const VenueBalance& told,
                                     const OpenCost& cost, bool ambiguous) noexcept {
  ++compared_;
  Int128 here = line.opening + line.moved + cost.value;
  for (const Since& since : since_) {
    for (std::uint8_t i = 0; i < since.cash.count; ++i) {
      if (since.cash.moves[i].currency != line.currency) continue;
      if (since.trade.at == as_of_ || since.trade.at.ns == 0) ambiguous = true;
      if (since.trade.at <= as_of_) continue;
      here -= since.cash.moves[i].flow;
    }
  }
  const Int128 there = told.total.raw;
  const auto agree = [&](Int128 off) { return off <= cost.slack && off >= -cost.slack; };
  const std::int64_t moved = line.transferred - line.transferred_known;
  const bool transfer = moved != 0 && agree(there - here - moved);
  if (!transfer && agree(there - here) && !ambiguous && line.opened) return;
  Difference* found = add(transfer ? BreakKind::Transfer : BreakKind::Balance, kNoInstrument,
                          static_cast<std::int64_t>(here), static_cast<std::int64_t>(there));
  found->subject.currency = line.currency;
  found->certain = transfer;
  found->undecided = ambiguous;
}
}  // namespace sq::oms
