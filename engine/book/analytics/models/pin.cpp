#include "engine/book/analytics/models/pin.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/book/analytics/numeric/real_math.hpp"

namespace sq::book::analytics {
namespace {
constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr double kRateMin = 1e-9;

double log_poisson(double count, double rate) noexcept {
  if (rate <= 0.0) return count == 0.0 ? 0.0 : kNever;
  return count * log_of(rate) - rate;  // without the factorial
}
double log_share(double share) noexcept { return share > 0.0 ? log_of(share) : kNever; }

enum News : std::uint8_t { None, Bad, Good, Kinds };

// log of each of the three parts of a day's likelihood, without the factorials.
std::array<double, Kinds> parts_of(const DayCounts& day, const PinParameters& p) noexcept {
  const auto buys = static_cast<double>(day.buys);
  const auto sells = static_cast<double>(day.sells);
  const double plain_buys = log_poisson(buys, p.eps_b);
  const double plain_sells = log_poisson(sells, p.eps_s);
  return {log_share(1.0 - p.alpha) + plain_buys + plain_sells,
          log_share(p.alpha * p.delta) + plain_buys + log_poisson(sells, p.eps_s + p.mu),
          log_share(p.alpha * (1.0 - p.delta)) + log_poisson(buys, p.eps_b + p.mu) + plain_sells};
}

// log of the sum of the exponentials; `parts` become their shares of it.
double normalise(std::array<double, Kinds>& parts) noexcept {
  const double largest = std::max({parts[None], parts[Bad], parts[Good]});
  if (largest == kNever) return kNever;
  double sum = 0;
  for (double& part : parts) {
    part = exp_of(part - largest);
    sum += part;
  }
  for (double& part : parts) part /= sum;
  return largest + log_of(sum);
}

double factorials_of(std::span<const DayCounts> days) noexcept {
  double sum = 0;
  for (const DayCounts& day : days) sum += log_factorial(day.buys) + log_factorial(day.sells);
  return sum;
}

// One step of expectation-maximisation; returns the likelihood of the old parameters, without the
// factorials. Of B buys on a good day, B mu / (eps_b + mu) are expected to be informed.
double improve(std::span<const DayCounts> days, PinParameters& p) noexcept {
  double likelihood = 0;
  double bad = 0;
  double good = 0;
  double informed_buys = 0;
  double informed_sells = 0;
  double buys = 0;
  double sells = 0;
  for (const DayCounts& day : days) {
    auto parts = parts_of(day, p);
    likelihood += normalise(parts);
    bad += parts[Bad];
    good += parts[Good];
    informed_buys += parts[Good] * static_cast<double>(day.buys) * p.mu / (p.eps_b + p.mu);
    informed_sells += parts[Bad] * static_cast<double>(day.sells) * p.mu / (p.eps_s + p.mu);
    buys += static_cast<double>(day.buys);
    sells += static_cast<double>(day.sells);
  }
  const auto n = static_cast<double>(days.size());
  const double news = bad + good;
  p.alpha = news / n;
  if (news > 0.0) {
    p.delta = bad / news;
    p.mu = std::max((informed_buys + informed_sells) / news, kRateMin);
  }
  p.eps_b = std::max((buys - informed_buys) / n, kRateMin);
  p.eps_s = std::max((sells - informed_sells) / n, kRateMin);
  return likelihood;
}
}  // namespace

double pin_log_likelihood(std::span<const DayCounts> days,
                          const PinParameters& parameters) noexcept {
  double sum = 0;
  for (const DayCounts& day : days) {
    auto parts = parts_of(day, parameters);
    sum += normalise(parts);
  }
  return sum - factorials_of(days);
}

std::expected<PinFit, PinError> fit_pin(std::span<const DayCounts> days,
                                        std::uint32_t iterations_max) {
  if (days.empty()) return std::unexpected(PinError::NoDays);
  double buys = 0;
  double sells = 0;
  for (const DayCounts& day : days) {
    buys += static_cast<double>(day.buys) / static_cast<double>(days.size());
    sells += static_cast<double>(day.sells) / static_cast<double>(days.size());
  }
  if (buys + sells == 0.0) return std::unexpected(PinError::NoTrades);
  PinFit best{.log_likelihood = kNever};
  constexpr std::array kShares{0.1, 0.3, 0.5, 0.7, 0.9};
  for (const double alpha : kShares) {
    for (const double delta : kShares) {
      for (const double uninformed : kShares) {
        PinParameters p{alpha, delta, 0, std::max(buys * uninformed, kRateMin),
                        std::max(sells * uninformed, kRateMin)};
        p.mu = std::max(((buys - p.eps_b) + (sells - p.eps_s)) / alpha, kRateMin);
        double before = kNever;
        std::uint32_t i = 0;
        for (; i < iterations_max; ++i) {
          const double now = improve(days, p);
          if (now - before < 1e-10 * (1.0 + (now < 0 ? -now : now))) break;
          before = now;
        }
        const double likelihood = pin_log_likelihood(days, p);
        if (likelihood > best.log_likelihood) best = {p, likelihood, i};
      }
    }
  }
  return best;
}
}  // namespace sq::book::analytics
