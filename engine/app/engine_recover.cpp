// Recovery: facts from the newest snapshot and the order log behind it, the simulated exchange and
// the books from its inputs.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "engine/app/engine_run.hpp"
#include "engine/app/log_fold.hpp"
#include "engine/app/preamble.hpp"
#include "engine/backtest/catch_up.hpp"
#include "engine/messaging/control.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
namespace {
class LogCursor final : public backtest::RecordCursor {
 public:
  explicit LogCursor(const std::filesystem::path& dir) : reader_{dir} {}
  [[nodiscard]] const RecordHeader* next() override { return reader_.next(); }
  [[nodiscard]] const wal::ReaderStatus& status() const noexcept { return reader_.status(); }

 private:
  wal::Reader reader_;
};

// Brings the books up to date with what the core had before the crash.
struct BookRecovery final : backtest::CoreInput {
  explicit BookRecovery(core::Core& called) : core{called} {}
  void on_input(RecordHeader& input) noexcept override { core.recover(input); }
  [[nodiscard]] MonoTime next_timer() const noexcept override { return MonoTime{0}; }
  core::Core& core;
};

void require_whole(const wal::ReaderStatus& status) {
  if (status.condition == wal::Condition::End || status.condition == wal::Condition::Ok ||
      status.condition == wal::Condition::Torn)
    return;
  throw std::runtime_error(fmt::format("the log cannot be recovered: {} at {}:{}: {}",
                                       wal::text_of(status.condition), status.file.string(),
                                       status.offset, status.what));
}
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
  LogCursor cursor{log_->dir()};
  BookRecovery books{*core_};
  const backtest::CatchUp caught = backtest::catch_up(*simulation_, cursor, &books);
  require_whole(cursor.status());
  if (caught.difference)
    throw std::runtime_error(fmt::format(
        "log.dir {}: the simulated exchange cannot be rebuilt from this log: {} (same market data "
        "and same [simulation] settings are needed)",
        log_->dir().string(), *caught.difference));
  core_->continue_after(caught.last_sequence);
  text_log_.info("engine",
                 "recovered {}: epoch {}, {} records ({} of the order log folded behind snapshot "
                 "{}), {} requests repeated to the exchange, {} inputs compared",
                 log_->dir().string(), epoch_, caught.last_sequence, folded, from, caught.requests,
                 caught.inputs_compared);
}
}  // namespace sq::app
