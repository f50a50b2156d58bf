// One book's ticks and lots: exact conversion between the engine's Price and Qty and the 32-bit
// numbers an L3 book holds. Thread: any (plain values). Cost: about 5 cycles. Errors: what is not
// positive, not a multiple or too large gives false and leaves the result alone; nothing rounds.
// Range: prices up to (2^31 - 1) ticks, quantities of one order up to (2^32 - 1) lots.
#pragma once

#include <limits>

#include "engine/book/l3/cells.hpp"
#include "engine/book/tick_index.hpp"
#include "engine/types/fixed.hpp"

namespace sq::book::l3 {
class Units {
 public:
  // tick > 0, lot > 0 (SQ_CHECK).
  constexpr Units(Price tick, Qty lot) noexcept : ticks_{tick}, lots_{Price::from_raw(lot.raw())} {}

  [[nodiscard]] constexpr bool to_tick(Price price, Tick& tick) const noexcept {
    std::int64_t index = 0;
    if (price <= Price{} || !ticks_.index_of(price, index) || index > kTickMax) return false;
    tick = static_cast<Tick>(index);
    return true;
  }
  [[nodiscard]] constexpr bool to_lots(Qty qty, Lots& lots) const noexcept {
    std::int64_t index = 0;
    if (qty <= Qty{} || !lots_.index_of(Price::from_raw(qty.raw()), index) ||
        index > std::numeric_limits<Lots>::max()) {
      return false;
    }
    lots = static_cast<Lots>(index);
    return true;
  }
  [[nodiscard]] constexpr Price price_of(Tick tick) const noexcept { return ticks_.price_of(tick); }
  // Of one order or a level. A sum beyond Qty's range is cut to its largest value.
  [[nodiscard]] constexpr Qty qty_of(std::uint64_t lots) const noexcept {
    const Int128 raw = Int128{lots_.price_of(1).raw()} * lots;
    return raw > Qty::max().raw() ? Qty::max() : Qty::from_raw(static_cast<std::int64_t>(raw));
  }

 private:
  TickIndex ticks_;
  TickIndex lots_;  // the same arithmetic, raw quantities in place of raw prices
};
}  // namespace sq::book::l3
