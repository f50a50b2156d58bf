// [[risk.breaker]] in the configuration: both sides of each bound, one of each kind.
#include <catch2/catch.hpp>

#include "tests/settings/small_config.hpp"

using namespace sq;

namespace {
std::string with_breaker(const std::string& lines) {
  return std::string{test::kSmallConfig}.append("\n[[risk.breaker]]\n").append(lines).append("\n");
}
bool accepted(const std::string& lines) { return test::problems_of(with_breaker(lines)).empty(); }
const std::string kRejects = "kind = \"rejects\"\naction = \"pause\"\n";
}  // namespace

TEST_CASE("a circuit breaker needs kind, action and bound, and keeps to its bounds", "[settings]") {
  CHECK(accepted(kRejects + "bound = 1"));
  CHECK(accepted(kRejects + "bound = 1000000000"));
  for (const char* wrong :
       {"", "bound = 0", "bound = 1000000001", "bound = \"1\"", "bound = 1\nlevel = 2",
        "bound = 1\nwindow_ms = 9", "bound = 1\nwindow_ms = 600001", "bound = 1\nwindow_orders = 1",
        "bound = 1\nwindow_orders = 1001", "bound = 1\nhold_ms = 99",
        "bound = 1\nhold_ms = 86400001"}) {
    INFO(wrong);
    CHECK_FALSE(accepted(kRejects + wrong));
  }
  for (const char* right :
       {"window_ms = 10", "window_ms = 600000", "window_orders = 2", "window_orders = 1000",
        "hold_ms = 100", "hold_ms = 86400000", "rearm = true"}) {
    INFO(right);
    CHECK(accepted(kRejects + "bound = 1\n" + right));
  }
  CHECK_FALSE(accepted("kind = \"wild\"\naction = \"pause\"\nbound = 1"));
  CHECK_FALSE(accepted("kind = \"loss\"\naction = \"wait\"\nbound = 1"));
  CHECK_FALSE(accepted(kRejects + "bound = 1\n[[risk.breaker]]\n" + kRejects + "bound = 2"));
  CHECK(accepted(kRejects +
                 "bound = 1\n[[risk.breaker]]\nkind = \"loop\"\naction = \"kill\"\nbound = 2"));
}
