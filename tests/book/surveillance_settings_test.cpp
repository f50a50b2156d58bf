// The ranges of all settings: the ends are taken, what lies beyond is refused by name.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "engine/book/surveillance/surveillance.hpp"

namespace sq::book::surveillance {
namespace {
constexpr std::int64_t kHour = 3'600 * kNsPerSecond;

SurveillanceSettings valid() { return {.tick = Price::from_raw(1)}; }

template <class T>
T below(T value) {
  if constexpr (std::is_floating_point_v<T>) return std::nextafter(value, -1e300);
  return value - 1;
}
template <class T>
T above(T value) {
  if constexpr (std::is_floating_point_v<T>) return std::nextafter(value, 1e300);
  return value + 1;
}

void refused(const SurveillanceSettings& settings, const std::string& name) {
  INFO(name);
  try {
    check(settings);
    FAIL_CHECK("taken");
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    CHECK(text.find("surveillance: " + name + " is ") == 0);
    CHECK(text.find(", not within ") != std::string::npos);
  }
  CHECK_THROWS_AS(Surveillance{settings}, std::invalid_argument);
}

template <class T>
void range(const std::string& name, T low, T high,
           const std::function<T&(SurveillanceSettings&)>& of) {
  INFO(name);
  SurveillanceSettings settings = valid();
  for (const T value : {low, high}) {
    of(settings) = value;
    CHECK_NOTHROW(check(settings));
  }
  of(settings) = above(high);
  refused(settings, name);
  of(settings) = below(low);
  refused(settings, name);
  if constexpr (std::is_floating_point_v<T>) {
    of(settings) = std::numeric_limits<T>::quiet_NaN();
    refused(settings, name);
  }
}
// A member of the settings of one rule.
template <class Rule, class T>
void range(const std::string& name, Rule SurveillanceSettings::*rule, T Rule::*member,
           std::type_identity_t<T> low, std::type_identity_t<T> high) {
  range<T>(name, low, high, [=](SurveillanceSettings& s) -> T& { return s.*rule.*member; });
}
template <class T>
void range(const std::string& name, T SurveillanceSettings::*member, std::type_identity_t<T> low,
           std::type_identity_t<T> high) {
  range<T>(name, low, high, [=](SurveillanceSettings& s) -> T& { return s.*member; });
}
}  // namespace

TEST_CASE("settings as they are by default are within their ranges", "[book][surveillance]") {
  CHECK_NOTHROW(check(valid()));
}

TEST_CASE("a tick that is not positive is refused", "[book][surveillance]") {
  SurveillanceSettings settings = valid();
  for (const std::int64_t raw : {0, -1}) {
    settings.tick = Price::from_raw(raw);
    CHECK_THROWS_WITH(check(settings), "surveillance: tick must be above 0");
  }
}

TEST_CASE("each setting of the whole is taken at the ends of its range and refused beyond",
          "[book][surveillance]") {
  range("orders_max", &SurveillanceSettings::orders_max, 1, 1U << 28);
  range("alerts_max", &SurveillanceSettings::alerts_max, 1, 1U << 20);
  range("cool_down_ns", &SurveillanceSettings::cool_down_ns, 0, kNsPerDay);
  range("warm_orders", &SurveillanceSettings::warm_orders, 1, 1'000'000'000);
  range("toxicity window_ns", &SurveillanceSettings::toxicity, &ToxicitySettings::window_ns, 64,
        kNsPerDay);
  range("flicker_ns", &SurveillanceSettings::toxicity, &ToxicitySettings::flicker_ns, 1,
        60 * kNsPerSecond);
}

TEST_CASE(
    "each setting of spoofing and layering is taken at the ends of its range and refused "
    "beyond",
    "[book][surveillance]") {
  range("large_multiple", &SurveillanceSettings::withdrawal, &WithdrawalSettings::large_multiple, 2,
        10'000);
  range("layer_multiple", &SurveillanceSettings::withdrawal, &WithdrawalSettings::layer_multiple,
        0.1, 10'000);
  range("layers", &SurveillanceSettings::withdrawal, &WithdrawalSettings::layers, 2, 16);
  range("share_min", &SurveillanceSettings::withdrawal, &WithdrawalSettings::share_min, 0.01, 1);
  range("near_levels", &SurveillanceSettings::withdrawal, &WithdrawalSettings::near_levels, 1, 64);
  range("filled_max", &SurveillanceSettings::withdrawal, &WithdrawalSettings::filled_max, 0, 0.9);
  range("executed_multiple", &SurveillanceSettings::withdrawal,
        &WithdrawalSettings::executed_multiple, 0, 10'000);
  range("executed_share_max", &SurveillanceSettings::withdrawal,
        &WithdrawalSettings::executed_share_max, 0, 1'000);
  range("withdrawal life_ns_max", &SurveillanceSettings::withdrawal,
        &WithdrawalSettings::life_ns_max, kNsPerMs, kHour);
  range("after_execution_ns", &SurveillanceSettings::withdrawal,
        &WithdrawalSettings::after_execution_ns, kNsPerUs, kHour);
  range("genuine_ns", &SurveillanceSettings::withdrawal, &WithdrawalSettings::genuine_ns, 0,
        kNsPerDay);
  range("place_ns", &SurveillanceSettings::withdrawal, &WithdrawalSettings::place_ns, kNsPerUs,
        kHour);
  range("pull_ns", &SurveillanceSettings::withdrawal, &WithdrawalSettings::pull_ns, kNsPerUs,
        kHour);
  range("requote_ns", &SurveillanceSettings::withdrawal, &WithdrawalSettings::requote_ns, 0,
        10 * kNsPerSecond);
  range("requote_share", &SurveillanceSettings::withdrawal, &WithdrawalSettings::requote_share,
        0.01, 1);
  range("together_chance_max", &SurveillanceSettings::withdrawal,
        &WithdrawalSettings::together_chance_max, 0, 1);
  range("score_min", &SurveillanceSettings::withdrawal, &WithdrawalSettings::score_min, 0, 1);
}

TEST_CASE("each setting of quote stuffing is taken at the ends of its range and refused beyond",
          "[book][surveillance]") {
  range("stuffing window_ns", &SurveillanceSettings::stuffing, &StuffingSettings::window_ns,
        8 * kNsPerUs, 60 * kNsPerSecond);
  range("messages_min", &SurveillanceSettings::stuffing, &StuffingSettings::messages_min, 8,
        1'000'000'000);
  range("baseline_multiple", &SurveillanceSettings::stuffing, &StuffingSettings::baseline_multiple,
        1, 10'000);
  range("stuffing life_ns_max", &SurveillanceSettings::stuffing, &StuffingSettings::life_ns_max,
        kNsPerUs, 10 * kNsPerSecond);
  range("fleeting_min", &SurveillanceSettings::stuffing, &StuffingSettings::fleeting_min, 0, 1);
  range("executed_max", &SurveillanceSettings::stuffing, &StuffingSettings::executed_max, 0, 1);
  range("baseline_windows", &SurveillanceSettings::stuffing, &StuffingSettings::baseline_windows, 8,
        1'000'000);
  range("warm_windows", &SurveillanceSettings::stuffing, &StuffingSettings::warm_windows, 1,
        1'000'000);
}

TEST_CASE("each setting of momentum ignition is taken at the ends of its range and refused beyond",
          "[book][surveillance]") {
  range("burst_ns", &SurveillanceSettings::ignition, &IgnitionSettings::burst_ns, 8 * kNsPerUs,
        kHour);
  range("reversal_ns", &SurveillanceSettings::ignition, &IgnitionSettings::reversal_ns,
        8 * kNsPerUs, kHour);
  range("volume_multiple", &SurveillanceSettings::ignition, &IgnitionSettings::volume_multiple, 1,
        10'000);
  range("one_sided_min", &SurveillanceSettings::ignition, &IgnitionSettings::one_sided_min, 0.5, 1);
  range("move_multiple", &SurveillanceSettings::ignition, &IgnitionSettings::move_multiple, 1,
        10'000);
  range("move_ticks_min", &SurveillanceSettings::ignition, &IgnitionSettings::move_ticks_min, 1,
        1'000'000);
  range("trades_min", &SurveillanceSettings::ignition, &IgnitionSettings::trades_min, 1, 64);
  range("reversal_min", &SurveillanceSettings::ignition, &IgnitionSettings::reversal_min, 0.05, 1);
  range("opposite_min", &SurveillanceSettings::ignition, &IgnitionSettings::opposite_min, 0, 10);
  range("baseline_stretches", &SurveillanceSettings::ignition,
        &IgnitionSettings::baseline_stretches, 4, 1'000'000);
  range("warm_stretches", &SurveillanceSettings::ignition, &IgnitionSettings::warm_stretches, 1,
        1'000'000);
}

TEST_CASE("each setting of wash patterns is taken at the ends of its range and refused beyond",
          "[book][surveillance]") {
  range("wash window_ns", &SurveillanceSettings::wash, &WashSettings::window_ns, 1, kNsPerDay);
  range("pairs", &SurveillanceSettings::wash, &WashSettings::pairs, 1, 64);
  range("size_multiple", &SurveillanceSettings::wash, &WashSettings::size_multiple, 0, 10'000);
  range("chance_max", &SurveillanceSettings::wash, &WashSettings::chance_max, 0, 1);
  range("warm_trades", &SurveillanceSettings::wash, &WashSettings::warm_trades, 1, 1'000'000'000);
}
}  // namespace sq::book::surveillance
