#include "engine/options/exotic/barrier/discrete_barrier.hpp"

#include <cmath>
#include <vector>

#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/exotic/barrier/double_barrier.hpp"
#include "engine/options/exotic/barrier/reflection.hpp"
#include "engine/options/exotic/core/differences.hpp"

namespace sq::options {
namespace {
constexpr double kReach = 8.6;       // standard deviations kept
constexpr double kPanel = 4.0;       // standard deviations of one step in a panel
constexpr double kEntriesMax = 2e6;  // of the transition matrix
constexpr double kWorkMax = 4e9;     // of its products, seconds

// The survival recursion of one payoff on the live interval (low, high) of ln S.
class Recursion {
 public:
  Recursion(const Inputs<double>& in, const DiscreteBarrier& contract)
      : in_{in},
        step_{(contract.years + in.time_shift) / contract.dates},
        steps_{contract.dates},
        rebate_{contract.knock_in ? 0.0 : contract.rebate},
        low_{contract.low > 0 ? Level::at(contract.low) : Level{}},
        high_{contract.high > 0 ? Level::at(contract.high) : Level::infinite()},
        deviation_{in.volatility * std::sqrt(step_)},
        drift_{(in.carry() - 0.5 * in.volatility * in.volatility) * step_} {}

  // Discounted payoff of paths inside at every date, and the rebate of the others.
  Result<double> run(const Piece& piece) {
    if (steps_ == 1) return last_step(piece, in_.spot);
    if (!build_grid()) return std::unexpected{Error::Unsupported};
    std::vector<double> now(nodes_.size());
    std::vector<double> next(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) next[i] = last_step(piece, std::exp(nodes_[i]));
    const double discount = std::exp(-in_.rate * step_);
    std::vector<double> rebates(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      rebates[i] = discount * rebate_ * leaving(nodes_[i]);
    for (int date = steps_ - 2; date >= 1; --date) {
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const double* row = &kernel_[row_[i]];
        double sum = 0;
        for (std::size_t k = first_[i]; k < last_[i]; ++k) sum += row[k - first_[i]] * next[k];
        now[i] = discount * sum + rebates[i];
      }
      now.swap(next);
    }
    const double start = std::log(in_.spot);
    double sum = 0;
    for (std::size_t k = 0; k < nodes_.size(); ++k) sum += transition(start, k) * next[k];
    return discount * (sum + rebate_ * leaving(start));
  }

 private:
  [[nodiscard]] double last_step(const Piece& piece, double spot) const {
    Inputs<double> in = in_;
    in.spot = spot;
    const double out = rebate_ > 0 ? rebate_ * leaving(std::log(spot)) : 0.0;
    return Reflection<double>{in, step_}.direct(piece.above(low_).below(high_)) +
           std::exp(-in_.rate * step_) * out;
  }
  // Probability to be outside at the next date.
  [[nodiscard]] double leaving(double x) const {
    double p = 0;
    if (low_.value > 0) p += normal_cdf((low_.log - x - drift_) / deviation_);
    if (high_.value < kInfinity) p += normal_cdf((x + drift_ - high_.log) / deviation_);
    return p;
  }
  [[nodiscard]] double transition(double from, std::size_t k) const {
    return weights_[k] * normal_pdf((nodes_[k] - from - drift_) / deviation_) / deviation_;
  }

  bool build_grid() {
    const double span = kReach * deviation_ * std::sqrt(static_cast<double>(steps_));
    const double drift = drift_ * steps_;
    const double start = std::log(in_.spot);
    double from = start + std::min(drift, 0.0) - span;
    double to = start + std::max(drift, 0.0) + span;
    from = std::max(from, low_.log);
    to = std::min(to, high_.log);
    if (!(from < to)) return true;  // everything leaves at the first date
    const double panels = std::ceil((to - from) / (kPanel * deviation_));
    constexpr double kNodes = 20;
    const double band = 2.0 * kNodes * (1.0 + kReach / kPanel);
    const double entries = panels * kNodes * std::min(band, panels * kNodes);
    if (!(entries < kEntriesMax && entries * steps_ < kWorkMax)) return false;
    place_nodes(from, (to - from) / panels, static_cast<std::size_t>(panels));
    fill_kernel();
    return true;
  }
  void place_nodes(double from, double width, std::size_t panels) {
    const auto& rule = kGaussLegendre20;
    constexpr std::size_t kHalf = rule.node.size();
    for (std::size_t p = 0; p < panels; ++p) {
      const double middle = from + (static_cast<double>(p) + 0.5) * width;
      for (std::size_t i = 0; i < 2 * kHalf; ++i) {
        const std::size_t j = i < kHalf ? i : 2 * kHalf - 1 - i;
        nodes_.push_back(middle + (i < kHalf ? -0.5 : 0.5) * width * rule.node[j]);
        weights_.push_back(0.5 * width * rule.weight[j]);
      }
    }
  }
  void fill_kernel() {
    std::size_t first = 0, last = 0;
    for (const double x : nodes_) {
      while (first < nodes_.size() && nodes_[first] < x + drift_ - kReach * deviation_) ++first;
      last = std::max(last, first);
      while (last < nodes_.size() && nodes_[last] <= x + drift_ + kReach * deviation_) ++last;
      row_.push_back(kernel_.size());
      first_.push_back(first);
      last_.push_back(last);
      for (std::size_t k = first; k < last; ++k) kernel_.push_back(transition(x, k));
    }
    kernel_.push_back(0.0);  // so that an empty last row has an address
  }

  Inputs<double> in_;
  double step_;
  int steps_;
  double rebate_;
  Level low_, high_;
  double deviation_, drift_;
  std::vector<double> nodes_, weights_;
  std::vector<double> kernel_;
  std::vector<std::size_t> row_, first_, last_;  // of the kernel, by node
};

Result<double> exact(const Inputs<double>& in, const DiscreteBarrier& contract) {
  Recursion recursion{in, contract};
  const Piece piece = Piece::vanilla(contract.type, contract.strike);
  const Result<double> out = recursion.run(piece);
  if (!out) return out;
  if (!contract.knock_in) return nonnegative(*out);
  const Reflection<double> law{in, in.years(contract.years)};
  double sum = std::max(law.direct(piece) - *out, 0.0);
  if (contract.rebate > 0) {
    const Result<double> inside = Recursion{in, contract}.run(Piece{.cash = 1.0});
    if (!inside) return inside;
    sum += contract.rebate * *inside;
  }
  return nonnegative(sum);
}

Result<double> corrected(const Inputs<double>& in, const DiscreteBarrier& contract) {
  const double shift = std::exp(kDiscreteShift * in.volatility *
                                std::sqrt(in.years(contract.years) / contract.dates));
  if (contract.low > 0 && contract.high > 0) {
    return evaluate(in, DoubleBarrier{.type = contract.type,
                                      .kind = contract.knock_in ? DoubleBarrierKind::KnockIn
                                                                : DoubleBarrierKind::KnockOut,
                                      .strike = contract.strike,
                                      .low = contract.low / shift,
                                      .high = contract.high * shift,
                                      .years = contract.years,
                                      .rebate = contract.rebate});
  }
  const bool down = contract.low > 0;
  const BarrierKind kind = contract.knock_in ? (down ? BarrierKind::DownIn : BarrierKind::UpIn)
                                             : (down ? BarrierKind::DownOut : BarrierKind::UpOut);
  return evaluate(in, Barrier{.type = contract.type,
                              .kind = kind,
                              .strike = contract.strike,
                              .barrier = down ? contract.low / shift : contract.high * shift,
                              .years = contract.years,
                              .rebate = contract.rebate});
}

Result<double> without_volatility(const Inputs<double>& in, const DiscreteBarrier& contract) {
  const CertainPath<double> path{in.spot, in.carry()};
  const double years = in.years(contract.years);
  for (int date = 1; date <= contract.dates; ++date) {
    const double t = years * date / contract.dates;
    const double spot = path.at(t);
    if (spot > contract.low && (contract.high == 0 || spot < contract.high)) continue;
    if (contract.knock_in) break;
    return nonnegative(contract.rebate * std::exp(-in.rate * t));
  }
  const double last = path.at(years);
  const bool hit = last <= contract.low || (contract.high > 0 && last >= contract.high);
  const double payoff = std::max(sign_of(contract.type) * (last - contract.strike), 0.0);
  return nonnegative(std::exp(-in.rate * years) *
                     (hit == contract.knock_in ? payoff : contract.rebate));
}

template <class Real>
Checks checked(const Inputs<Real>& in, const DiscreteBarrier& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years);
  checks.finite({contract.low, contract.high, contract.rebate})
      .require(contract.low >= 0 && contract.high >= 0 && contract.rebate >= 0 &&
                   (contract.low > 0 || contract.high > 0) &&
                   (contract.high == 0 || contract.low < contract.high),
               Error::ParameterRange)
      .require(contract.dates >= 1 && contract.dates <= 100'000, Error::ParameterRange);
  return checks;
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const DiscreteBarrier& contract) noexcept {
  const Checks checks = checked(in, contract);
  if (checks.failed()) return checks.error();
  if (is_certain(in, contract.years)) return without_volatility(in, contract);
  return contract.method == DiscreteMethod::Exact ? exact(in, contract) : corrected(in, contract);
}

Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const DiscreteBarrier& contract) noexcept {
  return jet_by_differences(in, contract.years,
                            [&](const Inputs<double>& moved) { return evaluate(moved, contract); });
}
}  // namespace sq::options
