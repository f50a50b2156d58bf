// One venue in a run of mode live or paper: its market link and, live, its order link, in one loop
// on one thread under one budget of requests.
// Thread: made by start-up; start(), end() and the destructor by who owns it; status() any; the
// rings' other ends are the core's. Cost: a turn is a receive a connection; a lock and a copy each
// 100 ms. Errors: the constructor throws std::runtime_error and std::invalid_argument; what goes
// wrong later is in status().
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/app/kill/control_file.hpp"
#include "engine/app/live/connections.hpp"
#include "engine/app/live/live_clock.hpp"
#include "engine/messaging/record_ring.hpp"
#include "engine/risk/approval.hpp"
#include "engine/venue/request_ring.hpp"
#include "venues/binance/entry/order_link.hpp"
#include "venues/binance/market_link.hpp"
#include "venues/binance/rate_governor.hpp"

namespace sq::app {
struct VenueStatus {  // as of a moment, up to 100 ms ago
  VenueId venue{VenueId::None};
  binance::MarketLinkState market{binance::MarketLinkState::Connecting};
  std::size_t instruments{0};
  std::size_t synchronised{0};  // whose updates and snapshot join
  binance::MarketLinkCounters market_counters{};
  std::uint64_t malformed{0};
  std::uint64_t unknown_kinds{0};
  bool takes_orders{false};  // mode live
  bool ready{false};         // for orders
  bool stopped{false};       // the order link, for good
  binance::OrderLinkCounters order_counters{};
  std::int64_t clock_ahead_ns{0};  // the venue's less ours
  std::int64_t clock_uncertainty_ns{0};
  std::uint64_t requests_held{0};  // by the budget
  WallTime banned_until{};
  std::string market_problem;  // the last ones, in words
  std::string order_problem;
};

class VenueThread {
 public:
  // All outlive it. `key` of approvals and `control` (egress latch, the core's heartbeat): mode
  // live.
  VenueThread(const settings::Config& config, const settings::VenueConnection& connection,
              const LiveClock& clock, const risk::ApprovalKey& approval, ControlBlock& control);
  ~VenueThread();
  VenueThread(const VenueThread&) = delete;
  VenueThread& operator=(const VenueThread&) = delete;

  void start();
  // An orderly end: no order leaves any more, connections are closed. ended() when that is done.
  void end() noexcept { ending_.store(true, std::memory_order_release); }
  [[nodiscard]] bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  void join() noexcept;

  [[nodiscard]] VenueId venue() const noexcept { return connection_.venue; }
  // Of the core's thread.
  [[nodiscard]] RecordRing& market() noexcept { return market_; }
  [[nodiscard]] RecordRing& reports() noexcept { return reports_; }
  [[nodiscard]] venue::RequestRing& requests() noexcept { return requests_; }
  // The core's book wants a snapshot.
  void resynchronise(InstrumentId instrument) noexcept;

  [[nodiscard]] VenueStatus status() const;

 private:
  void run();
  [[nodiscard]] bool attend(MonoTime now, WallTime wall);  // false: all is ended
  void publish();
  void keep_budget();
  void restore_budget();

  const settings::Config& config_;
  const settings::VenueConnection& connection_;
  const LiveClock& clock_;
  ControlBlock& control_;
  VenueSite site_;
  binance::RateGovernor governor_;
  RecordRing market_;
  RecordRing reports_;
  venue::RequestRing requests_;
  std::unique_ptr<binance::MarketLink> market_link_;
  std::unique_ptr<binance::OrderLink> order_link_;          // null: mode paper
  std::vector<std::unique_ptr<std::atomic<bool>>> wanted_;  // [instrument]: a snapshot
  std::atomic<bool> any_wanted_{false};
  std::filesystem::path budget_file_;
  WallTime ban_kept_{};
  MonoTime status_due_{};
  std::uint32_t turns_{0};
  bool links_ending_{false};
  std::atomic<bool> ending_{false};
  std::atomic<bool> ended_{false};
  mutable std::mutex lock_;  // of status_
  VenueStatus status_;
  std::thread thread_;
};
}  // namespace sq::app
