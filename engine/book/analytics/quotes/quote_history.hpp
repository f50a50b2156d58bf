// The quote that was in force some time ago. Feeds may show a trade after the quote that it left
// behind (Binance spot: nearly always), and then that quote says nothing about who started it: Lee
// and Ready compare a trade with the quote of 5 s before for the same reason. The last 1,024 quotes
// are kept; of a time before them the oldest is given.
// Thread: one writer. Cost: 2 ns a quote; 2 ns and 1 ns a quote to step back over.
// Source: Lee and Ready, "Inferring Trade Direction from Intraday Data", J. Finance 46(2), 1991,
// section II.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/book/analytics/quotes/quote.hpp"
#include "engine/types/time.hpp"

namespace sq::book::analytics {
class QuoteHistory {
 public:
  static constexpr std::size_t kKept = 1024;

  void on_quote(std::int64_t twice_mid, MonoTime at) noexcept {
    kept_[added_ % kKept] = {at.ns, twice_mid};
    ++added_;
  }
  void clear() noexcept { added_ = 0; }
  [[nodiscard]] bool empty() const noexcept { return added_ == 0; }
  // The last quote at or before `at`; not to be asked when empty.
  [[nodiscard]] std::int64_t twice_mid_at(MonoTime at) const noexcept {
    const std::uint64_t oldest = added_ > kKept ? added_ - kKept : 0;
    std::uint64_t i = added_ - 1;
    while (i > oldest && kept_[i % kKept].ns > at.ns) --i;
    return kept_[i % kKept].twice_mid;
  }

 private:
  struct Entry {
    std::int64_t ns{0};
    std::int64_t twice_mid{0};
  };
  std::uint64_t added_{0};
  std::array<Entry, kKept> kept_{};
};
}  // namespace sq::book::analytics
