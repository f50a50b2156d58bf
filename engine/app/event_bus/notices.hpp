// What a person should hear of at once, in the text log: the kill switch, the state of the log's
// disk, and inputs that nobody could handle.
// Thread: the handler runs on its consumer's. Cost: a line of text a record. Errors: a full queue
// drops the oldest, and says so.
#pragma once

#include "engine/app/event_bus/event_bus.hpp"
#include "engine/telemetry/log.hpp"

namespace sq::app {
// `text` must outlive the bus.
Subscription& write_notices(EventBus& bus, telemetry::Log& text);
}  // namespace sq::app
