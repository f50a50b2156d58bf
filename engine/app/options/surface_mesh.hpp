// The surface itself, drawn: volatility as height and colour over moneyness and time, seen from
// above the short expiries. Moneyness is in standard deviations of each time, so the picture shows
// what is quoted and little else. Thread: any. Cost: 2 ms.
#pragma once

#include "engine/app/options/chart_parts.hpp"
#include "engine/options/surface/fitted_surface.hpp"

namespace sq::app::chart {
inline constexpr double kMeshHeight = 560;
void surface_mesh(Out out, const sq::options::FittedSurface& surface, std::string_view attributes);
}  // namespace sq::app::chart
