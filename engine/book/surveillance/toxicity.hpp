// How a market's orders behave, over the last window_ns: what rules of venues and regulators count.
//   order_to_trade   order messages (adds, cancels, changes) / trades
//   cancel_to_add    orders cancelled / orders added
//   cancel_life      median life of orders cancelled, ns; of the last ten thousand or so
//   fleeting         share of the cancelled orders that lived 10 ms at most (StuffingSettings)
//   flicker          share of the changes of a best price that were taken back within flicker_ns
// Thread: one writer. Cost: 4 ns an event; view() 20 ns. Allocates nothing. Units: see each.
// Errors: a Reading with count 0 is not known. On level feeds levels stand for orders. Source:
// Regulation (EU) 2017/566 (ratio of unexecuted orders to transactions); Hasbrouck and Saar,
// "Technology and liquidity provision: the blurring of traditional definitions", Journal of
// Financial Markets 12, 2009 (fleeting orders); Hasbrouck, "High-frequency quoting", Journal of
// Financial and Quantitative Analysis 53(2), 2018 (flicker).
#pragma once

#include <array>
#include <cstdint>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/time_bins.hpp"
#include "engine/book/surveillance/settings.hpp"
#include "engine/book/surveillance/usual_size.hpp"
#include "engine/types/order_types.hpp"

namespace sq::book::surveillance {
struct ToxicityView {
  analytics::Reading order_to_trade{};  // count: trades
  analytics::Reading cancel_to_add{};   // count: adds
  analytics::Reading cancel_life_ns{};  // count: cancels, all so far
  analytics::Reading fleeting{};        // count: cancels
  analytics::Reading flicker{};         // count: changes of a best price
};

class Toxicity {
 public:
  Toxicity(const ToxicitySettings& settings, std::int64_t fleeting_ns)
      : flicker_ns_{settings.flicker_ns}, fleeting_ns_{fleeting_ns}, counts_{settings.window_ns} {}

  void on_message(WallTime at) noexcept {
    counts_.advance(MonoTime{at.ns});
    counts_.add(kMessages, 1);
  }
  void on_trade(WallTime at) noexcept {
    counts_.advance(MonoTime{at.ns});
    counts_.add(kTrades, 1);
  }
  void on_added() noexcept { counts_.add(kAdds, 1); }
  void on_cancelled(std::int64_t life_ns) noexcept {
    counts_.add(kCancels, 1);
    if (life_ns <= fleeting_ns_) counts_.add(kFleeting, 1);
    lives_.push(life_ns);
  }
  // The best price of a side after an event.
  void on_best(Side side, Price price, WallTime at) noexcept {
    Best& best = best_[side == Side::Sell];
    if (price == best.price) [[likely]]
      return;
    if (best.price != Price{}) {
      counts_.add(kChanges, 1);
      if (price == best.before && at - best.since <= flicker_ns_) counts_.add(kFlickers, 1);
    }
    best = {price, best.price, at};
  }
  void forget_best() noexcept { best_ = {}; }
  [[nodiscard]] ToxicityView view() const noexcept {
    return {.order_to_trade = ratio(kMessages, kTrades),
            .cancel_to_add = ratio(kCancels, kAdds),
            .cancel_life_ns = {static_cast<double>(lives_.median()), lives_.seen()},
            .fleeting = ratio(kFleeting, kCancels),
            .flicker = ratio(kFlickers, kChanges)};
  }

 private:
  enum Count : std::size_t { kMessages, kTrades, kAdds, kCancels, kFleeting, kChanges, kFlickers };
  struct Best {
    Price price{};
    Price before{};
    WallTime since{};
  };
  [[nodiscard]] analytics::Reading ratio(Count part, Count whole) const noexcept {
    const auto count = static_cast<std::uint64_t>(counts_.total(whole));
    if (count == 0) return {};
    return {static_cast<double>(static_cast<std::uint64_t>(counts_.total(part))) /
                static_cast<double>(count),
            count};
  }

  std::int64_t flicker_ns_;
  std::int64_t fleeting_ns_;
  analytics::TimeBins<7> counts_;
  UsualSize lives_;
  std::array<Best, 2> best_{};
};
}  // namespace sq::book::surveillance
