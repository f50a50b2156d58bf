// Inputs of the core that something beside it computes from market data, such as the Greeks of a
// chain of options. In a simulated run they are computed on the simulation's thread, at times that
// depend on the market data alone, so that each run and each recovery computes the same ones.
// Thread: the simulation's.
#pragma once

#include "engine/messaging/record.hpp"

namespace sq::backtest {
class DerivedInputs {
 public:
  // A record of market data, in the order and at the time in which the core gets it, before it.
  virtual void on_market(const RecordHeader& record) noexcept = 0;
  // When the next input is due; the largest WallTime: only after more market data.
  [[nodiscard]] virtual WallTime next() const noexcept = 0;
  // The next input, due at `at`, valid until the next call. Only when next() says that there is
  // one.
  [[nodiscard]] virtual RecordHeader& take(WallTime at) noexcept = 0;

 protected:
  ~DerivedInputs() = default;
};
}  // namespace sq::backtest
