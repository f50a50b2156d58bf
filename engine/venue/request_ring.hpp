// The way of requests from the core to a venue's thread: each frame is the gate's stamp and the
// record. One ring a venue. The core's end is ring_entry.hpp; at the other the venue checks the
// stamp before it makes bytes (risk::ApprovalChecker).
// Thread: one producer (the core's), one consumer (the venue's). Cost: a copy. Errors: full
// refuses: the producer then says that the request was not sent. Source: controls P30.
#pragma once

#include <cstring>

#include "engine/messaging/record_ring.hpp"
#include "engine/risk/approval.hpp"

namespace sq::venue {
class RequestRing {
 public:
  explicit RequestRing(std::uint64_t capacity) : ring_{capacity} {}

  // Core. Requests that need no approval have an empty stamp.
  [[nodiscard]] bool try_push(const RecordHeader& request,
                              const risk::ApprovalStamp& stamp = {}) noexcept {
    std::byte* const room = ring_.reserve(kStamp + request.length);
    if (room == nullptr) return false;
    std::memcpy(room, &stamp, kStamp);
    std::memcpy(room + kStamp, &request, request.length);
    ring_.commit(kStamp + request.length);
    return true;
  }

  // Venue. The oldest, valid until pop(); false: none.
  struct Request {
    risk::ApprovalStamp stamp{};
    const RecordHeader* record{nullptr};
  };
  [[nodiscard]] bool peek(Request& request) noexcept {
    const std::byte* const frame = ring_.peek_bytes();
    if (frame == nullptr) return false;
    std::memcpy(&request.stamp, frame, kStamp);
    request.record = reinterpret_cast<const RecordHeader*>(frame + kStamp);
    return true;
  }
  void pop() noexcept { ring_.pop(); }

  [[nodiscard]] std::uint64_t refused() const noexcept { return ring_.refused(); }

 private:
  static constexpr std::uint32_t kStamp = sizeof(risk::ApprovalStamp);
  static_assert(kStamp % kRecordAlignment == 0, "records stay aligned");
  RecordRing ring_;
};
}  // namespace sq::venue
