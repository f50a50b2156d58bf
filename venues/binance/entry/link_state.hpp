// What an order link tells the core about itself and its venue: a VenueState record whenever the
// condition changes, and now and then while clock or budget move. Thread: the venue's. Cost: a
// compare a turn, the windows of the rate limits each 10 ms. Errors: none.
// Source: controls A02, P28, P33; faults X06, X11, N09, C01.
#pragma once

#include "engine/messaging/breakers.hpp"
#include "venues/binance/entry/link_context.hpp"

namespace sq::binance {
struct LinkHealth {
  bool ready{false};         // OrderLink::ready()
  bool session_gone{false};  // orders should go over a session, and it is not there
};
// Now. The graver word holds: what only people can mend, what the venue says of itself, what we
// miss, what we have to wait for, what is only slower.
[[nodiscard]] VenueState venue_state(const LinkContext& context, const LinkHealth& health) noexcept;

class StateTeller {
 public:
  explicit StateTeller(LinkContext& context) : context_{context} {}

  void step(const LinkHealth& health);

 private:
  [[nodiscard]] bool worth_telling(const VenueState& state) const noexcept;

  LinkContext& context_;
  VenueState told_{};  // condition Connected, which is never the first
  bool any_told_{false};
  std::uint64_t measured_{0};  // of the clock, when it was last told
  MonoTime look_due_{};
  MonoTime figures_due_{};
  LinkHealth seen_{};
};
}  // namespace sq::binance
