// Faults that the sanitizers must report: ctest in the asan and tsan flavours runs each and expects
// its report, so that a sanitizer that is not really on does not pass for "no faults".
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <thread>

namespace {
int read_past_the_end(int argc) {
  const auto values = std::make_unique<int[]>(static_cast<std::size_t>(argc));
  return values[static_cast<std::size_t>(argc)];
}

int overflow(int argc) { return std::numeric_limits<int>::max() + argc; }

int race() {
  int shared = 0;
  std::thread other{[&] { ++shared; }};
  ++shared;
  other.join();
  return shared;
}
}  // namespace

int main(int argc, char** argv) {
  const char* fault = argc > 1 ? argv[1] : "";
  int result = 0;
  if (std::strcmp(fault, "heap") == 0) result = read_past_the_end(argc);
  if (std::strcmp(fault, "overflow") == 0) result = overflow(argc);
  if (std::strcmp(fault, "race") == 0) result = race();
  std::printf("%d\n", result);
  return 0;
}
