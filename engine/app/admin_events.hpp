// The admin port's routes of the event bus: dead letters to look at, replay and discard;
// subscribers; and the events themselves, from any sequence on. Thread: the admin's. Cost: cold; an
// answer of events reads the log once. Errors: 400 with what is accepted, 404 for an unknown
// letter, 409 with the reason when it cannot be replayed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/admin/router.hpp"
#include "engine/app/event_bus/event_bus.hpp"

namespace sq::app {
struct EventRouteParts {
  EventBus& bus;
  // Puts a command into the engine as a new input; else why not.
  std::function<std::string(const Record<AdminCommand>&)> command;
  std::function<void(const std::string&)> note;  // one line for the text log
  std::function<std::optional<InstrumentId>(std::string_view)> instrument;  // "VENUE:SYMBOL"
  std::function<std::optional<StrategyId>(std::string_view)> strategy;      // its name
};
// `parts` are copied; the bus must outlive the routes.
[[nodiscard]] std::vector<admin::Route> event_routes(EventRouteParts parts);
}  // namespace sq::app
