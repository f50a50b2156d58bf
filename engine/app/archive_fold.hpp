// What a log says, as rows for the archive: each record's own rows, and the orders, fills,
// positions, cash and P&L that the engine's own fold makes of them. Thread: one. Cost: about a
// microsecond a record. Errors: none; what the fold refuses, the engine has refused, and the log
// has its dead letter. It starts at the first record of the order log, or with what another one
// saved: what lies before the place where an archive goes on is folded without rows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/core/ledger_state.hpp"
#include "engine/reporting/archive/batch.hpp"
#include "engine/reporting/archive/record_rows.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
struct ArchiveNames {
  std::vector<Instrument> instruments;  // index == index_of(InstrumentId)
  std::vector<std::string> strategies;
};
[[nodiscard]] ArchiveNames archive_names(const settings::Config& config);
// From the log alone: the newest definitions and the names of its newest configuration.
[[nodiscard]] ArchiveNames archive_names(const std::filesystem::path& log_dir);

class ArchiveFold {
 public:
  ArchiveFold(ArchiveNames names, std::uint64_t log_id);

  // `wanted` false: the record only counts towards later ones.
  void take(const RecordHeader& record, bool wanted, reporting::Batch& batch);
  // Rows that are written once a batch: positions, cash, P&L, input counts.
  void finish(reporting::Batch& batch);

  // Between two batches only: rows that wait for finish() are not saved.
  [[nodiscard]] std::vector<wal::SnapshotSection> save() const;
  // Into a fold that took nothing. Empty: done; else what does not fit, and it is of no use.
  [[nodiscard]] std::string restore(const wal::Snapshot& snapshot);
  // Of what a saved fold must agree in with the one that goes on: instruments and strategies.
  [[nodiscard]] std::uint64_t identity() const noexcept { return identity_; }

 private:
  struct DayLine {
    std::int64_t realised{0};
    std::int64_t fees{0};
    std::uint64_t fills{0};
    Qty position{};
    std::uint64_t sequence{0};
  };
  struct InputLine {
    std::uint64_t records{0};
    std::uint64_t bytes{0};
    std::uint64_t sequence{0};
    WallTime first{};
    WallTime last{};
  };
  using Held = std::pair<StrategyId, InstrumentId>;
  using DayKey = std::tuple<std::int64_t, StrategyId, InstrumentId>;
  using InputKey = std::tuple<std::uint16_t, std::uint16_t, std::uint32_t>;

  void count_input(const RecordHeader& record, bool wanted);
  void book(const RecordHeader& report, const portfolio::Booked& booked, bool wanted,
            reporting::Batch& batch);
  void remember_sent(const RecordHeader& sent);
  void add_order(const RecordHeader& record, OrderId id, reporting::Batch& batch);
  void add_position(const Held& held, reporting::Batch& batch) const;
  void add_cash(StrategyId strategy, const Currency& currency, reporting::Batch& batch) const;
  void add_day(const DayKey& key, reporting::Batch& batch) const;
  void add_input(const InputKey& key, reporting::Batch& batch) const;
  [[nodiscard]] bool restore_own(StateIn& in);
  [[nodiscard]] bool restore_totals(StateIn& in);
  [[nodiscard]] bool known(const Held& held) const noexcept;

  std::uint64_t identity_;
  std::vector<Instrument> instruments_;
  reporting::Names names_;
  core::LedgerState state_;
  std::map<std::uint64_t, WallTime> sent_;    // by order id
  std::map<Held, std::uint64_t> changed_at_;  // sequence of the newest change
  std::map<DayKey, DayLine> days_;
  std::map<InputKey, InputLine> inputs_;
  std::set<Held> dirty_positions_;
  std::set<DayKey> dirty_days_;
  std::set<InputKey> dirty_inputs_;
};
}  // namespace sq::app
