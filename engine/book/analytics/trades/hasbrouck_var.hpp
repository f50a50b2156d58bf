// Hasbrouck's vector autoregression of mid changes r and trade signs x, and what a trade does to
// the price in the end:
//   r(t) = c + sum a(i) r(t-i) + sum b(i) x(t-i) + b(0) x(t) + v(t)          i = 1 .. lags
//   x(t) = d + sum e(i) r(t-i) + sum f(i) x(t-i) + w(t)
// by ordinary least squares over the last `window` trades; r(t) is the change of the mid in force
// from trade t-1 to trade t. The impulse response after h trades is the sum of r(0..h) that follows
// one unexpected buy, x(0) = 1, in a market at rest; far out it is the part of the impact that
// stays: the information in a trade.
// Thread: one writer. Cost: 37 ns a trade (sums of lagged products, exact 128-bit integers, so they
// do not drift); fit() about 4 us, to be called rarely. Units: r in quote currency a unit.
// Errors: not known before 8 x lags + 16 trades, or where the equations have no one solution; a
// change of the mid above 4.5e6 restarts the window. Allocates in the constructor only; throws
// std::invalid_argument for lags outside 1 to 5 or a window below 64.
// Source: Hasbrouck, "Measuring the Information Content of Stock Trades", J. Finance 46(1), 1991,
// eq. 6 to 8 and section III.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/types/fixed.hpp"

namespace sq::book::analytics {
struct VarFit {
  static constexpr std::size_t kLagsMax = 5;
  static constexpr std::size_t kHorizon = 50;
  std::uint64_t count{0};  // rows of the regressions; 0: not known
  std::size_t lags{0};
  // c, a(1..lags), b(1..lags), b(0)
  std::array<double, 2 * kLagsMax + 2> return_equation{};
  // d, e(1..lags), f(1..lags)
  std::array<double, 2 * kLagsMax + 1> trade_equation{};
  double return_variance{0};                    // of v, divided by count
  double trade_variance{0};                     // of w, divided by count
  std::array<double, kHorizon + 1> response{};  // cumulated, after 0 .. kHorizon trades
};

class HasbrouckVar {
 public:
  HasbrouckVar(std::size_t lags, std::size_t window);

  // sign: +1, -1, or 0 where nobody can tell.
  void on_trade(std::int64_t twice_mid, int sign) noexcept;
  void on_no_quote() noexcept { clear(); }
  [[nodiscard]] VarFit fit() const noexcept;
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  static constexpr std::size_t kLagsMax = VarFit::kLagsMax;
  struct Row {
    std::int64_t move{0};  // of twice the mid, raw
    std::int64_t sign{0};
  };
  // Sums over the window of u(t) v(t-k), for u, v in {move, sign}.
  struct Products {
    Int128 move_move{0};
    Int128 move_sign{0};
    Int128 sign_move{0};
    std::int64_t sign_sign{0};
    void add(const Row& now, const Row& before) noexcept;
    void exchange(const Row& now, const Row& before, const Row& old_now,
                  const Row& old_before) noexcept;
  };
  // The variables of the normal equations: 1, move(t-1..), sign(t-1..), sign(t), move(t).
  struct Variable {
    bool move{false};
    std::size_t lag{0};
  };

  void clear() noexcept;
  void push(const Row& added) noexcept;
  void slide(const Row& added) noexcept;                        // push, and drop the oldest row
  [[nodiscard]] const Row& row(std::size_t i) const noexcept {  // 0: the oldest
    return rows_[(first_ + i) & mask_];
  }
  [[nodiscard]] double product(Variable u, Variable v) const noexcept;
  [[nodiscard]] double sum(Variable u) const noexcept;
  [[nodiscard]] Variable variable(std::size_t i) const noexcept;
  void respond(VarFit& fit) const noexcept;

  std::size_t lags_;
  std::size_t window_;
  std::size_t mask_;
  std::vector<Row> rows_;  // a ring of a power of two
  std::size_t first_{0};   // counts on; its low bits are the place of the oldest row
  std::size_t count_{0};
  bool has_mid_{false};
  std::int64_t twice_mid_{0};
  Int128 moves_{0};
  std::int64_t signs_{0};
  std::array<Products, kLagsMax + 1> products_{};
};
}  // namespace sq::book::analytics
