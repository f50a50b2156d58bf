// How fast the queues at the best prices empty, each side by itself, over the last window_ns:
//   removed   decreases of the quantity at an unchanged best price, and all that was left of a best
//             level that is gone
//   traded    trades against that side at its best price, or at the one before (the print may come
//             after the quote that it changed)
//   added     increases at an unchanged best price
//   cancels   max(removed - traded, 0): feeds do not order a trade against the quote it changes, so
//             the two are compared over the window, not one by one
//   depletion time   quantity now / (cancels + trades): until what stands there now is gone; what
//   is
//             added queues behind it
// Rates are divided by the window's length. Thread: one writer. Cost: 10 ns a quote. Units: base
// units a second; depletion in seconds. Errors: rates are not known before time has passed;
// depletion time is not known while nothing leaves. Source: Cont, Stoikov and Talreja, "A
// stochastic model for order book dynamics", Operations Research 58(3), 2010 (rates lambda, mu,
// theta); Cont and de Larrard, "Price dynamics in a Markovian limit order market", SIAM J.
// Financial Math. 4, 2013 (queue at the best price emptied by mu + theta, filled by lambda).
#pragma once

#include <cstdint>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/time_bins.hpp"
#include "engine/book/analytics/quotes/quote.hpp"

namespace sq::book::analytics {
struct QueueRates {
  Reading cancels;    // base units a second
  Reading trades;     // base units a second
  Reading additions;  // base units a second
  Reading leaving;    // cancels and trades, base units a second
};

class QueueDepletion {
 public:
  // side: the resting side that is watched.
  QueueDepletion(Side side, std::int64_t window_ns) : side_{side}, bins_{window_ns} {}

  void on_quote(const Quote& quote, MonoTime at) noexcept {
    bins_.advance(at);
    const Level& now = side_of(quote, side_);
    if (level_.qty != Qty{}) compare(now);
    if (now.price != level_.price) price_before_ = level_.price;
    level_ = now;
  }
  void on_no_quote() noexcept {
    level_ = {};
    price_before_ = {};
  }
  // A trade against the watched side.
  void on_trade(Price price, Qty qty, MonoTime at) noexcept {
    bins_.advance(at);
    if (price != level_.price && price != price_before_) return;
    bins_.add(Traded, qty.raw());
    bins_.add(Events, 1);
  }

  [[nodiscard]] QueueRates rates() const noexcept {
    const std::int64_t span_ns = bins_.span_ns();
    const auto events = static_cast<std::uint64_t>(bins_.total(Events));
    if (span_ns <= 0 || events == 0) return {};
    const Int128 traded = bins_.total(Traded);
    const Int128 removed = bins_.total(Removed);
    const Int128 leaving = removed > traded ? removed : traded;
    const double scale = 1e9 / kQtyUnit / static_cast<double>(span_ns);
    QueueRates rates{{real_of(leaving - traded) * scale, events},
                     {real_of(traded) * scale, events},
                     {real_of(bins_.total(Added)) * scale, events},
                     {}};
    if (leaving > 0) rates.leaving = {real_of(leaving) * scale, events};
    return rates;
  }
  // Expected time until what stands in the queue now is gone, in seconds.
  [[nodiscard]] Reading depletion_time(Reading leaving) const noexcept {
    if (!leaving.known() || level_.qty == Qty{}) return {};
    return {level_.qty.to_double() / leaving.value, leaving.count};
  }

 private:
  void compare(const Level& now) noexcept {
    if (now.price == level_.price) {
      const std::int64_t change = now.qty.raw() - level_.qty.raw();
      if (change == 0) return;
      bins_.add(change < 0 ? Removed : Added, change < 0 ? -change : change);
      bins_.add(Events, 1);
      return;
    }
    const bool worse = (now.price < level_.price) == (side_ == Side::Buy);
    if (!worse) return;  // a new best level: it is the queue from now on
    bins_.add(Removed, level_.qty.raw());
    bins_.add(Events, 1);
  }

  enum Sum : std::uint8_t { Removed, Added, Traded, Events, Sums };

  Side side_;
  Level level_{};
  Price price_before_{};  // the best price before this one
  TimeBins<Sums> bins_;
};
}  // namespace sq::book::analytics
