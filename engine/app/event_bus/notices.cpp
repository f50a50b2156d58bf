#include "engine/app/event_bus/notices.hpp"

#include "engine/wal/dump.hpp"

namespace sq::app {
Subscription& write_notices(EventBus& bus, telemetry::Log& text) {
  SubscriberOptions options;
  options.name = "notices";
  options.filter.topics = {Topic::Kill, Topic::LogState, Topic::DeadLetters};
  options.when_full = WhenFull::DropOldest;
  return bus.subscribe(std::move(options),
                       {[&text](const Delivery& event) {
                          text.warning("events", "{}", wal::describe(event.record));
                        },
                        [&text](const Loss& loss) {
                          text.warning("events", "notices of records {} to {} are missing",
                                       loss.first, loss.last);
                        }});
}
}  // namespace sq::app
