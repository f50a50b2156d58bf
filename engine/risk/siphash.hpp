// SipHash-2-4 of a message of whole 64-bit words: a keyed 64-bit MAC that is fast on short input.
// Thread: any. Cost: about 35 ns for 72 bytes, no allocation. Errors: none.
// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, sections 2 and 3.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace sq::risk {
class SipHash24 {
 public:
  explicit constexpr SipHash24(const std::array<std::uint64_t, 2>& key) noexcept
      : v_{key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU, key[0] ^ 0x6c7967656e657261U,
           key[1] ^ 0x7465646279746573U} {}

  constexpr void add(std::uint64_t word) noexcept {
    ++words_;
    compress(word);
  }
  // Once, at the end.
  [[nodiscard]] constexpr std::uint64_t finish() noexcept {
    compress((words_ * 8) << 56);  // the length modulo 256 in the last byte
    v_[2] ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
  }

 private:
  constexpr void compress(std::uint64_t word) noexcept {
    v_[3] ^= word;
    round();
    round();
    v_[0] ^= word;
  }
  constexpr void round() noexcept {
    v_[0] += v_[1];
    v_[1] = std::rotl(v_[1], 13) ^ v_[0];
    v_[0] = std::rotl(v_[0], 32);
    v_[2] += v_[3];
    v_[3] = std::rotl(v_[3], 16) ^ v_[2];
    v_[0] += v_[3];
    v_[3] = std::rotl(v_[3], 21) ^ v_[0];
    v_[2] += v_[1];
    v_[1] = std::rotl(v_[1], 17) ^ v_[2];
    v_[2] = std::rotl(v_[2], 32);
  }

  std::array<std::uint64_t, 4> v_;
  std::uint64_t words_{0};
};
}  // namespace sq::risk
