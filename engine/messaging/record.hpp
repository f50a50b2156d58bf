// The one shape of everything that enters and leaves the core: a 64-byte header and a payload.
// Inputs (market data, reports, commands, time) and decisions (orders, refusals, state changes) are
// records; they travel in rings and lie in the log with the same bytes.
// Thread: plain values. Cost: none. Layout: little-endian, 8-byte aligned, no hidden padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "engine/types/check.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/time.hpp"

namespace sq {
// Logged: append only, never renumber. Below 0x1000: inputs; from there: decisions.
enum class RecordKind : std::uint16_t {
  None = 0,
  // inputs, order log
  EpochStarted = 1,       // payload EpochStarted: a start of the process
  ConfigLoaded = 2,       // text: the resolved configuration
  InstrumentDefined = 3,  // Instrument
  OrderReport = 4,        // what a venue says about an order
  AdminCommand = 5,
  TimeTick = 6,           // no payload: time passed, timers may be due
  RunEnded = 7,           // orderly end of the input
  RecoveryFinished = 8,   // the log up to here was folded, venues were asked
  LogStateChanged = 9,    // the log's disk is short of room, has stalled or is well again
  LimitsChanged = 10,     // somebody asks for another limit, or for an override
  VenueState = 11,        // is a venue there, its clock, its budget; the engine's own timing
  VenueOrder = 13,        // venue_account.hpp: parts of a venue's answer about an account
  VenuePosition = 14,
  VenueBalance = 15,
  VenueSnapshot = 16,     // where such an answer begins and ends
  FundingSettled = 17,    // a position paid or received funding
  SessionEvent = 18,      // phase of a venue's or an instrument's session
  ManualOrder = 19,       // manual_order.hpp: what a person asks for at the desk
  AlertCommand = 20,      // alerts.hpp: somebody has an alert in hand
  VenueAccount = 21,      // margin of an account; liquidations
  StaticData = 22,        // holdings, lists, confirmed filters
  FxReference = 12,       // a rate between currencies that no book gives
  // inputs, feed log
  DepthUpdate = 0x100,    // DepthHeader + levels
  DepthSnapshot = 0x101,  // DepthHeader + levels
  TradePrint = 0x102,
  TopOfBook = 0x103,
  MarkPrice = 0x104,
  FeedStatus = 0x105,
  FeedDropped = 0x106,    // the ring was full: so many records of this source are missing
  MarketOrder = 0x107,    // one change of one order of the venue's book (L3)
  Candle = 0x108,         // one finished bar of a candle stream or file
  GreeksUpdate = 0x109,   // one option re-priced beside the core
  // decisions, order log
  OrderSent = 0x1000,     // OrderRequest
  CancelSent = 0x1001,    // CancelRequest
  OrderRefused = 0x1002,
  OrderChanged = 0x1003,
  FillBooked = 0x1004,
  BookChanged = 0x1005,
  StrategyChanged = 0x1006,
  StrategySaved = 0x1007,  // StrategyStateHeader + bytes
  KillChanged = 0x1008,
  DeadLetter = 0x1009,     // an input nobody could handle; the input itself is in the log
  FundingBooked = 0x100A,
  QuerySent = 0x100B,      // QueryRequest: an order whose outcome is unknown
  DayStarted = 0x100C,     // the daily limits count from here
  BreakerChanged = 0x100D,  // a circuit breaker opened, half-opened or closed
  DayClosed = 0x1015,     // day_close.hpp: the end of a venue's day
  LimitSet = 0x100E,  // what became of a LimitsChanged, a raise that ended, an override used
  AmendSent = 0x1010,      // AmendRequest
  BreakChanged = 0x1013,   // engine and venue differ, agree again, or were compared
  OrderAdopted = 0x1014,   // an order from outside is counted from here on
  TradeCorrected = 0x1016,  // a booked fill taken back or changed by the venue
  PositionAdjusted = 0x1017,
  ParentChanged = 0x1011,  // a parent order opened, changed its bound, closed
  ConditionalChanged = 0x1012,  // an order that the engine holds: placed, moved, triggered
  LinkChanged = 0x1020,    // OCO, OTO, bracket
  LegsChanged = 0x1021     // an order of several legs
};
constexpr bool is_decision(RecordKind kind) noexcept {
  return static_cast<std::uint16_t>(kind) >= 0x1000;
}
// Market data go to the feed log (short retention), all else to the order log.
constexpr bool is_market_data(RecordKind kind) noexcept {
  const auto n = static_cast<std::uint16_t>(kind);
  return n >= 0x100 && n < 0x1000;
}

// What a venue says about our orders and our account: inputs that only a venue makes.
constexpr bool is_venue_answer(RecordKind kind) noexcept {
  return kind == RecordKind::OrderReport || kind == RecordKind::FundingSettled ||
         kind == RecordKind::VenueAccount ||
         (kind >= RecordKind::VenueOrder && kind <= RecordKind::VenueSnapshot);
}

// Where an input came from; with its own sequence it gives equal-time inputs a fixed order.
enum class SourceId : std::uint16_t {};
constexpr SourceId kSourceCore{0};   // decisions, and inputs the application makes
constexpr SourceId kSourceAdmin{1};
constexpr SourceId kSourceVenueFirst{0x10};  // execution reports: 0x10 + venue number
constexpr SourceId kSourceFeedFirst{0x100};  // market data: 0x100 + index of the feed
constexpr SourceId kSourceChainFirst{0x8000};  // Greeks: 0x8000 + index of the chain

struct RecordHeader {
  std::uint64_t checksum{0};  // of the rest, chained to the previous record; set by engine/wal
  std::uint32_t length{0};    // header and payload, a multiple of 8
  RecordKind kind{RecordKind::None};
  SourceId source{kSourceCore};
  std::uint64_t sequence{0};  // one sequence over inputs and decisions; set by the core
  MonoTime mono{};            // engine time; set by the sequencer, never decreasing
  WallTime wall{};            // the same moment, UTC
  std::uint64_t source_sequence{0};  // position in the source, 1 is the first; 0 is none
  WallTime venue_time{};      // the venue's own stamp; 0 when it gives none
  InstrumentId instrument{kNoInstrument};
  std::uint32_t reserved{0};
};
static_assert(sizeof(RecordHeader) == 64, "one cache line; log format 1");
static_assert(std::has_unique_object_representations_v<RecordHeader>);

constexpr std::size_t kRecordAlignment = 8;
constexpr std::uint32_t kRecordLengthMax = 1U << 20;  // 1 MiB holds a 5,000 x 5,000 snapshot

constexpr std::uint32_t record_length(std::size_t payload) noexcept {
  return static_cast<std::uint32_t>(
      (sizeof(RecordHeader) + payload + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment);
}

// A header with a fixed payload, ready to append. P: trivially copyable, multiple of 8 bytes.
template <class P>
struct Record {
  RecordHeader header{};
  P payload{};
};
template <class P>
[[nodiscard]] constexpr Record<P> make_record(RecordKind kind, const P& payload) noexcept {
  static_assert(std::is_trivially_copyable_v<P> && sizeof(P) % kRecordAlignment == 0);
  static_assert(std::has_unique_object_representations_v<P>, "no hidden padding");
  Record<P> record;
  record.header.length = record_length(sizeof(P));
  record.header.kind = kind;
  record.payload = payload;
  return record;
}

// The shortest payload that older logs hold of a kind whose payload grew. What lies behind it in a
// record that is longer is read through a function of that payload's, never by payload_of().
template <class P>
inline constexpr std::size_t kShortestPayload = sizeof(P);

// The payload behind a header that lies in a ring, a segment or a Record.
template <class P>
[[nodiscard]] inline const P& payload_of(const RecordHeader& header) noexcept {
  static_assert(std::is_trivially_copyable_v<P> && alignof(P) <= kRecordAlignment);
  SQ_VERIFY_CHECK(header.length >= sizeof(RecordHeader) + kShortestPayload<P>);
  return *reinterpret_cast<const P*>(reinterpret_cast<const std::byte*>(&header) +
                                     sizeof(RecordHeader));
}
[[nodiscard]] inline std::span<const std::byte> payload_bytes(const RecordHeader& header) noexcept {
  return {reinterpret_cast<const std::byte*>(&header) + sizeof(RecordHeader),
          header.length - sizeof(RecordHeader)};
}
}  // namespace sq
