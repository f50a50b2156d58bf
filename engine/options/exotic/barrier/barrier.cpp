#include "engine/options/exotic/barrier/barrier.hpp"

#include "engine/options/exotic/barrier/reflection.hpp"

namespace sq::options {
namespace {
struct OneBarrier {
  Level level;
  bool down;

  OneBarrier(double barrier, BarrierKind kind) noexcept
      : level{Level::at(barrier)}, down{is_down(kind)} {}
  // The part of a payoff on the side where the path lives, and beyond.
  [[nodiscard]] Piece alive(const Piece& piece) const noexcept {
    return down ? piece.above(level) : piece.below(level);
  }
  [[nodiscard]] Piece beyond(const Piece& piece) const noexcept {
    return down ? piece.below(level) : piece.above(level);
  }
  [[nodiscard]] bool hit_by(double spot) const noexcept {
    return down ? spot <= level.value : spot >= level.value;
  }
};

template <class Real>
Real knocked_out(const Reflection<Real>& law, const Piece& piece,
                 const OneBarrier& barrier) noexcept {
  const Piece alive = barrier.alive(piece);
  return law.direct(alive) - law.mirrored(alive, barrier.level.log);
}
template <class Real>
Real knocked_in(const Reflection<Real>& law, const Piece& piece,
                const OneBarrier& barrier) noexcept {
  return law.direct(barrier.beyond(piece)) + law.mirrored(barrier.alive(piece), barrier.level.log);
}
// Value of 1 paid when the barrier is first hit.
template <class Real>
Real paid_at_hit(const Reflection<Real>& law, const OneBarrier& barrier) noexcept {
  const Real gap = barrier.level.log - law.log_spot();
  return passage_integral(law.tilt() * gap, barrier.down ? -gap : gap, law.lambda2(),
                          law.variance());
}

// Without volatility: whether and when the barrier is hit, and what the payoff is worth.
template <class Real>
struct CertainBarrier {
  bool hit{false};
  Real discount_at_hit{};
  Real payoff{};  // discounted, as if there were no barrier
  Real discount{};

  CertainBarrier(const Inputs<Real>& in, double years, const Piece& piece,
                 const OneBarrier& barrier) noexcept {
    using std::exp;
    using std::log;
    const Real t = in.years(years);
    const CertainPath<Real> path{in.spot, in.carry()};
    const Real last = path.at(t);
    const bool at_start = barrier.hit_by(value_of(in.spot));
    hit = at_start || barrier.hit_by(value_of(last));
    discount = exp(-(in.rate * t));
    if (hit) {
      discount_at_hit =
          at_start ? Real{1.0} : exp(in.rate * (log(in.spot / barrier.level.value) / in.carry()));
    }
    if (piece.pays_at(value_of(last))) {
      payoff = (last * piece.asset + piece.cash) * discount;
    }
  }
};

template <class Real>
Result<Real> value(const Inputs<Real>& in, const Barrier& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years);
  checks.finite({contract.barrier, contract.rebate})
      .require(contract.barrier > 0 && contract.rebate >= 0, Error::ParameterRange);
  if (checks.failed()) return checks.error();

  const OneBarrier barrier{contract.barrier, contract.kind};
  const Piece piece = Piece::vanilla(contract.type, contract.strike);
  const bool in_kind = is_knock_in(contract.kind);
  if (is_certain(in, contract.years)) {
    const CertainBarrier<Real> path{in, contract.years, piece, barrier};
    if (path.hit) {
      return nonnegative(in_kind ? path.payoff : path.discount_at_hit * contract.rebate);
    }
    return nonnegative(in_kind ? path.discount * contract.rebate : path.payoff);
  }
  const bool hit = barrier.hit_by(value_of(in.spot));
  if (hit && !in_kind) return Real{contract.rebate};
  const Reflection<Real> law{in, in.years(contract.years)};
  if (hit) return nonnegative(law.direct(piece));
  Real sum = in_kind ? knocked_in(law, piece, barrier) : knocked_out(law, piece, barrier);
  if (value_of(sum) < 0) sum = Real{};
  if (contract.rebate > 0) {
    const Real paid =
        in_kind ? knocked_out(law, Piece{.cash = 1.0}, barrier) : paid_at_hit(law, barrier);
    sum += larger(paid, Real{}) * contract.rebate;
  }
  return nonnegative(sum);
}

Piece piece_of(const BinaryBarrier& contract) noexcept {
  const bool asset = contract.payment == BinaryPayment::AssetAtExpiry ||
                     contract.payment == BinaryPayment::AssetAtHit;
  Piece piece{.asset = asset ? 1.0 : 0.0, .cash = asset ? 0.0 : contract.cash};
  if (!contract.has_strike) return piece;
  const Level strike = Level::at(contract.strike);
  return contract.type == OptionType::Call ? piece.above(strike) : piece.below(strike);
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const BinaryBarrier& contract) noexcept {
  const bool at_hit =
      contract.payment == BinaryPayment::CashAtHit || contract.payment == BinaryPayment::AssetAtHit;
  const bool in_kind = is_knock_in(contract.kind);
  Checks checks;
  checks.market(in).time(contract.years).finite({contract.barrier, contract.cash});
  if (contract.has_strike) checks.strike(contract.strike);
  checks.require(contract.barrier > 0 && contract.cash >= 0, Error::ParameterRange)
      .require(!at_hit || (in_kind && !contract.has_strike), Error::ParameterRange);
  if (checks.failed()) return checks.error();

  const OneBarrier barrier{contract.barrier, contract.kind};
  const Piece piece = piece_of(contract);
  const bool hit = barrier.hit_by(value_of(in.spot));
  // What is received at the moment of the hit; an asset beyond the barrier is worth its price.
  const Real at_barrier = contract.payment == BinaryPayment::CashAtHit ? Real{contract.cash}
                          : hit                                        ? in.spot
                                                                       : Real{contract.barrier};
  if (is_certain(in, contract.years)) {
    const CertainBarrier<Real> path{in, contract.years, piece, barrier};
    if (at_hit) return nonnegative(path.hit ? path.discount_at_hit * at_barrier : Real{});
    return nonnegative(path.hit == in_kind ? path.payoff : Real{});
  }
  if (at_hit && hit) return finite_or_overflow(at_barrier);
  if (hit && !in_kind) return Real{};
  const Reflection<Real> law{in, in.years(contract.years)};
  if (hit) return nonnegative(law.direct(piece));
  if (at_hit) return nonnegative(paid_at_hit(law, barrier) * at_barrier);
  return nonnegative(in_kind ? knocked_in(law, piece, barrier) : knocked_out(law, piece, barrier));
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const Barrier& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const Barrier& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const BinaryBarrier& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const BinaryBarrier& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
