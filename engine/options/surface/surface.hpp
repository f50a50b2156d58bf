// A volatility surface out of a real chain: quotes are filtered with counted reasons, each expiry
// gets its forward from put-call parity, implied volatilities of bid, mid and ask, and an SVI smile
// fitted to the out-of-the-money side, free of butterfly arbitrage and, from the shortest expiry
// to the longest, of calendar arbitrage where the quotes of both overlap and allow it.
//
//   const Result<Surface> surface = Surface::build(chain);
//   if (surface) use(surface->volatility(strike, years));
//
// Thread: build allocates; queries are const and pure. Cost: build 0.7 ms an expiry of 50 strikes;
// a query 70 ns, many of one expiry 13 ns each by batch/surface_volatilities.
// Errors: ParameterRange when no expiry has enough usable quotes; per expiry the reasons are in
// skipped(). Units: years of 365 days from the chain's time, strikes in currency.
// Between expiries total variance is linear in time at constant log-moneyness and the forward's
// logarithm too; before the first and after the last, volatility and the growth of the forward are
// those of that expiry.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/options/european/european.hpp"
#include "engine/options/surface/chain.hpp"
#include "engine/options/surface/forward.hpp"
#include "engine/options/surface/svi_calibration.hpp"

namespace sq::options {
// In order of precedence.
enum class QuoteRefusal : std::uint8_t {
  BadNumber = 0,  // not finite, or a strike that is not positive
  Expired,        // or closer than years_min
  NoBid,
  NoAsk,
  Crossed,      // bid above ask
  Stale,        // older than age_ns_max
  Wide,         // spread above spread_max
  InTheMoney,   // used for the forward only
  NoForward,    // the expiry has none
  OutOfBounds,  // no volatility gives the bid or the ask
  FarWing       // more than deviations_max from the forward
};
constexpr std::size_t kQuoteRefusals = 11;
[[nodiscard]] std::string_view text_of(QuoteRefusal refusal) noexcept;

struct SurfaceSettings {
  double spread_max{1.0};  // of the mid
  double years_min{1.0 / 365 / 24};
  std::int64_t age_ns_max{15 * 60 * kNsPerSecond};
  double deviations_max{5};   // |k| over volatility at the money x sqrt(years)
  std::size_t quotes_min{6};  // an expiry with fewer is skipped; at least 5
  bool no_butterfly{true};
  bool no_calendar{true};
  double half_spread_min{5e-4};  // of volatility: tighter quotes weigh no more than this
  std::optional<double> rate{};  // per year; empty: from parity, 0 for inverse chains
};

struct SlicePoint {
  OptionType type{OptionType::Call};
  double strike{0};
  double k{0};                    // ln(strike / forward)
  double bid{0}, mid{0}, ask{0};  // volatilities; equal where only a quoted one was known
  double fitted{0};
};
struct FitError {
  double volatility{0};  // root mean square, model - mid
  double spreads{0};     // root mean square of the same over the half spread; 0 without spreads
  double inside{0};      // share between bid and ask; 0 without spreads
};
struct Slice {
  WallTime expiry{};
  double years{0};
  Forward forward{};
  SviFit fit{};
  FitError error{};
  bool from_quoted_volatility{false};
  std::vector<SlicePoint> points{};
};
struct Skipped {
  WallTime expiry{};
  std::size_t quotes{0};  // usable ones
};

class Surface {
 public:
  [[nodiscard]] static Result<Surface> build(const Chain& chain,
                                             const SurfaceSettings& settings = {});

  [[nodiscard]] Result<double> volatility(double strike, double years) const noexcept;
  // Price and Greeks by the forward, Black-76; in currency for inverse chains too.
  [[nodiscard]] Result<Greeks> greeks(OptionType type, double strike, double years) const noexcept;
  [[nodiscard]] Result<double> forward(double years) const noexcept;
  [[nodiscard]] Result<double> discount(double years) const noexcept;
  // Total variance at log-moneyness k; years > 0.
  [[nodiscard]] Result<double> total_variance_at(double k, double years) const noexcept;

  [[nodiscard]] const std::vector<Slice>& slices() const noexcept { return slices_; }
  [[nodiscard]] const std::vector<Skipped>& skipped() const noexcept { return skipped_; }
  [[nodiscard]] std::size_t refused(QuoteRefusal reason) const noexcept {
    return refused_[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] double spot() const noexcept { return spot_; }

 private:
  friend class SurfaceBuilder;
  struct Bracket {
    const Slice* before;
    const Slice* after;
    double part;  // 0 at before, 1 at after
  };
  [[nodiscard]] Bracket bracket(double years) const noexcept;
  double spot_{0};
  std::vector<Slice> slices_{};  // by time
  std::vector<Skipped> skipped_{};
  std::array<std::size_t, kQuoteRefusals> refused_{};
};
}  // namespace sq::options
