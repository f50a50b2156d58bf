// The matching engine against its model: every byte string is an instrument's rules and a sequence
// of commands. Aborts at the first difference.
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "engine/types/check.hpp"
#include "tests/book/matching_lockstep.hpp"

// A fuzzer is one source file and links the module alone, so the model comes in as text.
#include "tests/book/matching_flow.cpp"
#include "tests/book/matching_lockstep.cpp"
#include "tests/book/matching_model.cpp"
#include "tests/book/matching_model_flow.cpp"
#include "tests/book/matching_model_rules.cpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sq::matching::Coverage coverage;
  const std::string difference =
      sq::matching::run_flow(sq::matching::Dice{{data, size}}, 1'000, 8, coverage);
  if (!difference.empty()) std::fprintf(stderr, "%s\n", difference.c_str());
  SQ_CHECK(difference.empty());
  return 0;
}
