// SimulatedExchange: margin at order entry, liquidation, and what it tells about both. README.md
// states the rules.
#include <algorithm>

#include "engine/backtest/exchange.hpp"

namespace sq::backtest {
namespace {
// The venue warns from this use of the margin balance on.
constexpr Int128 kWarningPercent = 80;
// Brackets above this one are left step by step; smaller positions are closed at once.
constexpr std::size_t kStepsFromBracket = 2;

std::int64_t narrow(Int128 value) noexcept {
  constexpr Int128 kMax = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(value, -kMax, kMax));
}
Int128 magnitude(Int128 value) noexcept { return value < 0 ? -value : value; }
}  // namespace

Price SimulatedExchange::refresh_mark(std::uint32_t index) noexcept {
  Price& mark = margin_.instrument(index).mark;
  if (markets_[index].mark_from_feed || !instruments_[index]->live()) return mark;
  const Price middle = instruments_[index]->middle();
  if (middle > Price{}) mark = middle;
  return mark;
}

// The order's initial margin and what it would lose at once, beside everything else in the wallet.
// An order that needs no more than there was before it always passes.
RejectCode SimulatedExchange::hold_margin(SimOrder& order, std::int64_t value) noexcept {
  const std::uint32_t index = index_of(order.instrument);
  if (!margined(index)) return RejectCode::None;
  const Price mark = refresh_mark(index);
  const bool buy = order.side == Side::Buy;
  Int128 loss = 0;
  if (const auto at_mark =
          instruments_[index]->instrument().notional(mark, order.qty, Rounding::Down);
      at_mark && mark > Price{}) {
    loss = std::max(Int128{0}, buy ? Int128{value} - at_mark->raw : Int128{at_mark->raw} - value);
  }
  MarginPosition& position = margin_.position(order.account, index);
  const Pool before = margin_.cross_pool(position);
  Int128& open = buy ? position.open_buys : position.open_sells;
  open += value;
  position.open_loss += loss;
  const Pool after = margin_.cross_pool(position);
  const Int128 held = margin_.value(position);
  const Int128 reached = buy ? held + position.open_buys : position.open_sells - held;
  RejectCode code = RejectCode::None;
  if (reached > margin_.instrument(index).rules.notional_max() && reached > magnitude(held)) {
    code = RejectCode::LeverageCap;
  } else if (after.initial > before.initial && after.initial > after.balance()) {
    code = RejectCode::InsufficientMargin;
  }
  if (code != RejectCode::None) {
    open -= value;
    position.open_loss -= loss;
    return code;
  }
  order.reserved = value;
  order.open_loss = narrow(loss);
  return RejectCode::None;
}

void SimulatedExchange::release_margin(SimOrder& order, std::int64_t keep) noexcept {
  if (order.reserved == 0) return;
  MarginPosition& position = margin_.position(order.account, index_of(order.instrument));
  (order.side == Side::Buy ? position.open_buys : position.open_sells) -= order.reserved - keep;
  const auto loss = static_cast<std::int64_t>(Int128{order.open_loss} * keep / order.reserved);
  position.open_loss -= order.open_loss - loss;
  order.open_loss = loss;
  order.reserved = keep;
}

void SimulatedExchange::book_margin(const SimOrder& order, std::uint32_t index, Qty qty,
                                    std::int64_t value) noexcept {
  if (!margin_.instrument(index).tracked) return;
  SimOrder& open = orders_[index_.find(order.id)->slot];
  // What is left of the order still needs margin, in proportion.
  if (open.reserved != 0)
    release_margin(open, static_cast<std::int64_t>(Int128{open.reserved} * open.remaining().raw() /
                                                   (open.remaining() + qty).raw()));
  MarginPosition& position = margin_.position(order.account, index);
  margin_.on_fill(position, order.side, qty, value);
  if (!margined(index)) return;
  if (!markets_[index].mark_from_feed)
    timed_at_ = std::min(timed_at_, WallTime{(now_.ns / kNsPerSecond + 1) * kNsPerSecond});
  refresh_mark(index);
}

void SimulatedExchange::check_liquidation(std::uint32_t index) noexcept {
  for (std::size_t i = 0; i < margin_.positions().size(); ++i) {
    MarginPosition& position = margin_.positions()[i];
    if (position.instrument != index || position.qty == Qty{}) continue;
    const Pool pool = margin_.pool_of(position);
    if (pool.liquidated()) {
      liquidate(i);
      continue;
    }
    const bool warned = pool.maintenance * 100 >= pool.balance() * kWarningPercent;
    if (warned && !markets_[index].called) tell_account(i, AccountNotice::MarginCall);
    markets_[index].called = warned;
  }
}

// Open orders first; then positions, the one with the largest maintenance first, until the rest is
// covered.
void SimulatedExchange::liquidate(std::size_t at) noexcept {
  cancel_for_liquidation(at);
  while (true) {
    const MarginPosition& start = margin_.positions()[at];
    if (!margin_.pool_of(start).liquidated()) return;
    std::size_t worst = at;
    Int128 largest = start.qty == Qty{} ? Int128{-1} : margin_.maintenance(start);
    for (std::size_t i = 0; !margin_.isolated(start) && i < margin_.positions().size(); ++i) {
      const MarginPosition& each = margin_.positions()[i];
      if (each.qty == Qty{} || margin_.isolated(each) || !margin_.same_wallet(each, start) ||
          !margined(each.instrument) || margin_.maintenance(each) <= largest)
        continue;
      worst = i;
      largest = margin_.maintenance(each);
    }
    if (largest < 0) return;
    close_part(worst);
  }
}

// Of the symbol when its margin is isolated, of the whole wallet otherwise.
void SimulatedExchange::cancel_for_liquidation(std::size_t at) noexcept {
  const MarginPosition of = margin_.positions()[at];
  liquidated_.clear();
  index_.for_each([&](const OrderFate& fate) {
    if (fate.slot == kNoSlot) return;
    const SimOrder& order = orders_[fate.slot];
    if (instruments_[index_of(order.instrument)]->instrument().kind == InstrumentKind::Spot) return;
    MarginPosition probe;
    probe.account = order.account;
    probe.instrument = index_of(order.instrument);
    const bool same = margin_.isolated(of)
                          ? probe.account == of.account && probe.instrument == of.instrument
                          : margin_.same_wallet(probe, of);
    if (same) liquidated_.push_back(fate.slot);
  });
  std::sort(liquidated_.begin(), liquidated_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return orders_[a].id < orders_[b].id; });
  for (const std::uint32_t slot : liquidated_) {
    end(slot, OrderState::Expired, ReportKind::Expired, RejectCode::Liquidation);
    find(orders_[slot].instrument)->remove(slot);
  }
}

// An immediate order at the bankruptcy price or better; the insurance fund takes the rest at it.
void SimulatedExchange::close_part(std::size_t at) noexcept {
  const MarginPosition position = margin_.positions()[at];
  const MarginInstrument& instrument = margin_.instrument(position.instrument);
  SimInstrument& market = *instruments_[position.instrument];
  const Side side = position.qty > Qty{} ? Side::Sell : Side::Buy;
  Qty left = position.qty > Qty{} ? position.qty : -position.qty;
  const Int128 notional = magnitude(margin_.value(position));
  if (const std::size_t bracket = instrument.rules.bracket_of(notional);
      bracket >= kStepsFromBracket) {
    const Int128 excess = notional - instrument.rules.cap(bracket - 1);
    const std::int64_t lot = instrument.of.lot.raw();
    const Int128 lots = excess * Price::kScale / instrument.mark.raw() / lot + 1;
    left = std::min(left, Qty::from_raw(narrow(lots * lot)));
  }
  const Price bankruptcy = margin_.bankruptcy_price(position);
  Int128 liquidated = 0;
  while (left > Qty{}) {
    const Level taken = market.take_best(side, bankruptcy, left);
    if (taken.qty == Qty{}) break;
    left -= taken.qty;
    const auto value = instrument.of.notional(taken.price, taken.qty, Rounding::Down);
    liquidated += value ? value->raw : 0;
    book_liquidation(at, AccountNotice::Liquidation, {taken.price, taken.qty},
                     left == Qty{} ? liquidated : Int128{0});
  }
  if (left > Qty{}) book_liquidation(at, AccountNotice::Takeover, {bankruptcy, left}, liquidated);
}

// `liquidated`: the value that the fee is due on, with the last trade of a step.
void SimulatedExchange::book_liquidation(std::size_t at, AccountNotice notice, const Level& trade,
                                         Int128 liquidated) noexcept {
  const auto [price, qty] = trade;
  MarginPosition& position = margin_.positions()[at];
  const Market& market = markets_[position.instrument];
  const Instrument& instrument = instruments_[position.instrument]->instrument();
  const bool buy = position.qty < Qty{};
  const Rounding rounding = buy ? Rounding::Up : Rounding::Down;
  const auto value = instrument.notional(price, qty, rounding);
  const auto at_mark =
      instrument.notional(margin_.instrument(position.instrument).mark, qty, rounding);
  if (!value || !at_mark) return;
  const Int128 won = buy ? Int128{at_mark->raw} - value->raw : Int128{value->raw} - at_mark->raw;
  // The fee is taken from what margin is left.
  const Int128 left = std::max(Int128{0}, margin_.pool_of(position).balance() + won - 2);
  const Int128 full =
      (Int128{market.settings.liquidation_fee.raw()} * liquidated + Ratio::kScale - 1) /
      Ratio::kScale;
  const std::int64_t fee = model_.fees ? narrow(std::min(full, left)) : 0;
  const Int128 flow = buy ? -Int128{value->raw} : Int128{value->raw};
  wallet_.at(instrument.venue, position.account, instrument.settle).total += flow - fee;
  AccountPosition& books = position_of(position.account, instrument.id);
  books.cash_flow += flow;
  books.fees_cash += fee;
  (buy ? books.bought : books.sold) += qty;
  books.position = buy ? books.position + qty : books.position - qty;
  const Int128 kept = position.isolated + flow - fee - position.cost;
  margin_.on_fill(position, buy ? Side::Buy : Side::Sell, qty, value->raw);
  // What an isolated position has left stays with it until it is closed.
  if (margin_.isolated(position) && position.qty != Qty{}) position.isolated = kept + position.cost;
  ++liquidations_;
  VenueAccount told = account_of(at);
  told.notice = notice;
  told.side = static_cast<std::uint8_t>(buy ? Side::Buy : Side::Sell);
  told.price = price;
  told.qty = qty;
  told.fee = fee;
  told.trade_id = instruments_[position.instrument]->next_trade_id();
  auto record = make_record(RecordKind::VenueAccount, told);
  say(record.header, instrument.id);
}

VenueAccount SimulatedExchange::account_of(std::size_t at) noexcept {
  const MarginPosition& position = margin_.positions()[at];
  const MarginInstrument& instrument = margin_.instrument(position.instrument);
  const Pool pool = margin_.pool_of(position);
  VenueAccount told;
  told.currency = instrument.of.settle;
  told.wallet = narrow(pool.wallet);
  told.margin_balance = narrow(pool.balance());
  told.maintenance = narrow(pool.maintenance);
  told.initial = narrow(pool.initial);
  told.position = position.qty;
  told.mark = instrument.mark;
  if (position.qty != Qty{})
    told.entry = Price::from_raw(narrow(position.cost * Price::kScale / position.qty.raw()));
  told.liquidation_price = margin_.liquidation_price(position);
  told.account = position.account;
  told.notice = AccountNotice::Update;
  told.mode = instrument.mode;
  return told;
}

// After a fill of ours.
void SimulatedExchange::tell_margin(const SimOrder& order) noexcept {
  const std::uint32_t index = index_of(order.instrument);
  if (!margined(index)) return;
  const MarginPosition* position = &margin_.position(order.account, index);
  tell_account(static_cast<std::size_t>(position - margin_.positions().data()),
               AccountNotice::Update);
}

void SimulatedExchange::tell_account(std::size_t at, AccountNotice notice) noexcept {
  VenueAccount told = account_of(at);
  told.notice = notice;
  auto record = make_record(RecordKind::VenueAccount, told);
  say(record.header, margin_.instrument(margin_.positions()[at].instrument).of.id);
}
}  // namespace sq::backtest
