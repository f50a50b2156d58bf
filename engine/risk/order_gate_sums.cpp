// Sums over instruments, kept and not made: only instruments whose price, rate or exposure changed
// are valued again.
#include <bit>

#include "engine/risk/order_gate.hpp"
#include "engine/risk/refusal.hpp"

namespace sq::risk {
namespace {
bool nothing(const Holding& holding) noexcept {
  return holding.idle() && holding.cash == 0 && holding.turnover == 0;
}
bool nothing(const Sums& sums) noexcept {
  return sums.worst.gross == 0 && sums.turnover == 0 && sums.pnl == 0;
}
}  // namespace

void OrderGate::refresh() const noexcept {
  bool moved = false;
  for (std::size_t word = 0; word < changed_.size(); ++word) {
    for (std::uint64_t bits = changed_[word]; bits != 0; bits &= bits - 1) {
      refresh(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
      moved = true;
    }
    changed_[word] = 0;
  }
  if (moved) judge();
}

// A sum that is not complete says nothing about a loss.
void OrderGate::judge() const noexcept {
  if (unpriced_ != 0 || broken_) return;
  for (const std::uint32_t each : judged_) {
    Scope& scope = scopes_[each];
    const LossLatch before = scope.latch();
    scope.judge();
    if (scope.latch() != before) ++latch_changes_;
  }
}

void OrderGate::refresh(std::size_t i) const noexcept {
  const InstrumentExposure& exposure = exposures_[i];
  Valuation& known = valuations_[i];
  known.weight = weight_of(i);
  bool priced = true;
  const auto renew = [&](std::size_t cell, const Holding& holding, auto&&... scopes) noexcept {
    Sums& before = cells_[cells_at(i) + cell];
    if (nothing(holding) && nothing(before)) return;
    Sums after;
    if (!sums_of(i, holding, after)) priced = false;
    if (!(scopes.move(before, after) & ...)) broken_ = true;
    before = after;
  };
  renew(0, exposure.total, firm(), venue_at(i), currency_at(i), instrument(i));
  for (std::size_t s = 0; s < strategies(); ++s) renew(1 + s, exposure.by_strategy[s], strategy(s));
  for (std::size_t a = 0; a < accounts_; ++a)
    renew(1 + strategies() + a, exposure.by_account[a], account(a));
  if (known.unpriced == priced) {
    unpriced_ += priced ? -1 : 1;
    known.unpriced = !priced;
  }
}

// Nothing when there is no price, no rate, or the product does not fit.
OrderGate::Weight OrderGate::weight_of(std::size_t i) const noexcept {
  const InstrumentExposure& exposure = exposures_[i];
  const FxRates::Rate& rate = rates_.rate(rates_.place_of(i));
  if (exposure.bid <= Price{} || exposure.ask <= Price{} || rate.up == 0) return {};
  // The value of an inverse contract falls with the price.
  const Instrument& traded = instruments_[i];
  const bool inverse = traded.kind == InstrumentKind::InversePerpetual;
  Weight weight;
  if (__builtin_mul_overflow(
          unit_value(traded, inverse ? exposure.bid : exposure.ask, Rounding::Up),
          static_cast<UInt128>(rate.up), &weight.high) ||
      __builtin_mul_overflow(
          unit_value(traded, inverse ? exposure.ask : exposure.bid, Rounding::Down),
          static_cast<UInt128>(rate.down), &weight.low))
    return {};
  return weight;
}

// False: it cannot be valued; then it adds nothing and the gate knows that something is missing.
bool OrderGate::sums_of(std::size_t i, const Holding& holding, Sums& sums) const noexcept {
  const InstrumentExposure& exposure = exposures_[i];
  const FxRates::Rate& rate = rates_.rate(rates_.place_of(i));
  const Weight& weight = valuations_[i].weight;
  if (weight.high == 0 && !holding.idle()) return false;
  if (rate.up == 0 && !nothing(holding)) return false;
  if (!worst_of(holding.worst_short(), holding.worst_long(), weight.high, weight.low, sums.worst) ||
      !times(rate.up, static_cast<UInt128>(holding.open.value), sums.open_value) ||
      !times(rate.up, static_cast<UInt128>(holding.turnover), sums.turnover)) {
    sums = {};
    return false;
  }
  std::optional<Int128> value = Int128{0};
  if (holding.position != 0)
    value = position_value(instruments_[i], holding.position, exposure.bid, exposure.ask);
  Int128 cash = 0;
  Int128 own = 0;
  if (!value || __builtin_mul_overflow(holding.cash, Int128{kFinePerAmount}, &cash) ||
      __builtin_add_overflow(cash, *value, &own) ||
      __builtin_mul_overflow(own, Int128{own < 0 ? rate.up : rate.down}, &sums.pnl)) {
    sums = {};
    return false;
  }
  return true;
}

std::int64_t OrderGate::total_pnl(StrategyId id) const noexcept {
  refresh();
  const std::size_t s = index_of(id);
  return saturate((s < strategies() ? strategy(s) : firm()).sums().pnl / kFinePerLimit);
}
std::int64_t OrderGate::day_pnl(StrategyId id) const noexcept {
  refresh();
  const std::size_t s = index_of(id);
  return saturate(-(s < strategies() ? strategy(s) : firm()).loss() / kFinePerLimit);
}
std::int64_t OrderGate::gross_notional() const noexcept {
  refresh();
  return unpriced_ != 0 || broken_ ? std::numeric_limits<std::int64_t>::max()
                                   : coarse(firm().sums().worst.gross, kFinePerLimit);
}
}  // namespace sq::risk
