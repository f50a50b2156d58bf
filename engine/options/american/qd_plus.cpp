#include "engine/options/american/qd_plus.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/american/put_boundary.hpp"
#include "engine/options/american/qd_plus_equation.hpp"

namespace sq::options::american {
namespace {
// Logarithm of the boundary per unit of strike: Newton from below the boundary at expiry, held in a
// bracket.
double log_boundary(const QdPlusEquation<double>& equation) noexcept {
  double high = std::log(boundary_at_expiry(equation.rate, equation.yield));
  const double perpetual = perpetual_boundary(equation.rate, equation.yield, equation.volatility);
  double low = std::max(perpetual > 0 ? std::log(perpetual) : -700.0, -700.0);
  if (!(low < high)) return high;
  const double span = high - low;
  double x = high + span * std::expm1(-2 * equation.volatility * equation.root_years / span);
  // Deep in the money the residual tends to (1 + lambda + c0) K < 0.
  for (int i = 0; i < 100; ++i) {
    const auto point = equation.at(x);
    (point.residual < 0 ? low : high) = x;
    double next = x - point.residual / point.slope;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (std::abs(next - x) <= 4e-16 * std::max(1.0, std::abs(x))) return next;
    x = next;
  }
  return x;
}
}  // namespace

Result<double> qd_plus_put_boundary(double strike, double rate, double yield, double volatility,
                                    double years) noexcept {
  if (!std::isfinite(strike) || !std::isfinite(rate) || !std::isfinite(yield) ||
      !std::isfinite(volatility) || !std::isfinite(years))
    return std::unexpected{Error::NotFinite};
  if (!(strike > 0)) return std::unexpected{Error::StrikeNotPositive};
  if (!(volatility > 0) || !(years > 0) || rate < 0 || (rate == 0 && yield >= 0))
    return std::unexpected{Error::ParameterRange};
  return strike *
         std::exp(log_boundary(QdPlusEquation<double>{rate, yield, volatility, std::sqrt(years)}));
}

Result<double> qd_plus_price(const Market& market, const Vanilla& option) {
  const auto reduced = reduce_to_put(market, option);
  if (!reduced) return std::unexpected{reduced.error()};
  const PutProblem& put = reduced->put;
  switch (reduced->regime) {
    case Regime::Known:
      return reduced->known;
    case Regime::European:
      return european_put(put);
    case Regime::TwoBoundaries:
      return std::unexpected{Error::Unsupported};
    case Regime::OneBoundary:
      break;
  }
  static const Collocation kTables{{.nodes = 7, .quadrature = 2, .premium = 64}};
  PutBoundary boundary{kTables, put};
  for (std::size_t i = 0; i < kTables.nodes; ++i) {
    const double root = kTables.roots[i] * std::sqrt(put.years);
    boundary.set(
        i,
        std::exp(log_boundary(QdPlusEquation<double>{put.rate, put.yield, put.volatility, root})));
  }
  const double log_spot = std::log(put.spot / put.strike);
  if (std::exp(log_spot) <= boundary.now()) return put.strike - put.spot;
  return european_put(put) + put.strike * boundary.premium(log_spot);
}

Result<double> qd_plus_closed_price(const Market& market, const Vanilla& option) noexcept {
  const auto reduced = reduce_to_put(market, option);
  if (!reduced) return std::unexpected{reduced.error()};
  const PutProblem& put = reduced->put;
  switch (reduced->regime) {
    case Regime::Known:
      return reduced->known;
    case Regime::European:
      return european_put(put);
    case Regime::TwoBoundaries:
      return std::unexpected{Error::Unsupported};
    case Regime::OneBoundary:
      break;
  }
  const QdPlusEquation<double> equation{put.rate, put.yield, put.volatility, std::sqrt(put.years)};
  const double log_spot = std::log(put.spot / put.strike);
  const double boundary = log_boundary(equation);
  if (log_spot <= boundary) return put.strike - put.spot;
  PutProblem at_boundary = put;
  at_boundary.spot = put.strike * std::exp(boundary);
  const EuropeanPut european = european_put_greeks(at_boundary);
  const double gained = put.strike - at_boundary.spot - european.price;
  const double distance = log_spot - boundary;
  // b and c of the paper, with 2 lambda + omega = -root.
  const double b = -0.5 * equation.discount * equation.m_over_h * equation.m_over_h /
                   (equation.root * equation.root);
  const double c = equation.constant + equation.on_theta * european.theta / gained;
  const double bend = distance * (b * distance + c);
  return european_put(put) + gained / (1 - bend) * std::exp(equation.lambda * distance);
}
}  // namespace sq::options::american
