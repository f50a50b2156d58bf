#include <bit>

#include "engine/settings/sections/read.hpp"
#include "engine/types/decimal.hpp"

namespace sq::settings {
namespace {
void check_currencies(Reader& reader, const Instrument& of) {
  if (of.base == of.quote) reader.refuse("quote", "a currency other than base");
  const bool inverse = of.kind == InstrumentKind::InversePerpetual;
  if (of.settle != (inverse ? of.base : of.quote))
    reader.refuse("settle", inverse ? "the base currency, for an inverse-perpetual"
                                    : "the quote currency, unless inverse-perpetual");
  const bool cash = of.kind == InstrumentKind::Spot || of.kind == InstrumentKind::Equity;
  if (cash && of.multiplier != Qty::from_units(1))
    reader.refuse("multiplier", "\"1\" for spot and equity");
}

void check_steps(Reader& reader, const Instrument& of) {
  const std::string tick = "a multiple of the tick " + to_text(of.tick);
  const std::string lot = "a multiple of the lot " + to_text(of.lot);
  if (!of.price_min.is_multiple_of(of.tick)) reader.refuse("price_min", tick);
  if (!of.price_max.is_multiple_of(of.tick)) reader.refuse("price_max", tick);
  if (of.price_max < of.price_min) reader.refuse("price_max", "price_min or more");
  if (!of.qty_min.is_multiple_of(of.lot)) reader.refuse("qty_min", lot);
  if (!of.qty_max.is_multiple_of(of.lot)) reader.refuse("qty_max", lot);
  if (of.qty_max < of.qty_min) reader.refuse("qty_max", "qty_min or more");
}
}  // namespace

void check_instrument(Reader& reader, const InstrumentSettings& settings) {
  const Instrument& of = settings.instrument;
  check_currencies(reader, of);
  check_steps(reader, of);
  if (!std::has_single_bit(settings.window_ticks))
    reader.refuse("window_ticks", "a power of two from 256 to 262144 (ticks)");
  // The largest order the filters let pass must have a value that 64 bits hold.
  const bool inverse = of.kind == InstrumentKind::InversePerpetual;
  const Price dearest = inverse ? of.price_min : of.price_max;
  if (!of.notional(dearest, of.qty_max, Rounding::Up))
    reader.refuse("qty_max", "a quantity whose value at " +
                                 std::string{inverse ? "price_min" : "price_max"} +
                                 " stays below 92 billion");
  if (settings.microstructure && settings.vpin_bucket <= Qty{})
    reader.refuse("vpin_bucket", "a quantity above 0 where microstructure = true: about 1/50 of a "
                                 "day's volume");
}

bool operator==(const InstrumentSettings& a, const InstrumentSettings& b) noexcept {
  const auto bytes = [](const Instrument& of) {
    return std::string_view{reinterpret_cast<const char*>(&of), sizeof of};
  };
  return bytes(a.instrument) == bytes(b.instrument) && a.stale_after_ns == b.stale_after_ns &&
         a.crossed_for_ns == b.crossed_for_ns && a.window_ticks == b.window_ticks &&
         a.far_levels_max == b.far_levels_max && a.book == b.book &&
         a.orders_max == b.orders_max && a.opening == b.opening &&
         a.microstructure == b.microstructure && a.vpin_bucket == b.vpin_bucket &&
         a.quote_delay_ns == b.quote_delay_ns && a.underlying == b.underlying;
}
}  // namespace sq::settings
