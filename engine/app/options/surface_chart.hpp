// One HTML page of a fitted surface that opens in any browser without a network: the smile of each
// expiry (bars from bid to ask, the fitted curve), total variance of all expiries over
// log-moneyness (curves that cross are calendar arbitrage), volatility over strike and time as a
// map, and a table of fit errors and arbitrage.
// Thread: any. Cost: about 5 ms. Errors: false when the file cannot be written. Readable in light
// and dark. Units: volatility in percent, time in days.
#pragma once

#include <filesystem>
#include <string>

#include "engine/options/surface/surface.hpp"

namespace sq::app {
[[nodiscard]] std::string surface_page(const options::Surface& surface, const std::string& title);
[[nodiscard]] bool write_surface_page(const options::Surface& surface, const std::string& title,
                                      const std::filesystem::path& path);
}  // namespace sq::app
