#include "engine/options/exotic/barrier/vanna_volga.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/options/exotic/barrier/fx_delta.hpp"
#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
namespace {
// One quoted option: what it costs beyond the at-the-money volatility, and its Greeks there.
struct Hedge {
  double strike{0};
  double extra_cost{0};
  double vega{0}, vanna{0}, volga{0};
};

class Smile {
 public:
  // Puts, straddle, call in this order of strikes; the error when the quotes make no sense.
  static Result<Smile> of(const VannaVolgaTerms& terms) noexcept {
    const SmileQuotes& q = terms.quotes;
    Checks checks;
    checks.finite({terms.spot, terms.rate, terms.yield, q.years, q.volatility_put25,
                   q.volatility_atm, q.volatility_call25, terms.strike_volatility, terms.bumps.vega,
                   terms.bumps.cross});
    checks.require((terms.bumps.vega == 0) == (terms.bumps.cross == 0) && terms.bumps.vega >= 0 &&
                       terms.bumps.cross >= 0,
                   Error::ParameterRange);
    checks.require(terms.spot > 0, Error::SpotNotPositive).time(q.years);
    checks.require(terms.strike_volatility >= 0, Error::VolatilityNegative);
    checks.require(
        q.years > 0 && q.volatility_put25 > 0 && q.volatility_atm > 0 && q.volatility_call25 > 0,
        Error::ParameterRange);
    if (checks.failed()) return checks.error();
    Smile smile{terms};
    const std::array<double, 3> volatility{q.volatility_put25, q.volatility_atm,
                                           q.volatility_call25};
    for (std::size_t i = 0; i < 3; ++i) {
      const FxTerms fx{.spot = terms.spot,
                       .domestic_discount = smile.discount_,
                       .foreign_discount = std::exp(-terms.yield * q.years),
                       .deviation = volatility[i] * std::sqrt(q.years)};
      const auto convention = DeltaConvention::Forward;
      const Result<double> strike = i == 0   ? fx_strike(fx, OptionType::Put, -0.25, convention)
                                    : i == 1 ? fx_delta_neutral_strike(fx, convention)
                                             : fx_strike(fx, OptionType::Call, 0.25, convention);
      if (!strike) return std::unexpected{strike.error()};
      smile.hedges_[i] = smile.hedge(*strike, i == 0 ? -1.0 : 1.0, volatility[i]);
    }
    if (!(smile.hedges_[0].strike < smile.hedges_[1].strike &&
          smile.hedges_[1].strike < smile.hedges_[2].strike)) {
      return std::unexpected{Error::ParameterRange};
    }
    return smile;
  }

  [[nodiscard]] double flat(double sign, double strike, double volatility) const noexcept {
    return black(sign, forward_, strike, volatility * root_years_, discount_);
  }
  // The Black-Scholes price plus the three extra costs, weighted so that each quote is met.
  [[nodiscard]] double interpolated(double sign, double strike) const noexcept {
    double sum = flat(sign, strike, atm_);
    const double vega = hedge(strike, sign, atm_).vega;
    for (std::size_t i = 0; i < 3; ++i) {
      double weight = vega / hedges_[i].vega;
      for (std::size_t j = 0; j < 3; ++j) {
        if (j == i) continue;
        weight *=
            std::log(hedges_[j].strike / strike) / std::log(hedges_[j].strike / hedges_[i].strike);
      }
      sum += weight * hedges_[i].extra_cost;
    }
    return std::max(sum, 0.0);
  }
  // Cost of the portfolio of the three options with these Greeks.
  [[nodiscard]] Result<double> cost_of(double vega, double vanna, double volga) const noexcept {
    const auto& h = hedges_;
    const auto minor = [&](std::size_t i, std::size_t j) {
      return h[i].vanna * h[j].volga - h[j].vanna * h[i].volga;
    };
    const double determinant =
        h[0].vega * minor(1, 2) + h[1].vega * minor(2, 0) + h[2].vega * minor(0, 1);
    if (!(std::abs(determinant) > 1e-200)) return std::unexpected{Error::Unsupported};
    // Cramer's rule, one column after the other replaced by the target.
    double cost = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::size_t j = (i + 1) % 3, k = (i + 2) % 3;
      const double weight =
          (vega * minor(j, k) + h[j].vega * (h[k].vanna * volga - vanna * h[k].volga) +
           h[k].vega * (vanna * h[j].volga - h[j].vanna * volga)) /
          determinant;
      cost += weight * h[i].extra_cost;
    }
    return cost;
  }

 private:
  explicit Smile(const VannaVolgaTerms& terms) noexcept
      : spot_{terms.spot},
        forward_{terms.spot * std::exp((terms.rate - terms.yield) * terms.quotes.years)},
        discount_{std::exp(-terms.rate * terms.quotes.years)},
        root_years_{std::sqrt(terms.quotes.years)},
        atm_{terms.quotes.volatility_atm} {}

  [[nodiscard]] Hedge hedge(double strike, double sign, double volatility) const noexcept {
    const double deviation = atm_ * root_years_;
    const double d1 = std::log(forward_ / strike) / deviation + 0.5 * deviation;
    const double vega = forward_ * discount_ * normal_pdf(d1) * root_years_;
    return {.strike = strike,
            .extra_cost = flat(sign, strike, volatility) - flat(sign, strike, atm_),
            .vega = vega,
            .vanna = vega / spot_ * (1.0 - d1 / deviation),
            .volga = vega * d1 * (d1 - deviation) / atm_};
  }

  double spot_, forward_, discount_, root_years_, atm_;
  std::array<Hedge, 3> hedges_{};
};

struct VolatilityGreeks {
  double price{0}, vega{0}, vanna{0}, volga{0};
};
template <class Contract>
Result<VolatilityGreeks> volatility_greeks(const VannaVolgaTerms& terms,
                                           const Contract& out) noexcept {
  const auto at = [&](double volatility) {
    return greeks(
        Market{
            .spot = terms.spot, .rate = terms.rate, .yield = terms.yield, .volatility = volatility},
        out);
  };
  const double atm = terms.quotes.volatility_atm;
  const double wide = terms.bumps.vega;
  const double step = terms.bumps.cross;
  const Result<ExoticGreeks> middle = at(atm);
  if (!middle) return std::unexpected{middle.error()};
  if (wide == 0) {
    return VolatilityGreeks{middle->price, middle->vega, middle->vanna, middle->volga};
  }
  const Result<ExoticGreeks> up = at(atm + wide);
  const Result<ExoticGreeks> next = at(atm + step);
  const Result<ExoticGreeks> next_up = at(atm + step + wide);
  for (const auto* one : {&up, &next, &next_up}) {
    if (!*one) return std::unexpected{one->error()};
  }
  const double vega = (up->price - middle->price) / wide;
  const double vega_next = (next_up->price - next->price) / wide;
  return VolatilityGreeks{middle->price, vega, (next->delta - middle->delta) / step,
                          (vega_next - vega) / step};
}

// `out`: the knock-out of the contract; no_touch: an undiscounted probability.
template <class Contract>
Result<double> adjusted(const VannaVolgaTerms& terms, const Contract& out, double no_touch,
                        bool knocked_already, bool in_kind) noexcept {
  const Result<Smile> smile = Smile::of(terms);
  if (!smile) return std::unexpected{smile.error()};
  const double sign = sign_of(out.type);
  const double modelled = smile->interpolated(sign, out.strike);
  const double vanilla = terms.strike_volatility > 0
                             ? smile->flat(sign, out.strike, terms.strike_volatility)
                             : modelled;
  if (knocked_already) return nonnegative(in_kind ? vanilla : out.rebate);
  const Result<VolatilityGreeks> flat = volatility_greeks(terms, out);
  if (!flat) return std::unexpected{flat.error()};
  const Result<double> cost = smile->cost_of(flat->vega, flat->vanna, flat->volga);
  if (!cost) return cost;
  const double price =
      std::clamp(flat->price + no_touch * (*cost + vanilla - modelled), 0.0, vanilla);
  return nonnegative(in_kind ? vanilla - price : price);
}

Market flat_market(const VannaVolgaTerms& terms) noexcept {
  return {.spot = terms.spot,
          .rate = 0.0,
          .yield = terms.yield - terms.rate,
          .volatility = terms.quotes.volatility_atm};
}
}  // namespace

Result<double> vanna_volga_price(const VannaVolgaTerms& terms, const Barrier& contract) noexcept {
  const bool in_kind = is_knock_in(contract.kind);
  const bool down = is_down(contract.kind);
  Barrier out = contract;
  out.kind = down ? BarrierKind::DownOut : BarrierKind::UpOut;
  const bool hit = down ? terms.spot <= contract.barrier : terms.spot >= contract.barrier;
  const Result<double> no_touch =
      price(flat_market(terms), BinaryBarrier{.payment = BinaryPayment::CashAtExpiry,
                                              .kind = out.kind,
                                              .barrier = contract.barrier,
                                              .years = terms.quotes.years,
                                              .cash = 1.0});
  if (!no_touch) return no_touch;
  return adjusted(terms, out, *no_touch, hit, in_kind);
}

Result<double> vanna_volga_price(const VannaVolgaTerms& terms,
                                 const DoubleBarrier& contract) noexcept {
  const bool in_kind = contract.kind == DoubleBarrierKind::KnockIn;
  DoubleBarrier out = contract;
  out.kind = DoubleBarrierKind::KnockOut;
  const bool hit = terms.spot <= contract.low || terms.spot >= contract.high;
  const Result<double> no_touch =
      price(flat_market(terms), DoubleBinary{.kind = DoubleBinaryKind::KnockOut,
                                             .low = contract.low,
                                             .high = contract.high,
                                             .years = terms.quotes.years,
                                             .cash = 1.0});
  if (!no_touch) return no_touch;
  return adjusted(terms, out, *no_touch, hit, in_kind);
}

Result<double> vanna_volga_vanilla(const VannaVolgaTerms& terms, const Vanilla& option) noexcept {
  Checks checks;
  checks.strike(option.strike);
  if (checks.failed()) return checks.error();
  const Result<Smile> smile = Smile::of(terms);
  if (!smile) return std::unexpected{smile.error()};
  return nonnegative(smile->interpolated(sign_of(option.type), option.strike));
}
}  // namespace sq::options
