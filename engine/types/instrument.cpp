#include "engine/types/instrument.hpp"

namespace sq {
std::string_view text_of(FilterBreach breach) noexcept {
  switch (breach) {
    case FilterBreach::None: return "none";
    case FilterBreach::NotTrading: return "not-trading";
    case FilterBreach::PriceNotPositive: return "price-not-positive";
    case FilterBreach::PriceOutOfRange: return "price-out-of-range";
    case FilterBreach::PriceNotOnTick: return "price-not-on-tick";
    case FilterBreach::QtyNotPositive: return "qty-not-positive";
    case FilterBreach::QtyOutOfRange: return "qty-out-of-range";
    case FilterBreach::QtyNotOnLot: return "qty-not-on-lot";
    case FilterBreach::NotionalTooSmall: return "notional-too-small";
    case FilterBreach::NotionalTooLarge: return "notional-too-large";
  }
  return "?";
}
std::string_view text_of(InstrumentKind kind) noexcept {
  switch (kind) {
    case InstrumentKind::Spot: return "spot";
    case InstrumentKind::LinearPerpetual: return "linear-perpetual";
    case InstrumentKind::InversePerpetual: return "inverse-perpetual";
    case InstrumentKind::Equity: return "equity";
    case InstrumentKind::LinearFuture: return "linear-future";
    case InstrumentKind::Option: return "option";
  }
  return "?";
}
std::string_view text_of(OptionRight right) noexcept {
  switch (right) {
    case OptionRight::None: return "none";
    case OptionRight::Call: return "call";
    case OptionRight::Put: return "put";
  }
  return "?";
}
}  // namespace sq
