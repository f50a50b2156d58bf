// A planted bug that a working fuzzer finds within seconds: tools/check fuzz fails when this does
// not.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size >= 3 && data[0] == 'B' && data[1] == 'U' && data[2] == 'G') std::abort();
  return 0;
}
