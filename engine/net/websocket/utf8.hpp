// Is a stream of bytes UTF-8, as far as it has come? For text that arrives in pieces.
// Thread: the owner's. Cost: a compare a byte, eight at a time for ASCII. Errors: false from the
// byte on that can begin no valid continuation: overlong forms, surrogates, beyond U+10FFFF.
// Source: RFC 3629; RFC 6455 8.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sq::net {
class Utf8 {
 public:
  // False: these bytes cannot be part of valid text; it stays false.
  [[nodiscard]] bool add(std::span<const std::byte> bytes) noexcept;
  // Nothing is open: the text may end here.
  [[nodiscard]] bool whole() const noexcept { return valid_ && wanted_ == 0; }
  void reset() noexcept { *this = {}; }

 private:
  [[nodiscard]] bool lead(std::uint8_t byte) noexcept;

  std::uint8_t wanted_{0};  // continuation bytes
  std::uint8_t low_{0x80};  // bounds of the next one
  std::uint8_t high_{0xBF};
  bool valid_{true};
};
}  // namespace sq::net
