#include "engine/feed/columnar/bit_packing.hpp"

#include <cstring>

namespace sq::feed::columnar {
namespace {
// One word of all lanes: a register with AVX-512, several without.
using Lanes [[gnu::vector_size(kLanes * sizeof(std::uint64_t))]] = std::uint64_t;
}  // namespace

void pack(const std::uint64_t* values, std::size_t count, unsigned width,
          std::uint64_t* out) noexcept {
  if (width == 0) return;
  Lanes word{};
  unsigned used = 0;  // bits of `word`
  for (std::size_t i = 0; i < count; i += kLanes) {
    Lanes value;
    std::memcpy(&value, values + i, sizeof value);
    word |= value << used;
    if (used + width >= 64) {
      std::memcpy(out, &word, sizeof word);
      out += kLanes;
      word = (value >> 1) >> (63 - used);
      used = used + width - 64;
    } else {
      used += width;
    }
  }
  if (used != 0) std::memcpy(out, &word, sizeof word);
}

void unpack(const std::uint64_t* packed, std::size_t count, unsigned width, std::uint64_t base,
            std::uint64_t scale, std::uint64_t* values) noexcept {
  const Lanes bases = base - Lanes{};
  if (width == 0) {
    for (std::size_t i = 0; i < count; i += kLanes) std::memcpy(values + i, &bases, sizeof bases);
    return;
  }
  const Lanes mask = mask_of(width) - Lanes{};
  const Lanes scales = scale - Lanes{};
  std::size_t bit = 0;
  for (std::size_t i = 0; i < count; i += kLanes, bit += width) {
    const std::uint64_t* const word = packed + bit / 64 * kLanes;
    const std::uint64_t* const next = packed + (bit + width - 1) / 64 * kLanes;
    const unsigned used = bit % 64;
    Lanes low;
    Lanes high;
    std::memcpy(&low, word, sizeof low);
    std::memcpy(&high, next, sizeof high);
    // Where the value does not straddle, `high` is `low` and its bits land above the mask.
    const Lanes value = ((low >> used) | ((high << 1) << (63 - used))) & mask;
    const Lanes result = bases + value * scales;
    std::memcpy(values + i, &result, sizeof result);
  }
}
}  // namespace sq::feed::columnar
