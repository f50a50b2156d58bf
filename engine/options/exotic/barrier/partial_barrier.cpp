#include "engine/options/exotic/barrier/partial_barrier.hpp"

#include <cmath>

#include "engine/options/exotic/barrier/reflection.hpp"
#include "engine/options/exotic/core/integrate.hpp"

namespace sq::options {
namespace {
constexpr double kBeyond = 9.0;  // standard deviations that hold all but 1e-19

template <class Real>
class PartialLaw {
 public:
  PartialLaw(const Inputs<Real>& in, const PartialBarrier& contract) noexcept
      : in_{in},
        barrier_{contract.barrier},
        level_{Level::at(contract.barrier)},
        watch_{in.years(contract.watch)},
        years_{in.years(contract.years)},
        free_{in} {
    using std::log;
    gap_ = log(barrier_ / in.spot);
    const Real variance_rate = in.volatility * in.volatility;
    drift_ = in.carry() - 0.5 * variance_rate;
    log_weight_ = 2.0 * (drift_ / variance_rate) * gap_;
  }
  [[nodiscard]] bool weight_is_moderate() const noexcept {
    return std::abs(value_of(log_weight_)) < 12.0;
  }

  // Knocked out while watched on [0, watch]; the payoff comes at expiry.
  [[nodiscard]] Real out_at_start(const Piece& piece, bool down) const noexcept {
    if (value_of(in_.spot) == barrier_ || (value_of(in_.spot) < barrier_) == down) return Real{};
    const double side = down ? 1.0 : -1.0;
    if (weight_is_moderate()) return joint(side, piece) - mirrored(side, piece);
    return out_at_start_by_integral(piece, side);
  }
  // Knocked out while watched on [watch, years], starting on one side of the barrier.
  [[nodiscard]] Real out_at_end(const Piece& piece, bool down) const noexcept {
    const Piece alive = down ? piece.above(level_) : piece.below(level_);
    if (alive.empty()) return Real{};
    const double side = down ? 1.0 : -1.0;
    if (weight_is_moderate()) return joint(side, alive) - mirrored(-side, alive);
    return out_at_end_by_integral(alive, side);
  }

 private:
  // The payoff where S(watch) is on that side (1: above) of the barrier.
  [[nodiscard]] Real joint(const AssetLaw<Real>& law, double side,
                           const Piece& piece) const noexcept {
    const auto part = [&](Payment payment) {
      const Real level{barrier_};
      const auto above = [&](double k) {
        return law.joint(payment, side, level, watch_, 1.0, Real{k}, years_);
      };
      if (piece.high.value == kInfinity) return above(piece.low.value);
      if (piece.low.value <= 0)
        return law.joint(payment, side, level, watch_, -1.0, Real{piece.high.value}, years_);
      return above(piece.low.value) - above(piece.high.value);
    };
    Real sum{};
    if (piece.asset != 0) sum += part(Payment::Asset) * piece.asset;
    if (piece.cash != 0) sum += part(Payment::Cash) * piece.cash;
    return sum;
  }
  [[nodiscard]] Real joint(double side, const Piece& piece) const noexcept {
    return joint(free_, side, piece);
  }
  [[nodiscard]] Real mirrored(double side, const Piece& piece) const noexcept {
    using std::exp;
    Inputs<Real> image = in_;
    image.spot = in_.spot * exp(2.0 * gap_);
    return exp(log_weight_) * joint(AssetLaw<Real>{image}, side, piece);
  }

  struct Step {
    Real deviation, mean;  // of ln S(watch) - ln barrier
  };
  [[nodiscard]] Step step() const noexcept {
    using std::sqrt;
    const Real t = floored_years(watch_);
    return {in_.volatility * sqrt(t), drift_ * t - gap_};
  }
  // Integral over standard normal z of f(S(watch)) on one side of the barrier.
  template <class Fn>
  [[nodiscard]] Real over_spot(double side, Fn&& f) const noexcept {
    using std::exp;
    const Step s = step();
    const double border = -value_of(s.mean) / value_of(s.deviation);
    const double from = side > 0 ? std::max(border, -kBeyond) : -kBeyond;
    const double to = side > 0 ? kBeyond : std::min(border, kBeyond);
    if (!(from < to)) return Real{};
    const double tolerance = 1e-14 * (value_of(in_.spot) + barrier_);
    // The lower (upper) end is the barrier itself: it moves with the inputs, the integrand is 0
    // there or the move is of the payoff's own first order, so z runs along the moved interval.
    const Real edge = -(s.mean / s.deviation);
    const bool at_edge = border > -kBeyond && border < kBeyond;
    return integrate_adaptively<Real>(from, to, tolerance, [&](const Real& x) {
      const double fixed = value_of(x);
      const double span = to - from;
      // Weight 1 at the barrier's end, 0 at the far end.
      const double share = side > 0 ? (to - fixed) / span : (fixed - from) / span;
      const Real z = at_edge ? x + (edge - value_of(edge)) * share : x;
      const Real stretch = at_edge ? 1.0 - (edge - value_of(edge)) * (side / span) : Real{1.0};
      const Real y = s.mean + s.deviation * z;  // log distance from the barrier
      return normal_pdf(z) * stretch * f(y);
    });
  }
  [[nodiscard]] Inputs<Real> from_distance(const Real& y) const noexcept {
    using std::exp;
    Inputs<Real> later = in_;
    later.spot = barrier_ * exp(y);
    return later;
  }
  [[nodiscard]] Real discount_to_watch() const noexcept {
    using std::exp;
    return exp(-(in_.rate * watch_));
  }
  [[nodiscard]] Real out_at_start_by_integral(const Piece& piece, double side) const noexcept {
    using std::expm1;
    const Real left = floored_years(years_ - watch_);
    const Real variance = in_.volatility * in_.volatility * floored_years(watch_);
    return discount_to_watch() * over_spot(side, [&](const Real& y) {
             const Real survives = -expm1(2.0 * gap_ * y / variance);
             return survives * Reflection<Real>{from_distance(y), left}.direct(piece);
           });
  }
  [[nodiscard]] Real out_at_end_by_integral(const Piece& piece, double side) const noexcept {
    const Real left = floored_years(years_ - watch_);
    return discount_to_watch() * over_spot(side, [&](const Real& y) {
             const Reflection<Real> law{from_distance(y), left};
             return law.direct(piece) - law.mirrored(piece, level_.log);
           });
  }

  Inputs<Real> in_;
  double barrier_;
  Level level_;
  Real watch_, years_;
  AssetLaw<Real> free_;
  Real gap_{}, drift_{}, log_weight_{};
};

// Without volatility: is the barrier met while watched?
template <class Real>
bool certainly_hit(const Inputs<Real>& in, const PartialBarrier& contract) noexcept {
  const CertainPath<double> path{value_of(in.spot), value_of(in.carry())};
  const bool start = contract.window == WatchWindow::Start;
  const double first = start ? path.spot : path.at(contract.watch);
  const double last = path.at(start ? contract.watch : contract.years);
  const double h = contract.barrier;
  if (contract.window == WatchWindow::EndCross) return (first - h) * (last - h) <= 0;
  return is_down(contract.kind) ? std::min(first, last) <= h : std::max(first, last) >= h;
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const PartialBarrier& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years).time(contract.watch);
  checks.finite({contract.barrier})
      .require(contract.barrier > 0 && contract.watch <= contract.years, Error::ParameterRange);
  if (checks.failed()) return checks.error();

  const Piece piece = Piece::vanilla(contract.type, contract.strike);
  const bool in_kind = is_knock_in(contract.kind);
  if (is_certain(in, contract.years)) {
    const Real t = in.years(contract.years);
    const Real forward = CertainPath<Real>{in.spot, in.carry()}.at(t);
    if (certainly_hit(in, contract) != in_kind) return Real{};
    using std::exp;
    return nonnegative(black(sign_of(contract.type), forward, Real{contract.strike}, Real{},
                             Real{exp(-(in.rate * t))}));
  }
  const PartialLaw<Real> law{in, contract};
  const bool down = is_down(contract.kind);
  Real out{};
  switch (contract.window) {
    case WatchWindow::Start:
      out = law.out_at_start(piece, down);
      break;
    case WatchWindow::EndBeyond:
      out = law.out_at_end(piece, down);
      break;
    case WatchWindow::EndCross:
      out = law.out_at_end(piece, true) + law.out_at_end(piece, false);
      break;
  }
  if (!in_kind) return nonnegative(out);
  const Real vanilla = AssetLaw<Real>{in}.vanilla(sign_of(contract.type), Real{contract.strike},
                                                  in.years(contract.years));
  return nonnegative(vanilla - larger(out, Real{}));
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const PartialBarrier& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const PartialBarrier& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
