// Drives a run from a recorded or simulated session: the simulated exchange stands for the venues,
// time is the data's, as fast as the settings say.
// Thread: see drive.hpp; with engine.decode "thread" another one decodes. Errors: see drive.hpp.
#pragma once

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "engine/app/drive/drive.hpp"
#include "engine/app/feeds.hpp"
#include "engine/app/live_chain.hpp"
#include "engine/backtest/simulation.hpp"
#include "engine/settings/config.hpp"
#include "engine/telemetry/stages.hpp"

namespace sq::app {
class RecordedDrive final : public Drive {
 public:
  // All outlive it.
  RecordedDrive(const settings::Config& config, const core::CoreSetup& setup,
                const SessionFiles& session, telemetry::StageTimers& feed_stages);
  ~RecordedDrive() override;

  [[nodiscard]] venue::OrderEntry& venues() noexcept override { return *simulation_; }
  [[nodiscard]] std::string recover(core::Core& core, const wal::Log& log) override;
  void connect(core::Core& core) override;
  void start() override {}
  void stop() noexcept override;
  [[nodiscard]] Round round() noexcept override;
  void inject(RecordHeader& input) noexcept override { simulation_->inject(input); }
  [[nodiscard]] WallTime now() const noexcept override { return WallTime{simulation_->now().ns}; }
  [[nodiscard]] std::int64_t take_lag() noexcept override { return std::exchange(lag_ns_, 0); }
  void wind_down() noexcept override;
  void report(Summary& summary, const core::Core& core) const override;

 private:
  struct CoreEnd;  // backtest::CoreInput on the core
  [[nodiscard]] bool pace(MonoTime next) noexcept;
  void compare_with_exchange(Summary& summary, const core::Core& core) const;

  const settings::Config& config_;
  FeedThread feed_thread_;
  std::thread feed_;
  std::vector<const DecodedSource*> opened_;
  std::unique_ptr<backtest::Simulation> simulation_;
  std::unique_ptr<RecordedChains> chains_;
  std::unique_ptr<CoreEnd> core_end_;
  std::int64_t lag_ns_{0};
  std::int64_t paced_from_real_{0};
  std::int64_t paced_from_logical_{0};
};
}  // namespace sq::app
