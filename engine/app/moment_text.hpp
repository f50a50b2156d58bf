// Moments as people write them. Thread: any, cold. Units: UTC.
#pragma once

#include <string>
#include <string_view>

#include "engine/types/time.hpp"

namespace sq::app {
// "2019-12-30 09:35:10.123456789"
[[nodiscard]] std::string moment_text(WallTime moment);
// "HH:MM:SS[.fraction]" after `midnight`, "YYYY-MM-DD[T ]HH:MM:SS[.fraction]", or nanoseconds
// since 1970. Throws std::runtime_error with what would be accepted.
[[nodiscard]] WallTime parse_moment(std::string_view text, WallTime midnight);
}  // namespace sq::app
