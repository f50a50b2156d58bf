#include "engine/options/tree/lattice.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "engine/options/american/lanes.hpp"
#include "engine/options/finite_difference/grid.hpp"

namespace sq::options::tree {
namespace {
using american::kLanes;
using american::Lanes;

// One step of the tree: up by `up` with `probability`, else down by `down`.
struct Move {
  double up, down, probability;
};

Move cox_ross_rubinstein(const Market& market, double years) {
  const double up = std::exp(market.volatility * std::sqrt(years));
  const double growth = std::exp((market.rate - market.yield) * years);
  return {up, 1 / up, (growth - 1 / up) / (up - 1 / up)};
}

// The second inversion: the probability with which n steps put half a binomial below z.
double peizer_pratt(double z, double n) {
  const double scaled = z / (n + 1.0 / 3 + 0.1 / (n + 1));
  const double root = 0.5 * std::sqrt(-std::expm1(-scaled * scaled * (n + 1.0 / 6)));
  return z < 0 ? 0.5 - root : 0.5 + root;
}

Move leisen_reimer(const Market& market, const Vanilla& option, double spot, std::uint32_t steps) {
  const double deviation = market.volatility * std::sqrt(option.years);
  const double drift = market.rate - market.yield;
  const double middle = (std::log(spot / option.strike) + drift * option.years) / deviation;
  const double probability = peizer_pratt(middle - 0.5 * deviation, steps);
  const double with_spot = peizer_pratt(middle + 0.5 * deviation, steps);
  const double growth = std::exp(drift * option.years / steps);
  return {growth * with_spot / probability, growth * (1 - with_spot) / (1 - probability),
          probability};
}

std::optional<Error> fault(const Market& market, const Vanilla& option, const Settings& settings) {
  if (!std::isfinite(market.spot) || !std::isfinite(market.rate) || !std::isfinite(market.yield) ||
      !std::isfinite(market.volatility) || !std::isfinite(option.strike) ||
      !std::isfinite(option.years))
    return Error::NotFinite;
  if (!(market.spot > 0)) return Error::SpotNotPositive;
  if (!(option.strike > 0)) return Error::StrikeNotPositive;
  if (market.volatility < 0) return Error::VolatilityNegative;
  if (option.years < 0) return Error::TimeNegative;
  if (market.volatility == 0 || option.years == 0 || settings.steps < 3 ||
      settings.steps > kStepsMax)
    return Error::ParameterRange;
  for (const double years : settings.exercise_at) {
    if (!(years >= 0) || years > option.years) return Error::ParameterRange;
  }
  for (const Dividend& dividend : settings.dividends) {
    if (!std::isfinite(dividend.years + dividend.cash + dividend.proportion))
      return Error::NotFinite;
    if (!(dividend.years > 0) || dividend.years > option.years || dividend.cash < 0 ||
        dividend.proportion < 0 || dividend.proportion >= 1 ||
        (settings.dividend_model == DividendModel::Escrowed && dividend.proportion > 0))
      return Error::ParameterRange;
  }
  return std::nullopt;
}

class Tree {
 public:
  Tree(const Market& market, const Vanilla& option, const Settings& settings, std::uint32_t steps)
      : market_{market}, option_{option}, settings_{settings}, steps_{steps} {
    length_ = option.years / steps;
    spot_ = market.spot - escrowed_at(0);
    sign_ = sign_of(option.type);
    discount_ = std::exp(-market.rate * length_);
  }

  Result<Value> run() {
    if (!(spot_ > 0)) return std::unexpected{Error::ParameterRange};  // dividends exceed it
    move_ = settings_.lattice == Lattice::CoxRossRubinstein
                ? cox_ross_rubinstein(market_, length_)
                : leisen_reimer(market_, option_, spot_, steps_);
    if (!(move_.probability > 0) || !(move_.probability < 1))
      return std::unexpected{Error::ParameterRange};
    root_ = spot_ / (move_.up * move_.down);
    if (!place()) return std::unexpected{Error::Overflow};
    const bool plain = settings_.style == Style::American && settings_.dividends.empty();
    std::uint32_t level = last();
    if (plain) {
      for (; level >= kToday + 2; level -= 2) two_steps_back(level - 1);
    }
    while (level-- > kToday) step_back(level);
    return value();
  }

 private:
  // The tree begins two steps before today, so that there are three nodes today: the spot's, one
  // above and one below. Levels count from that root.
  static constexpr std::uint32_t kToday = 2;
  [[nodiscard]] std::uint32_t last() const { return steps_ + kToday; }
  [[nodiscard]] double years_at(std::uint32_t level) const {
    return (static_cast<double>(level) - kToday) * length_;
  }
  bool place();
  void step_back(std::uint32_t level);
  // To `level` and the one before it.
  void two_steps_back(std::uint32_t level);
  void exercise(std::uint32_t i);
  void drop(std::uint32_t i, const Dividend& dividend);
  [[nodiscard]] Value value() const;
  [[nodiscard]] double lowest_at(std::uint32_t level) const { return lowest_[level]; }
  // Present value of the escrowed dividends paid then or later.
  [[nodiscard]] double escrowed_at(double years) const {
    if (settings_.dividend_model != DividendModel::Escrowed) return 0;
    double total = 0;
    for (const Dividend& dividend : settings_.dividends) {
      const double wait = dividend.years - years;
      if (wait >= -1e-12) total += dividend.cash * std::exp(-market_.rate * wait);
    }
    return total;
  }
  [[nodiscard]] bool may_exercise(std::uint32_t level) const {
    if (settings_.style == Style::American) return true;
    if (settings_.style == Style::European) return false;
    const auto step = static_cast<long>(level) - static_cast<long>(kToday);
    return std::any_of(settings_.exercise_at.begin(), settings_.exercise_at.end(),
                       [&](double years) { return std::lround(years / length_) == step; });
  }

  const Market& market_;
  const Vanilla& option_;
  const Settings& settings_;
  std::uint32_t steps_;
  double length_{0};  // of a step
  double spot_{0};    // today, without escrowed dividends
  double root_{0};
  double discount_{1};
  double sign_{1};
  Move move_{};
  // By number of up moves; a whole vector longer than needed.
  std::vector<double> values_, ratios_, before_, after_;
  std::vector<double> lowest_;  // lowest spot of a level
  double log_ratio_{0};
};

bool Tree::place() {
  const std::size_t room = (last() / kLanes + 3) * kLanes;
  ratios_.assign(room, 0.0);
  values_.assign(room, 0.0);
  lowest_.resize(last() + 1);
  log_ratio_ = std::log(move_.up / move_.down);
  ratios_[0] = 1;
  lowest_[0] = root_;
  for (std::uint32_t j = 1; j <= last(); ++j) {
    ratios_[j] = ratios_[j - 1] * (move_.up / move_.down);
    lowest_[j] = lowest_[j - 1] * move_.down;
  }
  const double lowest = lowest_at(last());
  if (!std::isfinite(ratios_[last()] * lowest) || !(lowest > 0)) return false;
  for (std::uint32_t j = 0; j <= last(); ++j)
    values_[j] = std::max(sign_ * (lowest * ratios_[j] - option_.strike), 0.0);
  // A dividend at expiry itself: the payoff is on the spot after it.
  if (settings_.dividend_model == DividendModel::SpotFalls) {
    for (const Dividend& dividend : settings_.dividends) {
      if (dividend.years > (steps_ - 1e-9) * length_) drop(last(), dividend);
    }
  }
  return true;
}

// Discounted expectations, and the better of them and exercise.
void Tree::step_back(std::uint32_t level) {
  const Lanes up = discount_ * move_.probability;
  const Lanes down = discount_ * (1 - move_.probability);
  const bool falls = settings_.dividend_model == DividendModel::SpotFalls;
  double* const v = values_.data();
  for (std::size_t j = 0; j <= level; j += kLanes)
    fma(Lanes::load(v + j + 1), up, Lanes::load(v + j) * down).store(v + j);
  if (may_exercise(level)) exercise(level);
  if (!falls) return;
  for (const Dividend& dividend : settings_.dividends) {
    const double step = dividend.years / length_ + kToday;
    if (step < level || step >= level + 1 || step > last() - 1e-9) continue;
    drop(level, dividend);
    if (may_exercise(level)) exercise(level);
  }
}

void Tree::exercise(std::uint32_t level) {
  const Lanes scale = sign_ * lowest_at(level);
  const Lanes strike = -sign_ * (option_.strike - escrowed_at(years_at(level)));
  double* const v = values_.data();
  for (std::size_t j = 0; j <= level; j += kLanes)
    max(Lanes::load(v + j), fma(Lanes::load(&ratios_[j]), scale, strike)).store(v + j);
}

void Tree::two_steps_back(std::uint32_t level) {
  const Lanes up = discount_ * move_.probability;
  const Lanes down = discount_ * (1 - move_.probability);
  const Lanes scale = sign_ * lowest_at(level);
  const Lanes scale_before = sign_ * lowest_at(level - 1);
  const Lanes strike = -sign_ * option_.strike;
  double* const v = values_.data();
  const double* const ratios = ratios_.data();
  // Out of the money exercise pays nothing: no need to look from this node on, or before it.
  const double place = std::log(option_.strike / lowest_at(level)) / log_ratio_;
  const auto cut = static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(level)));
  const bool put = sign_ < 0;
  const std::size_t turn = put ? cut + 2 * kLanes : cut - std::min(cut, 3 * kLanes);
  Lanes ratio = Lanes::load(ratios);
  Lanes now = fma(Lanes::load(v + 1), up, Lanes::load(v) * down);
  now = max(now, fma(ratio, scale, strike));
  const auto run = [&]<bool MayPay>(std::size_t j, std::size_t end) {
    for (; j < end; j += kLanes) {
      const Lanes next_ratio = Lanes::load(ratios + j + kLanes);
      Lanes next = fma(Lanes::load(v + j + kLanes + 1), up, Lanes::load(v + j + kLanes) * down);
      if constexpr (MayPay) next = max(next, fma(next_ratio, scale, strike));
      Lanes kept = fma(american::shifted(now, next), up, now * down);
      if constexpr (MayPay) kept = max(kept, fma(ratio, scale_before, strike));
      kept.store(v + j);
      now = next;
      ratio = next_ratio;
    }
    return j;
  };
  const std::size_t middle = std::min<std::size_t>(turn, level);
  if (put) {
    run.template operator()<false>(run.template operator()<true>(0, middle), level);
  } else {
    run.template operator()<true>(run.template operator()<false>(0, middle), level);
  }
}

// Values before the payment from those after it.
void Tree::drop(std::uint32_t level, const Dividend& dividend) {
  before_.resize(level + 1);
  const double lowest = lowest_at(level);
  for (std::uint32_t j = 0; j <= level; ++j) before_[j] = lowest * ratios_[j];
  after_.assign(values_.begin(), values_.begin() + level + 1);
  for (std::uint32_t j = 0; j <= level; ++j) {
    const double spot = std::max(before_[j] * (1 - dividend.proportion) - dividend.cash, 0.0);
    if (spot < lowest || level < 3) {  // outside the tree: the slope of the outermost pair
      const double slope = (after_[1] - after_[0]) / (before_[1] - before_[0]);
      const double bound = option_.type == OptionType::Put ? option_.strike : before_[j];
      values_[j] = std::clamp(after_[0] + slope * (spot - lowest), 0.0, bound);
    } else {
      values_[j] = finite_difference::interpolate_cubic(before_, after_, spot);
    }
  }
}

// The quadratic through today's three nodes gives delta and gamma, and the equation theta.
Value Tree::value() const {
  Value result{.price = values_[1]};
  const double low = lowest_at(kToday);
  const double high = low * ratios_[2];
  const double first = (values_[1] - values_[0]) / (spot_ - low);
  const double second = (values_[2] - values_[1]) / (high - spot_);
  const double bend = (second - first) / (high - low);
  result.gamma = 2 * bend;
  result.delta = first + bend * (spot_ - low);
  const double volatility = market_.volatility;
  result.theta = market_.rate * result.price -
                 (market_.rate - market_.yield) * spot_ * result.delta -
                 0.5 * volatility * volatility * spot_ * spot_ * result.gamma;
  const double now = sign_ * (market_.spot - option_.strike);
  if (may_exercise(kToday) && now > 0 && result.price <= now * (1 + 1e-14)) result.theta = 0;
  return result;
}
}  // namespace

Result<Value> price(const Market& market, const Vanilla& option, const Settings& settings) {
  if (const auto found = fault(market, option, settings)) return std::unexpected{*found};
  std::uint32_t steps = settings.steps;
  if (settings.lattice == Lattice::LeisenReimer) steps |= 1U;
  return Tree{market, option, settings, steps}.run();
}

Result<Value> price_extrapolated(const Market& market, const Vanilla& option,
                                 const Settings& settings) {
  Settings half = settings;
  half.steps = std::max(settings.steps / 2, 3U);
  const bool leisen_reimer = settings.lattice == Lattice::LeisenReimer;
  const auto fine = price(market, option, settings);
  if (!fine) return fine;
  const auto coarse = price(market, option, half);
  if (!coarse) return coarse;
  const double order = leisen_reimer && settings.style == Style::European ? 2 : 1;
  const double n = leisen_reimer ? settings.steps | 1U : settings.steps;
  const double m = leisen_reimer ? half.steps | 1U : half.steps;
  const double weight = 1 / (std::pow(n / m, order) - 1);
  const auto limit = [&](double Value::*part) {
    return *fine.*part + weight * (*fine.*part - *coarse.*part);
  };
  return Value{limit(&Value::price), limit(&Value::delta), limit(&Value::gamma),
               limit(&Value::theta)};
}
}  // namespace sq::options::tree
