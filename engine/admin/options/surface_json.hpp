// A fitted surface as JSON, for the admin port and the command line.
// Thread: any. Cost: cold. Units: years, volatilities a year; a moment is UTC,
// "2026-12-24T15:30:00Z".
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/options/surface/fitted_surface.hpp"

namespace sq::admin::options {
struct SurfaceJson {
  bool dated{true};    // expiries with their moments, not only years
  bool spot{true};     // false: none was given, so yields mean nothing
  bool points{false};  // each expiry's quotes in volatility
};
[[nodiscard]] boost::json::object surface_json(const sq::options::FittedSurface& surface,
                                               const SurfaceJson& what);

[[nodiscard]] std::string instant_text(WallTime moment);
// Exactly "YYYY-MM-DDTHH:MM:SSZ", 1970 to 2261.
[[nodiscard]] std::optional<WallTime> parse_instant(std::string_view text);
}  // namespace sq::admin::options
