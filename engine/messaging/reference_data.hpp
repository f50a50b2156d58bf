// Payloads of what venues, depositories and risk officers tell about instruments: phases of
// sessions, holdings, ban lists, filters. Inputs; bytes are logged: append only, no hidden padding.
#pragma once

#include <cstdint>

#include "engine/messaging/record.hpp"
#include "engine/types/order_types.hpp"

namespace sq {
enum class SessionPhase : std::uint8_t {  // append only
  Unknown = 0,  // nobody has said: where a phase is required, nothing is permitted
  Closed = 1,
  PreOpen = 2,  // orders are collected
  Auction = 3,  // orders are collected and crossed at one price
  Continuous = 4,
  Maintenance = 5,
  Halted = 6
};
// What may be sent in a phase; cancels always may.
constexpr std::uint8_t kPermitResting = 1;    // limit orders that may stay in the book
constexpr std::uint8_t kPermitImmediate = 2;  // immediate-or-cancel
constexpr std::uint8_t kPermitFillOrKill = 4;
constexpr std::uint8_t kPermitPostOnly = 8;
constexpr std::uint8_t kPermitMarket = 16;  // with any time in force

// SessionEvent: header.instrument names one instrument, kNoInstrument all of the venue.
struct SessionEvent {
  VenueId venue{VenueId::None};
  SessionPhase phase{SessionPhase::Unknown};
  std::uint8_t permitted{0};  // kPermit bits; 0: what is usual in the phase
  std::uint32_t reserved{0};
};
static_assert(sizeof(SessionEvent) == 8);

enum class StaticFact : std::uint8_t {  // append only
  FiltersConfirmed = 1,  // the venue's filters are the ones in use, as of this record
  Holdings = 2,          // value: what may be delivered, 1e-8 units, open sells not deducted
  Banned = 3,            // value 1: only orders that reduce a position; 0: ends
  Restricted = 4,        // value 1: no new orders; 0: ends, unless the configuration restricts it
  SettlementPrice = 5    // value: a Price; values what is held at the end of the day
};
// StaticData: header.instrument names the instrument.
struct StaticData {
  StaticFact fact{StaticFact::FiltersConfirmed};
  std::uint8_t reserved[7]{};
  std::int64_t value{0};
  FixedText<24> who{};  // for lists: who put it there
};
static_assert(sizeof(StaticData) == 40);
}  // namespace sq
