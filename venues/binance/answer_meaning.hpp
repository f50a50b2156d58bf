// What an answer of Binance says about the fate of a request: done, certainly not done, or not
// known. Never guessed: a code or status that is not listed here is not known. Thread: any. Cost: a
// search in a small table. Errors: none. Source: Binance spot error codes (protocol facts of
// binance_spot 2, 11), USD-M (binance_futures 3, 9); faults X02, X09, N09, N13, N18, C02.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/messaging/orders.hpp"
#include "engine/types/ids.hpp"

namespace sq::binance {
enum class RequestKind : std::uint8_t { Place, Amend, Cancel, CancelAll, Query, Other };

enum class Fate : std::uint8_t {
  Done,      // the venue did it
  NotDone,   // certainly not: `code` says why
  NotFound,  // a cancel or query of an order that the venue does not know (now)
  Unknown    // it may have been done: ask
};
// What the link has to do beside passing the fate on.
enum class Care : std::uint8_t {
  None,
  SlowDown,    // 429: nothing more before Retry-After
  Banned,      // 418: nothing at all to this host
  ClockOff,    // our stamp is outside of the window: measure the offset again
  KeyRefused,  // signature, key, permission or address: no retry, stop trading there
  Closing      // the venue is shutting down or in maintenance
};
struct Meaning {
  Fate fate{Fate::Unknown};
  RejectCode code{RejectCode::None};  // NotDone
  Care care{Care::None};
  friend bool operator==(const Meaning&, const Meaning&) = default;
};

struct VenueAnswer {
  int status{0};             // HTTP, or `status` of the WebSocket API
  std::int32_t code{0};      // of the error body; 0: there was none
  std::string_view message;  // of the error body
};
[[nodiscard]] Meaning meaning_of(VenueId venue, RequestKind request,
                                 const VenueAnswer& answer) noexcept;
}  // namespace sq::binance
