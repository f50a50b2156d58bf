#include "engine/portfolio/portfolio.hpp"

#include <algorithm>
#include <limits>

namespace sq::portfolio {
namespace {
// Sums of the books that only people read: they stop at the largest value.
void add_saturating(std::int64_t& sum, std::int64_t value) noexcept {
  if (__builtin_add_overflow(sum, value, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}
std::int64_t magnitude(std::int64_t value) noexcept { return value < 0 ? -value : value; }
}  // namespace

Portfolio::Portfolio(std::vector<Instrument> instruments, std::size_t strategies,
                     std::size_t fills_remembered)
    : instruments_{std::move(instruments)},
      strategies_{strategies},
      ledgers_(instruments_.size() * (strategies + 1)),
      venue_accounts_(instruments_.size()),
      window_{fills_remembered, ledgers_.size()} {
  funding_lines_.reserve(strategies + 1);
}

std::size_t Portfolio::index_of_ledger(StrategyId strategy,
                                       InstrumentId instrument) const noexcept {
  const std::size_t s = std::min<std::size_t>(index_of(strategy), strategies_);
  return index_of(instrument) * (strategies_ + 1) + s;
}
StrategyLedger& Portfolio::at(StrategyId strategy, InstrumentId instrument) noexcept {
  return ledgers_[index_of_ledger(strategy, instrument)];
}
const StrategyLedger& Portfolio::ledger(StrategyId strategy,
                                        InstrumentId instrument) const noexcept {
  return ledgers_[index_of_ledger(strategy, instrument)];
}

// The counts of a fill that came (sign 1) or was taken back (-1).
void Portfolio::count(StrategyLedger& ledger, const RememberedFill& fill, std::int64_t traded,
                      std::int64_t sign) const noexcept {
  add_saturating(ledger.turnover, sign * magnitude(traded));
  const auto one = static_cast<std::uint64_t>(sign);
  ledger.fills += one;
  if (fill.maker != 0) ledger.maker_fills += one;
}

std::optional<Booked> Portfolio::on_fill(const OrderRequest& order, InstrumentId instrument,
                                         const OrderReport& fill) noexcept {
  const Instrument& traded_in = instruments_[index_of(instrument)];
  StrategyLedger& held = at(order.strategy, instrument);
  RememberedFill kept{order.id, fill.trade_id, fill.last_price, fill.last_qty, fill.fee, 0,
                      order.side, fill.maker, {}};
  kept.ledger = static_cast<std::uint32_t>(index_of_ledger(order.strategy, instrument));
  StrategyLedger next = held;
  const auto effect = apply_fill(next.position, traded_in, kept);
  if (!effect || __builtin_add_overflow(next.cash, effect->flow - effect->fee, &next.cash) ||
      __builtin_add_overflow(next.fees, effect->fee, &next.fees)) {
    ++refused_fills_;
    return std::nullopt;
  }
  if (effect->unvalued) ++next.unvalued_fees;
  count(next, kept, effect->traded, 1);

  Booked booked;
  booked.position_delta = next.position.qty() - held.position.qty();
  booked.cash_delta = effect->flow - effect->fee;
  FillBooked& line = booked.decision;
  line.id = order.id;
  line.trade_id = fill.trade_id;
  line.price = fill.last_price;
  line.qty = fill.last_qty;
  line.position_after = next.position.qty();
  line.realised_delta = effect->realised;
  line.fee_settle = effect->fee;
  line.fee = fill.fee;
  line.settle = traded_in.settle;
  line.strategy = order.strategy;
  line.account = order.account;
  line.side = order.side;
  line.maker = fill.maker;
  held = next;
  window_.push(kept, instruments_, strategies_ + 1);
  return booked;
}

std::optional<std::span<const FundingBooked>> Portfolio::on_funding(
    const FundingSettled& funding, InstrumentId instrument) noexcept {
  funding_lines_.clear();
  std::int64_t left = funding.amount.raw;
  const auto line = [&](std::size_t s, Qty position, std::int64_t amount) {
    const StrategyId id = s < strategies_ ? StrategyId{static_cast<std::uint16_t>(s)} : kNoStrategy;
    funding_lines_.push_back({funding.mark, funding.rate, position,
                              {funding.amount.currency, amount}, id, funding.account, 0});
  };
  for (std::size_t s = 0; s < strategies_ && funding.position != Qty{}; ++s) {
    const Qty held = ledgers_[index_of(instrument) * (strategies_ + 1) + s].position.qty();
    if (held == Qty{}) continue;
    const auto share = divide(Int128{funding.amount.raw} * held.raw() *
                                  (funding.position < Qty{} ? -1 : 1),
                              funding.position < Qty{} ? -Int128{funding.position.raw()}
                                                       : Int128{funding.position.raw()},
                              Rounding::Down);
    if (!share || __builtin_sub_overflow(left, *share, &left)) return std::nullopt;
    if (*share != 0) line(s, held, *share);
  }
  if (left != 0) {
    const auto& rest = ledgers_[index_of(instrument) * (strategies_ + 1) + strategies_];
    line(strategies_, rest.position.qty(), left);
  }
  const auto book = [&](const FundingBooked& booked, bool store) {
    StrategyLedger& place = at(booked.strategy, instrument);
    std::int64_t cash = 0;
    std::int64_t total = 0;
    if (__builtin_add_overflow(place.cash, booked.amount.raw, &cash) ||
        __builtin_add_overflow(place.funding, booked.amount.raw, &total))
      return false;
    if (store) {
      place.cash = cash;
      place.funding = total;
    }
    return true;
  };
  for (const FundingBooked& booked : funding_lines_)
    if (!book(booked, false)) return std::nullopt;
  for (const FundingBooked& booked : funding_lines_) static_cast<void>(book(booked, true));
  return std::span<const FundingBooked>{funding_lines_};
}

std::optional<Booked> Portfolio::adjust(StrategyId strategy, InstrumentId instrument, Side side,
                                        Price price, Qty qty) noexcept {
  OrderRequest nobody;
  nobody.strategy = strategy;
  nobody.side = side;
  OrderReport trade;
  trade.last_price = price;
  trade.last_qty = qty;
  trade.fee.currency = instruments_[index_of(instrument)].settle;
  return on_fill(nobody, instrument, trade);
}

std::optional<CorrectedTrade> Portfolio::on_correction(const OrderRequest& order,
                                                       const OrderReport& report) noexcept {
  RememberedFill* fill = window_.find(order.id, report.trade_id);
  if (fill == nullptr || fill->qty == Qty{}) return std::nullopt;
  const std::uint32_t index = fill->ledger;
  const Instrument& instrument = instruments_[index / (strategies_ + 1)];
  const RememberedFill before = *fill;
  RememberedFill after = before;
  const bool busted = report.kind == ReportKind::Busted;
  after.qty = busted ? Qty{} : report.last_qty;
  after.price = busted ? Price{} : report.last_price;
  after.fee = busted ? Amount{before.fee.currency, 0} : report.fee;

  // Flows and fees do not depend on the position that they meet.
  Position none;
  FillEffect is;
  const auto was = apply_fill(none, instrument, before);
  if (!busted) {
    none = {};
    const auto effect = apply_fill(none, instrument, after);
    if (!effect) return std::nullopt;
    is = *effect;
  }
  StrategyLedger& held = ledgers_[index];
  StrategyLedger next = held;
  *fill = after;
  const auto position = window_.position_of(index, instrument);
  const std::int64_t cash_delta = (is.flow - is.fee) - (was->flow - was->fee);
  if (!position || __builtin_add_overflow(next.cash, cash_delta, &next.cash) ||
      __builtin_add_overflow(next.fees, is.fee - was->fee, &next.fees)) {
    *fill = before;
    return std::nullopt;
  }
  next.position = *position;
  next.unvalued_fees += static_cast<std::uint64_t>(is.unvalued) -
                        static_cast<std::uint64_t>(was->unvalued);
  count(next, before, was->traded, -1);
  if (!busted) count(next, after, is.traded, 1);

  CorrectedTrade corrected;
  corrected.instrument = instrument.id;
  corrected.position_delta = next.position.qty() - held.position.qty();
  corrected.cash_delta = cash_delta;
  TradeCorrected& line = corrected.decision;
  line.id = order.id;
  line.trade_id = report.trade_id;
  line.price_before = before.price;
  line.qty_before = before.qty;
  line.price = after.price;
  line.qty = after.qty;
  line.position_delta = corrected.position_delta;
  line.position_after = next.position.qty();
  line.cash_delta = cash_delta;
  line.realised_delta = next.position.realised() - held.position.realised();
  line.fee_delta = is.fee - was->fee;
  line.settle = instrument.settle;
  line.strategy = order.strategy;
  line.account = order.account;
  line.side = before.side;
  held = next;
  return corrected;
}

Qty Portfolio::position(InstrumentId instrument) const noexcept {
  Qty sum;
  for (std::size_t s = 0; s <= strategies_; ++s)
    sum += ledgers_[index_of(instrument) * (strategies_ + 1) + s].position.qty();
  return sum;
}

// Layout: wal/SNAPSHOT.md, section Portfolio.
static_assert(sizeof(StrategyLedger) == 80 && StateValue<StrategyLedger>);
static_assert(sizeof(VenueAccount) == 112 && StateValue<VenueAccount>);
void Portfolio::save(StateOut& out) const {
  out.put_count(instruments_.size());
  out.put_all(ledgers_);
  out.put_all(venue_accounts_);
  out.put(refused_fills_);
  window_.save(out);
}
bool Portfolio::restore(StateIn& in) {
  in.expect(std::uint64_t{instruments_.size()});
  in.take_all(ledgers_);
  in.take_all(venue_accounts_);
  refused_fills_ = in.take<std::uint64_t>();
  return window_.restore(in);
}

std::optional<std::int64_t> net_pnl(const StrategyLedger& ledger, const Instrument& instrument,
                                    Price mark) noexcept {
  const auto open = ledger.position.unrealised(instrument, mark);
  if (!open) return std::nullopt;
  return ledger.position.realised() + *open - ledger.fees + ledger.funding;
}
}  // namespace sq::portfolio
