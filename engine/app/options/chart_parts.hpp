// Parts of charts in SVG: a frame with axes, a colour ramp, curves, texts.
// Thread: any; plain values. Cost: cold. Colours: classes of kChartStyle, for light and dark; the
// ramp grows in lightness from end to end, so it reads without colour vision too.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>

namespace sq::app::chart {
using Out = std::back_insert_iterator<std::string>;
extern const std::string_view kChartStyle;  // a <style> element

[[nodiscard]] std::string escaped(std::string_view text);
[[nodiscard]] std::string days_text(double years);  // "17.9 days", "354 days"
// Dark blue at 0, over green, to yellow at 1.
[[nodiscard]] std::string ramp(double part);
// 1, 2 or 5 times a power of ten, about `wanted` of them in `span`.
[[nodiscard]] double nice_step(double span, int wanted);

struct Frame {
  double width, height, x_low, x_high, y_low, y_high;
  static constexpr double kLeft = 46, kRight = 10, kTop = 24, kBottom = 36;
  [[nodiscard]] double x(double value) const {
    return kLeft + (value - x_low) / (x_high - x_low) * (width - kLeft - kRight);
  }
  [[nodiscard]] double y(double value) const {
    const double part = (value - y_low) / (y_high - y_low);
    return height - kBottom - part * (height - kTop - kBottom);
  }
};
// <svg ...> with its name; `attributes` go into the tag.
void open_svg(Out out, double width, double height, std::string_view name,
              std::string_view attributes);
void x_tick(Out out, const Frame& frame, double x, const std::string& label);
void x_title(Out out, const Frame& frame, std::string_view title);
// Nice values of the vertical axis, each times `unit`.
void y_ticks(Out out, const Frame& frame, double unit);
// A bar of the ramp with its ends' labels.
void ramp_legend(Out out, double x, double y, std::string_view low, std::string_view high);

// The path of value(x) from low to high.
template <class Fn>
std::string curve(const Frame& f, double low, double high, Fn&& value) {
  constexpr int kPieces = 80;
  std::string path;
  for (int i = 0; i <= kPieces; ++i) {
    const double x = low + (high - low) * i / kPieces;
    path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? 'M' : 'L', f.x(x),
                        std::clamp(f.y(value(x)), Frame::kTop - 2, f.height - Frame::kBottom + 2));
  }
  return path;
}
}  // namespace sq::app::chart
