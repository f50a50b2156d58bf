// One simulated day: the whole engine on one thread against the simulated exchange, with simulated
// network, disk, clock and process, all from one script. After each input of the core the oracle is
// asked; the first thing that is wrong ends the day.
// Thread: one. Cost: under a second a day (README.md). Errors: Outcome::complaint.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "engine/core/core.hpp"
#include "engine/core/ledger_state.hpp"
#include "tools/chaos/faults.hpp"
#include "tools/chaos/feed.hpp"
#include "tools/chaos/market.hpp"
#include "tools/chaos/network.hpp"
#include "tools/chaos/oracle.hpp"
#include "tools/chaos/process.hpp"
#include "tools/chaos/strategies.hpp"

namespace sq::chaos {
constexpr std::size_t kOrderStates = static_cast<std::size_t>(OrderState::AwaitingFills) + 1;
// How often a fault met an order in a state; None: there was no order.
using Coverage = std::array<std::array<std::uint64_t, kOrderStates>, kFaultKinds>;

constexpr std::size_t kRules = static_cast<std::size_t>(risk::kRuleCount);
using RuleCounts = std::array<std::uint64_t, kRules>;  // refusals by the gate

struct Outcome {
  std::string complaint;  // empty: nothing was wrong
  std::uint32_t step{0};  // market records until then
  std::uint64_t hash{0};
  std::uint64_t events{0};  // inputs of the core
  std::uint64_t orders{0};
  std::uint64_t fills{0};
  std::uint64_t restarts{0};
  std::uint64_t refusals{0};
  std::int64_t simulated_ns{0};
  FaultCounts faults{};  // that happened
  RuleCounts by_rule{};
  Coverage coverage{};
};

class World final : private FeedSink, private LogListener {
 public:
  explicit World(const Script& script);
  ~World();
  [[nodiscard]] Outcome run();
  // Shows every message of the order connection, and each input that is not market data.
  void trace(Network::Trace show) { network_.trace = show; }

 private:
  // world.cpp
  void one_step(std::uint32_t step);
  void run_until(WallTime until);
  void deliver_reports();
  void give(RecordHeader& input);
  template <class P>
  void give(RecordKind kind, const P& payload, SourceId source = kSourceCore) {
    auto record = make_record(kind, payload);
    record.header.source = source;
    give(record.header);
  }
  void on_feed(RecordHeader& record) override;
  void on_logged(const RecordHeader& record) override;
  void check(const RecordHeader& input);
  void market_step();
  void tell_rate();
  [[nodiscard]] KillScope meant_by(const KillScope& scope) const;
  void rest();
  [[nodiscard]] bool resolved() const;
  void compare();

  // world_faults.cpp
  void apply(const Fault& fault);
  void apply_clock(const Fault& fault);
  void apply_disk(const Fault& fault);
  void apply_operator(const Fault& fault);
  void disk_is_well();
  void command(Command command, StrategyId strategy = kNoStrategy,
               StrategyState state = StrategyState::Stopped, const KillScope& scope = {},
               bool flatten = false);
  void operator_kill(const Fault& fault);
  void operator_round(std::uint32_t step);
  void hit(FaultKind kind, OrderId id);
  void hit_all(FaultKind kind);

  // world_restart.cpp
  void die(bool power_lost, std::int64_t down_ns);
  void cut_tail();
  void hear_log();
  void start();
  void recover();
  void fold(core::LedgerState& state, std::size_t from) const;

  Script script_;
  Mood mood_;
  Draws draws_;  // of restarts
  Process process_;
  LogMemory log_;
  Market market_;
  Oracle oracle_;
  Network network_;
  Feed feed_;
  std::unique_ptr<core::Core> core_;           // null: the process is down
  std::unique_ptr<core::LedgerState> shadow_;  // what a writer of snapshots folded
  std::size_t shadow_records_{0};
  std::size_t epoch_begin_{0};  // records of the log before this start
  std::size_t last_send_{0};    // records of the log up to the last order that left
  std::size_t next_fault_{0};
  WallTime now_{};
  std::int64_t wall_offset_ns_{0};
  std::int64_t up_at_{0};
  std::uint32_t epoch_{0};
  std::uint32_t step_{0};
  std::uint32_t kill_seen_{0};     // step at which the operator saw the latch
  std::uint32_t disk_well_at_{0};  // step; 0: it is
  std::uint32_t halt_ends_at_{0};
  std::optional<KillScope> rearmed_;  // the last command in the log opens what was closed
  WallTime rate_at_{};                // when the next rate is told
  std::int64_t fx_{1'100'000'000};
  bool power_cut_{false};  // the next death is one of the machine
  Outcome outcome_;
};
}  // namespace sq::chaos
