// [telemetry]: what people see while it runs.
#pragma once

#include <cstdint>

#include "engine/types/time.hpp"

namespace sq::settings {
enum class TextLevel : std::uint8_t { Debug, Info, Warn, Error };
struct Telemetry {
  TextLevel text_level{TextLevel::Info};    // least severe text that is written
  std::uint32_t texts_per_second_max{200};  // 1 to 100,000; the rest is counted, not written
  std::int64_t progress_interval_ns{1'000 * kNsPerMs};  // 100 ms to 60 s between progress lines

  friend bool operator==(const Telemetry&, const Telemetry&) = default;
};
}  // namespace sq::settings
