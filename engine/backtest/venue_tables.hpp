// What the simulated exchange takes for a venue's published numbers when the settings name none.
// Defaults for backtests, with their dates: a live session reads its own account's.
// Thread: start-up. Source: Binance FAQ and exchangeInfo samples; fees and futures brackets as of
// the dates in venue_tables.cpp.
#pragma once

#include <span>

#include "engine/settings/simulation.hpp"
#include "engine/types/instrument.hpp"

namespace sq::backtest {
// Completes `model` for these instruments: entries for each venue and derivative that has none, fee
// tiers and brackets where an entry has none.
void complete(settings::Simulation& model, std::span<const Instrument> instruments);
[[nodiscard]] std::vector<settings::FeeTier> fee_tiers_of(VenueId venue);
// Empty: this venue keeps no margin here.
[[nodiscard]] std::vector<settings::LeverageBracket> brackets_of(const Instrument& instrument);
// "BTCUSDT as of 2024-10-24", or what is assumed instead.
[[nodiscard]] std::string_view brackets_name(const Instrument& instrument) noexcept;
}  // namespace sq::backtest
