#include "engine/app/record/market_recorder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/app/threads.hpp"
#include "engine/types/text.hpp"
#include "venues/binance/published_limits.hpp"

namespace sq::app {
namespace {
constexpr std::uint64_t kRingBytes = 4U << 20;
constexpr std::int64_t kPublishNs = 100 * kNsPerMs;
constexpr std::int64_t kEndNsMax = 3 * kNsPerSecond;

// What is public needs no key.
settings::Config without_orders(settings::Config config) {
  config.engine.mode = settings::Mode::Paper;
  return config;
}
feed::RawWriterSettings file_settings(VenueId venue, const std::filesystem::path& folder) {
  feed::RawWriterSettings made;
  made.folder = folder;
  made.name = text_of(venue);
  return made;
}
}  // namespace

MarketRecorder::MarketRecorder(const settings::Config& config,
                               const settings::VenueConnection& connection,
                               const std::filesystem::path& folder)
    : idle_{config.engine.idle},
      cpu_{connection.cpu},
      site_{venue_site(without_orders(config), connection)},
      governor_{binance::published_limits(connection.venue)},
      ring_{kRingBytes},
      writer_{file_settings(connection.venue, folder)} {
  require_cpu(fmt::format("venue.cpu of {}", text_of(connection.venue)), cpu_);
  binance::MarketLinkSettings settings;
  settings.recorder = &writer_;
  link_ = std::make_unique<binance::MarketLink>(site_.link, settings, governor_, ring_);
  publish();
}

MarketRecorder::~MarketRecorder() {
  end();
  join();
}

void MarketRecorder::start() {
  thread_ = start_thread(fmt::format("rec-{}", text_of(venue())), cpu_, [this] { run(); });
}
void MarketRecorder::join() noexcept {
  if (thread_.joinable()) thread_.join();
}

void MarketRecorder::run() {
  MonoTime due{};
  MonoTime end_by{};
  while (link_->state() != binance::MarketLinkState::Ended) {
    const MonoTime now = clock_.now();
    const bool worked = link_->step(now, clock_.wall());
    while (ring_.peek() != nullptr) ring_.pop();
    if (ending_.load(std::memory_order_relaxed)) {
      if (end_by == MonoTime{}) end_by = now + kEndNsMax;
      link_->end(now, clock_.wall());
      if (now > end_by) break;
    }
    if (now >= due) {
      due = now + kPublishNs;
      publish();
    }
    if (!worked) wait_idle(idle_);
  }
  publish();
}

void MarketRecorder::publish() {
  const std::lock_guard guard{mutex_};
  progress_.state = link_->state();
  progress_.books = link_->instruments();
  progress_.joined = link_->synchronised();
  progress_.joined_most = std::max(progress_.joined_most, progress_.joined);
  progress_.link = link_->counters();
  progress_.problem = link_->problem();
}
MarketRecorder::Progress MarketRecorder::progress() const {
  const std::lock_guard guard{mutex_};
  return progress_;
}
}  // namespace sq::app
