#include "engine/book/surveillance/settings.hpp"

#include <stdexcept>
#include <string>

namespace sq::book::surveillance {
namespace {
constexpr std::int64_t kHour = 3'600 * kNsPerSecond;

template <class T>
void within(const char* name, T value, T low, T high) {
  if (!(value >= low && value <= high))
    throw std::invalid_argument{"surveillance: " + std::string{name} + " is " +
                                std::to_string(value) + ", not within " + std::to_string(low) +
                                " to " + std::to_string(high)};
}

void check_withdrawal(const WithdrawalSettings& s) {
  within("large_multiple", s.large_multiple, 2.0, 10'000.0);
  within("layer_multiple", s.layer_multiple, 0.1, 10'000.0);
  within("layers", s.layers, 2U, 16U);
  within("share_min", s.share_min, 0.01, 1.0);
  within("near_levels", s.near_levels, 1U, 64U);
  within("filled_max", s.filled_max, 0.0, 0.9);
  within("executed_multiple", s.executed_multiple, 0.0, 10'000.0);
  within("executed_share_max", s.executed_share_max, 0.0, 1'000.0);
  within("withdrawal life_ns_max", s.life_ns_max, kNsPerMs, kHour);
  within("after_execution_ns", s.after_execution_ns, kNsPerUs, kHour);
  within("genuine_ns", s.genuine_ns, std::int64_t{0}, kNsPerDay);
  within("place_ns", s.place_ns, kNsPerUs, kHour);
  within("pull_ns", s.pull_ns, kNsPerUs, kHour);
  within("requote_ns", s.requote_ns, std::int64_t{0}, 10 * kNsPerSecond);
  within("requote_share", s.requote_share, 0.01, 1.0);
  within("together_chance_max", s.together_chance_max, 0.0, 1.0);
  within("score_min", s.score_min, 0.0, 1.0);
}

void check_stuffing(const StuffingSettings& s) {
  within("stuffing window_ns", s.window_ns, 8 * kNsPerUs, 60 * kNsPerSecond);
  within("messages_min", s.messages_min, 8U, 1'000'000'000U);
  within("baseline_multiple", s.baseline_multiple, 1.0, 10'000.0);
  within("stuffing life_ns_max", s.life_ns_max, kNsPerUs, 10 * kNsPerSecond);
  within("fleeting_min", s.fleeting_min, 0.0, 1.0);
  within("executed_max", s.executed_max, 0.0, 1.0);
  within("baseline_windows", s.baseline_windows, 8U, 1'000'000U);
  within("warm_windows", s.warm_windows, 1U, 1'000'000U);
}

void check_ignition(const IgnitionSettings& s) {
  within("burst_ns", s.burst_ns, 8 * kNsPerUs, kHour);
  within("reversal_ns", s.reversal_ns, 8 * kNsPerUs, kHour);
  within("volume_multiple", s.volume_multiple, 1.0, 10'000.0);
  within("one_sided_min", s.one_sided_min, 0.5, 1.0);
  within("move_multiple", s.move_multiple, 1.0, 10'000.0);
  within("move_ticks_min", s.move_ticks_min, 1U, 1'000'000U);
  within("trades_min", s.trades_min, 1U, 64U);
  within("reversal_min", s.reversal_min, 0.05, 1.0);
  within("opposite_min", s.opposite_min, 0.0, 10.0);
  within("baseline_stretches", s.baseline_stretches, 4U, 1'000'000U);
  within("warm_stretches", s.warm_stretches, 1U, 1'000'000U);
}
}  // namespace

void check(const SurveillanceSettings& s) {
  if (s.tick <= Price{}) throw std::invalid_argument{"surveillance: tick must be above 0"};
  within("orders_max", s.orders_max, 1U, 1U << 28);
  within("alerts_max", s.alerts_max, 1U, 1U << 20);
  within("cool_down_ns", s.cool_down_ns, std::int64_t{0}, kNsPerDay);
  within("warm_orders", s.warm_orders, 1U, 1'000'000'000U);
  check_withdrawal(s.withdrawal);
  check_stuffing(s.stuffing);
  check_ignition(s.ignition);
  within("wash window_ns", s.wash.window_ns, std::int64_t{1}, kNsPerDay);
  within("pairs", s.wash.pairs, 1U, 64U);
  within("size_multiple", s.wash.size_multiple, 0.0, 10'000.0);
  within("chance_max", s.wash.chance_max, 0.0, 1.0);
  within("warm_trades", s.wash.warm_trades, 1U, 1'000'000'000U);
  within("toxicity window_ns", s.toxicity.window_ns, std::int64_t{64}, kNsPerDay);
  within("flicker_ns", s.toxicity.flicker_ns, std::int64_t{1}, 60 * kNsPerSecond);
}
}  // namespace sq::book::surveillance
