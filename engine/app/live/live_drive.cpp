#include "engine/app/live/live_drive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "engine/app/core_setup.hpp"
#include "engine/app/threads.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kWindDownNs = 5 * kNsPerSecond;  // cancels are answered by then
constexpr int kReportsARound = 64;
constexpr int kMarketARound = 32;
}  // namespace

LiveDrive::LiveDrive(const settings::Config& config, const risk::ApprovalKey& approval,
                     ControlBlock& control)
    : config_{config}, books_{config} {
  if (!config.chains.empty())
    throw std::runtime_error(
        "[[chain]]: chains of options are re-priced in mode \"recorded\" only so far");
  control.core_beat.store(telemetry::monotonic_ns(), std::memory_order_relaxed);
  std::vector<venue::RingEntry::Route> routes;
  for (const auto& connection : config.venues) {
    auto& venue = venues_.emplace_back(
        std::make_unique<VenueThread>(config, connection, clock_, approval, control));
    routes.push_back({connection.venue, &venue->requests()});
  }
  entry_ = std::make_unique<venue::RingEntry>(instruments_of(config), routes);
  wall_ = clock_.wall();
}
LiveDrive::~LiveDrive() { stop(); }

std::string LiveDrive::recover(core::Core& core, const wal::Log& log) {
  core.continue_after(log.recovery().last_sequence);
  connect(core);
  return "books begin anew, the venues are asked what they hold";
}
void LiveDrive::connect(core::Core& core) { core_ = &core; }

void LiveDrive::start() {
  for (auto& venue : venues_) venue->start();
}
void LiveDrive::stop() noexcept {
  for (auto& venue : venues_) venue->end();
  for (auto& venue : venues_) venue->join();
}

void LiveDrive::give(RecordHeader& input, bool keep_wall) noexcept {
  input.mono = clock_.now();
  if (!keep_wall || input.wall.ns == 0) input.wall = wall_;
  core_->on_input(input);
}

void LiveDrive::inject(RecordHeader& input) noexcept {
  wall_ = clock_.wall();
  give(input, false);
}

bool LiveDrive::take(RecordRing& ring, int records_max, bool keep_wall) noexcept {
  int taken = 0;
  for (; taken < records_max; ++taken) {
    RecordHeader* const record = ring.peek();
    if (record == nullptr) break;
    if (keep_wall && record->wall.ns != 0) lag_ns_ = std::max(lag_ns_, wall_ - record->wall);
    give(*record, keep_wall);
    ring.pop();
  }
  return taken != 0;
}

bool LiveDrive::pass_time() noexcept {
  const MonoTime now = clock_.now();
  if (core_->next_timer() > now) return false;
  RecordHeader tick;
  tick.length = record_length(0);
  tick.kind = RecordKind::TimeTick;
  tick.wall = wall_;
  tick.mono = now;
  core_->on_input(tick);
  return true;
}

Drive::Round LiveDrive::round() noexcept {
  wall_ = clock_.wall();
  bool worked = false;
  Record<OrderReport> not_sent;
  while (entry_->held_back().take(not_sent)) give(not_sent.header, false);
  for (auto& venue : venues_) worked = take(venue->reports(), kReportsARound, false) || worked;
  worked = pass_time() || worked;
  for (auto& venue : venues_) worked = take(venue->market(), kMarketARound, true) || worked;
  books_.look(*core_, venues_);
  if (worked) return Round::Worked;
  wait_idle(config_.engine.idle);
  return Round::Nothing;
}

void LiveDrive::wind_down() noexcept {
  const MonoTime last = clock_.now() + kWindDownNs;
  while (core_->ledger().orders().pool().working() > 0 && clock_.now() < last)
    static_cast<void>(round());
  close_venues(venues_, clock_, [this] { return round() == Round::Worked; });
}

void LiveDrive::look(telemetry::Log& text_log) { news_.tell(venues_, text_log); }

void LiveDrive::report(Summary& summary, const core::Core&) const {
  for (const auto& venue : venues_) report_venue(venue->status(), summary);
  if (entry_->held_back().unreported() != 0 || entry_->unasked() != 0)
    summary.warnings.push_back(
        fmt::format("{} orders and {} cancels or queries found their ring full",
                    entry_->held_back().unreported(), entry_->unasked()));
}
}  // namespace sq::app
