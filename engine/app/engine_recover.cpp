// Recovery: facts from the newest snapshot and the order log behind it; what is outside the core is
// the drive's.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "engine/app/engine_run.hpp"
#include "engine/app/log_fold.hpp"
#include "engine/app/preamble.hpp"
#include "engine/messaging/control.hpp"

namespace sq::app {
namespace {
// A start without a snapshot is only slower: no reason not to trade.
void try_to_keep(LogFold& fold, telemetry::Log& log) {
  try {
    fold.write_snapshot();
  } catch (const wal::LogError& error) {
    log.warning("engine", "no snapshot written: {}", error.what());
  }
}
}  // namespace

void EngineRun::check_same_instruments(const RecordHeader& defined) const {
  const auto& logged = payload_of<Instrument>(defined);
  const std::size_t i = index_of(logged.id);
  if (i < config_.instruments.size()) {
    const Instrument& here = config_.instruments[i].instrument;
    if (here.venue == logged.venue && here.symbol == logged.symbol) return;
  }
  throw std::runtime_error(fmt::format(
      "log.dir {}: instrument {} is {} in the log; ids are permanent, so the configuration must "
      "keep the order of its [[instrument]] tables (new ones at the end)",
      log_->dir().string(), i, instrument_name(logged)));
}

void EngineRun::check_same_strategies(const RecordHeader& loaded) const {
  const settings::Config before =
      settings::parse(config_text(loaded), log_->dir().string() + " (ConfigLoaded)", log_->dir());
  for (std::size_t s = 0; s < before.strategies.size(); ++s) {
    const auto& was = before.strategies[s];
    if (s < config_.strategies.size() && config_.strategies[s].name == was.name &&
        config_.strategies[s].kind == was.kind)
      continue;
    throw std::runtime_error(fmt::format(
        "log.dir {}: strategy {} is \"{}\" of kind {} in the log; positions belong to it, so the "
        "configuration must keep the order of its [strategy.*] tables (new ones at the end)",
        log_->dir().string(), s, was.name, was.kind));
  }
}

void EngineRun::recover() {
  constexpr std::uint64_t kLongTail = 100'000;  // records, not to be folded by the next start again
  std::uint64_t folded = 0;
  std::uint64_t from = 0;
  {
    LogFold fold{log_->dir(), fold_setup(config_)};
    from = fold.snapshot();
    for (const std::string& reason : fold.skipped())
      text_log_.warning("engine", "snapshot not used: {}", reason);
    const auto look = [this](const RecordHeader& record) {
      if (record.kind == RecordKind::InstrumentDefined) check_same_instruments(record);
      if (record.kind == RecordKind::ConfigLoaded) check_same_strategies(record);
    };
    while (fold.advance(1U << 20U, look) != 0) {
    }
    folded = fold.records();
    if (folded >= kLongTail) try_to_keep(fold, text_log_);
    core_->adopt(std::move(fold.state()));
  }
  // Above any that an order at a venue bears: the log may be an old one, restored.
  epoch_ = std::max(core_->ledger().epoch(), core_->ledger().accounts().epoch_seen()) + 1;
  const std::string outside = drive_->recover(*core_, *log_);
  text_log_.info("engine",
                 "recovered {}: epoch {}, {} of the order log folded behind snapshot {}; {}",
                 log_->dir().string(), epoch_, folded, from, outside);
}
}  // namespace sq::app
