// Finds every record that can be proven whole in damaged bytes. A record is proven by the checksum
// of the one before it; behind a break the search goes on at every 8 bytes, with the checksum that
// each possible record states as the seed of its successor.
// Thread: one. Cost: the checksum of what is whole, about 1 ns a byte of what is not.
// Errors: none; what is not proven is a Hole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/wal/format.hpp"

namespace sq::wal {
// Records one behind the other, each proven by the one before it.
struct Piece {
  const std::byte* bytes{nullptr};
  std::uint64_t length{0};
  std::uint64_t seed{0};   // checksum of the record before the first one, lost or not
  std::uint64_t chain{0};  // of its last record, also where that one's own field is wrong
  std::uint64_t first_sequence{0};
  std::uint64_t last_sequence{0};
};
struct Hole {
  std::uint64_t offset{0};          // in the bytes searched
  std::uint64_t length{0};          // up to the next proven record, or the last byte not zero
  std::uint64_t after_sequence{0};  // last proven record before it; 0: none
};
struct Salvage {
  std::vector<Piece> pieces;
  std::vector<Hole> holes;
  // Records whose own checksum field alone is wrong: the next one proves them. Each ends its piece.
  std::uint64_t healed{0};
  std::optional<std::uint64_t> chain;  // of the last record, when the bytes end whole
};
// `records` must outlive the pieces. Without a seed the first record cannot be proven.
[[nodiscard]] Salvage salvage(std::span<const std::byte> records, Stream stream,
                              std::optional<std::uint64_t> seed);
}  // namespace sq::wal
