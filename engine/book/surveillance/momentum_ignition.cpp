#include "engine/book/surveillance/momentum_ignition.hpp"

#include <algorithm>

namespace sq::book::surveillance {
namespace {
Evidence evidence_of(const AggressorTrade& trade) noexcept {
  return {trade.id, trade.at, {}, trade.price, trade.qty, Evidence::Role::Trade, trade.aggressor};
}
double distance(Price a, Price b) noexcept {
  return static_cast<double>(a.raw()) - static_cast<double>(b.raw());
}
}  // namespace

void MomentumIgnition::learn(Usual& usual, double value) const noexcept {
  const bool warm = usual.seen >= settings_.warm_stretches;
  ++usual.seen;
  const std::uint64_t memory = settings_.baseline_stretches;
  const double weight = 1.0 / static_cast<double>(std::min(usual.seen, memory));
  usual.mean += weight * ((warm ? std::min(value, 3 * usual.mean) : value) - usual.mean);
}

MomentumIgnition::Bin MomentumIgnition::window() const noexcept {
  Bin sum;
  for (const Bin& bin : bins_) {
    sum.volume[0] += bin.volume[0];
    sum.volume[1] += bin.volume[1];
    sum.trades += bin.trades;
    sum.low = std::min(sum.low, bin.low);
    sum.high = std::max(sum.high, bin.high);
  }
  return sum;
}

void MomentumIgnition::turn(WallTime at) noexcept {
  if (!started_) {
    started_ = true;
    bin_end_ns_ = at.ns + bin_ns_;
    return;
  }
  const std::int64_t passed = (at.ns - bin_end_ns_) / bin_ns_ + 1;
  constexpr std::int64_t kQuietMax = 4'096;  // what is quiet beyond that teaches nothing more
  for (std::int64_t i = 0; i < std::min(passed, kQuietMax); ++i) {
    if (++stretch_bins_ % kBins == 0) {
      const Bin stretch = window();
      learn(volume_, stretch.volume[0] + stretch.volume[1]);
      learn(range_, stretch.trades == 0 ? 0 : distance(stretch.high, stretch.low));
    }
    current_ = (current_ + 1) % kBins;
    bins_[current_] = {};
  }
  bin_end_ns_ += passed * bin_ns_;
}

std::optional<Alert> MomentumIgnition::on_trade(const AggressorTrade& trade) noexcept {
  if (trade.at.ns >= bin_end_ns_) [[unlikely]]
    turn(trade.at);
  Bin& bin = bins_[current_];
  bin.volume[trade.aggressor == Side::Sell] += static_cast<double>(trade.qty.raw());
  ++bin.trades;
  bin.low = std::min(bin.low, trade.price);
  bin.high = std::max(bin.high, trade.price);
  last_[trades_++ % last_.size()] = trade;
  if (burst_) return follow(trade);
  if (volume_.seen >= settings_.warm_stretches) try_start(trade);
  return std::nullopt;
}

void MomentumIgnition::try_start(const AggressorTrade& trade) noexcept {
  const Bin sum = window();
  const double volume = sum.volume[0] + sum.volume[1];
  if (sum.trades < settings_.trades_min || volume < settings_.volume_multiple * volume_.mean)
    return;
  const double one_sided = sum.volume[trade.aggressor == Side::Sell] / volume;
  if (one_sided < settings_.one_sided_min) return;
  const Price base = trade.aggressor == Side::Buy ? sum.low : sum.high;
  const double move = distance(trade.price, base) * sign_of(trade.aggressor);
  const double least = static_cast<double>(tick_.raw()) * settings_.move_ticks_min;
  if (move < least || move < settings_.move_multiple * range_.mean) return;
  burst_ = true;
  base_ = base;
  extreme_ = trade.price;
  extreme_at_ = trade.at;
  burst_volume_ = volume;
  opposite_volume_ = 0;
  alert_ = {};
  alert_.kind = AlertKind::MomentumIgnition;
  alert_.side = trade.aggressor;
  alert_.score = one_sided * (1 - range_.mean / move) * (1 - std::min(1.0, volume_.mean / volume));
  const std::uint64_t count = std::min<std::uint64_t>(trades_, last_.size());
  for (std::uint64_t n = count; n > 0; --n) {
    const AggressorTrade& one = last_[(trades_ - n) % last_.size()];
    if (trade.at - one.at > settings_.burst_ns) continue;
    if (alert_.evidence_count == 0) alert_.from = one.at;
    alert_.add(evidence_of(one));
  }
}

std::optional<Alert> MomentumIgnition::follow(const AggressorTrade& trade) noexcept {
  if (trade.at - extreme_at_ > settings_.reversal_ns) {
    burst_ = false;
    return std::nullopt;
  }
  const int sign = sign_of(alert_.side);
  const auto qty = static_cast<double>(trade.qty.raw());
  if (distance(trade.price, extreme_) * sign > 0) {
    extreme_ = trade.price;
    extreme_at_ = trade.at;
    opposite_volume_ = 0;
  }
  if (trade.aggressor == alert_.side) {
    if (extreme_at_ == trade.at) burst_volume_ += qty;
    return std::nullopt;
  }
  opposite_volume_ += qty;
  const double back = distance(extreme_, trade.price) / distance(extreme_, base_);
  if (back < settings_.reversal_min || opposite_volume_ < settings_.opposite_min * burst_volume_)
    return std::nullopt;
  burst_ = false;
  alert_.until = trade.at;
  const std::uint64_t count = std::min<std::uint64_t>(trades_, last_.size());
  for (std::uint64_t n = count; n > 0; --n) {
    const AggressorTrade& one = last_[(trades_ - n) % last_.size()];
    if (one.aggressor != alert_.side) alert_.add(evidence_of(one));
  }
  alert_.severity = severity_of(alert_.score);
  return alert_;
}

void MomentumIgnition::clear() noexcept { burst_ = false; }
}  // namespace sq::book::surveillance
