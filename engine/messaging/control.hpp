// Payloads of records that start, command and describe a run. Bytes are logged: append only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "engine/messaging/record.hpp"
#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/order_types.hpp"

namespace sq {
struct EpochStarted {
  FixedText<16> instance{};     // name of this engine, part of every wire id
  std::uint32_t epoch{0};       // 1 at the first start; never repeats
  std::uint32_t log_format{1};
  std::uint64_t seed{0};        // of the simulated exchange
  std::uint64_t config_hash{0};
};
static_assert(sizeof(EpochStarted) == 40);

// What the kill switch closes. Logged: append only, never renumber.
enum class KillScopeKind : std::uint8_t {
  All = 0,
  Venue = 1,       // number: VenueId
  Account = 2,     // AccountId
  Strategy = 3,    // StrategyId
  Instrument = 4   // InstrumentId
};
struct KillScope {
  KillScopeKind kind{KillScopeKind::All};
  std::uint32_t number{0};  // 0 for All
  friend bool operator==(const KillScope&, const KillScope&) noexcept = default;
};

[[nodiscard]] constexpr std::string_view text_of(KillScopeKind kind) noexcept {
  switch (kind) {
    case KillScopeKind::All: return "all";
    case KillScopeKind::Venue: return "venue";
    case KillScopeKind::Account: return "account";
    case KillScopeKind::Strategy: return "strategy";
    case KillScopeKind::Instrument: return "instrument";
  }
  return "?";
}

enum class Command : std::uint8_t {  // append only
  Kill = 1,           // close the gate for the scope and cancel what is in it; latched
  SetStrategyState = 2,
  Rearm = 3,          // open the gate for the scope again; needs two people
  CancelAll = 4,      // the strategy's, or everything for kNoStrategy
  ResetBreaker = 5,   // closes an open circuit breaker of a scope; it counts from here
  // Of LimitsChanged (limit_changes.hpp).
  SetLimit = 10,         // tighten a limit, at once
  ProposeLimit = 11,     // loosen it, until a moment
  ApproveProposal = 12,  // by a second person
  ProposeOverride = 13,  // let one blocked order pass, once
  AcknowledgeStrategy = 14,  // a person has looked at its repeated executions
  Reconcile = 15,     // asks every venue now
  AcceptBreak = 16,   // `request` is the break's number
  AdjustPosition = 17 // `request` is the break's number; twice, by two people
};
struct AdminCommand {
  Command command{Command::Kill};
  StrategyState state{StrategyState::Stopped};  // SetStrategyState
  StrategyId strategy{kNoStrategy};
  std::uint32_t request{0};     // number given by the admin port, for the answer
  FixedText<24> who{};
  FixedText<64> reason{};
  // Not in logs before 2026-11-22: read with admin_command_of().
  FixedText<24> second{};       // another person who agrees, where two are needed
  KillScopeKind scope{KillScopeKind::All};  // Kill, Rearm
  std::uint8_t flatten{0};      // Kill: work out the positions as well
  std::uint8_t latched{0};      // Kill: the egress latch was closed before, by who sent this
  std::uint8_t breaker{0};      // ResetBreaker: BreakerKind
  std::uint32_t scope_number{0};
};
static_assert(sizeof(AdminCommand) == 128);
constexpr std::size_t kAdminCommandBytesMin = 96;  // of a whole one in an old log
// A command of any age; what an old one does not have is zero.
[[nodiscard]] inline AdminCommand admin_command_of(const RecordHeader& record) noexcept {
  AdminCommand command;
  const std::span<const std::byte> bytes = payload_bytes(record);
  std::memcpy(&command, bytes.data(), std::min(bytes.size(), sizeof command));
  return command;
}

enum class LogCondition : std::uint8_t {  // append only
  Normal = 1,
  Reserve = 2,  // short of room: new orders are refused; cancels and the kill switch are logged
  Full = 3,     // no room left but the shared-memory ring's
  Stalled = 4,  // the disk does not answer in time: orders are held back
  Failed = 5    // a write or sync failed: nothing more can be logged
};
// FxReference: what a unit of a currency is worth in another.
struct FxReference {
  Currency from{};
  Currency to{};
  Price rate{};            // units of `to`
  std::int64_t age_ns{0};  // at the time of this record
};
static_assert(sizeof(FxReference) == 32);

struct LogStateChanged {
  LogCondition condition{LogCondition::Normal};
  std::uint8_t reserved[7]{};
  std::uint64_t free_bytes{0};  // on the log's file system
  FixedText<64> reason{};
};
static_assert(sizeof(LogStateChanged) == 80);

struct BookChanged {  // header.instrument
  std::uint64_t last_id{0};
  BookState from{BookState::Syncing};
  BookState to{BookState::Syncing};
  std::uint8_t reserved[6]{};
};
enum class StateCause : std::uint8_t {  // append only
  Start = 1,
  Command = 2,
  Warm = 3,
  Kill = 4,
  Shutdown = 5,
  Recovery = 6,
  LossLimit = 7,
  Breaker = 8,
  RepeatedExecution = 16,
  Reconciliation = 19,  // the venue holds something else than the engine
  Flatten = 20,         // a person has its positions worked out
  Runaway = 28          // refused orders of one parent in a tight loop
};
struct StrategyChanged {
  StrategyId strategy{kNoStrategy};
  StrategyState from{StrategyState::Stopped};
  StrategyState to{StrategyState::Stopped};
  StateCause cause{StateCause::Start};
  std::uint8_t reserved[3]{};
};
static_assert(sizeof(StrategyChanged) == 8);
struct StrategyStateHeader {  // followed by `bytes` bytes, padded to 8
  StrategyId strategy{kNoStrategy};
  std::uint16_t version{0};  // the strategy's own
  std::uint32_t bytes{0};
};
struct KillChanged {
  std::uint8_t latched{0};
  StateCause cause{StateCause::Command};
  KillScopeKind scope{KillScopeKind::All};
  std::uint8_t flatten{0};
  std::uint32_t number{0};  // of the scope
  FixedText<64> reason{};
};
static_assert(sizeof(KillChanged) == 72);
enum class DayFigure : std::uint8_t {  // append only
  Base = 0,  // the day starts: P&L since the first start
  Peak = 1,  // the day's highest P&L so far
  Latch = 2  // risk::LossLatch, and why: risk::LimitKind x 256
};
// A figure of the day: one Base per strategy and kNoStrategy for the firm; scopes with loss limits
// of their own have theirs.
struct DayStarted {
  std::int64_t day{0};       // days since 1970-01-01 UTC
  std::int64_t pnl_base{0};  // the figure; P&L in 1e-8 of the base currency
  StrategyId strategy{kNoStrategy};
  DayFigure figure{DayFigure::Base};
  std::uint8_t scope{0};     // risk::ScopeKind; 0: the strategy, or the firm for kNoStrategy
  std::uint32_t scope_number{0};
};
static_assert(sizeof(DayStarted) == 24);
enum class DeadLetterReason : std::uint8_t {  // append only
  UnknownKind = 1,
  UnknownInstrument = 2,
  UnknownOrder = 3,
  BadContent = 4,
  UnknownTrade = 5  // a bust or correction of a trade that was never told
};
struct DeadLetter {
  std::uint64_t input_sequence{0};
  DeadLetterReason reason{DeadLetterReason::UnknownKind};
  std::uint8_t reserved[7]{};
};
}  // namespace sq
