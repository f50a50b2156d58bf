#include "engine/core/ledger_state.hpp"

#include <algorithm>
#include <array>

#include "engine/core/digest.hpp"
#include "engine/core/hand_over.hpp"
#include "engine/strategy/strategy.hpp"

namespace sq::core {
namespace {
// Layouts: wal/SNAPSHOT.md. A change of a layout, or of what a record adds up to, raises the
// version: older snapshots are then left aside and the log is folded whole.
enum class Section : std::uint32_t {
  Run = 1,
  Orders = 2,
  Portfolio = 3,
  Gate = 4,
  Strategies = 5,
  Accounts = 6,
  Parents = 7
};
constexpr std::uint32_t kSectionVersion = 14;
constexpr std::array kSections{Section::Run,    Section::Orders,     Section::Portfolio,
                               Section::Gate,   Section::Strategies, Section::Accounts,
                               Section::Parents};

const char* name_of(Section section) noexcept {
  switch (section) {
    case Section::Run:
      return "run";
    case Section::Orders:
      return "orders";
    case Section::Portfolio:
      return "portfolio";
    case Section::Gate:
      return "gate";
    case Section::Strategies:
      return "strategies";
    case Section::Accounts:
      return "accounts";
    case Section::Parents:
      return "parents";
  }
  return "?";
}
constexpr std::uint8_t kAsConfigured = 0xFF;  // of what is wanted

// The rooms of the gate's rate windows, and what its money is counted in.
void put_rate(StateOut& out, const risk::ScopeLimits& limits) {
  out.put(limits[risk::LimitKind::OrdersPerSecond].value_or(-1));
}
void put_scopes(StateOut& out, const risk::GateSetup& gate) {
  out.put_count(gate.accounts.size());
  for (const risk::ScopeLimits& limits : gate.accounts) put_rate(out, limits);
  for (const AccountId account : gate.strategy_accounts) out.put(account);
  out.put_count(gate.venues.size());
  for (const risk::VenueLimits& each : gate.venues) {
    out.put(each.venue);
    put_rate(out, each.limits);
  }
  out.put(gate.base_currency);
  for (const risk::FxSource& each : gate.fx) {
    out.put(each.from);
    out.put(each.book);
  }
}

bool valid(StrategyState state) noexcept {
  return static_cast<std::uint8_t>(state) <= static_cast<std::uint8_t>(StrategyState::QuoteOnly);
}
}  // namespace

std::optional<WantedChange> wanted_change(const RecordHeader& record) noexcept {
  if (record.kind == RecordKind::AdminCommand) {
    const AdminCommand command = admin_command_of(record);
    if (command.command == Command::SetStrategyState && may_ask_for(command.state))
      return WantedChange{command.strategy, command.state};
  }
  if (record.kind == RecordKind::StrategyChanged) {
    const auto& changed = payload_of<StrategyChanged>(record);
    if (changed.cause == StateCause::Kill || changed.cause == StateCause::LossLimit ||
        changed.cause == StateCause::Reconciliation ||
        changed.cause == StateCause::RepeatedExecution || changed.cause == StateCause::Runaway ||
        changed.cause == StateCause::Flatten)
      return WantedChange{changed.strategy, changed.to};
  }
  return std::nullopt;
}

std::uint64_t identity_of(const LedgerSetup& setup, std::span<const std::string> strategy_names) {
  StateOut out;
  out.put(setup.order_capacity);
  out.put_all(setup.instruments);
  out.put_all(setup.gate.instruments);
  out.put_count(setup.gate.instrument_limits.size());
  for (const auto& limits : setup.gate.instrument_limits) {
    out.put(limits.open_orders_max);
    put_rate(out, limits.further);
  }
  out.put_count(setup.gate.strategy_limits.size());
  for (const auto& limits : setup.gate.strategy_limits) out.put(limits.orders_per_second_max);
  out.put(setup.gate.firm.orders_per_second_max);
  put_scopes(out, setup.gate);
  out.put_count(setup.strategies);
  for (const std::string& name : strategy_names) {
    out.put_count(name.size());
    for (const char c : name) out.put(c);
  }
  const std::vector<std::byte> bytes = out.take();
  return XXH3_64bits(bytes.data(), bytes.size());
}

LedgerState::LedgerState(LedgerSetup setup)
    : ledger_{std::move(setup)}, strategies_(ledger_.portfolio().strategies()) {
  for (StrategyFacts& facts : strategies_) facts.saved.reserve(strategy::kStateBytesMax);
}

void LedgerState::apply(const RecordHeader& record) noexcept {
  mono_ = std::max(mono_, record.mono);
  wall_ = std::max(wall_, record.wall);
  if (is_decision(record.kind)) {
    digest_ = digest_of(digest_, record);
    ++decisions_;
  } else {
    ++inputs_;
  }
  if (record.kind == RecordKind::StrategySaved) {
    const auto& saved = payload_of<StrategyStateHeader>(record);
    if (index_of(saved.strategy) < strategies_.size()) {
      StrategyFacts& facts = strategies_[index_of(saved.strategy)];
      const auto bytes = payload_bytes(record).subspan(sizeof saved, saved.bytes);
      facts.saved.assign(bytes.begin(), bytes.end());
      facts.saved_version = saved.version;
    }
  }
  if (const auto change = wanted_change(record);
      change && index_of(change->strategy) < strategies_.size()) {
    strategies_[index_of(change->strategy)].wanted = change->to;
  }
  ledger_.apply(record);
}

std::vector<wal::SnapshotSection> LedgerState::save() const {
  std::vector<wal::SnapshotSection> sections;
  for (const Section section : kSections) {
    StateOut out;
    switch (section) {
      case Section::Run:
        save_run(out);
        break;
      case Section::Orders:
        ledger_.orders_.pool().save(out);
        break;
      case Section::Portfolio:
        ledger_.portfolio_.save(out);
        ledger_.days_.save(out);
        break;
      case Section::Gate:
        ledger_.gate_.save(out);
        ledger_.limits_.save(out);
        break;
      case Section::Strategies:
        save_strategies(out);
        break;
      case Section::Accounts:
        ledger_.accounts_.save(out);
        break;
      case Section::Parents:
        ledger_.parents_.save(out);
        ledger_.links_.save(out);
        ledger_.legs_.save(out);
        break;
    }
    sections.push_back({static_cast<std::uint32_t>(section), kSectionVersion, out.take()});
  }
  return sections;
}

std::string LedgerState::restore(const wal::Snapshot& snapshot) {
  for (const Section section : kSections) {
    const wal::SnapshotSection* found = snapshot.section(static_cast<std::uint32_t>(section));
    const std::string name = std::string{"the section "} + name_of(section);
    if (found == nullptr) return name + " is missing";
    if (found->version != kSectionVersion)
      return name + " has version " + std::to_string(found->version) + ", this program reads " +
             std::to_string(kSectionVersion);
    StateIn in{found->bytes};
    bool fits = false;
    switch (section) {
      case Section::Run:
        fits = restore_run(in);
        break;
      case Section::Orders:
        fits = ledger_.orders_.pool().restore(in);
        break;
      case Section::Portfolio:
        fits = ledger_.portfolio_.restore(in) && ledger_.days_.restore(in);
        break;
      case Section::Gate:
        fits = restore_gate(in);
        break;
      case Section::Strategies:
        fits = restore_strategies(in);
        break;
      case Section::Accounts:
        fits = ledger_.accounts_.restore(in);
        break;
      case Section::Parents:
        fits =
            ledger_.parents_.restore(in) && ledger_.links_.restore(in) && ledger_.legs_.restore(in);
        break;
    }
    if (!fits || !in.done()) return name + " does not fit this run";
  }
  return {};
}

void LedgerState::save_run(StateOut& out) const {
  out.put(digest_);
  out.put(inputs_);
  out.put(decisions_);
  out.put(mono_.ns);
  out.put(wall_.ns);
  const LedgerCounters& counters = ledger_.counters_;
  for (const std::uint64_t n :
       {counters.orders_sent, counters.cancels_sent, counters.fills, counters.rejects,
        counters.duplicates, counters.unexpected, counters.dead_letters, counters.amends_sent,
        counters.corrections, counters.too_old, counters.liquidations})
    out.put(n);
  out.put_count(counters.refusals.size());
  for (const std::uint64_t n : counters.refusals) out.put(n);
  out.put(ledger_.epoch_);
  out.put(ledger_.last_sequence_);
  out.put(ledger_.day_);
  out.put(static_cast<std::uint8_t>(ledger_.demanded_kill_ ? 1 : 0));
  out.put(ledger_.demanded_kill_.value_or(KillChanged{}));
  out.put(ledger_.demanded_pause_.value_or(kNoStrategy));
}

bool LedgerState::restore_run(StateIn& in) {
  digest_ = in.take<std::uint64_t>();
  inputs_ = in.take<std::uint64_t>();
  decisions_ = in.take<std::uint64_t>();
  mono_ = MonoTime{in.take<std::int64_t>()};
  wall_ = WallTime{in.take<std::int64_t>()};
  LedgerCounters& counters = ledger_.counters_;
  for (std::uint64_t* n :
       {&counters.orders_sent, &counters.cancels_sent, &counters.fills, &counters.rejects,
        &counters.duplicates, &counters.unexpected, &counters.dead_letters, &counters.amends_sent,
        &counters.corrections, &counters.too_old,
        &counters.liquidations})
    *n = in.take<std::uint64_t>();
  // Rules are appended to: an older state knows fewer.
  const std::size_t rules = in.take_count(counters.refusals.size());
  for (std::size_t i = 0; i < rules; ++i) counters.refusals[i] = in.take<std::uint64_t>();
  ledger_.epoch_ = in.take<std::uint32_t>();
  ledger_.last_sequence_ = in.take<std::uint64_t>();
  ledger_.day_ = in.take<std::int64_t>();
  const bool killed = in.take<std::uint8_t>() != 0;
  const auto kill = in.take<KillChanged>();
  if (killed) ledger_.demanded_kill_ = kill;
  const auto paused = in.take<StrategyId>();
  if (paused != kNoStrategy) ledger_.demanded_pause_ = paused;
  return in.ok();
}

void LedgerState::save_strategies(StateOut& out) const {
  out.put_count(strategies_.size());
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const StrategyFacts& facts = strategies_[s];
    out.put(ledger_.states_[s]);
    out.put(facts.wanted ? static_cast<std::uint8_t>(*facts.wanted) : kAsConfigured);
    out.put(facts.saved_version);
    out.put_all(facts.saved);
  }
}

bool LedgerState::restore_gate(StateIn& in) {
  const auto configured = risk::LimitBook::configured_of(ledger_.gate_);
  return ledger_.gate_.restore(in) && ledger_.limits_.restore(in, ledger_.gate_, configured);
}

bool LedgerState::restore_strategies(StateIn& in) {
  in.expect(std::uint64_t{strategies_.size()});
  for (std::size_t s = 0; s < strategies_.size() && in.ok(); ++s) {
    StrategyFacts& facts = strategies_[s];
    ledger_.states_[s] = in.take<StrategyState>();
    const auto wanted = in.take<std::uint8_t>();
    if (wanted != kAsConfigured) facts.wanted = static_cast<StrategyState>(wanted);
    facts.saved_version = in.take<std::uint16_t>();
    facts.saved.resize(in.take_count(strategy::kStateBytesMax));
    for (std::byte& byte : facts.saved) byte = in.take<std::byte>();
    if (!valid(ledger_.states_[s]) || (facts.wanted && !valid(*facts.wanted))) return false;
  }
  return in.ok();
}
}  // namespace sq::core
