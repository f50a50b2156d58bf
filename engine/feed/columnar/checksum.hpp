// XXH3, 64 bits (xxhash 0.8): the same value on every machine and compiler.
// Thread: any. Cost: memory bandwidth.
#pragma once

#include <cstddef>
#include <cstdint>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
// GCC 12's own AVX-512 intrinsics warn of uninitialised values where they are inlined.
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__) && !defined(XXH_VECTOR)
#define XXH_VECTOR 2
#endif
#include <xxhash.h>

namespace sq::feed::columnar {
[[nodiscard]] inline std::uint64_t checksum_of(const void* bytes, std::size_t count,
                                               std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes, count, seed);
}
}  // namespace sq::feed::columnar
