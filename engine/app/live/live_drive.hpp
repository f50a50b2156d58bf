// Drives a run of mode live: venues' threads bring market data and reports over rings, time is the
// machine's. What comes first in each round: reports, then timers, then market data, each in
// bounded number.
// Thread: see drive.hpp. Cost: two clock reads an input. Errors: see drive.hpp.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/app/drive/drive.hpp"
#include "engine/app/live/live_clock.hpp"
#include "engine/app/live/venue_thread.hpp"
#include "engine/app/live/venue_watch.hpp"
#include "engine/venue/ring_entry.hpp"

namespace sq::app {
class LiveDrive final : public Drive {
 public:
  LiveDrive(const settings::Config& config, const risk::ApprovalKey& approval,
            ControlBlock& control);
  ~LiveDrive() override;

  [[nodiscard]] venue::OrderEntry& venues() noexcept override { return *entry_; }
  [[nodiscard]] std::string recover(core::Core& core, const wal::Log& log) override;
  void connect(core::Core& core) override;
  void start() override;
  void stop() noexcept override;
  [[nodiscard]] Round round() noexcept override;
  void inject(RecordHeader& input) noexcept override;
  [[nodiscard]] WallTime now() const noexcept override { return wall_; }
  [[nodiscard]] std::int64_t take_lag() noexcept override { return std::exchange(lag_ns_, 0); }
  void wind_down() noexcept override;
  void look(telemetry::Log& text_log) override;
  void report(Summary& summary, const core::Core& core) const override;

  [[nodiscard]] const std::vector<std::unique_ptr<VenueThread>>& threads() const noexcept {
    return venues_;
  }

 private:
  void give(RecordHeader& input, bool keep_wall) noexcept;
  [[nodiscard]] bool take(RecordRing& ring, int records_max, bool keep_wall) noexcept;
  [[nodiscard]] bool pass_time() noexcept;

  const settings::Config& config_;
  LiveClock clock_;
  std::vector<std::unique_ptr<VenueThread>> venues_;
  std::unique_ptr<venue::RingEntry> entry_;
  core::Core* core_{nullptr};
  WallTime wall_{};
  std::int64_t lag_ns_{0};  // of market data, from the kernel or the thread that took it
  VenueNews news_;
  BookWatch books_;
};
}  // namespace sq::app
