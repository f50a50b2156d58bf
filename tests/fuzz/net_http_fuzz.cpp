// Whatever a server sends and however it is split: the parser of answers does not crash, what it
// makes of the bytes does not depend on the split, and it never takes more than it was given.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "engine/net/http/response_parser.hpp"

namespace {
using sq::net::HttpResponseParser;

struct Outcome {
  HttpResponseParser parser;
  std::size_t used{0};
};
Outcome parse(std::span<const std::byte> bytes, std::size_t step, bool head, bool upgrade) {
  Outcome outcome;
  outcome.parser.expect(head, upgrade);
  while (outcome.used < bytes.size()) {
    const std::size_t n = std::min(step, bytes.size() - outcome.used);
    const std::size_t took = outcome.parser.feed(bytes.subspan(outcome.used, n));
    if (took > n) std::abort();
    outcome.used += took;
    if (took < n) break;
  }
  outcome.parser.end_of_input(true);
  return outcome;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const bool head = (data[0] & 1U) != 0;
  const bool upgrade = (data[0] & 2U) != 0;
  const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(data) + 1, size - 1};
  const Outcome whole = parse(bytes, bytes.size() + 1, head, upgrade);
  const Outcome split = parse(bytes, std::size_t{1} + data[0] / 4 % 7, head, upgrade);
  if (whole.parser.state() != split.parser.state() || whole.parser.body() != split.parser.body() ||
      whole.parser.failure() != split.parser.failure() ||
      whole.parser.head().fields != split.parser.head().fields ||
      whole.parser.keep_alive() != split.parser.keep_alive())
    std::abort();
  if (whole.parser.state() == HttpResponseParser::State::Done && whole.used != split.used)
    std::abort();
  return 0;
}
