// The event bus of a running engine and its threads: "sq-events" reads the log for all subscribers,
// and each subscriber with a handler has a thread of its own, so a slow one delays only itself.
// Thread: the constructor starts, the destructor ends them; consume() any, bus() see EventBus.
// Errors: the constructor throws when the log cannot be opened or its dead letters be read.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/app/event_bus/event_bus.hpp"

namespace sq::app {
class EventBusTask {
 public:
  explicit EventBusTask(const std::filesystem::path& log_dir, LetterLimits limits = {});
  EventBusTask(const EventBusTask&) = delete;
  EventBusTask& operator=(const EventBusTask&) = delete;
  ~EventBusTask();

  [[nodiscard]] EventBus& bus() noexcept { return bus_; }
  // Starts the thread that calls the subscription's handler until the end.
  void consume(Subscription& subscription);

 private:
  EventBus bus_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::vector<std::thread> threads_;  // the first one is "sq-events"
};
}  // namespace sq::app
