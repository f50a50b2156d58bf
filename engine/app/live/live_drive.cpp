#include "engine/app/live/live_drive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "engine/app/core_setup.hpp"
#include "engine/app/threads.hpp"
#include "engine/telemetry/format.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kWindDownNs = 5 * kNsPerSecond;  // cancels are answered by then
constexpr std::int64_t kClosingNs = 3 * kNsPerSecond;   // of connections, in order
constexpr std::int64_t kUnjoinedNs = 2 * kNsPerSecond;  // the link itself asks much earlier
constexpr std::int64_t kAskAgainNs = 10 * kNsPerSecond;
constexpr int kReportsARound = 64;
constexpr int kMarketARound = 32;

bool is_joined(BookState state) noexcept {
  return state != BookState::Syncing && state != BookState::Gapped;
}
}  // namespace

LiveDrive::LiveDrive(const settings::Config& config, const risk::ApprovalKey& approval,
                     ControlBlock& control)
    : config_{config}, thread_of_(config.instruments.size(), nullptr) {
  if (!config.chains.empty())
    throw std::runtime_error(
        "[[chain]]: chains of options are re-priced in mode \"recorded\" only so far");
  control.core_beat.store(telemetry::monotonic_ns(), std::memory_order_relaxed);
  std::vector<venue::RingEntry::Route> routes;
  for (const auto& connection : config.venues) {
    auto& venue = venues_.emplace_back(
        std::make_unique<VenueThread>(config, connection, clock_, approval, control));
    routes.push_back({connection.venue, &venue->requests()});
    for (const auto& each : config.instruments)
      if (each.instrument.venue == connection.venue)
        thread_of_[index_of(each.instrument.id)] = venue.get();
  }
  entry_ = std::make_unique<venue::RingEntry>(instruments_of(config), routes);
  watched_.resize(config.instruments.size());
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
  while (entry_->take_not_sent(not_sent)) give(not_sent.header, false);
  for (auto& venue : venues_) worked = take(venue->reports(), kReportsARound, false) || worked;
  worked = pass_time() || worked;
  for (auto& venue : venues_) worked = take(venue->market(), kMarketARound, true) || worked;
  if (++rounds_ % 16 == 0) watch_book();
  if (worked) return Round::Worked;
  wait_idle(config_.engine.idle);
  return Round::Nothing;
}

// One book a look. The link sees gaps by itself; this is for what only the book can see.
void LiveDrive::watch_book() noexcept {
  const std::size_t i = watch_next_++ % watched_.size();
  const InstrumentId id{static_cast<std::uint32_t>(i)};
  Watched& watched = watched_[i];
  if (is_joined(core_->book(id).state())) {
    watched = {};
    return;
  }
  const MonoTime now = core_->now();
  if (watched.since.ns == 0) watched.since = now;
  if (now - watched.since < kUnjoinedNs || now - watched.asked < kAskAgainNs) return;
  watched.asked = now;
  thread_of_[i]->resynchronise(id);
}

void LiveDrive::wind_down() noexcept {
  const MonoTime last = clock_.now() + kWindDownNs;
  while (core_->ledger().orders().pool().working() > 0 && clock_.now() < last)
    static_cast<void>(round());
  for (auto& venue : venues_) venue->end();
  const MonoTime closed = clock_.now() + kClosingNs;
  const auto open = [&] {
    for (const auto& venue : venues_)
      if (!venue->ended()) return true;
    return false;
  };
  while (open() && clock_.now() < closed) static_cast<void>(round());
  while (round() == Round::Worked) {  // what came last
  }
}

void LiveDrive::look(telemetry::Log& text_log) {
  if (told_.size() != venues_.size()) told_.resize(venues_.size());
  for (std::size_t v = 0; v < venues_.size(); ++v) {
    VenueStatus now = venues_[v]->status();
    VenueStatus& was = told_[v];
    const std::string_view name = sq::text_of(now.venue);
    if (now.market != was.market || was.venue == VenueId::None)
      text_log.info("venue", "{}: market data {}", name, binance::text_of(now.market));
    if (now.takes_orders && (now.ready != was.ready || now.stopped != was.stopped))
      text_log.info("venue", "{}: {}", name,
                    now.stopped ? "no orders any more"
                                : (now.ready ? "takes orders" : "takes no orders now"));
    if (now.market_problem != was.market_problem && !now.market_problem.empty())
      text_log.warning("venue", "{}: {}", name, now.market_problem);
    if (now.order_problem != was.order_problem && !now.order_problem.empty())
      text_log.warning("venue", "{}: {}", name, now.order_problem);
    if (now.banned_until != was.banned_until)
      text_log.error("venue", "{}: banned, nothing is sent until it ends", name);
    was = std::move(now);
  }
}

void LiveDrive::report(Summary& summary, const core::Core&) const {
  for (const auto& venue : venues_) {
    const VenueStatus status = venue->status();
    const std::string name{sq::text_of(status.venue)};
    const auto& market = status.market_counters;
    summary.assumptions.push_back(
        {name + " market", fmt::format("{} messages, {} connections, {} gaps, {} snapshots",
                                       telemetry::with_separators(market.messages),
                                       market.lanes.connections, market.gaps, market.snapshots)});
    if (market.depth_dropped != 0 || market.others_dropped != 0)
      summary.warnings.push_back(
          fmt::format("{}: the core fell behind: {} depth updates and {} "
                      "other records found no room",
                      name, market.depth_dropped, market.others_dropped));
    if (status.malformed != 0)
      summary.warnings.push_back(fmt::format("{}: {} malformed messages", name, status.malformed));
    if (!status.takes_orders) continue;
    const auto& orders = status.order_counters;
    summary.assumptions.push_back(
        {name + " orders",
         fmt::format("{} orders, {} cancels, {} by REST, {} not sent, {} of unknown outcome, {} "
                     "held by the rate limits; clock {:+} us +- {} us",
                     telemetry::with_separators(orders.orders_sent),
                     telemetry::with_separators(orders.cancels_sent), orders.by_rest,
                     orders.not_sent, orders.unknown, orders.held, status.clock_ahead_ns / kNsPerUs,
                     status.clock_uncertainty_ns / kNsPerUs)});
    if (status.stopped)
      summary.warnings.push_back(fmt::format("{}: {}", name, status.order_problem));
  }
  if (entry_->unreported() != 0 || entry_->unasked() != 0)
    summary.warnings.push_back(
        fmt::format("{} orders and {} cancels or queries found their ring "
                    "full",
                    entry_->unreported(), entry_->unasked()));
}
}  // namespace sq::app
