#include "engine/portfolio/position.hpp"

#include <algorithm>

namespace sq::portfolio {
namespace {
std::int64_t magnitude(Qty qty) noexcept { return qty.raw() < 0 ? -qty.raw() : qty.raw(); }
// An inverse contract is worth less of the base currency the higher its price.
bool inverse(const Instrument& instrument) noexcept {
  return instrument.kind == InstrumentKind::InversePerpetual;
}
// part / whole of amount, toward zero, without a 192-bit product.
std::int64_t share(std::int64_t amount, std::int64_t part, std::int64_t whole) noexcept {
  return static_cast<std::int64_t>(Int128{amount} * part / whole);
}
}  // namespace

std::optional<Traded> Position::trade(const Instrument& instrument, Side side, Price price,
                                      Qty qty) noexcept {
  if (qty <= Qty{} || price <= Price{}) return std::nullopt;
  const bool buy = side == Side::Buy;
  const auto value = instrument.notional(price, qty, buy != inverse(instrument) ? Rounding::Up
                                                                                : Rounding::Down);
  const auto after = buy ? Qty::sum(qty_, qty) : Qty::difference(qty_, qty);
  if (!value || !after) return std::nullopt;
  const bool pays = buy != inverse(instrument);
  Traded traded{pays ? -value->raw : value->raw, 0};

  const bool opens = qty_ == Qty{} || (qty_ > Qty{}) == buy;
  std::int64_t cost = cost_;
  if (opens) {
    if (__builtin_add_overflow(cost_, value->raw, &cost)) return std::nullopt;
  } else {
    const std::int64_t held = magnitude(qty_);
    const std::int64_t closed = std::min(held, qty.raw());
    const std::int64_t closed_value = share(value->raw, closed, qty.raw());
    const std::int64_t removed = closed == held ? cost_ : share(cost_, closed, held);
    traded.realised = pays ? removed - closed_value : closed_value - removed;
    cost = closed == qty.raw() ? cost_ - removed : value->raw - closed_value;
  }
  std::int64_t realised = 0;
  if (__builtin_add_overflow(realised_, traded.realised, &realised)) return std::nullopt;
  qty_ = *after;
  cost_ = cost;
  realised_ = realised;
  return traded;
}

std::optional<std::int64_t> Position::unrealised(const Instrument& instrument,
                                                 Price mark) const noexcept {
  if (qty_ == Qty{}) return 0;
  const auto value = instrument.notional(mark, qty_, Rounding::Down);
  if (!value) return std::nullopt;
  const bool gains_with_value = (qty_ > Qty{}) != inverse(instrument);
  return gains_with_value ? value->raw - cost_ : cost_ - value->raw;
}

double Position::average_price(const Instrument& instrument) const noexcept {
  if (qty_ == Qty{} || cost_ == 0) return 0.0;
  const double size = Qty::from_raw(magnitude(qty_)).to_double() * instrument.multiplier.to_double();
  const double cost = static_cast<double>(cost_) / static_cast<double>(Amount::kScale);
  return inverse(instrument) ? size / cost : cost / size;
}
}  // namespace sq::portfolio
