#include "engine/options/portfolio/payoff.hpp"

#include <algorithm>

namespace sq::options {
namespace {
double intrinsic(const Leg& leg, double spot) noexcept {
  if (leg.kind == LegKind::Underlying) return spot;
  return std::max(0.0, sign_of(leg.option.type) * (spot - leg.option.strike));
}

Result<void> expire_together(std::span<const Leg> legs) noexcept {
  const Leg* first = nullptr;
  for (const Leg& leg : legs) {
    if (!std::isfinite(leg.quantity) || !std::isfinite(leg.entry_price))
      return std::unexpected{Error::NotFinite};
    if (leg.kind == LegKind::Underlying) continue;
    if (!std::isfinite(leg.option.strike) || !std::isfinite(leg.option.years))
      return std::unexpected{Error::NotFinite};
    if (leg.option.strike < 0) return std::unexpected{Error::StrikeNotPositive};
    if (first == nullptr) first = &leg;
    if (leg.option.years != first->option.years) return std::unexpected{Error::Unsupported};
  }
  return {};
}

double profit_at(std::span<const Leg> legs, double spot) noexcept {
  double profit = 0;
  for (const Leg& leg : legs) profit += leg.quantity * (intrinsic(leg, spot) - leg.entry_price);
  return profit;
}

// Where the straight line between two points is 0; both have different signs, or one is 0.
void add_breakeven(const PayoffPoint& a, const PayoffPoint& b, std::vector<double>& out) {
  if (a.profit == 0 && b.profit == 0) return;
  if (a.profit == 0) {
    if (out.empty() || out.back() != a.spot) out.push_back(a.spot);
  } else if (b.profit != 0 && (a.profit < 0) != (b.profit < 0)) {
    out.push_back(a.spot + (b.spot - a.spot) * (a.profit / (a.profit - b.profit)));
  }
}
}  // namespace

Result<double> payoff(std::span<const Leg> legs, double spot) noexcept {
  if (const auto checked = expire_together(legs); !checked) return std::unexpected{checked.error()};
  if (!std::isfinite(spot)) return std::unexpected{Error::NotFinite};
  if (spot < 0) return std::unexpected{Error::SpotNotPositive};
  const double profit = profit_at(legs, spot);
  if (!std::isfinite(profit)) return std::unexpected{Error::Overflow};
  return profit;
}

Result<PayoffProfile> payoff_profile(std::span<const Leg> legs) {
  if (const auto checked = expire_together(legs); !checked) return std::unexpected{checked.error()};
  std::vector<double> spots{0.0};
  PayoffProfile profile;
  for (const Leg& leg : legs) {
    if (leg.kind != LegKind::Underlying) spots.push_back(leg.option.strike);
    const bool grows = leg.kind == LegKind::Underlying || leg.option.type == OptionType::Call;
    if (grows) profile.slope_above += leg.quantity;
  }
  std::ranges::sort(spots);
  spots.erase(std::ranges::unique(spots).begin(), spots.end());
  for (const double spot : spots) profile.bends.push_back({spot, profit_at(legs, spot)});
  const auto [low, high] = std::ranges::minmax(
      profile.bends, {}, [](const PayoffPoint& point) { return point.profit; });
  if (!std::isfinite(low.profit) || !std::isfinite(high.profit))
    return std::unexpected{Error::Overflow};
  profile.unlimited_profit = profile.slope_above > 0;
  profile.unlimited_loss = profile.slope_above < 0;
  profile.profit_max = high.profit;
  profile.loss_max = -low.profit;
  for (std::size_t i = 0; i + 1 < profile.bends.size(); ++i)
    add_breakeven(profile.bends[i], profile.bends[i + 1], profile.breakevens);
  const PayoffPoint& last = profile.bends.back();
  if (profile.slope_above != 0 && (last.profit < 0) == (profile.slope_above > 0))
    profile.breakevens.push_back(last.spot - last.profit / profile.slope_above);
  return profile;
}
}  // namespace sq::options
