// Drives a run of mode paper: market data of the venues as they come, orders to the simulated
// exchange in this process, time the machine's. The exchange sees the market when this process
// does; requests and reports take as long as the settings say. Thread: see drive.hpp. Errors: see
// drive.hpp. A log of an earlier run cannot be gone on with: the exchange ended with its process.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/app/drive/drive.hpp"
#include "engine/app/live/live_clock.hpp"
#include "engine/app/live/venue_thread.hpp"
#include "engine/app/live/venue_watch.hpp"
#include "engine/backtest/simulation.hpp"

namespace sq::app {
class PaperDrive final : public Drive {
 public:
  PaperDrive(const settings::Config& config, const core::CoreSetup& setup, ControlBlock& control);
  ~PaperDrive() override;

  [[nodiscard]] venue::OrderEntry& venues() noexcept override { return *simulation_; }
  [[nodiscard]] std::string recover(core::Core& core, const wal::Log& log) override;
  void connect(core::Core& core) override;
  void start() override;
  void stop() noexcept override;
  [[nodiscard]] Round round() noexcept override;
  void inject(RecordHeader& input) noexcept override;
  [[nodiscard]] WallTime now() const noexcept override { return WallTime{simulation_->now().ns}; }
  [[nodiscard]] std::int64_t take_lag() noexcept override { return std::exchange(lag_ns_, 0); }
  void wind_down() noexcept override;
  void look(telemetry::Log& text_log) override;
  void report(Summary& summary, const core::Core& core) const override;

 private:
  struct CoreEnd;  // backtest::CoreInput on the core
  const settings::Config& config_;
  LiveClock clock_;
  WallTime wall_{};
  std::int64_t lag_ns_{0};
  std::unique_ptr<backtest::Simulation> simulation_;  // reads the rings of venues_
  std::vector<std::unique_ptr<VenueThread>> venues_;
  std::unique_ptr<CoreEnd> core_end_;
  VenueNews news_;
  BookWatch books_;
};
}  // namespace sq::app
