#include "engine/options/surface/fitted_surface.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/surface/ssvi_calibration.hpp"

namespace sq::options {
namespace lib = sq::options;
using lib::Error;
using lib::Result;

std::string_view text_of(SmileModel model) noexcept {
  switch (model) {
    case SmileModel::Svi:
      return "svi";
    case SmileModel::Ssvi:
      return "ssvi";
    case SmileModel::Sabr:
      return "sabr";
  }
  return "unknown";
}

Result<double> total_variance(const FittedSlice& slice, double k) {
  if (const auto* raw = std::get_if<lib::SviRaw>(&slice.smile)) return total_variance(*raw, k);
  const double forward = slice.quotes.forward.forward;
  const auto volatility = lib::sabr_volatility(std::get<lib::Sabr>(slice.smile), forward,
                                               forward * std::exp(k), slice.quotes.years);
  if (!volatility) return volatility;
  return *volatility * *volatility * slice.quotes.years;
}

namespace {
// Where the smile has a value, from the forward outwards, and what it is there.
struct Sampled {
  lib::MoneynessRange range;
  double step;
  std::vector<double> variances;  // kArbitragePoints, ends included
};
Sampled sampled(const FittedSlice& slice, lib::MoneynessRange wanted) {
  constexpr int kTrims = 20;
  for (int trim = 0; trim < kTrims; ++trim) {
    const double keep = 1 - static_cast<double>(trim) / kTrims;
    Sampled out{{wanted.low * keep, wanted.high * keep}, 0, {}};
    out.step = (out.range.high - out.range.low) / (lib::kArbitragePoints - 1);
    for (int i = 0; i < lib::kArbitragePoints; ++i) {
      const auto w = total_variance(slice, out.range.low + i * out.step);
      if (!w) break;
      out.variances.push_back(*w);
    }
    if (out.variances.size() == lib::kArbitragePoints) return out;
  }
  return {{0, 0}, 0, {}};
}

// g of a smile without closed derivatives, by central differences of second order.
void report_butterfly(FittedSlice& slice) {
  const Sampled s = sampled(slice, slice.range);
  slice.range = s.range;
  slice.butterfly = {};
  bool first = true;
  for (std::size_t i = 1; i + 1 < s.variances.size(); ++i) {
    const double k = s.range.low + static_cast<double>(i) * s.step;
    const lib::SviPoint point{
        s.variances[i], (s.variances[i + 1] - s.variances[i - 1]) / (2 * s.step),
        (s.variances[i + 1] - 2 * s.variances[i] + s.variances[i - 1]) / (s.step * s.step)};
    const double g = lib::butterfly_g(point, k);
    if (first || g < slice.butterfly.g_min) slice.butterfly = {g, k, 0};
    first = false;
  }
  if (s.variances.size() < 2) return;
  const double low = (s.variances[1] - s.variances[0]) / s.step;
  const double high = (s.variances.back() - s.variances[s.variances.size() - 2]) / s.step;
  slice.butterfly.wing_slope = std::max(std::abs(low), std::abs(high));
}

std::optional<lib::MoneynessRange> overlap(const FittedSlice& early, const FittedSlice& late) {
  const auto& a = early.quotes.points;
  const auto& b = late.quotes.points;
  const lib::MoneynessRange both{std::max(a.front().k, b.front().k),
                                 std::min(a.back().k, b.back().k)};
  if (!(both.low < both.high)) return std::nullopt;
  return both;
}

void report_calendar(const FittedSlice& early, FittedSlice& late) {
  const auto both = overlap(early, late);
  late.calendar = {};
  if (!both) return;
  const auto* before = std::get_if<lib::SviRaw>(&early.smile);
  const auto* after = std::get_if<lib::SviRaw>(&late.smile);
  if (before != nullptr && after != nullptr) {
    late.calendar = check_calendar(*before, *after, *both);
    return;
  }
  bool first = true;
  for (int i = 0; i < lib::kArbitragePoints; ++i) {
    const double k = both->low + (both->high - both->low) * i / (lib::kArbitragePoints - 1);
    const auto w0 = total_variance(early, k);
    const auto w1 = total_variance(late, k);
    if (!w0 || !w1) continue;
    if (first || *w0 - *w1 > late.calendar.fall_max) late.calendar = {*w0 - *w1, k, false};
    first = false;
  }
}

void report_error(FittedSlice& slice) {
  double square = 0, spreads = 0;
  std::size_t inside = 0;
  slice.error_max = 0;
  for (lib::SlicePoint& p : slice.quotes.points) {
    p.fitted =
        std::sqrt(std::max(0.0, total_variance(slice, p.k).value_or(0)) / slice.quotes.years);
    const double miss = p.fitted - p.mid;
    square += miss * miss;
    slice.error_max = std::max(slice.error_max, std::abs(miss));
    if (p.ask > p.bid) spreads += miss * miss * 4 / ((p.ask - p.bid) * (p.ask - p.bid));
    if (p.ask > p.bid && p.fitted >= p.bid && p.fitted <= p.ask) ++inside;
  }
  const auto count = static_cast<double>(slice.quotes.points.size());
  slice.quotes.error = {std::sqrt(square / count), std::sqrt(spreads / count),
                        static_cast<double>(inside) / count};
}
}  // namespace

Result<FittedSurface> FittedSurface::fit(lib::Surface surface, const SmileSettings& settings) {
  FittedSurface out{std::move(surface)};
  out.model_ = settings.model;
  for (const lib::Slice& slice : out.quotes_.slices()) {
    FittedSlice fitted{.quotes = slice, .smile = slice.fit.smile};
    fitted.range = slice.fit.range;
    fitted.butterfly = slice.fit.butterfly;
    fitted.calendar = slice.fit.calendar;
    out.slices_.push_back(std::move(fitted));
  }
  if (settings.model == SmileModel::Ssvi) {
    if (const auto done = out.fit_ssvi(settings); !done) return std::unexpected{done.error()};
  } else if (settings.model == SmileModel::Sabr) {
    if (const auto done = out.fit_sabr(settings.beta); !done) return std::unexpected{done.error()};
  }
  out.measure();
  return out;
}

Result<void> FittedSurface::fit_ssvi(const SmileSettings& settings) {
  const auto fit = calibrate_ssvi(quotes_.slices(), settings.no_butterfly, settings.no_calendar);
  if (!fit) return std::unexpected{fit.error()};
  ssvi_ = fit->surface;
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    const auto raw = ssvi_slice(fit->surface, fit->thetas[i]);
    if (!raw) return std::unexpected{raw.error()};
    slices_[i].smile = *raw;
    slices_[i].theta = fit->thetas[i];
    slices_[i].butterfly = check_butterfly(*raw, slices_[i].range);
    if (i > 0) report_calendar(slices_[i - 1], slices_[i]);
  }
  return {};
}

Result<void> FittedSurface::fit_sabr(double beta) {
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    FittedSlice& slice = slices_[i];
    std::vector<lib::SabrQuote> quotes;
    for (const lib::SlicePoint& p : slice.quotes.points)
      quotes.push_back({p.strike, p.mid, 1 / std::max((p.ask - p.bid) / 2, kHalfSpreadMin)});
    const auto fit =
        lib::calibrate_sabr(quotes, slice.quotes.forward.forward, slice.quotes.years, beta);
    if (!fit) return std::unexpected{fit.error()};
    slice.smile = fit->model;
    report_butterfly(slice);
    if (i > 0) report_calendar(slices_[i - 1], slice);
  }
  return {};
}

void FittedSurface::measure() {
  for (FittedSlice& slice : slices_) {
    report_error(slice);
    slice.volatility =
        std::sqrt(std::max(0.0, total_variance(slice, 0).value_or(0)) / slice.quotes.years);
  }
}

Result<double> FittedSurface::total_variance_at(double k, double years) const {
  if (!std::isfinite(k) || !std::isfinite(years)) return std::unexpected{Error::NotFinite};
  if (years < 0) return std::unexpected{Error::TimeNegative};
  const auto after = std::lower_bound(
      slices_.begin(), slices_.end(), years,
      [](const FittedSlice& slice, double time) { return slice.quotes.years < time; });
  const FittedSlice& late = after == slices_.end() ? slices_.back() : *after;
  const FittedSlice& early =
      after == slices_.begin() || after == slices_.end() ? late : *(after - 1);
  const auto low = total_variance(early, k);
  if (!low) return low;
  double variance = *low * years / early.quotes.years;
  if (&early != &late) {
    const auto high = total_variance(late, k);
    if (!high) return high;
    const double part = (years - early.quotes.years) / (late.quotes.years - early.quotes.years);
    variance = *low + part * (*high - *low);
  }
  if (!std::isfinite(variance)) return std::unexpected{Error::Overflow};
  return std::max(variance, 0.0);
}

Result<double> FittedSurface::volatility(double strike, double years) const {
  if (!std::isfinite(strike) || !std::isfinite(years)) return std::unexpected{Error::NotFinite};
  if (!(strike > 0)) return std::unexpected{Error::StrikeNotPositive};
  if (years < 0) return std::unexpected{Error::TimeNegative};
  const double time = std::max(years, 1e-9);  // the limit at 0 is the first slice's volatility
  const auto forward = quotes_.forward(time);
  if (!forward) return forward;
  const auto variance = total_variance_at(std::log(strike / *forward), time);
  if (!variance) return variance;
  const double answer = std::sqrt(*variance / time);
  if (!std::isfinite(answer)) return std::unexpected{Error::Overflow};
  return answer;
}

Result<lib::Greeks> FittedSurface::greeks(lib::OptionType type, double strike, double years) const {
  const auto sigma = volatility(strike, years);
  if (!sigma) return std::unexpected{sigma.error()};
  const auto forward = quotes_.forward(years);
  if (!forward) return std::unexpected{forward.error()};
  const auto discount = quotes_.discount(years);
  if (!discount) return std::unexpected{discount.error()};
  const double rate = years > 0 ? -std::log(*discount) / years : 0.0;
  return lib::black76_greeks({.forward = *forward, .rate = rate, .volatility = *sigma},
                             {type, strike, years});
}
}  // namespace sq::options
