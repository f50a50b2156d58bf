// A volatility surface with a choice of smile: raw SVI as Surface fits it, SSVI (three parameters
// for all expiries and one an expiry) or SABR (beta given, three an expiry), each fitted to the
// quotes, forwards and discount factors that Surface took from the chain.
// Thread: fit allocates; queries are const and pure. Cost: SVI nothing, SABR 0.1 ms an expiry, SSVI
// 5 ms for 500 quotes. Errors: those of the calibrations; a query where SABR's expansion leaves the
// positive numbers is Unsupported. Units: those of Surface; between expiries total variance is
// linear in time at constant log-moneyness, before the first and after the last volatility is flat.
// What can be enforced: SVI butterflies and calendars (svi_calibration.hpp); SSVI both, by its
// parameters (gamma <= 1/2, eta (1 + |rho|) <= 2, theta never falling); SABR neither: it is
// reported.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/options/models/sabr.hpp"
#include "engine/options/surface/surface.hpp"

namespace sq::options {
enum class SmileModel : std::uint8_t { Svi = 1, Ssvi, Sabr };
[[nodiscard]] std::string_view text_of(SmileModel model) noexcept;

struct SmileSettings {
  SmileModel model{SmileModel::Svi};
  bool no_butterfly{true};
  bool no_calendar{true};
  double beta{1};  // of SABR
};

struct FittedSlice {
  Slice quotes{};  // points, forward and error, with this model's `fitted`
  std::variant<SviRaw, Sabr> smile{};
  double theta{0};              // SSVI: total variance at the forward
  double volatility{0};         // at the forward
  double error_max{0};          // largest difference from a mid, in volatility
  MoneynessRange range{};       // where the reports look
  ButterflyReport butterfly{};  // SABR's wing_slope: at the ends of `range`
  CalendarReport calendar{};    // against the expiry before, where both have quotes
};

class FittedSurface {
 public:
  [[nodiscard]] static Result<FittedSurface> fit(Surface surface, const SmileSettings& settings);

  [[nodiscard]] Result<double> total_variance_at(double k, double years) const;
  [[nodiscard]] Result<double> volatility(double strike, double years) const;
  // Black-76 on the forward, in currency.
  [[nodiscard]] Result<Greeks> greeks(OptionType type, double strike, double years) const;

  [[nodiscard]] const std::vector<FittedSlice>& slices() const noexcept { return slices_; }
  [[nodiscard]] const std::optional<Ssvi>& ssvi() const noexcept { return ssvi_; }
  [[nodiscard]] const Surface& quotes() const noexcept { return quotes_; }
  [[nodiscard]] SmileModel model() const noexcept { return model_; }

 private:
  explicit FittedSurface(Surface surface) : quotes_{std::move(surface)} {}
  [[nodiscard]] Result<void> fit_ssvi(const SmileSettings& settings);
  [[nodiscard]] Result<void> fit_sabr(double beta);
  void measure();

  Surface quotes_;
  SmileModel model_{SmileModel::Svi};
  std::optional<Ssvi> ssvi_{};
  std::vector<FittedSlice> slices_{};
};

// Total variance of one expiry at log-moneyness k.
[[nodiscard]] Result<double> total_variance(const FittedSlice& slice, double k);
}  // namespace sq::options
