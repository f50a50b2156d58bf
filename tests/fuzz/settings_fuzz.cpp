// Configurations: whatever the bytes, parse() gives a Config or a ConfigError with a place, and an
// accepted Config survives its resolved text. The first byte chooses: the rest is the whole text,
// or replaces a piece of a good configuration, so that the fuzzer reaches past the syntax.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/settings/small_config.hpp"

namespace {
void check(const std::string& text) {
  using namespace sq::settings;
  Config config;
  try {
    config = parse(text, "fuzz.toml", "/project/config");
  } catch (const ConfigError& error) {
    SQ_CHECK(!error.problems().empty());
    for (const Problem& problem : error.problems()) SQ_CHECK(!problem.accepted.empty());
    return;
  }
  const std::string resolved = resolved_text(config);
  SQ_CHECK(parse(resolved, "resolved", "/elsewhere") == config);
  SQ_CHECK(resolved_text(parse(resolved, "resolved", "/elsewhere")) == resolved);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  std::string bytes{reinterpret_cast<const char*>(data) + 4, size - 4};
  if (data[0] % 2 == 0) {
    check(bytes);
    return 0;
  }
  std::string text{sq::test::kSmallConfig};
  const std::size_t at = (data[1] * std::size_t{256} + data[2]) % text.size();
  text.replace(at, data[3] % 32, bytes);
  check(text);
  return 0;
}
