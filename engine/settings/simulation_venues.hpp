// [[simulation.venue]], [[simulation.instrument]], [[simulation.outage]]: what the simulated exchange
// knows of a venue beyond an instrument's filters. What is not written here comes from the dated
// tables in engine/backtest/venue_tables.cpp. Money 1e-8 of the settlement currency.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/order_types.hpp"
#include "engine/types/time.hpp"

namespace sq::settings {
// Fees from a 30-day volume on; the first tier starts at 0.
struct FeeTier {
  std::int64_t volume{0};       // whole units of the quote currency, rising
  std::int32_t maker_ppm{0};    // of the notional; negative is a rebate
  std::int32_t taker_ppm{0};

  friend bool operator==(const FeeTier&, const FeeTier&) = default;
};
// A position's notional at mark up to `cap` keeps this maintenance margin and allows this leverage.
struct LeverageBracket {
  std::int64_t cap{0};  // whole units of the settlement currency, rising
  std::uint32_t maintenance_ppm{0};
  std::uint32_t leverage_max{1};

  friend bool operator==(const LeverageBracket&, const LeverageBracket&) = default;
};

struct SimulatedVenue {
  VenueId venue{VenueId::None};
  // Requests an account may make; 0: no such limit.
  std::uint32_t orders_10s{0};
  std::uint32_t orders_1m{0};
  std::uint32_t orders_1d{0};
  std::uint32_t weight_1m{0};
  std::uint32_t ban_after{10};  // requests after a 429 in the same window, then 418; 1 to 10,000
  // Volume of the 30 days before the run, in whole quote units: fees by tier. Without it each
  // instrument's own fees hold.
  std::optional<std::int64_t> volume_30d;
  std::vector<FeeTier> fee_tiers;  // empty: the built-in table
  // Fees of instruments without a base-asset fee are paid in this currency while its balance lasts.
  Currency discount_currency{};       // none: no discount
  Price discount_price{};             // of one unit, in the settlement currency; > 0 with it
  std::uint32_t discount_ppm{0};      // off the fee: 250,000 is 25 %

  friend bool operator==(const SimulatedVenue&, const SimulatedVenue&) = default;
};

struct SimulatedInstrument {
  VenueId venue{VenueId::None};
  Symbol symbol{};
  std::uint32_t leverage{20};           // 1 to 125; above the first bracket's: that one
  MarginMode mode{MarginMode::Cross};
  std::vector<LeverageBracket> brackets;  // empty: the built-in table, or no margin is kept
  Ratio liquidation_fee{Ratio::from_raw(Ratio::kScale / 80)};  // of the liquidated value
  std::optional<Ratio> funding_rate;      // per interval, where the feed tells none
  std::uint32_t funding_interval_h{8};    // 1 to 24, a divisor of 24
  std::uint32_t price_up_ppm{0};          // limit price at most reference x this; 0: no such filter
  std::uint32_t price_down_ppm{0};        // at least reference x this
  std::uint32_t open_orders_max{200};     // 1 to 10,000
  // Taking impact_qty moves the price by impact_bps; 0: this instrument is not moved.
  std::uint32_t impact_bps{0};
  Qty impact_qty{};

  friend bool operator==(const SimulatedInstrument&, const SimulatedInstrument&) = default;
};

enum class OutageKind : std::uint8_t {
  Halt,        // orders are refused, cancels work, nothing trades
  Maintenance  // every request is refused, nothing trades
};
struct Outage {
  VenueId venue{VenueId::None};
  Symbol symbol{};  // empty: all of the venue
  OutageKind kind{OutageKind::Halt};
  WallTime from{};
  WallTime to{};    // after `from`

  friend bool operator==(const Outage&, const Outage&) = default;
};
}  // namespace sq::settings
