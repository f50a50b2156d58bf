// Records one venue's market streams as they come, without a core: a market link whose messages go
// to files.
// Thread: start(), end(), join() by who owns it; progress() any; write_some() and close() on the
// writer's, after join() on any. The link runs on a thread of its own. Errors: the constructor
// throws std::runtime_error and std::invalid_argument; what goes wrong later is in progress().
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "engine/app/live/connections.hpp"
#include "engine/app/live/live_clock.hpp"
#include "engine/feed/raw_writer.hpp"
#include "engine/settings/config.hpp"
#include "venues/binance/market_link.hpp"

namespace sq::app {
class MarketRecorder {
 public:
  MarketRecorder(const settings::Config& config, const settings::VenueConnection& connection,
                 const std::filesystem::path& folder);
  ~MarketRecorder();
  MarketRecorder(const MarketRecorder&) = delete;
  MarketRecorder& operator=(const MarketRecorder&) = delete;

  void start();
  void end() noexcept { ending_.store(true, std::memory_order_relaxed); }
  void join() noexcept;
  bool write_some() { return writer_.write_some(clock_.now()); }
  void close() { writer_.close(); }

  struct Progress {
    binance::MarketLinkState state{binance::MarketLinkState::Connecting};
    std::size_t books{0};
    std::size_t joined{0};       // whose updates and snapshot join
    std::size_t joined_most{0};  // so far
    binance::MarketLinkCounters link{};
    std::string problem;
  };
  [[nodiscard]] Progress progress() const;
  [[nodiscard]] VenueId venue() const noexcept { return site_.link.venue; }
  [[nodiscard]] const feed::RawWriter& files() const noexcept { return writer_; }
  // After join().
  [[nodiscard]] const binance::DecodeCounts& decoded() const noexcept { return link_->decoded(); }

 private:
  void run();
  void publish();

  LiveClock clock_;
  settings::Idle idle_;
  std::int32_t cpu_;
  VenueSite site_;
  binance::RateGovernor governor_;
  RecordRing ring_;  // of records that nobody needs
  feed::RawWriter writer_;
  std::unique_ptr<binance::MarketLink> link_;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  Progress progress_;
  std::thread thread_;
};
}  // namespace sq::app
