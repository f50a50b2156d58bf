// One position with its average cost, in exact integers.
// Thread: its owner's. Cost: one 128-bit division per reducing fill. Errors: empty when a value does
// not fit; nothing is changed then.
// Units: quantity 1e-8; money 1e-8 of the settlement currency. Rules (the independent fold in
// tools/wal-fold follows the same words):
//   flow      value of a fill, rounded against us: a buy away from zero, a sell toward zero
//             (inverse contracts: the other way round, because a buy receives quote exposure)
//   cost      what the open quantity cost, >= 0, by average
//   reducing  cost removed = cost x closed / |position|, toward zero; realised = flow - cost removed
//             for a sell, cost removed - flow for a buy; the last unit removes all cost
//   flipping  closes first, opens the rest; the flow is split in proportion, the closing part
//             rounded toward zero
#pragma once

#include <cstdint>
#include <optional>

#include "engine/types/instrument.hpp"

namespace sq::portfolio {
struct Traded {
  std::int64_t flow{0};      // cash, signed: negative is paid
  std::int64_t realised{0};  // by average cost, before fees
};

class Position {
 public:
  [[nodiscard]] std::optional<Traded> trade(const Instrument& instrument, Side side, Price price,
                                            Qty qty) noexcept;

  [[nodiscard]] Qty qty() const noexcept { return qty_; }
  [[nodiscard]] std::int64_t cost() const noexcept { return cost_; }
  [[nodiscard]] std::int64_t realised() const noexcept { return realised_; }
  // Value at `mark` minus cost (long), cost minus value (short); rounded toward zero.
  [[nodiscard]] std::optional<std::int64_t> unrealised(const Instrument& instrument,
                                                       Price mark) const noexcept;
  // Average entry price for people; 0 when flat.
  [[nodiscard]] double average_price(const Instrument& instrument) const noexcept;

 private:
  Qty qty_{};  // signed
  std::int64_t cost_{0};
  std::int64_t realised_{0};
};
}  // namespace sq::portfolio
