// Names of the gate's limits: whose, and which. Plain numbers, so that a limit can be read, logged
// and changed at run time by record.
// Thread: plain values. Cost: none. Errors: text of an unknown number is "?".
// Units: unit_of(LimitKind). Source: controls P04-P06, P08, P13-P16, P18-P21, P32.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/types/ids.hpp"

namespace sq::risk {
// Logged (OrderRefused.scope, LimitSet, DayStarted): append only, never renumber.
enum class ScopeKind : std::uint8_t {
  None = 0,
  Firm = 1,                // number 0
  Account = 2,             // number: AccountId
  Venue = 3,               // number: VenueId
  Strategy = 4,            // number: StrategyId
  Instrument = 5,          // number: InstrumentId; over all strategies
  StrategyInstrument = 6,  // number: InstrumentId; of `strategy`
  Currency = 7             // number: place in OrderGate::currencies(), 0 is the base currency
};
constexpr int kScopeKinds = 8;

// Logged: append only, never renumber. All values are >= 0; money in the base currency.
enum class LimitKind : std::uint8_t {
  None = 0,
  OpenOrders = 1,
  OrdersPerSecond = 2,  // in any one second
  OpenValue = 3,        // sum of what is left of open orders x their price
  GrossNotional = 4,    // worst case, sum of magnitudes
  NetNotional = 5,      // worst case, magnitude of the sum, either direction
  Turnover = 6,         // traded in the day, and open
  DailyLoss = 7,        // reached: only reducing orders until re-armed
  DailyLossHalt = 8,    // reached: nothing until re-armed
  Drawdown = 9,         // below the day's highest P&L; as DailyLoss
  DrawdownHalt = 10,
  Credit = 11,          // worst-case gross and the day's loss
  OrderValue = 12,      // one order; of an instrument: in its settlement currency
  OrderQty = 13,        // one order
  PositionLong = 14,    // worst case
  PositionShort = 15,   // worst case, magnitude
  Collar = 16,          // beyond the far touch, where a wrong price would trade
  AwayCollar = 17,      // behind the near touch, where it would not
  BandLow = 18,         // absolute prices, inclusive
  BandHigh = 19,
  Jump = 20,            // of the reference against the one before, within JumpWindow
  JumpWindow = 21,
  ReferenceAge = 22
};
constexpr int kLimitKinds = 23;

struct LimitKey {
  ScopeKind scope{ScopeKind::None};
  LimitKind which{LimitKind::None};
  StrategyId strategy{kNoStrategy};  // StrategyInstrument only
  std::uint32_t number{0};
  friend bool operator==(const LimitKey&, const LimitKey&) = default;
};
static_assert(sizeof(LimitKey) == 8);

enum class LimitChange : std::uint8_t {
  Done = 1,
  NoSuchLimit = 2,  // no such scope, or it has no limit of this kind
  OutOfRange = 3,   // negative, or more than was reserved at start (OrdersPerSecond)
  Needed = 4        // cannot be off
};

[[nodiscard]] std::string_view text_of(ScopeKind) noexcept;   // "strategy-instrument"
[[nodiscard]] std::string_view text_of(LimitKind) noexcept;   // "open-value": key of the settings
[[nodiscard]] std::string_view unit_of(LimitKind) noexcept;   // "1e-8 base currency", "orders"
[[nodiscard]] std::string_view text_of(LimitChange) noexcept;
}  // namespace sq::risk
