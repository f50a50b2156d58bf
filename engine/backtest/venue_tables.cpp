#include "engine/backtest/venue_tables.hpp"

#include <algorithm>

namespace sq::backtest {
namespace {
using settings::FeeTier;
using settings::LeverageBracket;
constexpr std::int64_t kMillion = 1'000'000;

bool known_brackets(const Instrument& instrument) noexcept {
  return instrument.venue == VenueId::BinanceUsdm && instrument.symbol == Symbol{"BTCUSDT"};
}
bool margined(const Instrument& instrument) noexcept {
  return instrument.venue == VenueId::BinanceUsdm &&
         (instrument.kind == InstrumentKind::LinearPerpetual ||
          instrument.kind == InstrumentKind::LinearFuture);
}
void complete_venue(settings::Simulation& model, VenueId venue) {
  const auto same = [&](const settings::SimulatedVenue& each) { return each.venue == venue; };
  auto found = std::ranges::find_if(model.venues, same);
  if (found == model.venues.end()) {
    settings::SimulatedVenue made;
    made.venue = venue;
    // exchangeInfo samples: spot 2026-07-21, USD-M 2026-05-28.
    if (venue == VenueId::BinanceSpot) {
      made.orders_10s = 100;
      made.orders_1d = 200'000;
      made.weight_1m = 6'000;
    } else if (venue == VenueId::BinanceUsdm) {
      made.orders_10s = 300;
      made.orders_1m = 1'200;
      made.weight_1m = 2'400;
    } else {
      return;
    }
    found = model.venues.insert(model.venues.end(), made);
  }
  if (found->volume_30d && found->fee_tiers.empty()) found->fee_tiers = fee_tiers_of(venue);
}
void complete_instrument(settings::Simulation& model, const Instrument& instrument) {
  const auto same = [&](const settings::SimulatedInstrument& each) {
    return each.venue == instrument.venue && each.symbol == instrument.symbol;
  };
  auto found = std::ranges::find_if(model.instruments, same);
  if (found == model.instruments.end()) {
    const bool binance =
        instrument.venue == VenueId::BinanceSpot || instrument.venue == VenueId::BinanceUsdm;
    if (!binance) return;
    settings::SimulatedInstrument made;
    made.venue = instrument.venue;
    made.symbol = instrument.symbol;
    found = model.instruments.insert(model.instruments.end(), made);
  }
  if (found->brackets.empty()) found->brackets = brackets_of(instrument);
}
}  // namespace

// Maker and taker of regular users and VIP 1 to 9. Spot: official up to VIP 2, third-party lists of
// 2026 above; USD-M: two lists of 2026 that agree, thresholds five times spot's.
std::vector<FeeTier> fee_tiers_of(VenueId venue) {
  if (venue == VenueId::BinanceSpot)
    return {{0, 1'000, 1'000},           {1 * kMillion, 900, 1'000}, {5 * kMillion, 800, 1'000},
            {20 * kMillion, 420, 600},   {75 * kMillion, 420, 540},  {150 * kMillion, 360, 480},
            {400 * kMillion, 300, 420},  {800 * kMillion, 240, 360}, {2'000 * kMillion, 180, 300},
            {4'000 * kMillion, 120, 240}};
  if (venue == VenueId::BinanceUsdm)
    return {{0, 200, 500},
            {5 * kMillion, 160, 400},
            {25 * kMillion, 140, 350},
            {100 * kMillion, 120, 320},
            {375 * kMillion, 100, 300},
            {750 * kMillion, 80, 270},
            {2'000 * kMillion, 60, 250},
            {4'000 * kMillion, 40, 220},
            {10'000 * kMillion, 20, 200},
            {20'000 * kMillion, 0, 170}};
  return {};
}

std::vector<LeverageBracket> brackets_of(const Instrument& instrument) {
  if (!margined(instrument)) return {};
  // 2024-10-24, from the venue's bracket endpoint.
  if (known_brackets(instrument))
    return {{50'000, 4'000, 125},           {600'000, 5'000, 100},
            {3 * kMillion, 6'500, 75},      {12 * kMillion, 10'000, 50},
            {70 * kMillion, 20'000, 25},    {100 * kMillion, 25'000, 20},
            {230 * kMillion, 50'000, 10},   {480 * kMillion, 100'000, 5},
            {600 * kMillion, 125'000, 4},   {800 * kMillion, 150'000, 3},
            {1'200 * kMillion, 250'000, 2}, {1'800 * kMillion, 500'000, 1}};
  // Not the venue's numbers: stricter than those of a liquid contract.
  return {{1'000'000, 25'000, 20}, {5'000'000, 50'000, 10}, {100'000'000, 125'000, 4}};
}

std::string_view brackets_name(const Instrument& instrument) noexcept {
  if (known_brackets(instrument)) return "the venue's table of 2024-10-24";
  return margined(instrument) ? "NOT the venue's table: 2.5 % to 1,000,000, 5 % to 5,000,000, then "
                                "12.5 %"
                              : "none";
}

void complete(settings::Simulation& model, std::span<const Instrument> instruments) {
  for (const Instrument& instrument : instruments) {
    complete_venue(model, instrument.venue);
    complete_instrument(model, instrument);
  }
}
}  // namespace sq::backtest
