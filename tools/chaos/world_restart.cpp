// World: the end of the engine's process, and the next one that recovers from its log.
#include <fmt/format.h>

#include <algorithm>

#include "tools/chaos/day_setup.hpp"
#include "tools/chaos/world.hpp"

namespace sq::chaos {
void World::die(bool power_lost, std::int64_t down_ns) {
  ++outcome_.restarts;
  if (core_ != nullptr) outcome_.hash = mixed(outcome_.hash, core_->hash());
  core_.reset();
  process_ = {};
  power_cut_ = false;
  network_.drop_reports();
  oracle_.books_lost();
  if (log_.refuses) oracle_.tail_lost();
  if (power_lost) cut_tail();
  up_at_ = now_.ns + down_ns;
}

// What a machine without power had not yet written: never what an order waited for that left, and
// what that can be is only of this start.
void World::cut_tail() {
  const std::size_t from = std::max({last_send_, epoch_begin_, std::size_t{1}});
  if (log_.size() <= from) return;
  log_.cut(log_.size() - draws_.below(log_.size() - from + 1));
  oracle_.tail_lost();
}

// The oracle goes by what is in the log.
void World::hear_log() {
  oracle_.nothing_latched();
  oracle_.told_nothing();
  for (std::size_t i = 0; i < log_.size(); ++i) {
    const RecordKind kind = log_.at(i).kind;
    if (kind == RecordKind::KillChanged || kind == RecordKind::AdminCommand ||
        kind == RecordKind::StrategyChanged || kind == RecordKind::DayStarted ||
        kind == RecordKind::OrderReport || kind == RecordKind::FxReference)
      on_logged(log_.at(i));
  }
}

void World::fold(core::LedgerState& state, std::size_t from) const {
  for (std::size_t i = from; i < log_.size(); ++i) state.apply(log_.at(i));
}

void World::start() {
  hear_log();
  epoch_begin_ = log_.size();
  core::CoreSetup setup = day_core(mixed(script_.seed, 100 + epoch_), mood_);
  setup.approval_key = {draws_.next(), draws_.next()};
  network_.begin(setup.approval_key);
  core_ = std::make_unique<core::Core>(std::move(setup), log_, network_, nullptr);
  if (log_.size() != 0) recover();
  EpochStarted started;
  started.instance = FixedText<16>{"CHAOS"};
  started.epoch = epoch_ = core_->ledger().epoch() + 1;
  give(RecordKind::EpochStarted, started);
  for (const Instrument& instrument : day_instruments()) {
    auto defined = make_record(RecordKind::InstrumentDefined, instrument);
    defined.header.instrument = instrument.id;
    give(defined.header);
  }
  RecordHeader ready;
  ready.kind = RecordKind::RecoveryFinished;
  ready.length = sizeof ready;
  give(ready);
  feed_.restart(now_);
}

// In turns: record by record, all at once, and from a snapshot with the tail behind it.
void World::recover() {
  const std::uint64_t way = draws_.below(8);
  const core::LedgerSetup setup = core::ledger_setup(day_core(0, mood_));
  if (way == 0) {
    for (std::size_t i = 0; i < log_.size(); ++i) core_->recover(log_.at(i));
    return;
  }
  if (way == 1 || shadow_ == nullptr) {
    core::LedgerState state{setup};
    fold(state, 0);
    core_->adopt(std::move(state));
  } else {
    core::LedgerState state{setup};
    wal::Snapshot snapshot;
    snapshot.sections = shadow_->save();
    const std::string problem = state.restore(snapshot);
    if (!problem.empty())
      return oracle_.complain(fmt::format("a snapshot does not fit: {}", problem));
    fold(state, shadow_records_);
    core_->adopt(std::move(state));
  }
  if (shadow_ == nullptr) shadow_ = std::make_unique<core::LedgerState>(setup);
  fold(*shadow_, shadow_records_);
  shadow_records_ = log_.size();
}
}  // namespace sq::chaos
