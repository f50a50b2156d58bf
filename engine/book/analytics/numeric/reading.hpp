// A measured value and how much is behind it. A value that is not known yet has count 0: never NaN.
// Thread: any (plain value).
#pragma once

#include <cstdint>

namespace sq::book::analytics {
struct Reading {
  double value{0};         // no meaning while count is 0
  std::uint64_t count{0};  // observations behind it
  [[nodiscard]] constexpr bool known() const noexcept { return count != 0; }
};
}  // namespace sq::book::analytics
