// How much of a decrease at our price happened in front of us. An L2 feed tells how much a level
// lost, not where in the queue. What trades took always comes from the front and is accounted for
// before this is asked, so `cancelled` is only what no trade explains.
// Thread: any (pure). Cost: pessimistic a comparison, the others a 128-bit division or two.
// Formulas, with A ahead of us, B behind, Q = A + B before the decrease, c cancelled:
//   pessimistic   0, but never more is ahead than the level still shows: A' = min(A, Q - c)
//   proportional  floor(c A / Q): cancels are spread evenly over the queue
//   power n       floor(c A^n / (A^n + B^n)), ratios in units of 2^-32, each rounded down; at least
//                 c - B, because no more than B can be cancelled behind us
// The expected value is used, not a draw: the same run gives the same fills.
// Sources: E. Rigtorp, "Estimating order queue position", 2013 (probability f(A)/(f(A)+f(B)));
// hftbacktest, documentation "Order Fill" (power functions, minimum with the displayed quantity).
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/settings/simulation.hpp"
#include "engine/types/fixed.hpp"

namespace sq::backtest {
struct QueueRule {
  settings::QueueModel model{settings::QueueModel::Pessimistic};
  std::uint32_t power{3};  // 1 to 8, Power only
};

// (part / whole)^n in units of 2^-32, rounded down at each step; 0 <= part <= whole, whole > 0.
[[nodiscard]] constexpr std::uint64_t power_of_ratio(std::int64_t part, std::int64_t whole,
                                                     std::uint32_t n) noexcept {
  const auto ratio = static_cast<std::uint64_t>((UInt128{static_cast<std::uint64_t>(part)} << 32) /
                                                static_cast<std::uint64_t>(whole));
  std::uint64_t result = std::uint64_t{1} << 32;
  for (std::uint32_t i = 0; i < n; ++i)
    result = static_cast<std::uint64_t>((UInt128{result} * ratio) >> 32);
  return result;
}

// Part of `cancelled` that was in front. ahead, cancelled >= 0; ahead + cancelled <= shown + ahead;
// shown: the level's quantity before the decrease, > 0.
[[nodiscard]] constexpr Qty cancelled_ahead(QueueRule rule, Qty ahead_qty, Qty shown_qty,
                                            Qty cancelled_qty) noexcept {
  const std::int64_t shown = shown_qty.raw();
  const std::int64_t ahead = std::min(ahead_qty.raw(), shown);
  const std::int64_t cancelled = std::min(cancelled_qty.raw(), shown);
  const std::int64_t behind = shown - ahead;
  const std::int64_t at_least = std::max<std::int64_t>(cancelled - behind, 0);
  std::int64_t share = 0;
  switch (rule.model) {
    case settings::QueueModel::Pessimistic:
      break;
    case settings::QueueModel::Proportional:
      share = static_cast<std::int64_t>(Int128{cancelled} * ahead / shown);
      break;
    case settings::QueueModel::Power: {
      constexpr std::uint64_t kOne = std::uint64_t{1} << 32;
      std::uint64_t weight = kOne / 2;
      if (ahead < behind) {
        const std::uint64_t r = power_of_ratio(ahead, behind, rule.power);
        weight = static_cast<std::uint64_t>((UInt128{r} << 32) / (kOne + r));
      } else if (ahead > behind) {
        const std::uint64_t r = power_of_ratio(behind, ahead, rule.power);
        weight = static_cast<std::uint64_t>((UInt128{kOne} << 32) / (kOne + r));
      }
      share = static_cast<std::int64_t>((UInt128{static_cast<std::uint64_t>(cancelled)} * weight) >>
                                        32);
      break;
    }
  }
  return Qty::from_raw(std::min(std::max(share, at_least), ahead));
}
}  // namespace sq::backtest
