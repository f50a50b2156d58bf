// The parameters of the surveillance rules. Each has its unit, its range and why the default is
// what it is; the rules' own headers say what they do with them. Thread: plain values. Errors:
// check() throws std::invalid_argument naming the parameter.
#pragma once

#include <cstdint>

#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::book::surveillance {
// Orders placed and taken back after the other side traded: spoofing and layering.
struct WithdrawalSettings {
  double large_multiple{10};       // x the usual order size: a spoof; 2 to 10,000
  double layer_multiple{2};        // x the usual order size: one layer; 0.1 to 10,000
  std::uint32_t layers{3};         // distinct prices; 2 to 16
  double share_min{0.3};           // of the near quantity of its side, with itself; 0.01 to 1
  std::uint32_t near_levels{10};   // what counts as near the touch; 1 to 64
  double filled_max{0.1};          // of the order: more was meant to trade; 0 to 0.9
  double executed_multiple{0.5};   // x the usual order size executed: what it was for; 0 to 10,000
  double executed_share_max{0.5};  // of the withdrawn quantity; beyond, the other side was no bait
  std::int64_t life_ns_max{10 * kNsPerSecond};    // of the order; 1 ms to 1 h
  std::int64_t after_execution_ns{kNsPerSecond};  // cancelled so soon after; 1 us to 1 h
  std::int64_t genuine_ns{30 *
                          kNsPerSecond};   // the executed order is at most so much older; to 1 day
  std::int64_t place_ns{200 * kNsPerMs};   // layers come within; 1 us to 1 h
  std::int64_t pull_ns{100 * kNsPerMs};    // and go within; 1 us to 1 h
  std::int64_t requote_ns{50 * kNsPerMs};  // a like quantity back so soon: a requote; 0 to 10 s
  double requote_share{0.5};               // of what was withdrawn; 0.01 to 1
  double together_chance_max{0.001};       // that layers went together by chance; 0 to 1
  double score_min{0.5};                   // alarm; 0 to 1
};

struct StuffingSettings {
  std::int64_t window_ns{100 * kNsPerMs};   // 8 bins; 8 us to 1 min
  std::uint32_t messages_min{200};          // in it; 8 to 10^9
  double baseline_multiple{10};             // x the usual count of such a window; 1 to 10,000
  std::int64_t life_ns_max{10 * kNsPerMs};  // of an order that was never meant; 1 us to 10 s
  double fleeting_min{0.8};                 // of the adds in the window died that young; 0 to 1
  double executed_max{0.05};                // executions a message; 0 to 1
  std::uint32_t baseline_windows{600};      // time constant, in windows; 8 to 10^6
  std::uint32_t warm_windows{50};           // no alarm before; 1 to 10^6
};

struct IgnitionSettings {
  std::int64_t burst_ns{kNsPerSecond};          // 8 us to 1 h
  std::int64_t reversal_ns{10 * kNsPerSecond};  // after the extreme; 8 us to 1 h
  double volume_multiple{5};                    // x the usual volume of such a stretch; 1 to 10,000
  double one_sided_min{0.9};                    // share of the burst's aggressors; 0.5 to 1
  double move_multiple{4};               // x the usual price range of such a stretch; 1 to 10,000
  std::uint32_t move_ticks_min{5};       // 1 to 10^6
  std::uint32_t trades_min{8};           // in the burst; 1 to 64
  double reversal_min{0.5};              // of the move comes back; 0.05 to 1
  double opposite_min{0.5};              // of the burst's volume trades the other way; 0 to 10
  std::uint32_t baseline_stretches{60};  // time constant; 4 to 10^6
  std::uint32_t warm_stretches{20};      // no alarm before; 1 to 10^6
};

struct WashSettings {
  std::int64_t window_ns{kNsPerSecond};  // from the first trade of a chain to its last; to 1 day
  std::uint32_t pairs{3};                // offsetting pairs, one after the other; 1 to 64
  double size_multiple{3};               // x the median trade; 0 to 10,000
  double chance_max{0.001};              // that so many pairs came about by chance; 0 to 1
  std::uint32_t warm_trades{200};        // no alarm before; 1 to 10^9
};

struct ToxicitySettings {
  std::int64_t window_ns{60 * kNsPerSecond};  // 64 ns to 1 day
  std::int64_t flicker_ns{50 * kNsPerMs};     // a best price that comes back so soon; 1 ns to 1 min
};

struct SurveillanceSettings {
  Price tick{};  // > 0
  std::uint32_t orders_max{
      1U << 16};                  // live orders (or L2 levels) followed; 1 to 2^28, 128 bytes each
  std::uint32_t alerts_max{256};  // kept; 1 to 2^20
  std::int64_t cool_down_ns{kNsPerSecond};  // per kind of alert; 0 to 1 day
  std::uint32_t warm_orders{200};           // adds before a size is called large; 1 to 10^9
  WithdrawalSettings withdrawal{};
  StuffingSettings stuffing{};
  IgnitionSettings ignition{};
  WashSettings wash{};
  ToxicitySettings toxicity{};
};
void check(const SurveillanceSettings& settings);
}  // namespace sq::book::surveillance
