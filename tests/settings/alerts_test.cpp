// [alerts]: both sides of each bound, and what would leave people untold or a secret in the log.
#include <catch2/catch.hpp>

#include "tests/settings/small_config.hpp"

using namespace sq;
using namespace sq::settings;

namespace {
const std::string kChannel = "command = \"/bin/page\"\n";
const std::string kWords = "owner = \"desk\"\naction = \"look\"\n";
std::string with_alerts(const std::string& alerts, const std::string& rules) {
  std::string text{test::kSmallConfig};
  return text.append("\n[admin]\nenabled = true\n[alerts]\n").append(alerts).append(rules);
}
std::string rule(const std::string& kind, const std::string& lines) {
  return "\n[[alerts.rule]]\nkind = \"" + kind + "\"\n" + lines;
}
bool accepted(const std::string& alerts, const std::string& rules) {
  return test::problems_of(with_alerts(alerts, rules)).empty();
}
const std::string kRule = rule("kill", kWords + "repeat_s = 60\n");
}  // namespace

TEST_CASE("without the section nobody is told of anything", "[settings]") {
  const Config config = test::parse(test::kSmallConfig);
  CHECK_FALSE(config.alerts.on());
  CHECK(config.alerts.rule(AlertKind::Kill) == nullptr);
}

TEST_CASE("an alert names its owner, its action and how often it is repeated", "[settings]") {
  CHECK(accepted(kChannel, kRule));
  for (const std::string& missing : {std::string{"action = \"look\"\nrepeat_s = 60\n"},
                                     std::string{"owner = \"desk\"\nrepeat_s = 60\n"}, kWords}) {
    INFO(missing);
    CHECK_FALSE(accepted(kChannel, rule("kill", missing)));
  }
  for (const char* seconds : {"1", "86400"})
    CHECK(accepted(kChannel, rule("kill", kWords + "repeat_s = " + seconds + "\n")));
  for (const char* seconds : {"0", "86401", "-1", "\"60\""})
    CHECK_FALSE(accepted(kChannel, rule("kill", kWords + "repeat_s = " + seconds + "\n")));
  const auto owned = [](const std::string& owner) {
    return rule("kill", "owner = \"" + owner + "\"\naction = \"look\"\nrepeat_s = 60\n");
  };
  CHECK(accepted(kChannel, owned(std::string(120, 'x'))));
  CHECK_FALSE(accepted(kChannel, owned(std::string(121, 'x'))));
  CHECK_FALSE(accepted(kChannel, owned("")));
  CHECK_FALSE(accepted(kChannel, owned("a\\nb")));
}

TEST_CASE("there is one rule of each kind, and at least one", "[settings]") {
  std::string all;
  for (const char* kind : 
       {"kill", "breaker", "strategy", "break", "order", "log", "dead-letter", "day"})
    all += rule(kind, kWords + "repeat_s = 60\n");
  CHECK(accepted(kChannel, all));
  CHECK_FALSE(accepted(kChannel, kRule + kRule));
  CHECK_FALSE(accepted(kChannel, rule("weather", kWords + "repeat_s = 60\n")));
  CHECK_FALSE(accepted(kChannel, ""));
}

TEST_CASE("alerts have a way to people, and people a way to acknowledge them", "[settings]") {
  CHECK_FALSE(accepted("", kRule));
  CHECK(accepted("webhook = \"http://localhost:1/a\"\n", kRule));
  CHECK(accepted("webhook = \"http://localhost:1/a\"\n" + kChannel, kRule));
  CHECK_FALSE(accepted("command = \"page\"\n", kRule));  // which folder's would it be?
  CHECK_FALSE(test::problems_of(
                  test::with(with_alerts(kChannel, kRule), "enabled = true", "enabled = false"))
                  .empty());
  CHECK(accepted(kChannel + "timeout_ms = 100\n", kRule));
  CHECK(accepted(kChannel + "timeout_ms = 60000\n", kRule));
  CHECK_FALSE(accepted(kChannel + "timeout_ms = 99\n", kRule));
  CHECK_FALSE(accepted(kChannel + "timeout_ms = 60001\n", kRule));
}

TEST_CASE("a webhook is a plain address without user and password", "[settings]") {
  for (const char* right :
       {"https://hooks.example.com/a/b?c=d", "http://127.0.0.1:65535/", "https://a:1/"}) {
    INFO(right);
    CHECK(accepted("webhook = \"" + std::string{right} + "\"\n", kRule));
  }
  for (const char* wrong :
       {"ftp://a/", "https://", "https:///x", "https://a", "https://u:p@a/", "https://a:0/",
        "https://a:65536/", "https://a:/", "https://a b/", "https://A/", "https://:1/"}) {
    INFO(wrong);
    CHECK_FALSE(accepted("webhook = \"" + std::string{wrong} + "\"\n", kRule));
  }
}

TEST_CASE("alerts survive the resolved text", "[settings]") {
  const Config config = test::parse(
      with_alerts("webhook = \"https://a.example/x\"\ntimeout_ms = 700\n" + kChannel,
                  kRule + rule("log", "owner = \"ops\"\naction = \"make room\"\nrepeat_s = 5\n")));
  REQUIRE(config.alerts.rules.size() == 2);
  CHECK(config.alerts.rule(AlertKind::Log)->owner == "ops");
  CHECK(config.alerts.rule(AlertKind::Log)->repeat_s == 5);
  CHECK(config.alerts.timeout_ns == 700 * kNsPerMs);
  const Config again = test::parse(resolved_text(config));
  CHECK(again.alerts == config.alerts);
}
