// How far our own taking has moved the prices that our next takers find, on one side of one
// instrument. What we took fades with a half-life; the move follows from what is left of it:
//   move = bps x f(left / reference quantity) x price,  f the square root or the number itself
// A model of the others' reaction, not a fact of the recording: off unless asked for. It is added
// to consumed depth, never in our favour, and changes neither what strategies see nor resting
// orders. Thread: its owner's. Cost: a few 128-bit divisions a taker. Errors: saturates.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/settings/simulation.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::backtest {
struct ImpactRule {
  settings::ImpactModel model{settings::ImpactModel::None};
  std::int64_t half_life_ns{1};
  std::uint32_t bps{0};
  Qty reference{};

  [[nodiscard]] bool on() const noexcept {
    return model != settings::ImpactModel::None && bps != 0 && reference > Qty{};
  }
};

class Impact {
 public:
  void add(const ImpactRule& rule, Qty taken, WallTime now) noexcept {
    const Qty left = left_at(rule, now);
    taken_ = Qty::sum(left, taken).value_or(Qty::max());
    at_ = now;
  }
  // By how much the price is worse for our taker.
  [[nodiscard]] std::int64_t move_raw(const ImpactRule& rule, Price price,
                                      WallTime now) const noexcept {
    if (!rule.on() || taken_ == Qty{}) return 0;
    const Qty left = left_at(rule, now);
    // In units of 1e-6.
    Int128 share = Int128{left.raw()} * kUnit / rule.reference.raw();
    if (rule.model == settings::ImpactModel::SquareRoot) share = root(share * kUnit);
    const Int128 move =
        Int128{price.raw()} * rule.bps / 10'000 * std::min(share, kShareMax) / kUnit;
    return static_cast<std::int64_t>(std::min(move, Int128{price.raw()}));
  }
  // Whole halvings, and a straight line within one: the same bits everywhere.
  [[nodiscard]] Qty left_at(const ImpactRule& rule, WallTime now) const noexcept {
    const std::int64_t age = now - at_;
    const std::int64_t halvings = age / rule.half_life_ns;
    if (age <= 0) return taken_;
    if (halvings >= 63) return Qty{};
    const Int128 whole = taken_.raw() >> halvings;
    const std::int64_t rest = age % rule.half_life_ns;
    return Qty::from_raw(
        static_cast<std::int64_t>(whole - whole * rest / (2 * Int128{rule.half_life_ns})));
  }

 private:
  static constexpr Int128 kUnit = 1'000'000;
  static constexpr Int128 kShareMax = 1'000'000 * kUnit;

  [[nodiscard]] static Int128 root(Int128 square) noexcept {
    Int128 low = 0;
    Int128 high = Int128{1} << 62;
    while (low < high) {
      const Int128 middle = (low + high + 1) / 2;
      if (middle <= square / middle) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  Qty taken_{};
  WallTime at_{};
};
}  // namespace sq::backtest
