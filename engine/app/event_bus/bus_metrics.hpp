// The event bus in the Prometheus text format: families of its own, to be put behind others.
// Thread: any. Cost: cold. Names: base units, counters end in _total.
#pragma once

#include <string>

#include "engine/app/event_bus/event_bus.hpp"

namespace sq::app {
[[nodiscard]] std::string bus_metrics(EventBus& bus);
}  // namespace sq::app
