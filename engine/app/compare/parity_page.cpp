#include "engine/app/compare/parity_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "engine/app/compare/text.hpp"
#include "engine/app/options/chart_parts.hpp"

namespace sq::app {
namespace {
using chart::Frame;
using chart::Out;

constexpr double kWide = 1300, kTall = 320, kHalf = 640, kLow = 260;
constexpr std::string_view kLogStroke = "var(--bar)", kMadeStroke = "var(--curve)";

// Room above and below, and a span that is not empty.
void widen(Frame& f) {
  const double room = std::max({0.06 * (f.y_high - f.y_low), 1e-6 * std::abs(f.y_high), 1e-9});
  f.y_low -= room;
  f.y_high += room;
  if (!(f.x_high > f.x_low)) f.x_high = f.x_low + 1;
}

void equity_path(Out out, const Frame& f, std::span<const EquityPoint> points, WallTime from,
                 std::string_view stroke, std::string_view dash) {
  constexpr std::size_t kPointsMax = 2'000;
  const std::size_t step = std::max<std::size_t>(1, points.size() / kPointsMax);
  std::string path;
  for (std::size_t i = 0; i < points.size(); i += step)
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? 'M' : 'L',
                        f.x(static_cast<double>(points[i].at - from) / 1e9),
                        f.y(static_cast<double>(points[i].pnl) / 1e8));
  fmt::format_to(out, R"(<path fill="none" stroke="{}" stroke-width="1.6"{} d="{}"/>)", stroke,
                 dash, path);
}

void equity_chart(Out out, const SessionFacts& log, const SessionFacts& made) {
  const auto& a = log.summary.equity;
  const auto& b = made.summary.equity;
  if (a.empty() || b.empty()) return;
  const WallTime from = std::min(a.front().at, b.front().at);
  Frame f{kWide, kTall, 0, 0, 0, 0};
  for (const auto* points : {&a, &b}) {
    for (const EquityPoint& point : *points) {
      f.x_high = std::max(f.x_high, static_cast<double>(point.at - from) / 1e9);
      f.y_low = std::min(f.y_low, static_cast<double>(point.pnl) / 1e8);
      f.y_high = std::max(f.y_high, static_cast<double>(point.pnl) / 1e8);
    }
  }
  widen(f);
  chart::open_svg(out, f.width, f.height,
                  fmt::format("P&L in {}: log solid, other dashed", log.summary.base_currency), "");
  const double step = chart::nice_step(f.x_high, 8);
  for (double x = 0; x <= f.x_high; x += step) chart::x_tick(out, f, x, fmt::format("{:.6g}", x));
  chart::x_title(out, f, "seconds");
  chart::y_ticks(out, f, 1);
  equity_path(out, f, a, from, kLogStroke, "");
  equity_path(out, f, b, from, kMadeStroke, R"( stroke-dasharray="5 4")");
  fmt::format_to(out, "</svg>");
}

void histogram(Out out, const std::vector<double>& ticks) {
  if (ticks.empty()) {
    fmt::format_to(out, "<p>No order was filled on both sides.</p>");
    return;
  }
  constexpr int kBins = 41;
  double reach = 0.5;
  for (const double each : ticks) reach = std::max(reach, std::abs(each));
  const double width = 2 * reach / (kBins - 1);
  std::vector<double> counts(kBins, 0.0);
  for (const double each : ticks)
    counts[static_cast<std::size_t>(std::lround(each / width) + kBins / 2)] += 1;
  Frame f{kWide,         kLow, -reach - width,
          reach + width, 0,    *std::max_element(counts.begin(), counts.end()) * 1.05};
  chart::open_svg(out, f.width, f.height,
                  "orders by difference of their mean fill price, other minus log", "");
  const double step = chart::nice_step(2 * reach, 8);
  for (double x = std::ceil(f.x_low / step) * step; x <= f.x_high; x += step)
    chart::x_tick(out, f, x, fmt::format("{:.3g}", std::abs(x) < step / 2 ? 0.0 : x));
  chart::x_title(out, f, "ticks");
  chart::y_ticks(out, f, 1);
  for (int i = 0; i < kBins; ++i) {
    const double count = counts[static_cast<std::size_t>(i)];
    if (count == 0.0) continue;
    const double left = f.x((i - kBins / 2 - 0.45) * width);
    const double right = f.x((i - kBins / 2 + 0.45) * width);
    fmt::format_to(out,
                   R"svg(<rect fill="var(--bar)" x="{:.1f}" y="{:.1f}" width="{:.1f}" )svg"
                   R"svg(height="{:.1f}"><title>{:.0f} orders</title></rect>)svg",
                   left, f.y(count), right - left, f.y(0) - f.y(count), count);
  }
  fmt::format_to(out, "</svg>");
}

void steps(Out out, const Frame& f, const std::vector<std::int64_t>& sorted,
           std::string_view stroke, std::string_view dash) {
  constexpr std::size_t kStepsMax = 1'000;
  if (sorted.empty()) return;
  const std::size_t skip = std::max<std::size_t>(1, sorted.size() / kStepsMax);
  std::string path = fmt::format("M{:.1f} {:.1f}", f.x(f.x_low), f.y(0));
  for (std::size_t i = 0; i < sorted.size(); i += skip) {
    const std::size_t upto = std::min(i + skip, sorted.size());
    path += fmt::format("H{:.1f}V{:.1f}", f.x(static_cast<double>(sorted[upto - 1]) / 1e6),
                        f.y(static_cast<double>(upto) / static_cast<double>(sorted.size())));
  }
  fmt::format_to(out, R"(<path fill="none" stroke="{}" stroke-width="1.6"{} d="{}H{:.1f}"/>)",
                 stroke, dash, path, f.x(f.x_high));
}

void distribution(Out out, std::string_view name, const std::vector<std::int64_t>& a,
                  const std::vector<std::int64_t>& b) {
  Frame f{kHalf, kLow, 0, 0, 0, 1.05};
  for (const auto* samples : {&a, &b})
    if (!samples->empty())
      f.x_high = std::max(f.x_high, static_cast<double>(samples->back()) / 1e6 * 1.05);
  if (!(f.x_high > 0)) f.x_high = 1;
  chart::open_svg(out, f.width, f.height,
                  fmt::format("{} ({} in the log, {} in the other)", name, a.size(), b.size()), "");
  const double step = chart::nice_step(f.x_high, 5);
  for (double x = 0; x <= f.x_high; x += step) chart::x_tick(out, f, x, fmt::format("{:.4g}", x));
  chart::x_title(out, f, "ms");
  chart::y_ticks(out, f, 1);
  steps(out, f, a, kLogStroke, "");
  steps(out, f, b, kMadeStroke, R"( stroke-dasharray="5 4")");
  fmt::format_to(out, "</svg>");
}

void tables(Out out, const Parity& parity) {
  fmt::format_to(
      out,
      "<div class=scroll><table><tr><th style=\"text-align:left\">part<th>weight<th>value"
      "<th style=\"text-align:left\">measured<th style=\"text-align:left\">definition</tr>");
  for (const ParityComponent& part : parity.components)
    fmt::format_to(
        out,
        "<tr><td style=\"text-align:left\">{}<td>{:.0f}<td>{}<td style=\"text-align:left\">{}"
        "<td style=\"text-align:left;white-space:normal\">{}</tr>",
        chart::escaped(part.name), part.weight,
        part.value ? fmt::format("{:.4f}", *part.value) : std::string{"left out"},
        chart::escaped(part.detail), chart::escaped(part.definition));
  fmt::format_to(
      out,
      "</table></div><h2>P&amp;L by strategy and instrument</h2><div class=scroll><table><tr>"
      "<th style=\"text-align:left\">strategy<th style=\"text-align:left\">instrument<th>log"
      "<th>other</tr>");
  for (const ProfitPair& pair : parity.profits)
    fmt::format_to(
        out,
        "<tr><td style=\"text-align:left\">{}<td style=\"text-align:left\">{}<td>{}<td>{}</tr>",
        chart::escaped(pair.strategy), chart::escaped(pair.instrument), page_money(pair.log),
        page_money(pair.made));
  fmt::format_to(out, "</table></div>");
}
}  // namespace

std::string parity_page(const SessionFacts& log, const SessionFacts& made, const Parity& parity,
                        const std::optional<Difference>& difference) {
  std::string page;
  const Out out{page};
  fmt::format_to(
      out,
      "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
      "content=\"width=device-width\"><meta name=color-scheme content=\"light dark\"><title>Parity "
      "{0:.2f}</title>{1}<h1>Parity {0:.2f} of 100</h1><p>{2}, against {3}. Orders matched: {4} by "
      "id, {5} "
      "by their place; only in the log {6}, only in the other {7}.</p>",
      parity.score, chart::kChartStyle, chart::escaped(log.summary.origin),
      chart::escaped(made.summary.origin), parity.by_id, parity.by_order, parity.log_only,
      parity.made_only);
  fmt::format_to(out, "<h2>First difference</h2>");
  if (difference) {
    fmt::format_to(out, "<p>{} at {}. {}</p><p>log: {}</p><p>other: {}</p>",
                   chart::escaped(difference->kind), clock_text(difference->at),
                   chart::escaped(difference->field), chart::escaped(difference->log),
                   chart::escaped(difference->made));
  } else {
    fmt::format_to(out, "<p>None: every decision is the same.</p>");
  }
  fmt::format_to(out, "<h2>Score</h2>");
  tables(out, parity);
  fmt::format_to(out, "<h2>P&amp;L over time</h2>");
  equity_chart(out, log, made);
  fmt::format_to(out, "<h2>Fill prices</h2>");
  histogram(out, parity.fill_ticks);
  fmt::format_to(out,
                 "<h2>Latencies</h2><div style=\"display:grid;gap:12px;"
                 "grid-template-columns:repeat(auto-fit,minmax(480px,1fr))\">");
  distribution(out, "send to acknowledgement", parity.log_latency.send_to_ack,
               parity.made_latency.send_to_ack);
  distribution(out, "acknowledgement to first fill", parity.log_latency.ack_to_fill,
               parity.made_latency.ack_to_fill);
  fmt::format_to(out, "</div></html>\n");
  return page;
}
}  // namespace sq::app
