// Is the reference price within a bound of what it was a moment ago? After a jump it is not, until
// it has held for the window. Compared is the mid against an anchor: the first price, and each time
// the anchor is a window old, the price just before.
// Thread: one. Cost: a few compares when a price comes. Errors: none.
// Units: twice the mid, 1e-9; bound 1e-9 of the anchor. Source: control P08.
#pragma once

#include <cstdint>

#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::risk {
class PriceJump {
 public:
  void on_price(Price bid, Price ask, MonoTime at, std::int64_t window_ns) noexcept {
    const Seen now{Int128{bid.raw()} + ask.raw(), at};
    if (anchor_.twice == 0) anchor_ = now;
    if (at - anchor_.at >= window_ns) anchor_ = at - last_.at < window_ns ? last_ : now;
    last_ = now;
  }
  // Distance to the anchor, 1e-9 of the price.
  [[nodiscard]] Int128 distance() const noexcept {
    const Int128 twice = last_.twice - anchor_.twice;
    return (twice < 0 ? -twice : twice) / 2;
  }
  [[nodiscard]] Int128 bound(Ratio max) const noexcept {
    return anchor_.twice / 2 * max.raw() / Ratio::kScale;
  }
  [[nodiscard]] bool jumped(Ratio max) const noexcept {
    const Int128 twice = last_.twice - anchor_.twice;
    return (twice < 0 ? -twice : twice) * Ratio::kScale > anchor_.twice * max.raw();
  }

 private:
  struct Seen {
    Int128 twice{0};
    MonoTime at{};
  };
  Seen anchor_{};
  Seen last_{};
};
}  // namespace sq::risk
