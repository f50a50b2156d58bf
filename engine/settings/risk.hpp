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

// Further limits of any scope; each that is absent is a control that is off there, and the summary
// says so. Money in the base currency, > 0.
struct FurtherLimits {
  std::optional<std::uint32_t> open_orders_max;        // 1 to 100,000
  std::optional<std::uint32_t> orders_per_second_max;  // 1 to 100,000, in any one second
  std::optional<Amount> order_value_max;               // one order
  std::optional<Amount> open_value_max;      // what is left of open orders, at their prices
  std::optional<Amount> gross_notional_max;  // worst case, sum of magnitudes
  std::optional<Amount> net_notional_max;    // worst case, magnitude of the sum
  std::optional<Amount> turnover_max;        // traded in the UTC day, and open
  std::optional<Amount> credit_max;          // worst-case gross and the day's loss
  std::optional<Amount> daily_loss_max;      // reached: only reducing orders
  std::optional<Amount> daily_loss_halt;     // reached: nothing; at least daily_loss_max
  std::optional<Amount> drawdown_max;        // below the day's highest P&L: only reducing orders
  std::optional<Amount> drawdown_halt;       // at least drawdown_max

  friend bool operator==(const FurtherLimits&, const FurtherLimits&) = default;
};

struct FirmLimits {
  Currency base_currency{};          // all firm and strategy limits are in it
  Amount daily_loss_max{};           // > 0; realised and unrealised, fees included, per UTC day
  Amount gross_notional_max{};       // > 0; positions and open orders, worst case
  std::uint32_t open_orders_max{0};  // 1 to 100,000
  std::uint32_t orders_per_second_max{0};  // 1 to 100,000, in any one second
  // Silence after a request until the venue is asked what became of it; 50 ms to 60 s.
  std::int64_t answer_timeout_ns{2 * kNsPerSecond};
  // An order that has not left the process by then never does (control P35); 0: no bound.
  std::int64_t order_ttl_ns{250 * kNsPerMs};
  // Silence about an open order until the venue is asked; up to an hour, 0: never. A simulated
  // exchange loses nothing.
  std::int64_t order_check_ns{0};
  // Every venue is asked for orders, positions, balances and trades at the start, before anybody
  // trades there, and so often; up to 60 s, 0: never.
  std::int64_t reconcile_ns{0};
  ExternalOrders external_orders{ExternalOrders::Count};
  // A venue that was gone for so long: when it is back, what was left there is cancelled; up to an
  // hour. 0: after any absence.
  std::int64_t venue_gone_ns{0};
  FurtherLimits further;

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
  // Each that is absent is a control that is off.
  std::optional<Qty> short_position_max;           // >= 0, instead of position_max when short
  std::optional<std::uint32_t> away_collar_bps;    // 1 to 10,000: behind the near touch
  std::optional<Price> band_low;                   // > 0, inclusive: prices that the venue takes
  std::optional<Price> band_high;                  // above band_low
  std::optional<std::uint32_t> jump_bps_max;       // 1 to 10,000: of the mid within jump_window
  std::optional<std::int64_t> jump_window_ns;      // 1 ms to 60 s, with jump_bps_max
  FurtherLimits further;

  friend bool operator==(const InstrumentLimits&, const InstrumentLimits&) = default;
};

// [[risk.strategy]]: every strategy has one.
struct StrategyLimits {
  std::string name;
  StrategyId strategy{kNoStrategy};
  std::uint32_t open_orders_max{0};        // 1 to 10,000
  std::uint32_t orders_per_second_max{0};  // 1 to 10,000
  Amount daily_loss_max{};                 // > 0, base currency
  std::optional<std::string> account;      // name of a [[risk.account]]; needed when there are any
  AccountId account_id{};
  FurtherLimits further;

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

// [[risk.account]]: every account that a strategy names; the first is number 0.
struct AccountLimits {
  std::string name;
  FurtherLimits limits;

  friend bool operator==(const AccountLimits&, const AccountLimits&) = default;
};

// [[risk.venue]]: when there is one, every venue that strategies trade on has one.
struct VenueLimits {
  VenueId venue{VenueId::None};
  FurtherLimits limits;

  friend bool operator==(const VenueLimits&, const VenueLimits&) = default;
};

// [[risk.currency]]: everything that settles in it; gross_notional_max and net_notional_max. When
// there is one, every settlement currency of what strategies trade has one.
struct CurrencyLimits {
  Currency currency{};
  FurtherLimits limits;

  friend bool operator==(const CurrencyLimits&, const CurrencyLimits&) = default;
};

// [[risk.holding]]: one strategy in one of its instruments, beside the instrument's own limits.
// When a strategy has one, it has one for each of its instruments.
struct HoldingLimits {
  std::string strategy;
  StrategyId strategy_id{kNoStrategy};
  StrategyInstrument instrument;
  std::optional<Qty> order_qty_max;       // > 0
  std::optional<Qty> position_max;        // >= 0, worst case, long, and short unless
  std::optional<Qty> short_position_max;  // >= 0

  friend bool operator==(const HoldingLimits&, const HoldingLimits&) = default;
};

// [[risk.fx]]: what makes a settlement currency into the base currency; one for each.
struct FxRate {
  Currency from{};
  Currency to{};                        // the base currency
  std::optional<StrategyInstrument> instrument;  // its mid is the rate; empty: FxReference inputs
  bool inverted{false};                 // base and quote of `instrument` stand the other way round
  std::int64_t age_ns_max{0};           // 1 ms to 10 min; an older rate is none

  friend bool operator==(const FxRate&, const FxRate&) = default;
};

// [[risk.breaker]]: a circuit breaker, one of each kind. Without one of a kind there is none.
enum class BreakerKind : std::uint8_t {  // numbers as in messaging/breakers.hpp
  Loss = 1,
  Drawdown = 2,
  Rejects = 3,
  RejectRate = 4,
  MarketData = 5,
  EventLag = 6,
  RingFull = 7,
  PositionMismatch = 8,
  Slippage = 9,
  PriceSpeed = 10,
  Loop = 11,
  LosingFills = 12
};
enum class BreakerAction : std::uint8_t { Pause = 1, ReduceOnly = 2, Kill = 3 };
struct BreakerSettings {
  BreakerKind kind{BreakerKind::Loss};
  BreakerAction action{BreakerAction::Pause};
  // loss, drawdown: base currency; reject-rate, ring-full: percent; market-data, event-lag: ms;
  // slippage, price-speed: bps; else a count. Reaching it opens the breaker.
  std::uint32_t bound{0};
  std::int64_t window_ns{kNsPerSecond};  // price-speed, loop: 10 ms to 10 min
  std::uint32_t window_orders{20};       // reject-rate: the last so many; 2 to 1,000
  std::int64_t hold_ns{60 * kNsPerSecond};  // open for so long; 100 ms to a day
  bool rearm{false};  // then half-open; false: until an operator resets it

  friend bool operator==(const BreakerSettings&, const BreakerSettings&) = default;
};

struct Risk {
  std::vector<BreakerSettings> breakers;
  FirmLimits firm;
  std::vector<InstrumentLimits> instruments;  // in the order of the file
  std::vector<StrategyLimits> strategies;     // in the order of the file
  std::vector<GreekLimits> greeks;            // in the order of the file
  std::vector<AccountLimits> accounts;
  std::vector<VenueLimits> venues;
  std::vector<CurrencyLimits> currencies;
  std::vector<HoldingLimits> holdings;
  std::vector<FxRate> fx;
  Policies policies;

  // Null when there is none.
  [[nodiscard]] const InstrumentLimits* limits_of(InstrumentId id) const noexcept;
  [[nodiscard]] const StrategyLimits* limits_of(StrategyId id) const noexcept;
  friend bool operator==(const Risk&, const Risk&) = default;
};
}  // namespace sq::settings
