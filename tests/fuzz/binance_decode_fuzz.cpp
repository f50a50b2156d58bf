// Any bytes as a message of either venue: whatever the scanner reads, the parser reads alike.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/venues/binance/differential.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sq::test::Differential;
  static Differential spot{sq::DepthChain::Contiguous};
  static Differential futures{sq::DepthChain::Linked};
  const std::string_view message{reinterpret_cast<const char*>(data), size};
  if (spot.run(message) == Differential::Verdict::Different) std::abort();
  if (futures.run(message, message) == Differential::Verdict::Different) std::abort();
  return 0;
}
