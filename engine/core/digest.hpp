// The running digest of decisions: XXH3 64 bits (xxhash 0.8) of each, seeded with the one before. The
// same value on every machine and compiler. Thread: any. Cost: about 6 ns for 128 bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
// GCC 12's own AVX-512 intrinsics warn of uninitialised values where they are inlined. AVX2 gives
// the same digests.
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__) && !defined(XXH_VECTOR)
#define XXH_VECTOR 2
#endif
#include <xxhash.h>

#include "engine/messaging/record.hpp"

namespace sq::core {
// Covers all but checksum and length, which belong to the log: kind, sequence, times, content.
[[nodiscard]] inline std::uint64_t digest_of(std::uint64_t before,
                                             const RecordHeader& decision) noexcept {
  constexpr std::size_t kFrom = offsetof(RecordHeader, kind);
  return XXH3_64bits_withSeed(reinterpret_cast<const std::byte*>(&decision) + kFrom,
                              decision.length - kFrom, before);
}
}  // namespace sq::core
