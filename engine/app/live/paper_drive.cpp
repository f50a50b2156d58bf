#include "engine/app/live/paper_drive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "engine/app/core_setup.hpp"
#include "engine/app/threads.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kWindDownNs = 5 * kNsPerSecond;  // cancels are answered by then
constexpr int kInputsARound = 64;

// A venue's ring as a source that may have nothing now.
class LiveSource final : public feed::Source {
 public:
  // `lag_ns`: raised to how long a record waited until `now`.
  LiveSource(RecordRing& ring, const WallTime& now, std::int64_t& lag_ns)
      : ring_{ring}, now_{now}, lag_ns_{lag_ns} {}
  [[nodiscard]] RecordHeader* peek() override { return ring_.peek(); }
  void pop() override {
    lag_ns_ = std::max(lag_ns_, now_ - ring_.peek()->wall);
    ring_.pop();
  }

 private:
  RecordRing& ring_;
  const WallTime& now_;
  std::int64_t& lag_ns_;
};
}  // namespace

struct PaperDrive::CoreEnd final : backtest::CoreInput {
  explicit CoreEnd(core::Core& called) : core{called} {}
  void on_input(RecordHeader& input) noexcept override { core.on_input(input); }
  [[nodiscard]] MonoTime next_timer() const noexcept override { return core.next_timer(); }
  core::Core& core;
};

PaperDrive::PaperDrive(const settings::Config& config, const core::CoreSetup& setup,
                       ControlBlock& control)
    : config_{config}, books_{config} {
  if (config.simulation.feed_latency != settings::FeedLatency::None)
    throw std::runtime_error(
        "simulation.feed_latency: accepted in mode \"paper\": \"none\"; market data come as late "
        "as "
        "they truly are, for the exchange in this process, too");
  if (!config.chains.empty())
    throw std::runtime_error(
        "[[chain]]: chains of options are re-priced in mode \"recorded\" only so far");
  std::vector<std::unique_ptr<feed::Source>> sources;
  for (const auto& connection : config.venues) {
    auto& venue = venues_.emplace_back(
        std::make_unique<VenueThread>(config, connection, clock_, risk::ApprovalKey{}, control));
    sources.push_back(std::make_unique<LiveSource>(venue->market(), wall_, lag_ns_));
  }
  simulation_ = std::make_unique<backtest::Simulation>(exchange_settings(config, setup),
                                                       instruments_of(config), std::move(sources));
}
PaperDrive::~PaperDrive() { stop(); }

std::string PaperDrive::recover(core::Core&, const wal::Log& log) {
  throw std::runtime_error(
      fmt::format("log.dir {} holds an earlier run, and what the simulated exchange held ended "
                  "with its process: "
                  "set log.existing = \"replace\" or another log.dir",
                  log.dir().string()));
}
void PaperDrive::connect(core::Core& core) {
  core_end_ = std::make_unique<CoreEnd>(core);
  simulation_->connect(*core_end_);
  simulation_->follow_clock(clock_.wall());
}
void PaperDrive::start() {
  for (auto& venue : venues_) venue->start();
}
void PaperDrive::stop() noexcept {
  for (auto& venue : venues_) venue->end();
  for (auto& venue : venues_) venue->join();
}

Drive::Round PaperDrive::round() noexcept {
  wall_ = clock_.wall();
  simulation_->follow_clock(wall_);
  int given = 0;
  while (given < kInputsARound && simulation_->step()) ++given;
  books_.look(core_end_->core, venues_);
  if (given != 0) return Round::Worked;
  wait_idle(config_.engine.idle);
  return Round::Nothing;
}
void PaperDrive::inject(RecordHeader& input) noexcept {
  simulation_->follow_clock(clock_.wall());
  simulation_->inject(input);
}

void PaperDrive::wind_down() noexcept {
  const MonoTime last = clock_.now() + kWindDownNs;
  while (core_end_->core.ledger().orders().pool().working() > 0 && clock_.now() < last)
    static_cast<void>(round());
  close_venues(venues_, clock_, [this] { return round() == Round::Worked; });
}

void PaperDrive::look(telemetry::Log& text_log) { news_.tell(venues_, text_log); }

void PaperDrive::report(Summary& summary, const core::Core&) const {
  for (backtest::Assumption& each : simulation_->assumptions())
    summary.assumptions.push_back(std::move(each));
  for (const auto& venue : venues_) report_venue(venue->status(), summary);
}
}  // namespace sq::app
