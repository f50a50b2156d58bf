// What a scope has left, coarsely, in one cache line: an order that needs no more passes all of its
// limits on sums, counts, rate and loss with one comparison of the line. What an order needs is
// rounded up and what is left down, so an order that would breach never passes; one that comes
// within 1.5e-9 of a bound may not pass here and is held against the exact sums.
// Thread: plain values. Cost: eight comparisons without a branch. Errors: what does not fit in a
// lane needs more than there ever is.
// Units: money in 2^56 x 1e-26 of the base currency (7.2e-10); orders; nanoseconds, negated.
// Source: controls P13-P16, P18-P20.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "engine/types/fixed.hpp"

namespace sq::risk {
enum class Room : std::uint8_t {
  OrderValue,
  Gross,  // and credit
  Long,   // net
  Short,
  OpenValue,  // and turnover
  OpenOrders,
  Rate,   // needed: the time now; left: since when it is free
  Latch,  // none left: latched
};
constexpr std::size_t kRooms = 8;
constexpr int kRoomBits = 56;
constexpr std::int64_t kNeedsNothing = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kRoomMax = std::numeric_limits<std::int64_t>::max() - 1;

class alignas(64) Headroom {
 public:
  [[nodiscard]] std::int64_t& operator[](Room room) noexcept {
    return lanes_[static_cast<std::size_t>(room)];
  }
  [[nodiscard]] bool holds(const Headroom& needed) const noexcept {
#ifdef __AVX512F__
    return _mm512_cmpgt_epi64_mask(_mm512_load_si512(needed.lanes_.data()),
                                   _mm512_load_si512(lanes_.data())) == 0;
#else
    std::uint64_t short_of = 0;
    for (std::size_t i = 0; i < kRooms; ++i)
      short_of |= needed.lanes_[i] > lanes_[i] ? std::uint64_t{1} : std::uint64_t{0};
    return short_of == 0;
#endif
  }

 private:
  std::array<std::int64_t, kRooms> lanes_{};
};

[[nodiscard]] constexpr std::int64_t room_left(Int128 bound, Int128 used) noexcept {
  Int128 left = 0;
  if (__builtin_sub_overflow(bound, used, &left)) return used < 0 ? kRoomMax : kNeedsNothing;
  return static_cast<std::int64_t>(
      std::clamp(left >> kRoomBits, Int128{kNeedsNothing}, Int128{kRoomMax}));
}
[[nodiscard]] constexpr std::int64_t room_needed(Int128 amount) noexcept {
  const Int128 up = (amount >> kRoomBits) + 1;
  return static_cast<std::int64_t>(std::clamp(up, Int128{kNeedsNothing} + 1, Int128{kRoomMax} + 1));
}
}  // namespace sq::risk
