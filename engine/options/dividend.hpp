// A discrete dividend: at its moment the spot falls from S to S (1 - proportion) - cash, not below
// 0. Thread: plain values. Cost: none. Errors: those of whoever takes it. Units: years from today,
// currency.
#pragma once

namespace sq::options {
struct Dividend {
  double years{0};       // in (0, expiry]
  double cash{0};        // >= 0
  double proportion{0};  // of the spot before, in [0, 1)
};
}  // namespace sq::options
