// The keeper of a venue's own timer: when it is renewed, and when it is left to run out.
#include "engine/venue/dead_man.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace sq;

namespace {
struct Timer final : venue::VenueDeadMan {
  bool arm(std::int64_t timeout_ns) noexcept override {
    if (broken) return false;
    asked.push_back(timeout_ns);
    return true;
  }
  std::vector<std::int64_t> asked;
  bool broken{false};
};
}  // namespace

TEST_CASE("a dead-man timer is renewed each third of its time, and again where it failed",
          "[venue]") {
  Timer timer;
  venue::DeadManKeeper keeper{timer, 3'000};
  keeper.do_work(MonoTime{0}, true);
  keeper.do_work(MonoTime{999}, true);
  CHECK(timer.asked == std::vector<std::int64_t>{3'000});
  timer.broken = true;
  keeper.do_work(MonoTime{1'000}, true);
  timer.broken = false;
  keeper.do_work(MonoTime{1'001}, true);
  CHECK(timer.asked.size() == 2);
}

TEST_CASE("a dead-man timer that may not be renewed runs out; an orderly end switches it off",
          "[venue]") {
  Timer timer;
  venue::DeadManKeeper keeper{timer, 3'000};
  keeper.do_work(MonoTime{0}, true);
  keeper.do_work(MonoTime{5'000}, false);
  CHECK(timer.asked.size() == 1);
  keeper.stop();
  keeper.do_work(MonoTime{9'000}, true);
  CHECK(timer.asked == std::vector<std::int64_t>{3'000, 0});
}
