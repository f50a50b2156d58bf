// Forward and discount factor of one expiry out of put-call parity over many strikes:
//   call - put = discount (forward - strike), in coins: discount (1 - strike / forward).
// A straight line through the mids, weighted by the spreads, with Huber's weights so that stale
// quotes do not tilt it.
// Thread: free functions; allocate. Cost: about 10 us for 100 strikes. Errors: ParameterRange for
// fewer than two pairs (one with a rate given) or years <= 0; NoConvergence when the line gives no
// positive forward and discount. Units: as chain.hpp, years, rates per year.
// Source: put-call parity of European options; Huber, Robust Statistics (1981), chapter 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/options/result.hpp"

namespace sq::options {
struct ParityPair {
  double strike{0};
  double call_bid{0}, call_ask{0}, put_bid{0}, put_ask{0};
};
enum class ForwardSource : std::uint8_t {
  Parity = 1,       // forward and discount
  ParityGivenRate,  // the forward alone, with the rate of another expiry or a given one
  QuotedDelta,      // the venue's deltas and volatilities: there were no two-sided quotes
  Given
};
struct Forward {
  double forward{0};
  double discount{1};
  double rate{0};        // -ln discount / years
  double rate_error{0};  // standard error of the rate; 0 where it was given
  double inside{0};      // share of strikes whose parity bounds from bids and asks hold the line
  std::size_t strikes{0};
  ForwardSource source{ForwardSource::Parity};
  // The yield (dividends, borrow) that carries `spot` to the forward.
  [[nodiscard]] double implied_yield(double spot, double years) const noexcept;
};
[[nodiscard]] Result<Forward> forward_from_parity(std::span<const ParityPair> pairs, double years,
                                                  bool inverse, std::optional<double> rate = {});

struct DeltaQuote {
  double strike{0};
  double call_delta{0}, put_delta{0}, volatility{0};
};
// call delta - put delta = e^(-q T), the rest is N(d1): the median over the strikes.
[[nodiscard]] Result<Forward> forward_from_deltas(std::span<const DeltaQuote> quotes, double years,
                                                  double rate);
}  // namespace sq::options
