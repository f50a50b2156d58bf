// Order-flow imbalance of the best prices, and how far it moves the mid.
//   e = 1{Pb >= Pb'} qb - 1{Pb <= Pb'} qb' - 1{Pa <= Pa'} qa + 1{Pa >= Pa'} qa'
// (b bid, a ask, ' the quote before); OFI of a window is the sum of its e. In blocks of
// block_events that do not overlap, the change of the mid in ticks is regressed on the block's OFI.
// Thread: one writer. Cost: 6 ns a quote. Units: e and OFI base units (Qty); beta ticks a base
// unit. Errors: beta is not known before three blocks. Allocates in the constructor only.
// Source: Cont, Kukanov and Stoikov, "The Price Impact of Order Book Events", J. Financial
// Econometrics 12(1), 2014, eq. 3, 4 and 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/rolling_regression.hpp"
#include "engine/book/analytics/numeric/rolling_sums.hpp"
#include "engine/book/analytics/quotes/quote.hpp"

namespace sq::book::analytics {
// In base units.
[[nodiscard]] inline double order_flow(const Quote& before, const Quote& now) noexcept {
  // Raw quantities as doubles: exact up to 9e7 units, and never an overflow.
  double e = 0;
  if (now.bid.price >= before.bid.price) e += static_cast<double>(now.bid.qty.raw());
  if (now.bid.price <= before.bid.price) e -= static_cast<double>(before.bid.qty.raw());
  if (now.ask.price <= before.ask.price) e -= static_cast<double>(now.ask.qty.raw());
  if (now.ask.price >= before.ask.price) e += static_cast<double>(before.ask.qty.raw());
  return e / kQtyUnit;
}

class OrderFlowImbalance {
 public:
  OrderFlowImbalance(Price tick, std::size_t window_events, std::uint32_t block_events,
                     std::size_t blocks)
      : tick_{tick.to_double()},
        block_events_{block_events},
        recent_{window_events},
        blocks_{blocks} {
    if (tick <= Price{} || block_events == 0)
      throw std::invalid_argument{"order-flow imbalance needs a tick and events in a block"};
  }

  void on_quote(const Quote& quote) noexcept {
    block_ended_ = false;
    const std::int64_t twice_mid = quote.twice_mid();
    if (!has_quote_) {
      has_quote_ = true;
      start_block(twice_mid);
    } else {
      last_ = order_flow(quote_, quote);
      recent_.push({last_});
      block_flow_ += last_;
      if (++in_block_ == block_events_) end_block(twice_mid);
    }
    quote_ = quote;
  }
  // There was no usable quote: what came before it is not compared with what comes next.
  void on_no_quote() noexcept { has_quote_ = false; }

  [[nodiscard]] Reading last() const noexcept { return {last_, recent_.count() != 0}; }
  [[nodiscard]] Reading recent() const noexcept { return {recent_.sum(0), recent_.count()}; }
  [[nodiscard]] RegressionFit impact() const noexcept {
    return blocks_.count() < 3 ? RegressionFit{} : blocks_.fit();
  }
  [[nodiscard]] bool block_ended() const noexcept { return block_ended_; }  // by the last quote
  [[nodiscard]] double block_flow() const noexcept { return ended_flow_; }  // of the last block
  [[nodiscard]] double block_move() const noexcept { return ended_move_; }  // ticks

 private:
  void start_block(std::int64_t twice_mid) noexcept {
    block_start_ = twice_mid;
    block_flow_ = 0;
    in_block_ = 0;
  }
  void end_block(std::int64_t twice_mid) noexcept {
    ended_flow_ = block_flow_;
    ended_move_ = static_cast<double>(twice_mid - block_start_) / (2.0 * kPriceUnit) / tick_;
    blocks_.push(ended_flow_, ended_move_);
    block_ended_ = true;
    start_block(twice_mid);
  }

  double tick_;
  std::uint32_t block_events_;
  std::uint32_t in_block_{0};
  bool block_ended_{false};
  bool has_quote_{false};
  Quote quote_{};
  std::int64_t block_start_{0};
  double last_{0};
  double block_flow_{0};
  double ended_flow_{0};
  double ended_move_{0};
  RollingTerms<1> recent_;
  RollingRegression blocks_;
};
}  // namespace sq::book::analytics
