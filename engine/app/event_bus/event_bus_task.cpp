#include "engine/app/event_bus/event_bus_task.hpp"

#include <chrono>

#include "engine/app/event_bus/core_letters.hpp"
#include "engine/app/threads.hpp"
#include "engine/telemetry/tick_clock.hpp"

namespace sq::app {
namespace {
constexpr std::chrono::milliseconds kPause{2};
constexpr std::size_t kEventsAtOnce = 256;  // so that a stop is seen

// Until `stop`, and then what is left to do of `work` is left to the next start.
template <class Work>
void work_until(const std::atomic<bool>& stop, Work work) {
  while (!stop.load(std::memory_order_acquire))
    if (work(telemetry::monotonic_ns()) == 0) std::this_thread::sleep_for(kPause);
}
}  // namespace

EventBusTask::EventBusTask(const std::filesystem::path& log_dir, LetterLimits limits)
    : bus_{log_dir, limits} {
  Subscription& core_letters = keep_core_letters(bus_);
  threads_.push_back(start_thread("sq-events", -1, [this] {
    work_until(stop_, [this](std::int64_t now) { return bus_.do_work(now); });
  }));
  consume(core_letters);
}

EventBusTask::~EventBusTask() {
  stop_.store(true, std::memory_order_release);
  for (std::thread& thread : threads_) thread.join();
}

void EventBusTask::consume(Subscription& subscription) {
  const std::scoped_lock lock{mutex_};
  threads_.push_back(start_thread("sq-" + subscription.options().name, -1, [this, &subscription] {
    work_until(stop_, [&](std::int64_t now) { return subscription.deliver(now, kEventsAtOnce); });
  }));
}
}  // namespace sq::app
