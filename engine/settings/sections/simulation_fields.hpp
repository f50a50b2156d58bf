// The fields of [[simulation.venue]], [[simulation.instrument]] and [[simulation.outage]], for
// Reader and Writer as in fields.hpp. Tables of numbers (fee_tiers, brackets) are read and written
// beside. Thread: start-up.
#pragma once

#include "engine/settings/sections/fields.hpp"

namespace sq::settings {
template <class Io, Is<SimulatedVenue> T>
void fields(Io& io, T& venue) {
  io.coded("venue", venue.venue, kVenueCodec, Need::Required);
  io.integer("orders_per_10s", venue.orders_10s, 0, 1'000'000, "orders, 0 is no limit",
             Need::Optional);
  io.integer("orders_per_minute", venue.orders_1m, 0, 1'000'000, "orders, 0 is no limit",
             Need::Optional);
  io.integer("orders_per_day", venue.orders_1d, 0, 100'000'000, "orders, 0 is no limit",
             Need::Optional);
  io.integer("weight_per_minute", venue.weight_1m, 0, 1'000'000, "weight, 0 is no limit",
             Need::Optional);
  io.integer("ban_after", venue.ban_after, 1, 10'000, "requests after a 429", Need::Optional);
  optional_field(io, "volume_30d", venue.volume_30d, [&](std::int64_t& volume) {
    io.integer("volume_30d", volume, 0, 1'000'000'000'000, "quote currency", Need::Optional);
  });
}

// Only with a discount currency.
template <class Io, Is<SimulatedVenue> T>
void discount_fields(Io& io, T& venue) {
  io.coded("discount_currency", venue.discount_currency, kCurrencyCodec, Need::Required);
  io.fixed("discount_price", venue.discount_price, Price::from_raw(1), Price::max(),
           "settlement currency a unit", Need::Required);
  io.integer("discount_ppm", venue.discount_ppm, 0, 1'000'000, "off the fee, 250000 is 25 %",
             Need::Required);
}

template <class Io, Is<SimulatedInstrument> T>
void fields(Io& io, T& instrument) {
  io.coded("venue", instrument.venue, kVenueCodec, Need::Required);
  io.coded("symbol", instrument.symbol, kSymbolCodec, Need::Required);
  io.integer("leverage", instrument.leverage, 1, 125, "times", Need::Optional);
  io.choice("margin_mode", instrument.mode, kMarginModes, Need::Optional);
  io.fixed("liquidation_fee", instrument.liquidation_fee, Ratio{}, Ratio::from_units(1),
           "of the liquidated value", Need::Optional);
  optional_field(io, "funding_rate", instrument.funding_rate, [&](Ratio& rate) {
    io.fixed("funding_rate", rate, -Ratio::from_units(1), Ratio::from_units(1), "an interval",
             Need::Optional);
  });
  io.integer("funding_interval_h", instrument.funding_interval_h, 1, 24, "hours", Need::Optional);
  io.integer("price_up_ppm", instrument.price_up_ppm, 0, 100'000'000, "of the reference, 0 is none",
             Need::Optional);
  io.integer("price_down_ppm", instrument.price_down_ppm, 0, 1'000'000,
             "of the reference, 0 is none", Need::Optional);
  io.integer("open_orders_max", instrument.open_orders_max, 1, 10'000, "orders", Need::Optional);
  io.integer("impact_bps", instrument.impact_bps, 0, 10'000, "bps, 0 is none", Need::Optional);
  io.fixed("impact_qty", instrument.impact_qty, Qty{}, Qty::max(), "base units", Need::Optional);
}

template <class Io, Is<Outage> T>
void fields(Io& io, T& outage) {
  io.coded("venue", outage.venue, kVenueCodec, Need::Required);
  io.choice("kind", outage.kind, kOutageKinds, Need::Required);
  io.coded("from", outage.from, kMomentCodec, Need::Required);
  io.coded("to", outage.to, kMomentCodec, Need::Required);
}
}  // namespace sq::settings
