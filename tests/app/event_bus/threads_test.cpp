// The event bus on its own threads beside a log that is being written.
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <numeric>

#include "engine/app/event_bus/core_letters.hpp"
#include "engine/app/event_bus/event_bus_task.hpp"
#include "tests/app/event_bus/event_log.hpp"

using namespace sq;
using namespace sq::app;
using namespace sq::test;

TEST_CASE(
    "a busy log, a quick, a slow and a failing subscriber on threads of their own: nothing is lost",
    "[event_bus]") {
  constexpr std::uint64_t kOrders = 3'000;
  EventLog log;
  std::vector<std::uint64_t> quick;
  std::vector<std::uint64_t> slow;
  std::atomic<std::size_t> done{0};
  {
    EventBusTask task{log.dir()};
    EventBus& bus = task.bus();
    const auto into = [&](std::vector<std::uint64_t>& list, useconds_t pause) {
      return Consumer{[&list, &done, pause](const Delivery& event) {
                        if (pause != 0 && event.record.sequence % 100 == 0) ::usleep(pause);
                        list.push_back(event.record.sequence);
                        ++done;
                      },
                      {}};
    };
    auto options = named("slow", {Topic::Orders});
    options.queue_records_max = 16;
    options.durable = true;
    task.consume(bus.subscribe(options, into(slow, 1'000)));
    task.consume(bus.subscribe(named("quick", {Topic::Orders}), into(quick, 0)));
    auto failing = named("failing", {Topic::Orders});
    failing.retries = 1;
    failing.retry_pause_ns = 1;
    task.consume(bus.subscribe(failing, {[](const Delivery& event) {
                                           if (event.record.sequence % 500 == 0)
                                             throw std::runtime_error("every five hundredth");
                                         },
                                         {}}));
    for (std::uint64_t i = 0; i < kOrders; ++i) {
      log.order();
      if (i % 500 != 0) continue;
      for (const SubscriberStatus& status : bus.statuses()) CHECK(status.handled <= status.read);
      for (const Letter& letter : bus.letters().list({}, 10)) static_cast<void>(bus.replay(letter));
    }
    const auto handled = [&] {
      for (const SubscriberStatus& status : bus.statuses())
        if (status.handled != kOrders) return false;
      return true;
    };
    for (int i = 0; i < 20'000 && !handled(); ++i) ::usleep(1'000);
    REQUIRE(handled());
    CHECK(done == 2 * kOrders);
    CHECK(bus.letters().counts().kept == kOrders / 500);
  }
  std::vector<std::uint64_t> expected(kOrders);
  std::iota(expected.begin(), expected.end(), 1U);
  CHECK(quick == expected);
  CHECK(slow == expected);
  EventBus bus{log.dir()};
  auto options = named("slow", {Topic::Orders});
  options.durable = true;
  CHECK(bus.subscribe(options).status().handled == kOrders);
}
