// Everything that the order stream adds up to: the ledger, the digest and counters of a run, and
// what was wanted of strategies and saved by them. Recovery and the writer of snapshots fold with
// it; a core takes it over. Folding on from a restored state gives the same bits as folding
// everything. Thread: its owner's. Cost: apply O(1) a record, without allocation; save and restore
// some MB. Errors: restore() names what does not fit; the state is then of no use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/ledger.hpp"
#include "engine/wal/snapshot_file.hpp"

namespace sq::core {
// What a record makes of a strategy beyond its state: ops, the kill switch or a breaker decided it,
// and it holds over a restart.
struct WantedChange {
  StrategyId strategy{kNoStrategy};
  StrategyState to{StrategyState::Stopped};
};
[[nodiscard]] std::optional<WantedChange> wanted_change(const RecordHeader& record) noexcept;

struct StrategyFacts {
  std::optional<StrategyState> wanted;  // empty: as configured
  std::uint16_t saved_version{0};       // 0: nothing was saved
  std::vector<std::byte> saved;         // payload of its last StrategySaved
};

// Of all that decides what a record adds up to: instruments, capacities, rates, strategies' names.
// A state made under another identity is not this run's.
[[nodiscard]] std::uint64_t identity_of(const LedgerSetup& setup,
                                        std::span<const std::string> strategy_names);

class LedgerState {
 public:
  explicit LedgerState(LedgerSetup setup);

  // Any record of the order stream, in order.
  void apply(const RecordHeader& record) noexcept;

  [[nodiscard]] const Ledger& ledger() const noexcept { return ledger_; }
  // For who needs a fact's answer and no digest: facts applied here count for the ledger only.
  [[nodiscard]] Ledger& facts() noexcept { return ledger_; }
  [[nodiscard]] Ledger take_ledger() noexcept { return std::move(ledger_); }
  [[nodiscard]] const std::vector<StrategyFacts>& strategies() const noexcept {
    return strategies_;
  }
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }  // as Core::hash()
  [[nodiscard]] std::uint64_t inputs() const noexcept { return inputs_; }
  [[nodiscard]] std::uint64_t decisions() const noexcept { return decisions_; }
  [[nodiscard]] MonoTime mono() const noexcept { return mono_; }  // of the latest record
  [[nodiscard]] WallTime wall() const noexcept { return wall_; }

  [[nodiscard]] std::vector<wal::SnapshotSection> save() const;
  // Only into a state that nothing was applied to. Empty: done; else what does not fit.
  [[nodiscard]] std::string restore(const wal::Snapshot& snapshot);

 private:
  void save_run(StateOut& out) const;
  [[nodiscard]] bool restore_run(StateIn& in);
  void save_strategies(StateOut& out) const;
  [[nodiscard]] bool restore_gate(StateIn& in);
  [[nodiscard]] bool restore_strategies(StateIn& in);

  Ledger ledger_;
  std::vector<StrategyFacts> strategies_;
  std::uint64_t digest_{0};
  std::uint64_t inputs_{0};
  std::uint64_t decisions_{0};
  MonoTime mono_{};
  WallTime wall_{};
};
}  // namespace sq::core
