// Orders made of orders, as a strategy asks for them: a parent whose children it makes itself,
// orders that the engine holds until a price is reached, links between such orders, and trades of
// several legs. Every child passes the same gate as any order; a bound of a parent is held at all
// times, over restarts too.
// Thread: plain values. Units: prices 1e-9, quantities 1e-8, bps 0.01 %, times in ns.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "engine/messaging/parents.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/order_types.hpp"

namespace sq::strategy {
// OrderIntent::parent of the children. Only filled + working + unknown quantity up to `qty`.
struct ParentIntent {
  InstrumentId instrument{kNoInstrument};
  Side side{Side::Buy};
  Qty qty{};
  Price limit{};                // worst price of a child; 0: none but the gate's collar
  std::int64_t duration_ns{0};  // then it closes; 0: never by itself
  std::uint32_t children_max{1000};
};

struct TriggerTerms {
  TriggerKind kind{TriggerKind::None};  // None: works at once
  TriggerSource source{TriggerSource::Best};
  Price price{};  // stop, take-profit
  Price trail{};  // trailing: distance, or
  std::uint32_t trail_bps{0};
  Price activation{};  // trailing: follows from there; 0: at once
  std::uint32_t confirm_events{2};
  std::int64_t confirm_ns{0};
  std::uint32_t jump_bps{100};  // 1 to 5,000: what is further off is no price
};

// An order that the engine works: at once or when triggered, as a resting limit order, or without a
// limit as immediate-or-cancel orders at most protection_bps beyond the far touch, until all of it
// is filled.
struct HeldOrder {
  InstrumentId instrument{kNoInstrument};
  Side side{Side::Buy};
  Qty qty{};
  Price limit{};
  TimeInForce tif{TimeInForce::GoodTillCancel};  // with a limit: or PostOnly
  TriggerTerms trigger{};
  std::uint32_t protection_bps{50};  // without a limit; 1 to 5,000
  std::int64_t duration_ns{0};
  bool reduce_only{false};
  bool keep{false};  // stays, held back, while the strategy is paused or the kill switch is closed
};

constexpr std::int64_t kWaitForProof = std::numeric_limits<std::int64_t>::max();
// Oco: `first` and `second`, equal quantities. Oto: `entry`, then `first`. Bracket: `entry`, then
// `first` (stop) and `second` (target). What follows an entry is as large as the entry has filled;
// its own qty is not read. When one of the two triggers or fills, the other is cancelled; the
// triggered one goes out when that is proven, or after race_ns: what both fill then beyond the
// quantity is traded back.
struct LinkIntent {
  LinkKind kind{LinkKind::Oco};
  HeldOrder entry{};
  HeldOrder first{};
  HeldOrder second{};
  std::int64_t race_ns{kNsPerSecond};
};

struct Leg {
  InstrumentId instrument{kNoInstrument};
  Side side{Side::Buy};
  Qty ratio{};    // in one unit
  Price limit{};  // 0: protection_bps alone
  std::uint32_t protection_bps{50};
};
// The first leg leads; the others follow its fills at once. Begun and not yet whole are at most
// unhedged_units_max units, and for unhedged_ns_max at most: then the rest is completed, or with
// `unwind` what is ahead is traded back.
struct LegsIntent {
  std::array<Leg, kLegsMax> legs{};  // those without an instrument are not used
  std::int64_t units{0};
  std::int64_t unhedged_units_max{1};
  std::int64_t unhedged_ns_max{kNsPerSecond};
  std::int64_t duration_ns{0};
  bool unwind{false};
};

// A parent changed its state, or a child of it filled.
struct ParentUpdate {
  OrderId id{};
  OrderId group{};  // its link or legs order; 0 is none
  InstrumentId instrument{kNoInstrument};
  Side side{Side::Buy};
  ParentState state{ParentState::None};
  TriggerState trigger{TriggerState::None};
  Price trigger_price{};
  Qty qty{};
  Qty filled{};
  Qty at_stake{};         // what children may still fill
  Price average_price{};  // of the fills, toward zero
  std::uint32_t children{0};
};
struct LinkUpdate {
  OrderId id{};
  LinkState state{LinkState::None};
  LinkCause cause{LinkCause::Placed};
  std::uint8_t chosen{0};
  Qty excess{};
};
struct LegsUpdate {
  OrderId id{};
  LegsState state{LegsState::None};
  LegsCause cause{LegsCause::Placed};
};
}  // namespace sq::strategy
