// The Greeks of what is held and of everything that may still fill, against their limits.
// Worst case: each instrument's position lies between "all own sells fill" and "all own buys fill";
// per Greek, the ends that add up and the ends that subtract are summed apart, and both sums must
// stay within the limit. A side that the order does not make worse is not held against it.
// Greeks that are missing, older than the limit allows or outside 128 bits cannot be evaluated:
// that refuses all but orders that shrink the strategy's position.
// Thread: the core's. Cost: per limit that the order touches, linear in the instruments held on its
// underlying; nothing without limits. No allocation after construction. Errors: Verdict.
// Units: sums in 1e-25 (gamma 1e-28), exact; verdicts as in rule.hpp, away from zero.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/messaging/greeks.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/risk/exposure.hpp"
#include "engine/risk/limits.hpp"
#include "engine/risk/verdict.hpp"
#include "engine/types/instrument.hpp"

namespace sq::risk {
class GreekExposure {
 public:
  static constexpr std::size_t kGreeks = 4;  // delta, gamma, vega, theta

  GreekExposure(std::vector<GreekLimit> limits, const std::vector<Instrument>& instruments);

  [[nodiscard]] bool limited() const noexcept { return !limits_.empty(); }
  [[nodiscard]] const std::vector<GreekLimit>& limits() const noexcept { return limits_; }

  // The last Greeks of an option. Ignored for what is no option.
  void set(InstrumentId instrument, const GreeksUpdate& greeks) noexcept;
  // Its positions or orders changed.
  void on_exposure(std::size_t instrument, const InstrumentExposure& exposure) noexcept;
  // `exposures`: all instruments, the order not yet in them. `reduces`: the order shrinks its
  // strategy's position.
  [[nodiscard]] Verdict check(const OrderRequest& order, std::size_t instrument, bool reduces,
                              const std::vector<InstrumentExposure>& exposures,
                              MonoTime now) const noexcept;

 private:
  struct Known {
    std::array<std::int64_t, kGreeks> per_unit{};  // 1e-9; gamma 1e-12
    MonoTime as_of{};
    bool known{false};
    bool option{false};
    std::uint32_t underlying{0};
    std::int64_t multiplier{0};  // 1e-8 units a contract
  };
  struct Range {
    Int128 low{0};
    Int128 high{0};
  };
  using Ranges = std::array<Range, kGreeks>;

  [[nodiscard]] bool covers(const GreekLimit& limit, std::size_t instrument) const noexcept;
  [[nodiscard]] Verdict check(std::size_t limit, const OrderRequest& order, std::size_t instrument,
                              const std::vector<InstrumentExposure>& exposures,
                              MonoTime now) const noexcept;
  // Adds what an instrument may come to; false: does not fit.
  [[nodiscard]] static bool add(const Known& known, Int128 low, Int128 high,
                                Ranges& ranges) noexcept;

  std::vector<GreekLimit> limits_;
  std::vector<std::array<Int128, kGreeks>> bounds_;  // [limit]; -1: not limited
  std::vector<std::vector<std::uint64_t>> covered_;  // [limit]: a bit an instrument
  std::vector<std::uint64_t> active_;                // a bit an instrument with something at stake
  std::vector<Known> known_;                         // index: InstrumentId
};
}  // namespace sq::risk
