#include "engine/app/live/venue_thread.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "engine/app/log_directory.hpp"
#include "engine/app/threads.hpp"
#include "engine/types/state_bytes.hpp"
#include "engine/types/text.hpp"
#include "venues/binance/published_limits.hpp"

namespace sq::app {
namespace {
constexpr std::uint64_t kMarketRingBytes = 8U << 20;
constexpr std::uint64_t kReportRingBytes = 4U << 20;
constexpr std::uint64_t kRequestRingBytes = 4U << 20;
constexpr std::int64_t kCoreBeatNsMax = 2 * kNsPerSecond;  // older: the venue's timer runs out
constexpr std::int64_t kStatusNs = 100 * kNsPerMs;

binance::TradeStream trade_stream(settings::TradeFeed of) noexcept {
  switch (of) {
    case settings::TradeFeed::None:
      return binance::TradeStream::None;
    case settings::TradeFeed::Each:
      return binance::TradeStream::Each;
    case settings::TradeFeed::Aggregate:
      return binance::TradeStream::Aggregate;
  }
  return binance::TradeStream::None;
}
binance::MarketLinkSettings market_settings(const settings::VenueConnection& connection,
                                            const std::optional<auth::VenueKey>& key) {
  binance::MarketLinkSettings made;
  made.streams.depth_ms = connection.depth_ms;
  made.streams.trades = trade_stream(connection.trades);
  made.streams.sbe = connection.market_format == settings::MarketFormat::Sbe;
  if (made.streams.sbe && key) made.api_key = key->api_key;
  return made;
}

binance::OrderLinkSettings order_settings(const settings::Config& config,
                                          const settings::VenueConnection& connection,
                                          const auth::VenueKey& key,
                                          const risk::ApprovalKey& approval) {
  binance::OrderLinkSettings made;
  made.instance = config.engine.instance;
  made.api_key = key.api_key;
  made.approval = approval;
  made.answer_ns_max = connection.answer_wait_ns_max;
  made.order_age_ns_max = connection.order_age_ns_max;
  made.dead_man_ns = connection.dead_man_ns;
  if (connection.environment == settings::Environment::Live &&
      connection.venue == VenueId::BinanceSpot)
    made.restrictions_path = "/sapi/v1/account/apiRestrictions";
  return made;
}
}  // namespace

VenueThread::VenueThread(const settings::Config& config,
                         const settings::VenueConnection& connection, const LiveClock& clock,
                         const risk::ApprovalKey& approval, ControlBlock& control)
    : config_{config},
      connection_{connection},
      clock_{clock},
      control_{control},
      site_{venue_site(config, connection)},
      governor_{binance::published_limits(connection.venue)},
      market_{kMarketRingBytes},
      reports_{kReportRingBytes},
      requests_{kRequestRingBytes},
      budget_file_{config.log.dir / rate_limits_file(connection.venue)} {
  require_cpu(fmt::format("venue.cpu of {}", sq::text_of(connection.venue)), connection.cpu);
  restore_budget();
  market_link_ = std::make_unique<binance::MarketLink>(
      site_.link, market_settings(connection, site_.key), governor_, market_);
  if (site_.key)
    order_link_ = std::make_unique<binance::OrderLink>(
        site_.link, order_settings(config, connection, *site_.key, approval), site_.key->signer,
        control.latch, governor_, requests_, reports_);
  for (std::size_t i = 0; i < config.instruments.size(); ++i)
    wanted_.push_back(std::make_unique<std::atomic<bool>>(false));
  publish();
}

VenueThread::~VenueThread() {
  end();
  join();
}

void VenueThread::start() {
  thread_ = start_thread(fmt::format("sq-{}", sq::text_of(connection_.venue)), connection_.cpu,
                         [this] { run(); });
}

void VenueThread::join() noexcept {
  if (thread_.joinable()) thread_.join();
}

void VenueThread::resynchronise(InstrumentId instrument) noexcept {
  wanted_[index_of(instrument)]->store(true, std::memory_order_relaxed);
  any_wanted_.store(true, std::memory_order_release);
}

void VenueThread::run() {
  constexpr std::uint32_t kAttend = 64;  // turns
  while (true) {
    const MonoTime now = clock_.now();
    const WallTime wall = clock_.wall();
    bool worked = order_link_ != nullptr && order_link_->step(now, wall);
    worked = market_link_->step(now, wall) || worked;
    if ((++turns_ % kAttend == 0 || !worked) && !attend(now, wall)) break;
    if (!worked) wait_idle(config_.engine.idle);
  }
  keep_budget();
  publish();
  ended_.store(true, std::memory_order_release);
}

bool VenueThread::attend(MonoTime now, WallTime wall) {
  if (any_wanted_.exchange(false, std::memory_order_acquire)) {
    for (const Instrument& each : site_.link.instruments)
      if (wanted_[index_of(each.id)]->exchange(false, std::memory_order_relaxed))
        market_link_->resynchronise(each.id, now);
  }
  if (ending_.load(std::memory_order_acquire) && !links_ending_) {
    links_ending_ = true;
    market_link_->end(now, wall);
    if (order_link_ != nullptr) order_link_->end(now);
  }
  if (order_link_ != nullptr) {
    const std::int64_t beat = control_.core_beat.load(std::memory_order_relaxed);
    order_link_->keep_dead_man(telemetry::monotonic_ns() - beat < kCoreBeatNsMax);
  }
  if (now >= status_due_) {
    status_due_ = now + kStatusNs;
    publish();
    if (governor_.banned_until() != ban_kept_) keep_budget();
  }
  if (!links_ending_) return true;
  const bool orders_ended = order_link_ == nullptr || order_link_->ended();
  return !(orders_ended && market_link_->state() == binance::MarketLinkState::Ended);
}

void VenueThread::publish() {
  VenueStatus now;
  now.venue = connection_.venue;
  now.market = market_link_->state();
  now.instruments = market_link_->instruments();
  now.synchronised = market_link_->synchronised();
  now.market_counters = market_link_->counters();
  now.malformed = market_link_->decoded().malformed;
  now.unknown_kinds = market_link_->decoded().ignored;
  now.market_problem = market_link_->problem();
  now.requests_held = governor_.held();
  now.banned_until = governor_.banned_until();
  if (order_link_ != nullptr) {
    now.takes_orders = true;
    now.ready = order_link_->ready();
    now.stopped = order_link_->stopped();
    now.order_counters = order_link_->counters();
    now.clock_ahead_ns = order_link_->clock_ahead_ns();
    now.clock_uncertainty_ns = order_link_->clock_uncertainty_ns();
    now.order_problem = order_link_->problem();
  }
  const std::lock_guard lock{lock_};
  status_ = std::move(now);
}

VenueStatus VenueThread::status() const {
  const std::lock_guard lock{lock_};
  return status_;
}

// A ban, and what was used of the day's limits, outlive the process.
void VenueThread::keep_budget() {
  StateOut out;
  governor_.save(out);
  const std::vector<std::byte> bytes = out.take();
  std::filesystem::path fresh = budget_file_;
  fresh += ".new";
  std::ofstream file{fresh, std::ios::binary | std::ios::trunc};
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code ignored;  // a ban is told again by the venue
  if (file) std::filesystem::rename(fresh, budget_file_, ignored);
  ban_kept_ = governor_.banned_until();
}

void VenueThread::restore_budget() {
  std::ifstream file{budget_file_, std::ios::binary};
  if (!file) return;
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  StateIn in{std::as_bytes(std::span{text})};
  if (!governor_.restore(in))
    governor_ = binance::RateGovernor{binance::published_limits(connection_.venue)};
}
}  // namespace sq::app
