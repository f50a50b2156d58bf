// [risk]: limits of the firm, of each instrument and of each strategy. Limits on money, quantity
// and rate have no default: who trades writes them down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/settings/policies.hpp"
#include "engine/settings/strategies.hpp"
#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/time.hpp"

namespace sq::settings {
// What becomes of an order that somebody placed outside the engine. It is counted in every case.
enum class ExternalOrders : std::uint8_t {
  Count = 1,   // left alone
  Cancel = 2,  // cancelled
  Kill = 3     // left alone, and the kill switch closes
};

struct FirmLimits {
  Currency base_currency{};          // all firm and strategy limits are in it
  Amount daily_loss_max{};           // > 0; realised and unrealised, fees included, per UTC day
  Amount gross_notional_max{};       // > 0; positions and open orders, worst case
  std::uint32_t open_orders_max{0};  // 1 to 100,000
  std::uint32_t orders_per_second_max{0};  // 1 to 100,000, in any one second
  // Silence after a request until the venue is asked what became of it; 50 ms to 60 s.
  std::int64_t answer_timeout_ns{2 * kNsPerSecond};
  // Silence about an open order until the venue is asked; up to an hour, 0: never. A simulated
  // exchange loses nothing.
  std::int64_t order_check_ns{0};
  // Every venue is asked for orders, positions, balances and trades at the start, before anybody
  // trades there, and so often; up to 60 s, 0: never.
  std::int64_t reconcile_ns{0};
  ExternalOrders external_orders{ExternalOrders::Count};

  friend bool operator==(const FirmLimits&, const FirmLimits&) = default;
};

// [[risk.instrument]]: every instrument a strategy trades has one.
struct InstrumentLimits {
  VenueId venue{VenueId::None};
  Symbol symbol{};
  InstrumentId instrument{kNoInstrument};
  Qty order_qty_max{};                   // > 0, base units or contracts, one order
  Amount order_value_max{};              // > 0, settlement currency, one order
  std::uint32_t collar_bps{0};           // 1 to 5,000: distance of a limit price from the reference
  Qty position_max{};                    // > 0, either direction, open orders counted as filled
  std::uint32_t open_orders_max{0};      // 1 to 10,000
  std::int64_t reference_age_ns_max{0};  // 1 ms to 60 s: older than this is no reference price

  friend bool operator==(const InstrumentLimits&, const InstrumentLimits&) = default;
};

// [[risk.strategy]]: every strategy has one.
struct StrategyLimits {
  std::string name;
  StrategyId strategy{kNoStrategy};
  std::uint32_t open_orders_max{0};        // 1 to 10,000
  std::uint32_t orders_per_second_max{0};  // 1 to 10,000
  Amount daily_loss_max{};                 // > 0, base currency

  friend bool operator==(const StrategyLimits&, const StrategyLimits&) = default;
};

// [[risk.greeks]]: bounds on the Greeks of positions and open orders, worst case, of everything on
// one underlying (itself and the options on it) or of all options; of the firm or of one strategy.
// At least one bound. Orders whose Greeks are unknown or older are refused unless they reduce.
struct GreekLimits {
  using Gamma = Fixed<struct GammaLimitTag, 12>;

  std::optional<StrategyInstrument> underlying;  // empty: all options; vega_max and theta_max only
  std::optional<std::string> strategy;           // empty: the firm
  StrategyId strategy_id{kNoStrategy};
  std::optional<Qty> delta_max;                  // > 0, units of the underlying
  std::optional<Gamma> gamma_max;                // > 0, units of it per unit of its price
  std::optional<Amount> vega_max;                // > 0, base currency per 1.00 of volatility
  std::optional<Amount> theta_max;               // > 0, base currency a year
  std::int64_t greeks_age_ns_max{0};             // 1 ms to 10 min: the underlying's price is older

  friend bool operator==(const GreekLimits&, const GreekLimits&) = default;
};

struct Risk {
  FirmLimits firm;
  std::vector<InstrumentLimits> instruments;  // in the order of the file
  std::vector<StrategyLimits> strategies;     // in the order of the file
  std::vector<GreekLimits> greeks;            // in the order of the file
  Policies policies;

  // Null when there is none.
  [[nodiscard]] const InstrumentLimits* limits_of(InstrumentId id) const noexcept;
  [[nodiscard]] const StrategyLimits* limits_of(StrategyId id) const noexcept;
  friend bool operator==(const Risk&, const Risk&) = default;
};
}  // namespace sq::settings
