#include "engine/telemetry/format.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace sq::telemetry {
namespace {
std::string grouped(std::string digits, bool negative) {
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, ",");
  return negative ? "-" + digits : digits;
}

// Three significant digits and the next unit where they would round up to 1,000.
struct Scaled {
  double value;
  std::size_t unit;
};
Scaled scaled(double value, double step, std::size_t units) {
  std::size_t unit = 0;
  while (unit + 1 < units && value >= step - step / 2000) {
    value /= step;
    ++unit;
  }
  return {value, unit};
}
std::string three_digits(double value) {
  return fmt::format("{:.{}f}", value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}
}  // namespace

std::string with_separators(std::uint64_t n) { return grouped(fmt::format("{}", n), false); }
std::string with_separators(std::int64_t n) {
  const auto bits = static_cast<std::uint64_t>(n);
  return grouped(fmt::format("{}", n < 0 ? std::uint64_t{0} - bits : bits), n < 0);
}

std::string duration_text(double ns) {
  if (ns < 0) return "-" + duration_text(-ns);
  if (ns >= 3600e9 - 30e9) {
    const auto minutes = static_cast<std::uint64_t>(std::llround(ns / 60e9));
    return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
  }
  if (ns >= 100e9 - 0.5e9) {
    const auto seconds = static_cast<std::uint64_t>(std::llround(ns / 1e9));
    return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  }
  if (ns < 99.95) return fmt::format("{:.{}f} ns", ns, ns == std::floor(ns) ? 0 : 1);
  static constexpr std::array<std::string_view, 4> kUnits{"ns", "us", "ms", "s"};
  const Scaled s = scaled(ns, 1000.0, kUnits.size());
  return fmt::format("{} {}", three_digits(s.value), kUnits[s.unit]);
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  static constexpr std::array<std::string_view, 7> kUnits{"B",   "KiB", "MiB", "GiB",
                                                          "TiB", "PiB", "EiB"};
  const Scaled s = scaled(static_cast<double>(bytes), 1024.0, kUnits.size());
  return fmt::format("{} {}",
                     s.value >= 1000 ? fmt::format("{:.0f}", s.value) : three_digits(s.value),
                     kUnits[s.unit]);
}

std::string rate_text(double per_second) {
  static constexpr std::array<std::string_view, 4> kUnits{"/s", "k/s", "M/s", "G/s"};
  const Scaled s = scaled(per_second, 1000.0, kUnits.size());
  if (s.unit == 0 && per_second == std::floor(per_second))
    return fmt::format("{:.0f} /s", per_second);
  return fmt::format("{} {}", three_digits(s.value), kUnits[s.unit]);
}
}  // namespace sq::telemetry
