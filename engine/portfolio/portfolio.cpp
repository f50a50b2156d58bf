#include "engine/portfolio/portfolio.hpp"

#include <algorithm>
#include <limits>

namespace sq::portfolio {
namespace {
// A fee in the base asset is a disposal of that much base at the fill price, paid away: the
// position shrinks, its value becomes the fee.
bool fee_in_base(const Instrument& instrument, const Amount& fee) noexcept {
  return fee.raw != 0 && fee.currency == instrument.base && instrument.base != instrument.settle;
}
}  // namespace

Portfolio::Portfolio(std::vector<Instrument> instruments, std::size_t strategies)
    : instruments_{std::move(instruments)},
      strategies_{strategies},
      ledgers_(instruments_.size() * (strategies + 1)),
      venue_accounts_(instruments_.size()) {
  funding_lines_.reserve(strategies + 1);
}

StrategyLedger& Portfolio::at(StrategyId strategy, InstrumentId instrument) noexcept {
  const std::size_t s = std::min<std::size_t>(index_of(strategy), strategies_);
  return ledgers_[index_of(instrument) * (strategies_ + 1) + s];
}
const StrategyLedger& Portfolio::ledger(StrategyId strategy,
                                        InstrumentId instrument) const noexcept {
  const std::size_t s = std::min<std::size_t>(index_of(strategy), strategies_);
  return ledgers_[index_of(instrument) * (strategies_ + 1) + s];
}

std::optional<Booked> Portfolio::on_fill(const OrderRequest& order, InstrumentId instrument,
                                         const OrderReport& fill) noexcept {
  const Instrument& traded_in = instruments_[index_of(instrument)];
  StrategyLedger next = at(order.strategy, instrument);
  const auto traded = next.position.trade(traded_in, order.side, fill.last_price, fill.last_qty);
  if (!traded) {
    ++refused_fills_;
    return std::nullopt;
  }
  std::int64_t flow = traded->flow;
  std::int64_t realised = traded->realised;
  std::int64_t fee = fill.fee.raw;
  const Qty before = at(order.strategy, instrument).position.qty();
  if (fee_in_base(traded_in, fill.fee)) {
    const Side side = fee > 0 ? Side::Sell : Side::Buy;
    const Qty disposed = Qty::from_raw(fee > 0 ? fee : -fee);  // both are 1e-8
    const auto disposal = next.position.trade(traded_in, side, fill.last_price, disposed);
    if (!disposal) {
      ++refused_fills_;
      return std::nullopt;
    }
    flow += disposal->flow;
    realised += disposal->realised;
    fee = disposal->flow;
  }
  if (fee != 0 && fill.fee.currency != traded_in.settle && fill.fee.currency != traded_in.base) {
    fee = 0;
    ++next.unvalued_fees;
  }
  if (__builtin_add_overflow(next.cash, flow - fee, &next.cash) ||
      __builtin_add_overflow(next.fees, fee, &next.fees)) {
    ++refused_fills_;
    return std::nullopt;
  }
  const std::int64_t value = traded->flow < 0 ? -traded->flow : traded->flow;
  if (__builtin_add_overflow(next.turnover, value, &next.turnover))
    next.turnover = std::numeric_limits<std::int64_t>::max();
  ++next.fills;
  if (fill.maker != 0) ++next.maker_fills;

  Booked booked;
  booked.position_delta = next.position.qty() - before;
  booked.cash_delta = flow - fee;
  FillBooked& line = booked.decision;
  line.id = order.id;
  line.trade_id = fill.trade_id;
  line.price = fill.last_price;
  line.qty = fill.last_qty;
  line.position_after = next.position.qty();
  line.realised_delta = realised;
  line.fee_settle = fee;
  line.fee = fill.fee;
  line.settle = traded_in.settle;
  line.strategy = order.strategy;
  line.account = order.account;
  line.side = order.side;
  line.maker = fill.maker;
  at(order.strategy, instrument) = next;
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
}
bool Portfolio::restore(StateIn& in) {
  in.expect(std::uint64_t{instruments_.size()});
  in.take_all(ledgers_);
  in.take_all(venue_accounts_);
  refused_fills_ = in.take<std::uint64_t>();
  return in.ok();
}

std::optional<std::int64_t> net_pnl(const StrategyLedger& ledger, const Instrument& instrument,
                                    Price mark) noexcept {
  const auto open = ledger.position.unrealised(instrument, mark);
  if (!open) return std::nullopt;
  return ledger.position.realised() + *open - ledger.fees + ledger.funding;
}
}  // namespace sq::portfolio
