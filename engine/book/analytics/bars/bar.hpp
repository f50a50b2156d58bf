// Trades gathered into bars by count, by volume or by time: the sampling that the bar measures
// (Amihud, Corwin-Schultz, range volatility, ...) stand on.
// Thread: one writer. Cost: 5 ns a trade. Units: prices and volumes exact; dollar volume in quote
// currency (doubles, summed within one bar only). Errors: throws std::invalid_argument
// unless exactly one of the three limits is set. A bar by time ends with the first event at or
// after its end and does not hold that event; an interval without trades gives no bar.
// Source: Lopez de Prado, "Advances in Financial Machine Learning", 2018, 2.3.1.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::book::analytics {
struct Bar {
  Price open{};
  Price high{};
  Price low{};
  Price close{};
  Qty volume{};         // at most Qty::max()
  Qty signed_volume{};  // bought less sold
  double dollar_volume{0};
  std::uint64_t trades{0};
  MonoTime begin{};  // first trade
  MonoTime end{};    // last trade

  [[nodiscard]] double vwap() const noexcept { return dollar_volume / volume.to_double(); }
};

struct BarLimits {
  std::uint32_t trades{0};    // 0: not by count
  Qty volume{};               // 0: not by volume; a trade is not cut
  std::int64_t length_ns{0};  // 0: not by time; from the first trade of a bar
};

class BarBuilder {
 public:
  explicit BarBuilder(const BarLimits& limits) : limits_{limits} {
    const int set = (limits.trades != 0) + (limits.volume > Qty{}) + (limits.length_ns > 0);
    if (set != 1) throw std::invalid_argument{"bars need one limit: trades, volume or time"};
  }

  // True: finished() is a new bar. Call on_time(at) before with bars by time.
  bool add(Price price, Qty qty, int sign, MonoTime at) noexcept {
    if (open_.trades == 0) open_ = {.open = price, .high = price, .low = price, .begin = at};
    open_.high = std::max(open_.high, price);
    open_.low = std::min(open_.low, price);
    open_.close = price;
    open_.volume = sum(open_.volume, qty);
    if (sign != 0) open_.signed_volume = sum(open_.signed_volume, sign > 0 ? qty : -qty);
    open_.dollar_volume += price.to_double() * qty.to_double();
    open_.end = at;
    ++open_.trades;
    const bool ended = (limits_.trades != 0 && open_.trades >= limits_.trades) ||
                       (limits_.volume > Qty{} && open_.volume >= limits_.volume);
    return ended && finish();
  }
  bool on_time(MonoTime now) noexcept {
    return limits_.length_ns > 0 && open_.trades != 0 && now - open_.begin >= limits_.length_ns &&
           finish();
  }
  [[nodiscard]] const Bar& finished() const noexcept { return finished_; }  // the last one
  [[nodiscard]] const Bar& open() const noexcept { return open_; }          // trades 0: none

 private:
  static Qty sum(Qty a, Qty b) noexcept {
    return Qty::sum(a, b).value_or(b > Qty{} ? Qty::max() : -Qty::max());
  }
  bool finish() noexcept {
    finished_ = open_;
    open_ = {};
    return true;
  }

  BarLimits limits_;
  Bar open_{};
  Bar finished_{};
};
}  // namespace sq::book::analytics
