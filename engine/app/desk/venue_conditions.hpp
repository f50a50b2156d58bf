// What venues and links to them last said of themselves: for the admin port. Follows the order log
// beside the ledger's view; a start of the engine begins without a word.
// Thread: the admin's. Cost: a branch for most records. Memory: fixed. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/messaging/breakers.hpp"

namespace sq::app {
struct VenueLine {
  VenueState state{};  // venue None: nothing was said
  WallTime since{};    // of the condition
  std::int64_t clock_offset_ns{0};
  std::int64_t clock_uncertainty_ns{0};
  WallTime measured{};  // the clock; 0: never
};

class VenueConditions {
 public:
  // Any record of the order log, in order.
  void take(const RecordHeader& record) noexcept;
  [[nodiscard]] const VenueLine& of(VenueId venue) const noexcept;

 private:
  static constexpr std::size_t kVenues = 16;
  std::array<VenueLine, kVenues> lines_{};
};

[[nodiscard]] constexpr std::string_view meaning_of(VenueCondition condition) noexcept {
  switch (condition) {
    case VenueCondition::Connected:
      return "orders and their reports pass";
    case VenueCondition::Disconnected:
      return "orders or their reports cannot pass: no order is sent until everything was caught up "
             "with";
    case VenueCondition::Maintenance:
      return "the venue says that it is closed: no order is sent until it tells of the account "
             "again";
    case VenueCondition::RateLimited:
      return "the venue wants us to wait, or the orders' share of its limits is used up: no "
             "order is sent, what works goes on working";
    case VenueCondition::NoTrading:
      return "the venue refuses the key or the account may not trade: somebody has to mend it and "
             "start the engine again";
    case VenueCondition::Degraded:
      return "orders pass, but without a session or with fates that were unknown of late";
  }
  return "?";
}
}  // namespace sq::app
