// Pictures of a fitted surface that open in any browser without a network: the surface as a mesh
// over moneyness and time, total variance of all expiries (curves that cross are calendar
// arbitrage), the smile of each expiry (bars from bid to ask, the fitted curve) and, on the page, a
// table of fit errors and arbitrage.
// Thread: any. Cost: about 5 ms. Errors: false when the file cannot be written. Readable in light
// and dark, and without colour vision. Units: volatility in percent, time in days.
#pragma once

#include <filesystem>
#include <string>

#include "engine/options/surface/fitted_surface.hpp"

namespace sq::app {
[[nodiscard]] std::string surface_page(const sq::options::FittedSurface& surface,
                                       const std::string& title);
// The pictures alone, one SVG document.
[[nodiscard]] std::string surface_svg(const sq::options::FittedSurface& surface,
                                      const std::string& title);
// By the file's name: .svg, else the page.
[[nodiscard]] bool write_surface_chart(const sq::options::FittedSurface& surface,
                                       const std::string& title, const std::filesystem::path& path);
}  // namespace sq::app
