// An estimate of the margin of futures and options on one underlying in the manner of SPAN, as NSE
// Clearing applies it. The binding figure is the clearing corporation's; its daily parameters are
// not constants of a program, so the scan ranges have no default.
// Thread: pure functions. Cost: 16 valuations a leg. Errors: ParameterRange for a parameter outside
// its range, else the leg's. Units: currency; fractions of the spot or of 1.00 volatility.
// Sources: NSE Clearing, risk management for equity derivatives (SPAN scenarios, exposure margin of
// 2 % on index and 3.5 % on stock contracts, 2 % more on short index options on their expiry day
// since 2024-11-20, no calendar benefit for a contract that expires today since 2025-02-10).
#pragma once

#include <array>
#include <span>

#include "engine/options/portfolio/leg.hpp"

namespace sq::options {
constexpr double kExposureIndex = 0.02;      // of the notional
constexpr double kExposureStock = 0.035;
constexpr double kExposureExpiryDay = 0.02;  // more, on short index options that expire today

struct MarginParameters {
  double price_scan{0};            // relative move of the price, 0 < x < 1; from the daily file
  double volatility_scan{0};       // absolute move of the volatility, 0 <= x <= 5; from the file
  double extreme_multiple{2.0};    // scenarios 15 and 16: so many price scan ranges...
  double extreme_cover{0.35};      // ...of whose loss so much counts
  double short_option_minimum{0};  // of the notional of each short option
  double calendar_charge{0};       // of the notional of each unit spread over two expiries
  double exposure{kExposureIndex};
  double expiry_day_exposure{0};   // kExposureExpiryDay for index options
};

constexpr std::size_t kMarginScenarios = 16;
struct MarginScenario {
  double price_move{0};       // in price scan ranges
  double volatility_move{0};  // in volatility scan ranges
};
// In the order of SPAN: no move, then a third, two thirds, a whole range up and down, each with the
// volatility up and down; then the two extreme ones, which scale with extreme_multiple.
[[nodiscard]] std::array<MarginScenario, kMarginScenarios> margin_scenarios(
    const MarginParameters& parameters) noexcept;

struct MarginEstimate {
  std::array<double, kMarginScenarios> losses{};  // of the whole position; below 0 is a gain
  std::size_t worst{0};                           // index into losses
  double scan_risk{0};                            // the worst loss, at least 0
  double calendar_charge{0};
  double short_option_minimum{0};
  double net_option_value{0};  // of all options; above 0: more was bought than sold
  double span{0};              // max(scan + calendar, minimum) - net option value, at least 0
  double exposure{0};
  double total{0};
};
// LegKind::Underlying stands for futures on it; `years` of an expiring option is below a day.
[[nodiscard]] Result<MarginEstimate> margin_estimate(const Underlying& market,
                                                     std::span<const Leg> legs,
                                                     const MarginParameters& parameters);
}  // namespace sq::options
