#include "engine/options/european/dividends.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/options/math/normal.hpp"

namespace sq::options {
namespace {
Result<void> check_dividends(std::span<const Dividend> dividends) noexcept {
  double before = 0.0;
  for (const Dividend& d : dividends) {
    const bool fine = d.years >= before && d.years * 0.0 == 0.0 && d.cash >= 0 &&
                      d.cash * 0.0 == 0.0 && d.proportion >= 0 && d.proportion < 1;
    if (!fine) return std::unexpected{Error::ParameterRange};
    before = d.years;
  }
  return {};
}

// A function of the logarithm of the spot on an even grid, by cubics through four neighbours.
class Curve {
 public:
  Curve(double low, double step, std::vector<double> values)
      : low_{low}, step_{step}, values_{std::move(values)} {}
  [[nodiscard]] double operator()(double x) const noexcept {
    const double position = (x - low_) / step_;
    const double last = static_cast<double>(values_.size()) - 3.0;
    const double cell = std::clamp(std::floor(position), 1.0, last);
    const double u = position - cell;
    const double* v = values_.data() + static_cast<std::size_t>(cell);
    const double a = -v[-1] + 3.0 * v[0] - 3.0 * v[1] + v[2];
    const double b = 3.0 * (v[-1] - 2.0 * v[0] + v[1]);
    const double c = -2.0 * v[-1] - 3.0 * v[0] + 6.0 * v[1] - v[2];
    return v[0] + u * (c + u * (b + u * a)) / 6.0;
  }

 private:
  double low_, step_;
  std::vector<double> values_;
};

constexpr int kNodes = 192;       // of the trapezoidal rule over +- kReach deviations
constexpr double kReach = 9.0;    // the normal density is 1e-18 there
constexpr double kFloor = 1e-12;  // a spot that a dividend takes whole, as a share of today's

struct Piece {
  Market market;
  Vanilla option;
  double scale{1};  // today's spot

  // Expected value after the dividend, discounted over `years`, from log spot x just after the
  // last one. `after` takes the spot just after this dividend.
  template <class After>
  [[nodiscard]] double before(double x, double years, const Dividend& d, After&& after) const {
    const double deviation = market.volatility * std::sqrt(years);
    const double drift = (market.rate - market.yield) * years - 0.5 * deviation * deviation;
    const double step = 2.0 * kReach / kNodes;
    double sum = 0.0;
    for (int i = 0; i <= kNodes; ++i) {
      const double z = -kReach + step * i;
      const double spot = math::exp(x + drift + deviation * z);
      const double left = spot * (1.0 - d.proportion) - d.cash;
      sum += normal_pdf(z) * after(std::max(left, kFloor * scale));
    }
    return sum * step * math::exp(-market.rate * years);
  }
};
}  // namespace

Result<double> escrowed_spot(const Market& market, double years,
                             std::span<const Dividend> dividends) noexcept {
  if (const auto checked = check_dividends(dividends); !checked) {
    return std::unexpected{checked.error()};
  }
  // All in today's money: what is left of the spot after each dividend.
  double left = market.spot;
  for (const Dividend& d : dividends) {
    if (d.years > years) break;
    const double growth = (market.rate - market.yield) * d.years;
    left = left * (1.0 - d.proportion) - d.cash * math::exp(-growth);
  }
  if (std::isnan(left)) return std::unexpected{Error::NotFinite};
  if (left < 0) return std::unexpected{Error::ParameterRange};
  return left;
}

Result<double> escrowed_dividend_price(const Market& market, const Vanilla& option,
                                       std::span<const Dividend> dividends) noexcept {
  const Result<Greeks> greeks = escrowed_dividend_greeks(market, option, dividends);
  if (!greeks) return std::unexpected{greeks.error()};
  return greeks->price;
}

Result<Greeks> escrowed_dividend_greeks(const Market& market, const Vanilla& option,
                                        std::span<const Dividend> dividends) noexcept {
  const Result<double> spot = escrowed_spot(market, option.years, dividends);
  if (!spot) return std::unexpected{spot.error()};
  Market reduced = market;
  reduced.spot = *spot;
  Result<Greeks> greeks = european_greeks(reduced, option);
  if (!greeks) return greeks;
  // The remainder moves with the spot by what the proportional dividends leave, and with the rate.
  double kept = 1.0;
  double by_rate = 0.0;
  for (const Dividend& d : dividends) {
    if (d.years > option.years) break;
    kept *= 1.0 - d.proportion;
    const double growth = (market.rate - market.yield) * d.years;
    by_rate = by_rate * (1.0 - d.proportion) + d.years * d.cash * math::exp(-growth);
  }
  // Calendar time brings each dividend closer: its present value grows at r - q.
  const double carried = (market.rate - market.yield) * (market.spot * kept - *spot);
  greeks->theta -= greeks->delta * carried;
  greeks->rho += greeks->delta * by_rate;
  greeks->delta *= kept;
  greeks->gamma *= kept * kept;
  return greeks;
}

Result<double> piecewise_dividend_price(const Market& market, const Vanilla& option,
                                        std::span<const Dividend> dividends) {
  if (const auto checked = check_dividends(dividends); !checked) {
    return std::unexpected{checked.error()};
  }
  // The checks of the inputs, and the answer where no cash dividend or no uncertainty is left.
  const Result<double> plain = european_price(market, option);
  if (!plain) return plain;
  std::vector<Dividend> due;
  double kept = 1.0;
  bool cash = false;
  for (const Dividend& d : dividends) {
    if (d.years > option.years) break;
    due.push_back(d);
    kept *= 1.0 - d.proportion;
    cash = cash || d.cash > 0;
  }
  Market start = market;
  start.spot *= kept;
  if (!cash) return european_price(start, option);
  const double deviation = market.volatility * std::sqrt(option.years);
  if (deviation < 1e-6 || market.spot == 0) {
    return escrowed_dividend_price(market, option, dividends);
  }
  if (deviation > 4.0) return std::unexpected{Error::Unsupported};

  const Piece piece{market, option, market.spot};
  const auto last = [&](double spot) {
    Market at = market;
    at.spot = spot;
    return european_price(at, {option.type, option.strike, option.years - due.back().years})
        .value_or(0.0);
  };
  const double drift = std::fabs(market.rate - market.yield) * option.years;
  const double low = std::log(market.spot) - 12.0 * deviation - drift - 1.0;
  const double high = std::log(market.spot) + 10.0 * deviation + drift;
  const double shortest = 0.02 * deviation;
  const auto nodes = static_cast<std::size_t>(std::min((high - low) / shortest, 4000.0)) + 8;
  const double step = (high - low) / static_cast<double>(nodes - 4);
  const auto grid_of = [&](auto&& value) {
    std::vector<double> values(nodes);
    for (std::size_t i = 0; i < nodes; ++i) {
      values[i] = value(low + step * (static_cast<double>(i) - 2.0));
    }
    return Curve{low - 2.0 * step, step, std::move(values)};
  };
  const auto first_value = [&](const Dividend& d, auto&& after) {
    return piece.before(std::log(market.spot), d.years, d, after);
  };
  if (due.size() == 1) return first_value(due[0], last);
  Curve curve = grid_of([&](double x) {
    return piece.before(x, due.back().years - due[due.size() - 2].years, due.back(), last);
  });
  for (std::size_t k = due.size() - 2; k > 0; --k) {
    const Curve next = curve;
    const auto after = [&](double spot) { return next(std::log(std::max(spot, 1e-300))); };
    curve = grid_of(
        [&](double x) { return piece.before(x, due[k].years - due[k - 1].years, due[k], after); });
  }
  return first_value(due[0], [&](double spot) { return curve(std::log(spot)); });
}
}  // namespace sq::options
