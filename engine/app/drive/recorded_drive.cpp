#include "engine/app/drive/recorded_drive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "engine/app/core_setup.hpp"
#include "engine/app/threads.hpp"
#include "engine/backtest/catch_up.hpp"
#include "engine/telemetry/tick_clock.hpp"
#include "engine/types/decimal.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kWindDownNs = 5 * kNsPerSecond;  // logical: cancels are answered by then

class LogCursor final : public backtest::RecordCursor {
 public:
  explicit LogCursor(const std::filesystem::path& dir, wal::ReaderOptions options = {})
      : reader_{dir, options} {}
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
}  // namespace

struct RecordedDrive::CoreEnd final : backtest::CoreInput {
  explicit CoreEnd(core::Core& called) : core{called} {}
  void on_input(RecordHeader& input) noexcept override { core.on_input(input); }
  [[nodiscard]] MonoTime next_timer() const noexcept override { return core.next_timer(); }
  core::Core& core;
};

RecordedDrive::RecordedDrive(const settings::Config& config, const core::CoreSetup& setup,
                             const SessionFiles& session, telemetry::StageTimers& feed_stages)
    : config_{config} {
  const bool threaded = config.engine.decode == settings::Decode::Thread;
  auto sources =
      open_sources(config, session, threaded ? &feed_thread_ : nullptr, &feed_stages, &opened_);
  if (threaded)
    feed_ = start_thread("sq-feed", config.engine.feed_cpu, [this] { feed_thread_.run(); });
  try {
    simulation_ = std::make_unique<backtest::Simulation>(
        exchange_settings(config, setup), instruments_of(config), std::move(sources));
    chains_ = std::make_unique<RecordedChains>(config);
    if (!chains_->empty()) simulation_->attach(*chains_);
  } catch (...) {
    stop();
    throw;
  }
}
RecordedDrive::~RecordedDrive() { stop(); }

void RecordedDrive::stop() noexcept {
  feed_thread_.stop();
  if (feed_.joinable()) feed_.join();
}

std::string RecordedDrive::recover(core::Core& core, const wal::Log& log) {
  wal::ReaderOptions orders;
  orders.feed = false;
  LogCursor ahead{log.dir(), orders};
  const std::vector<OrderId> kept_back = backtest::kept_back_in(ahead);
  require_whole(ahead.status());
  LogCursor cursor{log.dir()};
  BookRecovery books{core};
  const backtest::CatchUp caught = backtest::catch_up(*simulation_, cursor, &books, kept_back);
  require_whole(cursor.status());
  if (caught.difference)
    throw std::runtime_error(fmt::format(
        "log.dir {}: the simulated exchange cannot be rebuilt from this log: {} (same market data "
        "and same [simulation] settings are needed)",
        log.dir().string(), *caught.difference));
  core.continue_after(caught.last_sequence);
  connect(core);
  if (!simulation_->next_time())
    throw std::runtime_error(fmt::format(
        "log.dir {} holds a run that ended: nothing is left of its session. Replay it with "
        "`shrivenquant replay {}`, or set log.existing = \"replace\" or another log.dir",
        log.dir().string(), log.dir().string()));
  return fmt::format("{} records, {} requests repeated to the exchange, {} inputs compared",
                     caught.last_sequence, caught.requests, caught.inputs_compared);
}

void RecordedDrive::connect(core::Core& core) {
  core_end_ = std::make_unique<CoreEnd>(core);
  simulation_->connect(*core_end_);
}

Drive::Round RecordedDrive::round() noexcept {
  const auto next = simulation_->next_time();
  if (!next) return Round::Ended;
  if (config_.session.speed != settings::Session::kSpeedMax && !pace(*next)) return Round::Nothing;
  simulation_->step();
  return Round::Worked;
}

// Real time for `next` has come. False: not yet, a little was waited.
bool RecordedDrive::pace(MonoTime next) noexcept {
  const std::int64_t real = telemetry::monotonic_ns();
  if (paced_from_real_ == 0) {
    paced_from_real_ = real;
    paced_from_logical_ = next.ns;
  }
  const std::int64_t due =
      paced_from_real_ + (next.ns - paced_from_logical_) / std::int64_t{config_.session.speed};
  if (real >= due) {
    lag_ns_ = std::max(lag_ns_, real - due);
    return true;
  }
  if (due - real > 100 * kNsPerUs) {
    std::this_thread::sleep_for(std::chrono::microseconds{50});
  } else {
    wait_idle(config_.engine.idle);
  }
  return false;
}

void RecordedDrive::wind_down() noexcept {
  const core::Core& core = core_end_->core;
  const MonoTime last = core.now() + kWindDownNs;
  while (core.ledger().orders().pool().working() > 0) {
    const auto next = simulation_->next_time();
    if (!next || *next > last || !simulation_->step()) break;
  }
}

void RecordedDrive::report(Summary& summary, const core::Core& core) const {
  for (backtest::Assumption& each : simulation_->assumptions())
    summary.assumptions.push_back(std::move(each));
  compare_with_exchange(summary, core);
  for (const DecodedSource* source : opened_) source->report(summary.warnings);
}

// The exchange keeps books of its own: positions must be the engine's to the last unit.
void RecordedDrive::compare_with_exchange(Summary& summary, const core::Core& core) const {
  const backtest::Account account = simulation_->account();
  for (const Instrument& instrument : core.ledger().portfolio().instruments()) {
    Qty there;
    for (const auto& each : account.positions) {
      if (each.instrument != instrument.id) continue;
      there = each.position - Qty::from_raw(static_cast<std::int64_t>(each.fees_base));
    }
    const Qty here = core.ledger().portfolio().position(instrument.id);
    if (here == there) continue;
    summary.warnings.push_back(fmt::format("{}: the engine holds {}, the exchange says {}",
                                           instrument_name(instrument), to_text(here),
                                           to_text(there)));
  }
  if (account.fills != core.ledger().counters().fills)
    summary.warnings.push_back(fmt::format("the engine booked {} fills, the exchange made {}",
                                           core.ledger().counters().fills, account.fills));
}
}  // namespace sq::app
