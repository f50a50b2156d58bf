#include "engine/app/options/surface_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "engine/options/calendar/expiry.hpp"

namespace sq::app {
namespace {
using options::Slice;
using options::SlicePoint;
using options::Surface;
using Out = std::back_insert_iterator<std::string>;

constexpr std::string_view kStyle = R"(<style>
:root{--bg:#fcfcfb;--fg:#1d2126;--soft:#69707a;--line:#d9dde2;--bar:#4f81c7;--curve:#c8452f}
@media(prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e6e8eb;--soft:#9aa2ad;--line:#363c44;--bar:#6ba1ea;--curve:#ff8a66}}
body{background:var(--bg);color:var(--fg);font:14px/1.4 system-ui,sans-serif;margin:24px auto;max-width:1340px;padding:0 16px}
h1{font-size:20px;margin:0 0 4px}h2{font-size:15px;margin:28px 0 8px}p{color:var(--soft);margin:0 0 8px}
.smiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(310px,1fr));gap:12px}
svg{width:100%;height:auto;display:block}svg text{fill:var(--soft);font-size:11px}svg .name{fill:var(--fg);font-size:12px;font-weight:600}
.axis{stroke:var(--line);stroke-width:1;fill:none}.bar{stroke:var(--bar);stroke-width:2;opacity:.75}.curve{stroke:var(--curve);stroke-width:1.6;fill:none}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;width:100%}td,th{padding:2px 8px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--soft);font-weight:500}.bad{color:var(--curve);font-weight:600}
.scroll{overflow-x:auto}
</style>)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

// From blue over green to yellow, alike in light and dark.
std::string colour(double part) {
  const double t = std::clamp(part, 0.0, 1.0);
  return fmt::format("hsl({:.0f} {:.0f}% {:.0f}%)", 262 - 212 * t, 45 + 30 * t, 30 + 28 * t);
}

std::string date_text(WallTime expiry) {
  const options::Date date = options::date_of(utc_day(expiry));
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

// Steps of 1, 2 or 5 times a power of ten, about `wanted` of them.
double nice_step(double span, int wanted) {
  const double raw = std::max(span, 1e-9) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power) return factor * power;
  }
  return 10 * power;
}

struct Frame {
  double width, height, x_low, x_high, y_low, y_high;
  static constexpr double kLeft = 42, kRight = 8, kTop = 22, kBottom = 22;
  [[nodiscard]] double x(double value) const {
    return kLeft + (value - x_low) / (x_high - x_low) * (width - kLeft - kRight);
  }
  [[nodiscard]] double y(double value) const {
    const double part = (value - y_low) / (y_high - y_low);
    return height - kBottom - part * (height - kTop - kBottom);
  }
};

void open_chart(Out out, const Frame& f, std::string_view name, double y_unit) {
  fmt::format_to(
      out, R"(<svg viewBox="0 0 {:.0f} {:.0f}"><text class="name" x="{:.0f}" y="13">{}</text>)",
      f.width, f.height, Frame::kLeft, escaped(name));
  const double x_step = nice_step(f.x_high - f.x_low, 5);
  for (double v = std::ceil(f.x_low / x_step) * x_step; v <= f.x_high; v += x_step) {
    fmt::format_to(
        out,
        R"(<path class="axis" d="M{0:.1f} {1:.1f}V{2:.1f}"/><text x="{0:.1f}" y="{3:.1f}" text-anchor="middle">{4:.4g}</text>)",
        f.x(v), f.y(f.y_low), f.y(f.y_high), f.height - 7, std::abs(v) < x_step / 2 ? 0.0 : v);
  }
  const double y_step = nice_step(f.y_high - f.y_low, 4);
  for (double v = std::ceil(f.y_low / y_step) * y_step; v <= f.y_high; v += y_step) {
    fmt::format_to(
        out,
        R"(<path class="axis" d="M{0:.1f} {1:.1f}H{2:.1f}"/><text x="{3:.1f}" y="{4:.1f}" text-anchor="end">{5:.4g}</text>)",
        f.x(f.x_low), f.y(v), f.x(f.x_high), Frame::kLeft - 5, f.y(v) + 4, v * y_unit);
  }
}

template <class Fn>
std::string curve(const Frame& f, double low, double high, Fn&& value) {
  std::string path;
  for (int i = 0; i <= 80; ++i) {
    const double k = low + (high - low) * i / 80;
    path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? 'M' : 'L', f.x(k),
                        std::clamp(f.y(value(k)), -50.0, f.height + 50));
  }
  return path;
}

void smile(Out out, const Slice& slice) {
  const auto& points = slice.points;
  Frame f{330, 190, points.front().k, points.back().k, 1e9, 0};
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
  open_chart(out, f, fmt::format("{}  ({:.3g} days)", date_text(slice.expiry), slice.years * 365),
             100);
  for (const SlicePoint& p : points) {
    const double top = f.y(std::min(p.ask, f.y_high));
    const double bottom = std::max(f.y(std::max(p.bid, f.y_low)), top + 2);
    fmt::format_to(out, R"(<path class="bar" d="M{:.1f} {:.1f}V{:.1f}"/>)", f.x(p.k), top, bottom);
  }
  fmt::format_to(out, R"(<path class="curve" d="{}"/></svg>)",
                 curve(f, f.x_low, f.x_high, [&](double k) {
                   const double w = options::total_variance(slice.fit.smile, k);
                   return std::sqrt(std::max(w, 0.0) / slice.years);
                 }));
}

void total_variances(Out out, const Surface& surface, options::MoneynessRange range) {
  const auto& slices = surface.slices();
  Frame f{1300, 430, range.low, range.high, -1e9, -1e9};
  const auto log_variance = [](const Slice& slice, double k) {
    return std::log10(std::max(options::total_variance(slice.fit.smile, k), 1e-9));
  };
  f.y_low = 1e9;
  for (const Slice& slice : slices) {
    const double money = log_variance(slice, 0);
    f.y_low = std::min(f.y_low, money - 0.3);
    f.y_high =
        std::max({f.y_high, log_variance(slice, range.low), log_variance(slice, range.high)});
  }
  open_chart(out, f,
             "log10 of total variance over ln(strike/forward), each expiry over its own quotes", 1);
  const auto count = static_cast<double>(std::max<std::size_t>(slices.size(), 2) - 1);
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const Slice& slice = slices[i];
    fmt::format_to(out, R"(<path fill="none" stroke-width="1.5" stroke="{}" d="{}"/>)",
                   colour(static_cast<double>(i) / count),
                   curve(f, std::max(range.low, slice.points.front().k),
                         std::min(range.high, slice.points.back().k),
                         [&](double k) { return log_variance(slice, k); }));
  }
  fmt::format_to(out, "</svg>");
}

void volatility_map(Out out, const Surface& surface, options::MoneynessRange range) {
  constexpr int kColumns = 60;
  constexpr int kRows = 28;
  const auto& slices = surface.slices();
  // Rows even in the square root of time, so that near expiries keep room.
  const double low = std::sqrt(slices.front().years);
  const double high = std::max(std::sqrt(slices.back().years), low * 1.001);
  const Frame f{1300, 380, range.low, range.high, low, high};
  std::vector<double> values;
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      const double k = range.low + (range.high - range.low) * (column + 0.5) / kColumns;
      const double root = low + (high - low) * (row + 0.5) / kRows;
      const double variance = surface.total_variance_at(k, root * root).value_or(0.0);
      values.push_back(std::sqrt(variance) / root);
    }
  }
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const double bottom = sorted[sorted.size() / 50];
  const double top = std::max(sorted[sorted.size() * 49 / 50], bottom + 1e-6);
  fmt::format_to(
      out,
      R"(<svg viewBox="0 0 1300 380"><text class="name" x="42" y="13">Volatility: dark {:.1f} %, bright {:.1f} % (ln(strike/forward) across, days upwards)</text>)",
      bottom * 100, top * 100);
  const double cell_x = (f.x(range.high) - f.x(range.low)) / kColumns;
  const double cell_y = (f.y(low) - f.y(high)) / kRows;
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      const double value = values[static_cast<std::size_t>(row * kColumns + column)];
      fmt::format_to(
          out,
          R"(<rect x="{:.1f}" y="{:.1f}" width="{:.2f}" height="{:.2f}" fill="{}"><title>{:.1f} %</title></rect>)",
          f.x(range.low) + column * cell_x, f.y(low) - (row + 1) * cell_y, cell_x + 0.4,
          cell_y + 0.4, colour((value - bottom) / (top - bottom)), value * 100);
    }
  }
  for (int i = 0; i <= 5; ++i) {
    const double root = low + (high - low) * i / 5;
    fmt::format_to(out, R"(<text x="37" y="{:.1f}" text-anchor="end">{:.3g}</text>)", f.y(root) + 4,
                   root * root * 365);
  }
  const double step = nice_step(range.high - range.low, 8);
  for (double k = std::ceil(range.low / step) * step; k <= range.high; k += step) {
    fmt::format_to(out, R"(<text x="{:.1f}" y="373" text-anchor="middle">{:.3g}</text>)", f.x(k),
                   std::abs(k) < step / 2 ? 0.0 : k);
  }
  fmt::format_to(out, "</svg>");
}

void table(Out out, const Surface& surface) {
  fmt::format_to(out,
                 "<div class=scroll><table><tr><th>expiry<th>days<th>quotes<th>forward<th>rate "
                 "%<th>yield %<th>error, vol points<th>error, half spreads<th>inside "
                 "bid-ask<th>lowest g<th>wing slope<th>calendar fall<th>arbitrage</tr>");
  for (const Slice& s : surface.slices()) {
    const bool fine = s.fit.butterfly.free() && s.fit.calendar.free();
    fmt::format_to(
        out,
        "<tr><td>{}<td>{:.3g}<td>{}<td>{:.2f}<td>{:.2f}<td>{:.2f}<td>{:.3f}<td>{}<td>{}<td>{:.3f}<"
        "td>{:.2f}<td>{:.1e}<td{}>{}</tr>",
        date_text(s.expiry), s.years * 365, s.points.size(), s.forward.forward,
        s.forward.rate * 100, s.forward.implied_yield(surface.spot(), s.years) * 100,
        s.error.volatility * 100,
        s.from_quoted_volatility ? std::string{"-"} : fmt::format("{:.2f}", s.error.spreads),
        s.from_quoted_volatility ? std::string{"-"} : fmt::format("{:.0f} %", s.error.inside * 100),
        s.fit.butterfly.g_min, s.fit.butterfly.wing_slope, std::max(0.0, s.fit.calendar.fall_max),
        fine ? "" : " class=bad", fine ? "none" : "yes");
  }
  fmt::format_to(out, "</table></div><h2>Quotes not used</h2><p>");
  for (std::size_t i = 0; i < options::kQuoteRefusals; ++i) {
    const auto reason = static_cast<options::QuoteRefusal>(i);
    if (surface.refused(reason) == 0) continue;
    fmt::format_to(out, "{}: {}. ", options::text_of(reason), surface.refused(reason));
  }
  fmt::format_to(out, "Expiries with too few: {}.</p>", surface.skipped().size());
}
}  // namespace

std::string surface_page(const Surface& surface, const std::string& title) {
  std::string page;
  const Out out{page};
  // What the quotes of the middle expiry and those around it cover.
  options::MoneynessRange range{-0.05, 0.05};
  std::vector<double> lows, highs;
  for (const Slice& s : surface.slices()) {
    lows.push_back(s.points.front().k);
    highs.push_back(s.points.back().k);
  }
  std::sort(lows.begin(), lows.end());
  std::sort(highs.begin(), highs.end());
  range.low = std::min(range.low, lows[lows.size() / 4]);
  range.high = std::max(range.high, highs[highs.size() * 3 / 4]);
  fmt::format_to(out,
                 "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
                 "content=\"width=device-width\"><meta name=color-scheme content=\"light "
                 "dark\"><title>{0}</title>{1}<h1>{0}</h1><p>Spot {2:.2f}, {3} expiries. Bars: bid "
                 "to ask volatility; curve: fitted SVI.</p>",
                 escaped(title), kStyle, surface.spot(), surface.slices().size());
  fmt::format_to(out, "<h2>Surface</h2>");
  volatility_map(out, surface, range);
  fmt::format_to(
      out,
      "<h2>Calendar</h2><p>Curves may not cross: the longer expiry (brighter) lies above.</p>");
  total_variances(out, surface, range);
  fmt::format_to(out, "<h2>Smiles, volatility in percent</h2><div class=smiles>");
  for (const Slice& slice : surface.slices()) smile(out, slice);
  fmt::format_to(out, "</div><h2>Fit and arbitrage</h2>");
  table(out, surface);
  fmt::format_to(out, "</html>\n");
  return page;
}

bool write_surface_page(const Surface& surface, const std::string& title,
                        const std::filesystem::path& path) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file << surface_page(surface, title);
  file.flush();
  return file.good();
}
}  // namespace sq::app
