// Counts test cases, so that one that calls skip() is neither passed nor failed but skipped, by
// name. With SQ_TEST_COUNTS=FILE one line of counts is appended there when the program ends;
// tools/test adds the lines up.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/recorded_data.hpp"

namespace {
struct Counts {
  int passed{0};
  int failed{0};
  int skipped{0};
};

std::string running;      // name of the test case; Catch2 runs them on one thread
std::string skip_reason;  // empty: skip() was not called in it

class CountingListener final : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    running = info.name;
    skip_reason.clear();
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    if (!stats.totals.assertions.allOk()) {
      ++counts_.failed;
    } else if (!skip_reason.empty()) {
      ++counts_.skipped;
      skipped_ += "SKIPPED \"" + running + "\": " + skip_reason + '\n';
    } else {
      ++counts_.passed;
    }
  }

  void testRunEnded(const Catch::TestRunStats& stats) override {
    const char* path = std::getenv("SQ_TEST_COUNTS");
    std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "a");
    if (file == nullptr) return;
    std::fprintf(file, "%s passed %d failed %d skipped %d\n%s", stats.runInfo.name.c_str(),
                 counts_.passed, counts_.failed, counts_.skipped, skipped_.c_str());
    std::fclose(file);
  }

 private:
  Counts counts_;
  std::string skipped_;  // one line each
};
CATCH_REGISTER_LISTENER(CountingListener)
}  // namespace

namespace sq::test {
void skip(std::string_view reason) {
  skip_reason = reason;
  std::printf("SKIPPED \"%s\": %s\n", running.c_str(), skip_reason.c_str());
}
}  // namespace sq::test
