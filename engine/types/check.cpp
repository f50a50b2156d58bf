#include "engine/types/check.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <tuple>

namespace sq {
void check_failed(const char* expression, const char* file, int line) noexcept {
  char text[512];
  std::size_t used = 0;
  const auto put = [&](const char* part) {
    for (; *part != '\0' && used < sizeof text - 1; ++part) text[used++] = *part;
  };
  char digits[16];
  *std::to_chars(digits, digits + sizeof digits - 1, line).ptr = '\0';
  put("check failed: ");
  put(expression);
  put(" at ");
  put(file);
  put(":");
  put(digits);
  put("\n");
  std::ignore = ::write(STDERR_FILENO, text, used);
  std::abort();
}
}  // namespace sq
