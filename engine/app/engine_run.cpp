#include "engine/app/engine_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "engine/app/core_setup.hpp"
#include "engine/app/drive/recorded_drive.hpp"
#include "engine/app/live/live_drive.hpp"
#include "engine/app/live/paper_drive.hpp"
#include "engine/app/log_directory.hpp"
#include "engine/app/policy_setup.hpp"
#include "engine/app/preamble.hpp"
#include "engine/app/scope_setup.hpp"
#include "engine/app/threads.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
// From the kernel: nobody outside this process can know it, and no log has it.
risk::ApprovalKey fresh_approval_key() {
  risk::ApprovalKey key{};
  if (::getentropy(key.data(), sizeof key) != 0)
    throw std::runtime_error("no entropy for the key of approvals");
  return key;
}

SessionFiles session_of(const settings::Config& config) {
  if (config.engine.mode == settings::Mode::Recorded) return find_session(config);
  SessionFiles session;
  session.origin = config.engine.mode == settings::Mode::Paper ? "paper:" : "live:";
  for (const auto& each : config.venues)
    session.origin += fmt::format(" {} at {}", text_of(each.venue), each.stream);
  return session;
}

void clock_cost(Summary& summary, const telemetry::TickClock& clock) {
  constexpr int kReads = 1'000;
  const std::uint64_t begin = clock.now();
  std::uint64_t last = 0;
  for (int i = 0; i < kReads; ++i) last = clock.now();
  summary.clock_cost_ns = static_cast<double>(clock.ns(last - begin)) / kReads;
}
}  // namespace

EngineRun::EngineRun(settings::Config config)
    : config_{std::move(config)},
      text_log_{{telemetry::Level{static_cast<std::uint8_t>(config_.telemetry.text_level)},
                 config_.telemetry.texts_per_second_max,
                 {}}},
      setup_{core_setup(config_)},
      session_{session_of(config_)},
      stages_{telemetry::TickClock::calibrate(), config_.engine.stage_sample},
      feed_stages_{stages_.clock(), config_.engine.stage_sample},
      equity_{1U << 16} {
  require_cpu("engine.core_cpu", config_.engine.core_cpu);
  require_cpu("engine.feed_cpu", config_.engine.feed_cpu);
  require_cpu("engine.log_cpu", config_.engine.log_cpu);
  require_cpu("engine.admin_cpu", config_.engine.admin_cpu);
  open_log();
}
EngineRun::~EngineRun() {
  if (control_ == nullptr) return;
  kill_on_signal(nullptr);
  control_->block().ended.store(1);
}

void EngineRun::open_log() {
  log_ = open_run_log(config_);
  journal_ = std::make_unique<LogJournal>(log_->appender());
  control_ = std::make_unique<ControlFile>(
      ControlFile::create(config_.log.dir, config_.log.ring_dir, config_.engine.instance));
  risk::EgressLatch& latch = control_->block().latch;
  kill_ = std::make_unique<KillTriggers>(config_, latch, commands_);
  setup_.egress = &latch;
  setup_.approval_key = fresh_approval_key();
  kill_on_signal(&latch);
  if (control_->left_closed())
    kill_->trigger({}, "egress latch", "closed from outside before this start", false);
}

std::vector<std::string> EngineRun::strategy_names() const {
  std::vector<std::string> names;
  for (const auto& each : config_.strategies) names.push_back(each.name);
  return names;
}

std::unique_ptr<Drive> EngineRun::make_drive() {
  if (config_.engine.mode == settings::Mode::Live)
    return std::make_unique<LiveDrive>(config_, setup_.approval_key, control_->block());
  if (config_.engine.mode == settings::Mode::Paper)
    return std::make_unique<PaperDrive>(config_, setup_, control_->block());
  return std::make_unique<RecordedDrive>(config_, setup_, session_, feed_stages_);
}

Summary EngineRun::run(const std::function<void()>& tick) {
  std::atomic<bool> log_stop{false};
  const bool strict = config_.log.durability == settings::Durability::Strict;
  std::thread log = start_thread("sq-log", config_.engine.log_cpu, [&] {
    while (!log_stop.load(std::memory_order_acquire))
      if (log_->do_work() == 0) wait_idle(strict ? settings::Idle::Yield : settings::Idle::Sleep);
  });
  std::thread snapshots;
  // Whatever happens from here on, the threads end before their objects do.
  const auto join = [&] {
    if (drive_ != nullptr) drive_->stop();
    log_stop.store(true, std::memory_order_release);
    if (log.joinable()) log.join();
    if (snapshots.joinable()) snapshots.join();
  };
  std::thread loop;
  try {
    drive_ = make_drive();
    const bool recorded = config_.engine.mode == settings::Mode::Recorded;  // waits for the disk
    log_watch_ = std::make_unique<LogWatch>(*log_, recorded ? 0 : config_.log.heartbeat_ns_max);
    load_watch_ = std::make_unique<LoadWatch>(config_, *log_);
    venue::OrderEntry* venues = &drive_->venues();
    if (strict) {
      durable_ = std::make_unique<DurableEntry>(*venues, *log_,
                                                recorded ? 0 : config_.log.order_wait_ns_max);
      venues = durable_.get();
    }
    core_ = std::make_unique<core::Core>(std::move(setup_), *journal_, *venues, &stages_);
    if (log_->recovery().last_sequence != 0) {
      recover();
    } else {
      drive_->connect(*core_);
    }
    snapshots_ = std::make_unique<SnapshotWriter>(
        log_->dir(), fold_setup(config_),
        SnapshotSchedule{config_.log.snapshot_records,
                         std::int64_t{config_.log.snapshot_s} * kNsPerSecond});
    snapshots = start_thread("sq-snapshot", -1, [&] {
      // Each look at the ring takes a cache line of the core's.
      while (!log_stop.load(std::memory_order_acquire))
        if (snapshots_->do_work(MonoTime{telemetry::monotonic_ns()}) == 0)
          std::this_thread::sleep_for(std::chrono::milliseconds{10});
    });
    drive_->start();
    progress_.running.store(true);
    loop = start_thread("sq-core", config_.engine.core_cpu, [this] { core_loop(); });
    while (!progress_.finished.load(std::memory_order_acquire)) {
      look_from_main();
      tick();
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    loop.join();
    control_->block().ended.store(1);  // in order: no watchdog need act
  } catch (...) {  // e.g. the admin port is taken: end in order, then say why
    request_stop();
    if (loop.joinable()) loop.join();
    join();
    throw;
  }
  join();
  log_->close();
  snapshots_->finish();
  if (!snapshots_->problem().empty())
    text_log_.warning("engine", "no snapshot: {}", snapshots_->problem());
  return summarise();
}

void EngineRun::core_loop() noexcept {
  const std::uint64_t begin = stages_.clock().now();
  write_preamble(config_, epoch_, [this](RecordHeader& record) { drive_->inject(record); });
  take_commands();  // also when it is to stop at once: a kill from outside gets into the log
  while (!stop_.load(std::memory_order_relaxed)) {
    take_commands();
    if (++rounds_ % 16 == 0) look_at_log();
    if (drive_->round() == Drive::Round::Ended) break;
    sample(false);
  }
  if (stop_.load(std::memory_order_relaxed)) interrupted_ = "stopped on request";
  wind_down();
  sample(true);
  core_->publish_books();
  seconds_ = static_cast<double>(stages_.clock().ns(stages_.clock().now() - begin)) / 1e9;
  progress_.finished.store(true, std::memory_order_release);
}

void EngineRun::look_from_main() {
  control_->block().main_beat.store(telemetry::monotonic_ns(), std::memory_order_relaxed);
  const std::string said = kill_->look_at_file();
  if (!said.empty()) text_log_.warning("kill", "{}", said);
  drive_->look(text_log_);
}

void EngineRun::take_commands() {
  // At once: an order without its report is taken for one that left.
  Record<OrderReport> held;
  while (durable_ != nullptr && durable_->held_back().take(held)) drive_->inject(held.header);
  Record<AdminCommand> closed;
  while (kill_->strangers(closed)) [[unlikely]] drive_->inject(closed.header);
  while (RecordHeader* const asked = commands_.peek()) {
    drive_->inject(*asked);
    commands_.pop();
  }
}

// What the log's disk does to trading is an input like any other.
void EngineRun::look_at_log() {
  const std::int64_t now = telemetry::monotonic_ns();
  control_->block().core_beat.store(now, std::memory_order_relaxed);
  load_watch_->on_event(drive_->take_lag());
  Record<VenueState> load;
  if (load_watch_->due(now, load)) drive_->inject(load.header);
  Record<LogStateChanged> change;
  if (log_watch_->changed(durable_ != nullptr && durable_->stalled(), change))
    drive_->inject(change.header);
}

// Strategies stop, their orders are cancelled, and the venue's answers are awaited.
void EngineRun::wind_down() {
  RecordHeader ended;
  ended.kind = RecordKind::RunEnded;
  ended.length = sizeof ended;
  drive_->inject(ended);
  drive_->wind_down();
}

void EngineRun::sample(bool force) {
  const WallTime now = drive_->now();
  if (first_wall_.ns == 0) first_wall_ = now;
  last_wall_ = now;
  if (!force && !equity_.due(now)) return;
  const core::Ledger& ledger = core_->ledger();
  equity_.add(now, ledger.gate().total_pnl(kNoStrategy));
  progress_.wall_ns.store(now.ns, std::memory_order_relaxed);
  progress_.events.store(core_->counters().inputs, std::memory_order_relaxed);
  progress_.orders.store(ledger.counters().orders_sent, std::memory_order_relaxed);
  progress_.fills.store(ledger.counters().fills, std::memory_order_relaxed);
  progress_.pnl.store(equity_.points().back().pnl, std::memory_order_relaxed);
}

std::vector<Price> EngineRun::marks() const {
  std::vector<Price> marks;
  for (std::size_t i = 0; i < core_->instruments(); ++i) {
    const auto& exposure =
        core_->ledger().gate().exposure(InstrumentId{static_cast<std::uint32_t>(i)});
    marks.push_back(Price::from_raw(exposure.bid.raw() / 2 + exposure.ask.raw() / 2));
  }
  return marks;
}

Summary EngineRun::summarise() {
  Summary summary;
  summary.origin = session_.origin;
  summary.interrupted = interrupted_;
  summary.hash = core_->hash();
  summary.epoch = epoch_;
  summary.events = core_->counters().inputs;
  summary.decisions = core_->counters().decisions;
  summary.seconds = seconds_;
  summary.recorded_seconds = static_cast<double>(last_wall_ - first_wall_) / 1e9;
  summary.counters = core_->ledger().counters();
  summary.positions = position_lines(core_->ledger(), strategy_names(), marks());
  summary.base_currency = std::string{config_.risk.firm.base_currency.text()};
  for (const PositionLine& line : summary.positions) {
    summary.net_total += line.net;
    summary.fees_total += line.fees;
  }
  summary.drawdown_max = equity_.drawdown_max();
  summary.equity = equity_.points();
  for (std::size_t s = 0; s < telemetry::kStageCount; ++s) {
    const auto stage = static_cast<telemetry::Stage>(s);
    for (const telemetry::StageTimers* timers : {&feed_stages_, &stages_}) {
      const auto percentiles = timers->percentiles_ns(stage);
      if (percentiles.count != 0)
        summary.stages.push_back({std::string{telemetry::text_of(stage)}, percentiles});
    }
  }
  summary.stage_sample = config_.engine.stage_sample;
  clock_cost(summary, stages_.clock());
  summary.log_dir = log_->dir().string();
  summary.log_bytes = log_->bytes_appended();
  drive_->report(summary, *core_);
  summary.assumptions.push_back({"risk_controls_off", text_of_policies_off(config_)});
  summary.assumptions.push_back({"risk_limits_off", text_of_limits_off(config_)});
  summary.comparisons = comparisons_of(core_->ledger(), summary.warnings);
  summary.days = venue_days(core_->ledger().days(), config_.day_ends);
  report_books(summary);
  if (log_->failed()) summary.warnings.push_back("the log failed: " + log_->failure());
  return summary;
}

void EngineRun::report_books(Summary& summary) const {
  for (std::size_t i = 0; i < core_->instruments(); ++i) {
    const auto& book = core_->book(InstrumentId{static_cast<std::uint32_t>(i)});
    if (book.counters().orders_refused != 0)
      summary.warnings.push_back(
          fmt::format("{}: {} orders of the market could not be applied (never added, or no room: "
                      "instrument.orders_max); the book was not LIVE from then on",
                      instrument_name(core_->ledger().portfolio().instruments()[i]),
                      book.counters().orders_refused));
    if (book.counters().gaps != 0)
      summary.warnings.push_back(
          fmt::format("{}: {} gaps in the depth updates",
                      instrument_name(core_->ledger().portfolio().instruments()[i]),
                      book.counters().gaps));
  }
}
}  // namespace sq::app
