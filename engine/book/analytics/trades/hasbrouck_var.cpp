#include "engine/book/analytics/trades/hasbrouck_var.hpp"

#include <bit>
#include <stdexcept>
#include <utility>

#include "engine/book/analytics/numeric/linear_solve.hpp"
#include "engine/book/analytics/numeric/rolling_integers.hpp"
#include "engine/book/analytics/quotes/quote.hpp"

namespace sq::book::analytics {
namespace {
constexpr std::int64_t kMoveMax = std::int64_t{9'000'000} * Price::kScale;  // of twice the mid
constexpr std::size_t kColumnsMax = 2 * VarFit::kLagsMax + 2;
}  // namespace

HasbrouckVar::HasbrouckVar(std::size_t lags, std::size_t window)
    : lags_{lags}, window_{window}, mask_{std::bit_ceil(window) - 1}, rows_(mask_ + 1) {
  if (lags < 1 || lags > kLagsMax || window < 64)
    throw std::invalid_argument{"a vector autoregression needs 1 to 5 lags and 64 trades"};
}

void HasbrouckVar::Products::add(const Row& now, const Row& before) noexcept {
  move_move += Int128{now.move} * before.move;
  move_sign += now.move * before.sign;
  sign_move += before.move * now.sign;
  sign_sign += now.sign * before.sign;
}

// As adding one product and removing another, in one pass over the sums.
void HasbrouckVar::Products::exchange(const Row& now, const Row& before, const Row& old_now,
                                      const Row& old_before) noexcept {
  move_move += Int128{now.move} * before.move - Int128{old_now.move} * old_before.move;
  move_sign += now.move * before.sign - old_now.move * old_before.sign;
  sign_move += before.move * now.sign - old_before.move * old_now.sign;
  sign_sign += now.sign * before.sign - old_now.sign * old_before.sign;
}

void HasbrouckVar::clear() noexcept {
  first_ = count_ = 0;
  has_mid_ = false;
  moves_ = 0;
  signs_ = 0;
  products_ = {};
}

void HasbrouckVar::on_trade(std::int64_t twice_mid, int sign) noexcept {
  const std::int64_t move = twice_mid - twice_mid_;  // both positive: no overflow
  const bool follows = has_mid_;
  has_mid_ = true;
  twice_mid_ = twice_mid;
  if (!follows) return;
  if (move > kMoveMax || move < -kMoveMax) [[unlikely]] {
    clear();
    return;
  }
  count_ == window_ ? slide({move, sign}) : push({move, sign});
}

void HasbrouckVar::push(const Row& added) noexcept {
  rows_[(first_ + count_) & mask_] = added;
  ++count_;
  moves_ += added.move;
  signs_ += added.sign;
  for (std::size_t k = 0; k <= lags_ && k < count_; ++k)
    products_[k].add(added, row(count_ - 1 - k));
}

void HasbrouckVar::slide(const Row& added) noexcept {
  const Row oldest = row(0);
  moves_ += added.move - oldest.move;
  signs_ += added.sign - oldest.sign;
  products_[0].exchange(added, added, oldest, oldest);
  for (std::size_t k = 1; k <= lags_; ++k)
    products_[k].exchange(added, row(count_ - k), row(k), oldest);
  rows_[(first_ + count_) & mask_] = added;
  ++first_;
}

HasbrouckVar::Variable HasbrouckVar::variable(std::size_t i) const noexcept {
  if (i <= lags_) return {true, i};               // move(t-1 .. t-lags); i = 0 is the constant
  if (i <= 2 * lags_) return {false, i - lags_};  // sign(t-1 .. t-lags)
  return {i == 2 * lags_ + 2, 0};                 // sign(t), then move(t)
}

// Sum of u(t - u.lag) over the rows of the regression, t = lags .. count - 1.
double HasbrouckVar::sum(Variable u) const noexcept {
  Int128 total = u.move ? moves_ : Int128{signs_};
  const auto value = [&](std::size_t i) { return u.move ? row(i).move : row(i).sign; };
  for (std::size_t i = 0; i < lags_ - u.lag; ++i) total -= value(i);
  for (std::size_t i = count_ - u.lag; i < count_; ++i) total -= value(i);
  return real_of(total);
}

// Sum of u(t - u.lag) v(t - v.lag): the product of all rows of the window that are v.lag - u.lag
// apart, less those whose t lies before or after the rows of the regression.
double HasbrouckVar::product(Variable u, Variable v) const noexcept {
  if (u.lag > v.lag) std::swap(u, v);
  const std::size_t apart = v.lag - u.lag;
  const Products& all = products_[apart];
  Int128 total = u.move ? (v.move ? all.move_move : all.move_sign)
                        : (v.move ? all.sign_move : Int128{all.sign_sign});
  const auto remove = [&](std::size_t i) {
    const std::int64_t later = u.move ? row(i).move : row(i).sign;
    const std::int64_t earlier = v.move ? row(i - apart).move : row(i - apart).sign;
    total -= Int128{later} * earlier;
  };
  for (std::size_t i = apart; i < lags_ - u.lag; ++i) remove(i);
  for (std::size_t i = count_ - u.lag; i < count_; ++i) remove(i);
  return real_of(total);
}

VarFit HasbrouckVar::fit() const noexcept {
  if (count_ < 8 * lags_ + 16) return {};
  constexpr std::size_t kAll = kColumnsMax + 1;
  const std::size_t columns = 2 * lags_ + 3;  // with move(t), the last
  const double rows = static_cast<double>(count_ - lags_);
  constexpr double kMoveUnit = 2.0 * kPriceUnit;
  std::array<double, kAll * kAll> sums{};  // of products of all variables
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = i; j < columns; ++j) {
      double value = j == 0 ? rows : i == 0 ? sum(variable(j)) : product(variable(i), variable(j));
      if (i != 0 && variable(i).move) value /= kMoveUnit;
      if (j != 0 && variable(j).move) value /= kMoveUnit;
      sums[i * columns + j] = sums[j * columns + i] = value;
    }
  }
  VarFit fit{.count = count_ - lags_, .lags = lags_};
  // Which variable is explained, by the variables before `known`.
  const auto regress = [&](std::size_t explained, std::size_t known, double* out,
                           double& variance) {
    std::array<double, kColumnsMax * kColumnsMax> matrix{};
    for (std::size_t i = 0; i < known; ++i) {
      for (std::size_t j = 0; j < known; ++j) matrix[i * known + j] = sums[i * columns + j];
      out[i] = sums[i * columns + explained];
    }
    if (!solve_in_place(matrix, {out, known}, known, 1)) return false;
    variance = sums[explained * columns + explained];
    for (std::size_t i = 0; i < known; ++i) variance -= out[i] * sums[i * columns + explained];
    variance = variance > 0.0 ? variance / rows : 0.0;
    return true;
  };
  const bool solved =
      regress(2 * lags_ + 2, 2 * lags_ + 2, fit.return_equation.data(), fit.return_variance) &&
      regress(2 * lags_ + 1, 2 * lags_ + 1, fit.trade_equation.data(), fit.trade_variance);
  if (!solved) return {};
  respond(fit);
  return fit;
}

void HasbrouckVar::respond(VarFit& fit) const noexcept {
  std::array<double, VarFit::kHorizon + 1> moves{};
  std::array<double, VarFit::kHorizon + 1> signs{};
  double cumulated = 0;
  for (std::size_t t = 0; t <= VarFit::kHorizon; ++t) {
    signs[t] = t == 0 ? 1.0 : 0.0;
    for (std::size_t i = 1; i <= lags_ && i <= t; ++i) {
      signs[t] += fit.trade_equation[i] * moves[t - i];
      signs[t] += fit.trade_equation[lags_ + i] * signs[t - i];
    }
    moves[t] = fit.return_equation[2 * lags_ + 1] * signs[t];
    for (std::size_t i = 1; i <= lags_ && i <= t; ++i) {
      moves[t] += fit.return_equation[i] * moves[t - i];
      moves[t] += fit.return_equation[lags_ + i] * signs[t - i];
    }
    cumulated += moves[t];
    fit.response[t] = cumulated;
  }
}
}  // namespace sq::book::analytics
