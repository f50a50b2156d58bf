// [risk]: limits of the firm, of each instrument and of each strategy. Limits on money, quantity
// and rate have no default: who trades writes them down.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"

namespace sq::settings {
struct FirmLimits {
  Currency base_currency{};          // all firm and strategy limits are in it
  Amount daily_loss_max{};           // > 0; realised and unrealised, fees included, per UTC day
  Amount gross_notional_max{};       // > 0; positions and open orders, worst case
  std::uint32_t open_orders_max{0};  // 1 to 100,000
  std::uint32_t orders_per_second_max{0};  // 1 to 100,000, in any one second

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

struct Risk {
  FirmLimits firm;
  std::vector<InstrumentLimits> instruments;  // in the order of the file
  std::vector<StrategyLimits> strategies;     // in the order of the file

  // Null when there is none.
  [[nodiscard]] const InstrumentLimits* limits_of(InstrumentId id) const noexcept;
  [[nodiscard]] const StrategyLimits* limits_of(StrategyId id) const noexcept;
  friend bool operator==(const Risk&, const Risk&) = default;
};
}  // namespace sq::settings
