// Reads and writes what [simulation] says about venues, instruments and outages.
#include "engine/settings/sections/simulation_venues.hpp"

#include <algorithm>

#include "engine/settings/sections/simulation_fields.hpp"

namespace sq::settings {
namespace {
using Rows = std::vector<std::vector<std::int64_t>>;
constexpr std::size_t kRowsMax = 100;
constexpr std::int64_t kWhole = 1'000'000;
constexpr std::string_view kTiersAccepted =
    "1 to 100 rows [30-day volume, maker in ppm, taker in ppm]: volumes strictly rising from 0, "
    "maker "
    "from -10000 and taker from 0 to 10000";
constexpr std::string_view kBracketsAccepted =
    "1 to 100 rows [largest notional, maintenance in ppm, largest leverage]: notionals and "
    "maintenance strictly rising, leverage from 125 to 1 and falling";

bool good_tiers(const Rows& rows) {
  if (rows.empty() || rows.size() > kRowsMax || rows.front()[0] != 0) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i][1] < -kWhole / 100 || rows[i][1] > kWhole / 100) return false;
    if (rows[i][2] < 0 || rows[i][2] > kWhole / 100) return false;
    if (i > 0 && rows[i][0] <= rows[i - 1][0]) return false;
  }
  return rows.back()[0] <= kWhole * kWhole;
}

bool good_brackets(const Rows& rows) {
  if (rows.empty() || rows.size() > kRowsMax || rows.front()[0] <= 0) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i][1] <= 0 || rows[i][1] >= kWhole || rows[i][2] < 1 || rows[i][2] > 125) return false;
    if (i > 0 && (rows[i][0] <= rows[i - 1][0] || rows[i][1] <= rows[i - 1][1] ||
                  rows[i][2] >= rows[i - 1][2]))
      return false;
  }
  return rows.back()[0] <= kWhole * kWhole;
}

Rows read_rows(Reader& reader, std::string_view key, std::string_view accepted,
               bool (*good)(const Rows&)) {
  if (!reader.has(key)) {
    static_cast<void>(reader.rows(key, 3, accepted, Need::Optional));
    return {};
  }
  Rows rows = reader.rows(key, 3, accepted, Need::Optional);
  if (good(rows)) return rows;
  if (reader.sound()) reader.refuse(key, accepted);
  return {};
}

void read_venue(Reader& reader, Simulation& out) {
  SimulatedVenue venue;
  fields(reader, venue);
  for (const auto& row : read_rows(reader, "fee_tiers", kTiersAccepted, good_tiers))
    venue.fee_tiers.push_back(
        {row[0], static_cast<std::int32_t>(row[1]), static_cast<std::int32_t>(row[2])});
  if (!venue.fee_tiers.empty() && !venue.volume_30d)
    reader.refuse("fee_tiers", "volume_30d beside it: it says which tier holds");
  if (reader.has("discount_currency") || reader.has("discount_price") || reader.has("discount_ppm"))
    discount_fields(reader, venue);
  const auto same = [&](const SimulatedVenue& each) { return each.venue == venue.venue; };
  if (reader.sound() && std::ranges::any_of(out.venues, same))
    reader.refuse("venue", "each venue once");
  reader.finish();
  out.venues.push_back(std::move(venue));
}

void read_instrument(Reader& reader, Simulation& out) {
  SimulatedInstrument instrument;
  fields(reader, instrument);
  for (const auto& row : read_rows(reader, "brackets", kBracketsAccepted, good_brackets))
    instrument.brackets.push_back(
        {row[0], static_cast<std::uint32_t>(row[1]), static_cast<std::uint32_t>(row[2])});
  if (reader.sound() && 24 % instrument.funding_interval_h != 0)
    reader.refuse("funding_interval_h", "a divisor of 24");
  if (reader.sound() && (instrument.impact_bps != 0) != (instrument.impact_qty > Qty{}))
    reader.refuse("impact_qty", "impact_bps and impact_qty together");
  if (reader.sound() && instrument.impact_bps != 0 && out.impact == ImpactModel::None)
    reader.refuse("impact_bps", "no such key unless simulation.impact names a model");
  const auto same = [&](const SimulatedInstrument& each) {
    return each.venue == instrument.venue && each.symbol == instrument.symbol;
  };
  if (reader.sound() && std::ranges::any_of(out.instruments, same))
    reader.refuse("symbol", "each instrument once");
  reader.finish();
  out.instruments.push_back(std::move(instrument));
}

void read_outage(Reader& reader, Simulation& out) {
  Outage outage;
  fields(reader, outage);
  if (reader.has("symbol")) {
    reader.coded("symbol", outage.symbol, kSymbolCodec, Need::Required);
  } else {
    reader.coded("symbol", outage.symbol, kSymbolCodec, Need::Optional);
  }
  if (reader.sound() && outage.to <= outage.from) reader.refuse("to", "a moment after `from`");
  reader.finish();
  out.outages.push_back(outage);
}

template <class Row>
std::string row_text(const Row& row) {
  return "[" + std::to_string(row[0]) + ", " + std::to_string(row[1]) + ", " +
         std::to_string(row[2]) + "]";
}
template <class List, class Cells>
void write_rows(Writer& out, std::string_view key, const List& list, Cells cells) {
  if (list.empty()) return;
  std::string text = "[";
  for (const auto& each : list) {
    if (text.size() > 1) text += ", ";
    text += row_text(cells(each));
  }
  out.line(key, text + "]");
}
}  // namespace

void read_simulated_venues(Reader& reader, Simulation& out) {
  const bool moves = out.impact != ImpactModel::None;
  if (!moves && reader.has("impact_half_life_ms"))
    reader.refuse("impact_half_life_ms", "no such key unless impact names a model");
  reader.duration("impact_half_life_ms", out.impact_half_life_ns, 1, 86'400'000, Need::Optional);
  for (Reader& each : reader.tables("venue", Need::Optional)) read_venue(each, out);
  for (Reader& each : reader.tables("instrument", Need::Optional)) read_instrument(each, out);
  for (Reader& each : reader.tables("outage", Need::Optional)) read_outage(each, out);
}

void write_simulated_impact(Writer& out, const Simulation& simulation) {
  if (simulation.impact != ImpactModel::None)
    out.duration("impact_half_life_ms", simulation.impact_half_life_ns, 0, 0, Need::Optional);
}

void write_simulated_venues(Writer& out, const Simulation& simulation) {
  using Cells = std::array<std::int64_t, 3>;
  for (const SimulatedVenue& venue : simulation.venues) {
    out.element("simulation.venue");
    fields(out, venue);
    write_rows(out, "fee_tiers", venue.fee_tiers, [](const FeeTier& tier) {
      return Cells{tier.volume, tier.maker_ppm, tier.taker_ppm};
    });
    if (venue.discount_currency != Currency{}) discount_fields(out, venue);
  }
  for (const SimulatedInstrument& instrument : simulation.instruments) {
    out.element("simulation.instrument");
    fields(out, instrument);
    write_rows(out, "brackets", instrument.brackets, [](const LeverageBracket& bracket) {
      return Cells{bracket.cap, bracket.maintenance_ppm, bracket.leverage_max};
    });
  }
  for (const Outage& outage : simulation.outages) {
    out.element("simulation.outage");
    fields(out, outage);
    if (outage.symbol != Symbol{}) out.coded("symbol", outage.symbol, kSymbolCodec, Need::Optional);
  }
}
}  // namespace sq::settings
