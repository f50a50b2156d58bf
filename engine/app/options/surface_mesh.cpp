#include "engine/app/options/surface_mesh.hpp"

#include <vector>

namespace sq::app::chart {
namespace {
using sq::options::FittedSlice;
using sq::options::FittedSurface;
constexpr int kColumns = 56, kRows = 32;  // cells
constexpr double kWidth = 1300;

struct Point {
  double x, y;
};
// Places of the drawing: `across` and `back` from 0 to 1, `up` from 0 to 1.
Point projected(double across, double back, double up) {
  constexpr double kFrontLeftX = 130, kFrontLeftY = 500;
  constexpr double kAcrossX = 780, kAcrossY = 22, kBackX = 300, kBackY = -190, kUp = 255;
  return {kFrontLeftX + across * kAcrossX + back * kBackX,
          kFrontLeftY + across * kAcrossY + back * kBackY - up * kUp};
}

class Mesh {
 public:
  explicit Mesh(const options::FittedSurface& surface) : surface_{surface} {
    std::vector<double> lows, highs;
    for (const options::FittedSlice& slice : surface.slices()) {
      const double deviation = slice.volatility * std::sqrt(slice.quotes.years);
      lows.push_back(slice.quotes.points.front().k / deviation);
      highs.push_back(slice.quotes.points.back().k / deviation);
    }
    std::sort(lows.begin(), lows.end());
    std::sort(highs.begin(), highs.end());
    low_ = std::min(lows[lows.size() / 2], -0.5);
    high_ = std::max(highs[highs.size() / 2], 0.5);
    near_ = std::sqrt(surface.slices().front().quotes.years);
    far_ = std::max(std::sqrt(surface.slices().back().quotes.years), near_ * 1.2);
    std::vector<double> sorted;
    for (int row = 0; row <= kRows; ++row) {
      for (int column = 0; column <= kColumns; ++column) {
        values_.push_back(
            volatility(static_cast<double>(column) / kColumns, static_cast<double>(row) / kRows));
      }
    }
    sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    const double room = 0.04 * (sorted.back() - sorted.front()) + 1e-4;
    bottom_ = std::max(0.0, sorted.front() - room);
    top_ = sorted[sorted.size() * 995 / 1000] + room;
  }

  void draw(Out out) const {
    floor(out);
    for (int row = kRows - 1; row >= 0; --row) {
      for (int column = 0; column < kColumns; ++column) cell(out, row, column);
    }
    labels(out);
  }

 private:
  [[nodiscard]] double deviations(double across) const { return low_ + across * (high_ - low_); }
  // Even in the square root of time, so that near expiries keep room.
  [[nodiscard]] double years(double back) const {
    const double root = near_ + back * (far_ - near_);
    return root * root;
  }
  [[nodiscard]] double volatility(double across, double back) const {
    const double time = years(back);
    const double level = std::sqrt(surface_.total_variance_at(0, time).value_or(0));
    const auto variance = surface_.total_variance_at(deviations(across) * level, time);
    return std::sqrt(variance.value_or(level * level) / time);
  }
  [[nodiscard]] double part(double value) const {
    return std::clamp((value - bottom_) / (top_ - bottom_), 0.0, 1.0);
  }
  [[nodiscard]] double at(int row, int column) const {
    return values_[static_cast<std::size_t>(row * (kColumns + 1) + column)];
  }

  void cell(Out out, int row, int column) const {
    double sum = 0;
    fmt::format_to(out, "<path class=\"mesh\" d=\"");
    constexpr int kCorners[4][2] = {{0, 0}, {0, 1}, {1, 1}, {1, 0}};
    for (int i = 0; i < 4; ++i) {
      const int r = row + kCorners[i][0], c = column + kCorners[i][1];
      const Point p = projected(static_cast<double>(c) / kColumns, static_cast<double>(r) / kRows,
                                part(at(r, c)));
      sum += at(r, c);
      fmt::format_to(out, "{}{:.1f} {:.1f}", i == 0 ? 'M' : 'L', p.x, p.y);
    }
    fmt::format_to(out,
                   "Z\" fill=\"{}\"><title>{:.1f} %, {:.3g} days, {:.2f} deviations</title></path>",
                   ramp(part(sum / 4)), 25 * sum, years((row + 0.5) / kRows) * 365,
                   deviations((column + 0.5) / kColumns));
  }

  static void line(Out out, Point a, Point b) {
    fmt::format_to(out, R"(<path class="axis" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>)", a.x, a.y, b.x,
                   b.y);
  }
  static void text(Out out, Point p, double dx, double dy, std::string_view anchor,
                   const std::string& label) {
    fmt::format_to(out, R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)", p.x + dx,
                   p.y + dy, anchor, label);
  }

  // The floor's outline and the lines of equal volatility on the two walls behind.
  void floor(Out out) const {
    line(out, projected(0, 0, 0), projected(1, 0, 0));
    line(out, projected(1, 0, 0), projected(1, 1, 0));
    const double step = nice_step(top_ - bottom_, 5);
    for (double v = std::ceil(bottom_ / step) * step; v <= top_; v += step) {
      line(out, projected(0, 0, part(v)), projected(0, 1, part(v)));
      line(out, projected(0, 1, part(v)), projected(1, 1, part(v)));
      text(out, projected(0, 0, part(v)), -8, 4, "end", fmt::format("{:.4g} %", v * 100));
    }
    line(out, projected(0, 0, 0), projected(0, 0, 1));
  }
  void labels(Out out) const {
    const double step = nice_step(high_ - low_, 6);
    for (double d = std::ceil(low_ / step) * step; d <= high_; d += step) {
      const double across = (d - low_) / (high_ - low_);
      line(out, projected(across, 0, 0), projected(across, -0.02, 0));
      text(out, projected(across, -0.02, 0), 0, 14, "middle",
           fmt::format("{:.3g}", std::abs(d) < step / 2 ? 0.0 : d));
    }
    text(out, projected(0.5, -0.02, 0), 0, 32, "middle",
         "strike, in standard deviations from the forward (below, above)");
    double last = -1;
    for (const options::FittedSlice& slice : surface_.slices()) {
      const double back = (std::sqrt(slice.quotes.years) - near_) / (far_ - near_);
      if (back - last < 0.09) continue;
      last = back;
      line(out, projected(1, back, 0), projected(1.01, back, 0));
      text(out, projected(1.01, back, 0), 6, 5, "start", days_text(slice.quotes.years));
    }
    ramp_legend(out, kWidth - 230, 4, fmt::format("{:.1f} %", bottom_ * 100),
                fmt::format("{:.1f} %", top_ * 100));
  }

  const options::FittedSurface& surface_;
  double low_{0}, high_{0}, near_{0}, far_{0}, bottom_{0}, top_{0};
  std::vector<double> values_{};
};
}  // namespace

void surface_mesh(Out out, const options::FittedSurface& surface, std::string_view attributes) {
  open_svg(out, kWidth, kMeshHeight, "Volatility over moneyness and time to expiry", attributes);
  Mesh{surface}.draw(out);
  fmt::format_to(out, "</svg>");
}
}  // namespace sq::app::chart
