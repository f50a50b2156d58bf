// What the matching engine reports: one cache line an event, in the order in which things happen.
// A sink is anything that can be called with an Event; EventBuffer keeps them for the caller.
//
// From the events alone a listener can keep every order, both public books (order by order, and by
// price level) and every position (tests/book/matching_picture_test.cpp does):
//   public   Accepted and Replaced with kBooked, and Booked: an order of `shown` stands at the tail
//            of `price`. Replaced, Cancelled, Expired: it is gone. Traded: the maker shows `qty`
//            less and is gone with kMakerDone. Reduced: it shows `shown`, in its place. Refreshed:
//            it shows `shown`, at the tail. Orders never booked are not public.
//   private  `qty` as listed below is the owner's business only: hidden quantity is part of it.
// In an auction call (kAuction) both orders may be booked: each shows `qty` less.
//
// Thread: any (plain values). Cost: 64 bytes copied. Units: engine/types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "engine/book/matching/vocabulary.hpp"
#include "engine/types/fixed.hpp"

namespace sq::matching {
// Bits of Event::flags (Rejected has its Command there).
constexpr std::uint8_t kBooked = 1;     // Accepted, Replaced: stands in the book, nothing to match
constexpr std::uint8_t kMakerDone = 2;  // Traded: nothing is left of the maker
constexpr std::uint8_t kTakerDone = 4;  // Traded: nothing is left of the taker
constexpr std::uint8_t kAuction = 8;    // Traded: in an uncrossing; the maker is the older order

struct Event {
  EventKind kind{EventKind::Accepted};
  Side side{Side::Buy};  // of the order; Traded: of the taker
  std::uint8_t code{0};  // Refusal, Why or Phase
  std::uint8_t flags{0};
  Handle handle{kNoHandle};        // of the order; Traded: of the maker
  OwnerId owner{};                 // of the order; Traded: of the maker
  OwnerId taker_owner{};           // Traded
  Handle taker_handle{kNoHandle};  // Traded
  OrderId id{};                    // of the order; Traded: of the maker
  OrderId taker_id{};              // Traded
  Price price{};  // limit of the order (0: has none); Traded, Uncrossed: of the trades
  // Accepted, Replaced, Booked, Triggered, Refreshed: open, hidden part included. Traded: traded.
  // Reduced, Cancelled, Expired: lost. Uncrossed: to be traded.
  Qty qty{};
  Qty shown{};  // on display after the event; Traded: by the maker; Uncrossed: bought - sold
                // surplus
  std::uint64_t trade{0};  // Traded: number of the trade, 1 is the first

  [[nodiscard]] Refusal refusal() const noexcept { return static_cast<Refusal>(code); }
  [[nodiscard]] Why why() const noexcept { return static_cast<Why>(code); }
  [[nodiscard]] Phase phase() const noexcept { return static_cast<Phase>(code); }
  [[nodiscard]] Command command() const noexcept { return static_cast<Command>(flags); }
  friend bool operator==(const Event&, const Event&) noexcept = default;
};
static_assert(sizeof(Event) == 64 && std::is_trivially_copyable_v<Event>);
static_assert(std::has_unique_object_representations_v<Event>, "logged byte for byte");

// Keeps events until the caller takes them, in memory of its own. What does not fit is lost and
// counted: a listener that sees lost() != 0 has to read the engine's state again.
class EventBuffer {
 public:
  explicit EventBuffer(std::size_t capacity) : events_(capacity) {}

  void operator()(const Event& event) noexcept {
    if (used_ == events_.size()) [[unlikely]] {
      ++lost_;
      return;
    }
    events_[used_++] = event;
  }
  [[nodiscard]] std::span<const Event> events() const noexcept { return {events_.data(), used_}; }
  void clear() noexcept { used_ = 0; }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

 private:
  std::vector<Event> events_;
  std::size_t used_{0};
  std::uint64_t lost_{0};
};
}  // namespace sq::matching
