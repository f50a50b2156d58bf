// How much room the log has on its disk. Thread: plain values. Cost: none.
#pragma once

#include <cerrno>
#include <cstdint>

namespace sq::wal {
enum class Space : std::uint8_t {
  Normal,   // the next segment and the reserve are allocated
  Reserve,  // one of them could not be: what is allocated is for cancels and the kill switch
  Full      // nothing allocated is left: records stay in the ring until it is full too
};
// No room, as opposed to a disk that fails: it may come back, and nothing written is in doubt.
[[nodiscard]] constexpr bool is_space_error(int error) noexcept {
  return error == ENOSPC || error == EDQUOT || error == EFBIG;
}
}  // namespace sq::wal
