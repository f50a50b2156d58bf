// How many quotes, buys and sells come in a second, and how much is bought and sold, over the last
// window_ns: maximum-likelihood intensities of Poisson streams (events / time).
// Thread: one writer. Cost: 2 ns an event. Units: events a second; base units a second. Errors: not
// known before time has passed. Source: Cont, Stoikov and Talreja, "A stochastic model for order
// book dynamics", Operations Research 58(3), 2010, section 3 (market order rate mu).
#pragma once

#include <cstdint>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/time_bins.hpp"
#include "engine/book/analytics/quotes/quote.hpp"

namespace sq::book::analytics {
struct ArrivalReadings {
  Reading quotes;
  Reading buys;
  Reading sells;
  Reading flow;  // (bought - sold) / (bought + sold), -1 to 1
};

class ArrivalRates {
 public:
  explicit ArrivalRates(std::int64_t window_ns) : bins_{window_ns} {}

  void on_quote(MonoTime at) noexcept {
    bins_.advance(at);
    bins_.add(Quotes, 1);
  }
  void on_trade(int sign, Qty qty, MonoTime at) noexcept {
    bins_.advance(at);
    if (sign == 0) return;
    bins_.add(sign > 0 ? Buys : Sells, 1);
    bins_.add(sign > 0 ? Bought : Sold, qty.raw());
  }
  [[nodiscard]] ArrivalReadings readings() const noexcept {
    ArrivalReadings readings;
    const std::int64_t span_ns = bins_.span_ns();
    if (span_ns > 0) {
      const double scale = 1e9 / static_cast<double>(span_ns);
      readings.quotes = rate(Quotes, scale);
      readings.buys = rate(Buys, scale);
      readings.sells = rate(Sells, scale);
    }
    const Int128 traded = bins_.total(Bought) + bins_.total(Sold);
    if (traded > 0)
      readings.flow = {real_of(bins_.total(Bought) - bins_.total(Sold)) / real_of(traded),
                       count_of(Buys) + count_of(Sells)};
    return readings;
  }

 private:
  enum Sum : std::uint8_t { Quotes, Buys, Sells, Bought, Sold, Sums };
  [[nodiscard]] std::uint64_t count_of(Sum sum) const noexcept {
    return static_cast<std::uint64_t>(bins_.total(sum));
  }
  // No event in the window is a rate of 0, from one look.
  [[nodiscard]] Reading rate(Sum sum, double scale) const noexcept {
    const std::uint64_t events = count_of(sum);
    return {static_cast<double>(events) * scale, events != 0 ? events : 1};
  }

  TimeBins<Sums> bins_;
};
}  // namespace sq::book::analytics
