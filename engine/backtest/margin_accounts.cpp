#include "engine/backtest/margin_accounts.hpp"

#include <algorithm>

namespace sq::backtest {
namespace {
Int128 magnitude(Int128 value) noexcept { return value < 0 ? -value : value; }
}  // namespace

MarginPosition& MarginAccounts::position(AccountId account, std::uint32_t instrument) {
  for (MarginPosition& each : positions_) {
    if (each.account == account && each.instrument == instrument) return each;
  }
  MarginPosition fresh;
  fresh.account = account;
  fresh.instrument = instrument;
  return positions_.emplace_back(fresh);
}

void MarginAccounts::on_fill(MarginPosition& position, Side side, Qty qty,
                             std::int64_t value) noexcept {
  const MarginInstrument& instrument = instruments_[position.instrument];
  const bool buy = side == Side::Buy;
  const bool opens = position.qty == Qty{} || (position.qty > Qty{}) == buy;
  const Int128 held = magnitude(position.qty.raw());
  const Int128 closed = opens ? Int128{0} : std::min(held, Int128{qty.raw()});
  if (closed == held) {
    position.cost = position.isolated = 0;
  } else if (closed > 0) {
    position.cost -= position.cost * closed / held;
    position.isolated -= position.isolated * closed / held;
  }
  const Int128 opened = Int128{value} - Int128{value} * closed / qty.raw();
  if (closed < Int128{qty.raw()}) {
    position.cost += buy ? opened : -opened;
    if (isolated(position) && instrument.rules.on())
      position.isolated += instrument.rules.initial(opened);
  }
  position.qty = buy ? position.qty + qty : position.qty - qty;
}

Int128 MarginAccounts::value(const MarginPosition& position) const noexcept {
  const MarginInstrument& instrument = instruments_[position.instrument];
  if (position.qty == Qty{}) return 0;
  if (instrument.mark == Price{}) return position.cost;
  const bool is_long = position.qty > Qty{};
  const auto value = instrument.of.notional(instrument.mark, position.qty,
                                            is_long ? Rounding::Down : Rounding::Up);
  if (!value) return position.cost;
  return is_long ? Int128{value->raw} : -Int128{value->raw};
}

Int128 MarginAccounts::maintenance(const MarginPosition& position) const noexcept {
  return instruments_[position.instrument].rules.maintenance(magnitude(value(position)));
}

Int128 MarginAccounts::initial(const MarginPosition& position) const noexcept {
  const MarginRules& rules = instruments_[position.instrument].rules;
  if (!rules.on()) return 0;
  const Int128 now = value(position);
  const Int128 larger =
      std::max(magnitude(now + position.open_buys), magnitude(now - position.open_sells));
  return rules.initial(std::max(larger, magnitude(now))) + position.open_loss;
}

bool MarginAccounts::same_wallet(const MarginPosition& a, const MarginPosition& b) const noexcept {
  const Instrument& one = instruments_[a.instrument].of;
  const Instrument& other = instruments_[b.instrument].of;
  return a.account == b.account && one.venue == other.venue && one.settle == other.settle;
}

Pool MarginAccounts::cross_pool(const MarginPosition& position) {
  const Instrument& of = instruments_[position.instrument].of;
  Pool pool;
  pool.wallet = wallet_.at(of.venue, position.account, of.settle).total;
  for (const MarginPosition& each : positions_) {
    if (!same_wallet(each, position)) continue;
    pool.wallet += each.cost;
    if (isolated(each)) {
      pool.wallet -= each.isolated;
      // Open orders are paid for by the wallet that the margin will come from.
      const Int128 held = instruments_[each.instrument].rules.initial(magnitude(value(each)));
      pool.initial += std::max(Int128{0}, initial(each) - held);
      continue;
    }
    pool.unrealised += unrealised(each);
    pool.maintenance += maintenance(each);
    pool.initial += initial(each);
  }
  return pool;
}

Pool MarginAccounts::pool_of(const MarginPosition& position) {
  if (!isolated(position)) return cross_pool(position);
  Pool pool;
  pool.wallet = position.isolated;
  pool.unrealised = unrealised(position);
  pool.maintenance = maintenance(position);
  pool.initial = initial(position);
  return pool;
}

Price MarginAccounts::liquidation_price(const MarginPosition& position) {
  const MarginInstrument& instrument = instruments_[position.instrument];
  if (position.qty == Qty{} || instrument.mark == Price{}) return {};
  const Pool pool = pool_of(position);
  return instrument.rules.liquidation_price(position.qty, instrument.mark, pool.balance(),
                                            pool.maintenance - maintenance(position));
}

// Two units stay, so that rounding a payment cannot make the pool negative.
Price MarginAccounts::bankruptcy_price(const MarginPosition& position) {
  const MarginInstrument& instrument = instruments_[position.instrument];
  const Int128 left = pool_of(position).balance() - 2;
  const Int128 size = magnitude(position.qty.raw());
  if (size == 0) return {};
  const Int128 numerator = left * Price::kScale;
  // Rounded so that the pool keeps what is left over.
  Int128 distance = numerator / size;
  if (numerator % size != 0 && numerator < 0) --distance;
  const Int128 price = position.qty > Qty{} ? Int128{instrument.mark.raw()} - distance
                                            : Int128{instrument.mark.raw()} + distance;
  const Int128 bounded = std::clamp(price, Int128{1}, Int128{Price::max().raw()});
  return Price::from_raw(static_cast<std::int64_t>(bounded));
}
}  // namespace sq::backtest
