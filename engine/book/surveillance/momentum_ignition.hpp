// Momentum ignition: a one-sided burst of aggressive trades that moves the price far beyond what is
// usual, and then trades the other way that take the move back.
//
// Burst: within burst_ns (8 bins) at least trades_min trades, volume_multiple x the usual volume of
// such a stretch, one_sided_min of it by one side's aggressors, and a move in their direction, from
// the stretch's opposite extreme to the trade, of at least move_ticks_min ticks and move_multiple x
// the usual range. Then, within reversal_ns of the burst's extreme price, reversal_min of the move
// comes back and the other side's aggressors trade opposite_min of the burst's volume: the alarm.
// The usual volume and range are exponential means over the stretches before, quiet ones too, each
// cut at 3 x the mean once warm.
// Score: one-sidedness x (1 - usual range / move) x (1 - usual volume / volume): the part of the
// burst that the usual trading does not explain. Who traded is not known: a large order that is
// absorbed looks alike, so this is a reason to look, not a finding.
// Thread: one writer. Cost: 5 ns a trade. Allocates nothing. Errors: trades without a known
// aggressor are left out.
// Source: Regulation (EU) 2016/522, Annex II, section 1, 4(d) and 5(d); SEC, "Concept Release on
// Equity Market Structure", 34-61358, 2010, section IV.B.1.d.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/book/surveillance/alert.hpp"
#include "engine/book/surveillance/settings.hpp"

namespace sq::book::surveillance {
struct AggressorTrade {
  std::uint64_t id{0};
  WallTime at{};
  Price price{};
  Qty qty{};
  Side aggressor{Side::Buy};
};

class MomentumIgnition {
 public:
  MomentumIgnition(const IgnitionSettings& settings, Price tick)
      : settings_{settings}, tick_{tick}, bin_ns_{settings.burst_ns / std::int64_t{kBins}} {}

  std::optional<Alert> on_trade(const AggressorTrade& trade) noexcept;
  void clear() noexcept;

  [[nodiscard]] double usual_volume() const noexcept { return volume_.mean; }  // raw, a stretch
  [[nodiscard]] double usual_range() const noexcept { return range_.mean; }    // raw, a stretch

 private:
  static constexpr std::size_t kBins = 8;
  struct Bin {
    double volume[2]{};  // raw; aggressors: buyers, sellers
    std::uint32_t trades{0};
    Price low{Price::max()};
    Price high{};
  };
  struct Usual {
    double mean{0};
    std::uint64_t seen{0};
  };

  void turn(WallTime at) noexcept;
  void learn(Usual& usual, double value) const noexcept;
  [[nodiscard]] Bin window() const noexcept;
  void try_start(const AggressorTrade& trade) noexcept;
  [[nodiscard]] std::optional<Alert> follow(const AggressorTrade& trade) noexcept;

  IgnitionSettings settings_;
  Price tick_;
  std::int64_t bin_ns_;
  std::int64_t bin_end_ns_{0};
  bool started_{false};
  std::size_t current_{0};
  std::uint64_t stretch_bins_{0};
  std::array<Bin, kBins> bins_{};
  Usual volume_{};
  Usual range_{};

  bool burst_{false};
  Alert alert_{};
  Price base_{};  // where the burst began
  Price extreme_{};
  WallTime extreme_at_{};
  double burst_volume_{0};
  double opposite_volume_{0};  // since the extreme
  std::array<AggressorTrade, 6> last_{};
  std::uint64_t trades_{0};
};
}  // namespace sq::book::surveillance
