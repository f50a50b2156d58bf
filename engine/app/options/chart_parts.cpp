#include "engine/app/options/chart_parts.hpp"

#include <array>

namespace sq::app::chart {
const std::string_view kChartStyle = R"(<style>
:root{--bg:#fcfcfb;--fg:#1d2126;--soft:#5c636d;--line:#d9dde2;--bar:#3f74bf;--curve:#c0410f}
@media(prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e6e8eb;--soft:#a3abb6;--line:#363c44;--bar:#6ba1ea;--curve:#ff9a5c}}
body{background:var(--bg);color:var(--fg);font:14px/1.4 system-ui,sans-serif;margin:24px auto;max-width:1340px;padding:0 16px}
h1{font-size:20px;margin:0 0 4px}h2{font-size:15px;margin:28px 0 8px}p{color:var(--soft);margin:0 0 8px}
.smiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(310px,1fr));gap:12px}
svg{max-width:100%;height:auto;display:block;font-family:system-ui,sans-serif}svg text{fill:var(--soft);font-size:11px}svg .name{fill:var(--fg);font-size:12px;font-weight:600}
.paper{fill:var(--bg)}.axis{stroke:var(--line);stroke-width:1;fill:none}.bar{stroke:var(--bar);stroke-width:2;opacity:.8}.curve{stroke:var(--curve);stroke-width:1.6;fill:none}.mesh{stroke:var(--bg);stroke-width:.5}
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

std::string days_text(double years) {
  const double days = years * 365;
  return days < 99.95 ? fmt::format("{:.3g} days", days) : fmt::format("{:.0f} days", days);
}

std::string ramp(double part) {
  struct Colour {
    double red, green, blue;
  };
  constexpr std::array<Colour, 5> kColours{
      {{34, 28, 106}, {40, 94, 142}, {36, 152, 136}, {138, 203, 88}, {250, 228, 70}}};
  const double place = std::clamp(part, 0.0, 1.0) * (kColours.size() - 1);
  const std::size_t i = std::min(static_cast<std::size_t>(place), kColours.size() - 2);
  const double t = place - static_cast<double>(i);
  const auto mix = [t](double a, double b) {
    return static_cast<int>(std::lround(a + t * (b - a)));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(kColours[i].red, kColours[i + 1].red),
                     mix(kColours[i].green, kColours[i + 1].green),
                     mix(kColours[i].blue, kColours[i + 1].blue));
}

double nice_step(double span, int wanted) {
  const double raw = std::max(span, 1e-9) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power) return factor * power;
  }
  return 10 * power;
}

void open_svg(Out out, double width, double height, std::string_view name,
              std::string_view attributes) {
  fmt::format_to(
      out, R"(<svg viewBox="0 0 {:.0f} {:.0f}"{}><text class="name" x="{:.0f}" y="14">{}</text>)",
      width, height, attributes, Frame::kLeft, escaped(name));
}

void x_tick(Out out, const Frame& f, double x, const std::string& label) {
  fmt::format_to(
      out,
      R"(<path class="axis" d="M{0:.1f} {1:.1f}V{2:.1f}"/><text x="{0:.1f}" y="{3:.1f}" text-anchor="middle">{4}</text>)",
      f.x(x), f.y(f.y_low), f.y(f.y_high), f.height - Frame::kBottom + 14, label);
}

void x_title(Out out, const Frame& f, std::string_view title) {
  fmt::format_to(out, R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)",
                 (f.x(f.x_low) + f.x(f.x_high)) / 2, f.height - 5, escaped(title));
}

void y_ticks(Out out, const Frame& f, double unit) {
  const double step = nice_step(f.y_high - f.y_low, 4);
  for (double v = std::ceil(f.y_low / step) * step; v <= f.y_high; v += step) {
    fmt::format_to(
        out,
        R"(<path class="axis" d="M{0:.1f} {1:.1f}H{2:.1f}"/><text x="{3:.1f}" y="{4:.1f}" text-anchor="end">{5:.4g}</text>)",
        f.x(f.x_low), f.y(v), f.x(f.x_high), Frame::kLeft - 5, f.y(v) + 4,
        std::abs(v) < step / 2 ? 0.0 : v * unit);
  }
}

void ramp_legend(Out out, double x, double y, std::string_view low, std::string_view high) {
  constexpr int kCells = 24;
  constexpr double kCell = 5;
  fmt::format_to(out, R"(<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)", x - 6, y + 9,
                 escaped(low));
  for (int i = 0; i < kCells; ++i) {
    fmt::format_to(out, R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="11" fill="{}"/>)",
                   x + i * kCell, y, kCell + 0.4, ramp((i + 0.5) / kCells));
  }
  fmt::format_to(out, R"(<text x="{:.1f}" y="{:.1f}">{}</text>)", x + kCells * kCell + 6, y + 9,
                 escaped(high));
}
}  // namespace sq::app::chart
