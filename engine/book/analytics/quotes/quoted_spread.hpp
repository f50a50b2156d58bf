// Quoted spread, averaged over time: sum of spread x time in force / sum of time, over the last
// window_ns. Thread: one writer. Cost: 3 ns. Units: quote currency a unit. Errors: not known before
// a spread has been in force for some time. Source: Huang and Stoll, "Dealer versus auction
// markets", J. Financial Economics 41, 1996 (time-weighted quoted spread).
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/time_bins.hpp"
#include "engine/book/analytics/quotes/quote.hpp"

namespace sq::book::analytics {
class QuotedSpread {
 public:
  explicit QuotedSpread(std::int64_t window_ns) : window_ns_{window_ns}, bins_{window_ns} {}

  // The spread in force from `at` on; a time in force counts when it ends, at most window_ns of it.
  void on_quote(const Quote& quote, MonoTime at) noexcept {
    on_no_quote(at);
    spread_ = quote.spread();
    since_ns_ = at.ns;
    in_force_ = true;
  }
  void on_no_quote(MonoTime at) noexcept {
    bins_.advance(at);
    if (in_force_ && at.ns > since_ns_) {
      const std::int64_t lasted = std::min(at.ns - since_ns_, window_ns_);
      bins_.add(Weighted, Int128{spread_.raw()} * lasted);
      bins_.add(Time, lasted);
    }
    in_force_ = false;
  }
  // count: nanoseconds that were averaged.
  [[nodiscard]] Reading mean() const noexcept {
    const auto lasted = static_cast<std::int64_t>(bins_.total(Time));
    if (lasted <= 0) return {};
    return {static_cast<double>(bins_.total(Weighted)) / static_cast<double>(lasted) / kPriceUnit,
            static_cast<std::uint64_t>(lasted)};
  }

 private:
  enum Sum : std::uint8_t { Weighted, Time, Sums };

  std::int64_t window_ns_;
  std::int64_t since_ns_{0};
  Price spread_{};
  bool in_force_{false};
  TimeBins<Sums> bins_;
};
}  // namespace sq::book::analytics
