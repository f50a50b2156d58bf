#include "engine/app/options/surface_chart.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "engine/app/options/chart_parts.hpp"
#include "engine/app/options/surface_mesh.hpp"
#include "engine/options/calendar/expiry.hpp"

namespace sq::app {
namespace {
using chart::Frame;
using chart::Out;
using options::SlicePoint;
using sq::options::FittedSlice;
using sq::options::FittedSurface;

constexpr double kSmileWidth = 330, kSmileHeight = 205;
constexpr double kWide = 1300, kCalendarHeight = 400;

std::string date_text(WallTime expiry) {
  const options::Date date = options::date_of(utc_day(expiry));
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}
using chart::days_text;
std::string model_name(const options::FittedSurface& surface) {
  switch (surface.model()) {
    case options::SmileModel::Svi:
      return "SVI";
    case options::SmileModel::Ssvi:
      return "SSVI";
    case options::SmileModel::Sabr:
      return "SABR";
  }
  return "model";
}

void smile(Out out, const options::FittedSlice& slice, std::string_view attributes) {
  const auto& points = slice.quotes.points;
  Frame f{kSmileWidth, kSmileHeight, points.front().k, points.back().k, 1e9, 0};
  const double margin = 0.04 * (f.x_high - f.x_low);
  f.x_low -= margin;
  f.x_high += margin;
  for (const SlicePoint& p : points) {
    f.y_low = std::min({f.y_low, p.mid, p.fitted});
    f.y_high = std::max({f.y_high, p.mid, p.fitted});
  }
  const double room = 0.08 * (f.y_high - f.y_low) + 0.002;
  f.y_low = std::max(0.0, f.y_low - room);
  f.y_high += room;
  chart::open_svg(
      out, f.width, f.height,
      fmt::format("{}  ({})", date_text(slice.quotes.expiry), days_text(slice.quotes.years)),
      attributes);
  const double forward = slice.quotes.forward.forward;
  const double from = forward * std::exp(f.x_low), to = forward * std::exp(f.x_high);
  const double step = chart::nice_step(to - from, 4);
  constexpr double kApart = 36;  // so that labels do not touch
  double last = -kApart;
  for (double strike = std::ceil(from / step) * step; strike <= to; strike += step) {
    const double k = std::log(strike / forward);
    if (f.x(k) - last < kApart || f.x(k) > f.width - kApart / 2) continue;
    last = f.x(k);
    chart::x_tick(out, f, k, fmt::format("{:.6g}", strike));
  }
  chart::x_title(out, f, "strike");
  chart::y_ticks(out, f, 100);
  for (const SlicePoint& p : points) {
    const double top = f.y(std::clamp(p.ask, f.y_low, f.y_high));
    const double bottom = std::max(f.y(std::clamp(p.bid, f.y_low, f.y_high)), top + 2);
    fmt::format_to(out, R"(<path class="bar" d="M{:.1f} {:.1f}V{:.1f}"/>)", f.x(p.k), top, bottom);
  }
  fmt::format_to(out, R"(<path class="curve" d="{}"/></svg>)",
                 chart::curve(f, f.x_low, f.x_high, [&](double k) {
                   const double w = total_variance(slice, k).value_or(0);
                   return std::sqrt(std::max(w, 0.0) / slice.quotes.years);
                 }));
}

void total_variances(Out out, const options::FittedSurface& surface, options::MoneynessRange range,
                     std::string_view attributes) {
  const auto& slices = surface.slices();
  Frame f{kWide, kCalendarHeight, range.low, range.high, 1e9, -1e9};
  const auto log_variance = [](const options::FittedSlice& slice, double k) {
    return std::log10(std::max(total_variance(slice, k).value_or(0), 1e-9));
  };
  for (const options::FittedSlice& slice : slices) {
    for (const SlicePoint& p : slice.quotes.points) {
      const double value = log_variance(slice, std::clamp(p.k, range.low, range.high));
      f.y_low = std::min(f.y_low, value);
      f.y_high = std::max(f.y_high, value);
    }
  }
  f.y_low -= 0.05;
  f.y_high += 0.05;
  chart::open_svg(out, f.width, f.height,
                  "log10 of total variance, each expiry over its own quotes", attributes);
  const double step = chart::nice_step(f.x_high - f.x_low, 9);
  for (double k = std::ceil(f.x_low / step) * step; k <= f.x_high; k += step)
    chart::x_tick(out, f, k, fmt::format("{:.3g}", std::abs(k) < step / 2 ? 0.0 : k));
  chart::x_title(out, f, "ln(strike/forward)");
  chart::y_ticks(out, f, 1);
  const auto count = static_cast<double>(std::max<std::size_t>(slices.size(), 2) - 1);
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const options::FittedSlice& slice = slices[i];
    const double low = std::max(range.low, slice.quotes.points.front().k);
    const double high = std::min(range.high, slice.quotes.points.back().k);
    if (!(low < high)) continue;
    fmt::format_to(
        out, R"(<path fill="none" stroke-width="1.7" stroke="{}" d="{}"><title>{}</title></path>)",
        chart::ramp(0.1 + 0.75 * static_cast<double>(i) / count),
        chart::curve(f, low, high, [&](double k) { return log_variance(slice, k); }),
        date_text(slice.quotes.expiry));
  }
  chart::ramp_legend(out, kWide - 230, 4, days_text(slices.front().quotes.years),
                     days_text(slices.back().quotes.years));
  fmt::format_to(out, "</svg>");
}

void table(Out out, const options::FittedSurface& surface) {
  fmt::format_to(out,
                 "<div class=scroll><table><tr><th>expiry<th>days<th>quotes<th>forward<th>rate "
                 "%<th>yield %<th>volatility %<th>fit error, rms<th>largest, vol points<th>error, "
                 "half spreads<th>inside bid-ask<th>lowest g<th>wing slope<th>calendar "
                 "fall<th>arbitrage</tr>");
  for (const options::FittedSlice& slice : surface.slices()) {
    const options::Slice& s = slice.quotes;
    const bool fine = slice.butterfly.free() && slice.calendar.free();
    const bool spreads = !s.from_quoted_volatility && s.error.spreads > 0;
    fmt::format_to(
        out,
        "<tr><td>{}<td>{:.2f}<td>{}<td>{:.2f}<td>{:.2f}<td>{:.2f}<td>{:.2f}<td>{:.3f}<td>{:.3f}"
        "<td>{}<td>{}<td>{:.3f}<td>{:.2f}<td>{:.1e}<td{}>{}</tr>",
        date_text(s.expiry), s.years * 365, s.points.size(), s.forward.forward,
        s.forward.rate * 100, s.forward.implied_yield(surface.quotes().spot(), s.years) * 100,
        slice.volatility * 100, s.error.volatility * 100, slice.error_max * 100,
        spreads ? fmt::format("{:.2f}", s.error.spreads) : std::string{"-"},
        spreads ? fmt::format("{:.0f} %", s.error.inside * 100) : std::string{"-"},
        slice.butterfly.g_min, slice.butterfly.wing_slope, std::max(0.0, slice.calendar.fall_max),
        fine ? "" : " class=bad", fine ? "none" : "yes");
  }
  fmt::format_to(out, "</table></div><h2>Quotes not used</h2><p>");
  for (std::size_t i = 0; i < options::kQuoteRefusals; ++i) {
    const auto reason = static_cast<options::QuoteRefusal>(i);
    const std::size_t count = surface.quotes().refused(reason);
    if (count > 0) fmt::format_to(out, "{}: {}. ", options::text_of(reason), count);
  }
  fmt::format_to(out, "Expiries with too few: {}.</p>", surface.quotes().skipped().size());
}

// What the quotes of the middle expiry and those around it cover.
options::MoneynessRange usual_range(const options::FittedSurface& surface) {
  std::vector<double> lows, highs;
  for (const options::FittedSlice& slice : surface.slices()) {
    lows.push_back(slice.quotes.points.front().k);
    highs.push_back(slice.quotes.points.back().k);
  }
  std::sort(lows.begin(), lows.end());
  std::sort(highs.begin(), highs.end());
  const double low = lows[lows.size() / 4], high = highs[highs.size() * 3 / 4];
  return low < high ? options::MoneynessRange{low, high}
                    : options::MoneynessRange{lows.front(), highs.back()};
}

std::string summary(const options::FittedSurface& surface) {
  return fmt::format("Spot {:.2f}, {} expiries, {} fitted to bid and ask volatilities.",
                     surface.quotes().spot(), surface.slices().size(), model_name(surface));
}
}  // namespace

std::string surface_page(const options::FittedSurface& surface, const std::string& title) {
  std::string page;
  const Out out{page};
  fmt::format_to(out,
                 "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
                 "content=\"width=device-width\"><meta name=color-scheme content=\"light "
                 "dark\"><title>{0}</title>{1}<h1>{0}</h1><p>{2}</p>",
                 chart::escaped(title), chart::kChartStyle, summary(surface));
  fmt::format_to(out, "<h2>Surface</h2>");
  chart::surface_mesh(out, surface, "");
  fmt::format_to(
      out,
      "<h2>Calendar</h2><p>Curves may not cross: the longer expiry (brighter) lies above.</p>");
  total_variances(out, surface, usual_range(surface), "");
  fmt::format_to(out,
                 "<h2>Smiles</h2><p>Volatility in percent over the strike. Bars: from bid to ask; "
                 "curve: {}.</p><div class=smiles>",
                 model_name(surface));
  for (const options::FittedSlice& slice : surface.slices()) smile(out, slice, "");
  fmt::format_to(out, "</div><h2>Fit and arbitrage</h2>");
  table(out, surface);
  fmt::format_to(out, "</html>\n");
  return page;
}

std::string surface_svg(const options::FittedSurface& surface, const std::string& title) {
  constexpr int kAcross = 4;
  constexpr double kHead = 46, kGap = 12;
  const double mesh_top = kHead, calendar_top = mesh_top + chart::kMeshHeight + kGap;
  const double smiles_top = calendar_top + kCalendarHeight + kGap;
  const std::size_t rows = (surface.slices().size() + kAcross - 1) / kAcross;
  const double height = smiles_top + static_cast<double>(rows) * (kSmileHeight + kGap);
  const double width = kAcross * (kSmileWidth + kGap) + kGap;
  std::string picture;
  const Out out{picture};
  fmt::format_to(
      out,
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" height="{1:.0f}">{2}<rect class="paper" width="{0:.0f}" height="{1:.0f}"/><text class="name" x="{3:.0f}" y="18">{4}</text><text x="{3:.0f}" y="36">{5} Bars: from bid to ask; curves: the fit.</text>)",
      width, height, chart::kChartStyle, kGap, chart::escaped(title), summary(surface));
  const auto place = [](double x, double y, double w, double h) {
    return fmt::format(R"( x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}")", x, y, w, h);
  };
  chart::surface_mesh(out, surface, place(kGap, mesh_top, kWide, chart::kMeshHeight));
  total_variances(out, surface, usual_range(surface),
                  place(kGap, calendar_top, kWide, kCalendarHeight));
  for (std::size_t i = 0; i < surface.slices().size(); ++i) {
    const double x = kGap + static_cast<double>(i % kAcross) * (kSmileWidth + kGap);
    const double y = smiles_top + static_cast<double>(i / kAcross) * (kSmileHeight + kGap);
    smile(out, surface.slices()[i], place(x, y, kSmileWidth, kSmileHeight));
  }
  fmt::format_to(out, "</svg>\n");
  return picture;
}

bool write_surface_chart(const options::FittedSurface& surface, const std::string& title,
                         const std::filesystem::path& path) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file << (path.extension() == ".svg" ? surface_svg(surface, title) : surface_page(surface, title));
  file.flush();
  return file.good();
}
}  // namespace sq::app
