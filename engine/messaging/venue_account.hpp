// What a venue says an account holds: the answer to one request for everything at once, as records
// between two markers, and the core's decisions about what differs from its own books.
// An answer, all on the venue's connection, in this order, each naming the request:
//   VenueSnapshot Begin, VenueOrder (working orders), VenuePosition, VenueBalance, OrderReport of
//   kind Trade (every trade from `trades_from` on), VenueSnapshot End with the counts.
// header.venue_time of Begin and End is the moment, by the venue's clock, at which all of it was
// true. An answer without an End, or with fewer records than the End counts, proves nothing.
// Thread: plain values. Bytes are logged: append only, no hidden padding.
// Units: prices 1e-9, quantities 1e-8, money 1e-8 of its currency. Source: controls T02, A05, A12;
// faults X08, X13, G06, N11.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/messaging/orders.hpp"

namespace sq {
// QuerySent of this length: about an account. header.instrument: any of the venue's.
struct AccountQuery {
  OrderId id{};              // always 0: of no order
  std::uint64_t request{0};  // never used twice; every record of the answer names it
  WallTime trades_from{};    // the venue's clock
  VenueId venue{VenueId::None};
  AccountId account{};
  std::uint32_t reserved{0};
};
static_assert(sizeof(AccountQuery) == 32);
// QuerySent and CancelSent of these lengths: about an order that was placed outside, which the
// venue knows by its own number only.
struct ExternalQuery {
  OrderId id{};
  std::uint64_t venue_order_id{0};
};
struct ExternalCancel {
  CancelRequest cancel{};
  std::uint64_t venue_order_id{0};
};
static_assert(sizeof(ExternalCancel) == 24);
template <class P>
[[nodiscard]] inline bool is_payload(const RecordHeader& record) noexcept {
  return record.length == record_length(sizeof(P));
}

enum class SnapshotPhase : std::uint8_t { Begin = 1, End = 2 };  // append only
struct VenueSnapshot {
  std::uint64_t request{0};
  std::uint32_t orders{0};  // counts: End only
  std::uint32_t positions{0};
  std::uint32_t balances{0};
  std::uint32_t trades{0};
  VenueId venue{VenueId::None};
  AccountId account{};
  SnapshotPhase phase{SnapshotPhase::Begin};
  std::uint8_t complete{0};  // End: 1 when nothing was cut off or could not be told
  std::uint16_t reserved{0};
};
static_assert(sizeof(VenueSnapshot) == 32);

struct VenueOrder {  // header.instrument; one that works at the venue
  std::uint64_t request{0};
  OrderId id{};  // 0: its client id is not of this engine's form
  std::uint64_t venue_order_id{0};
  Price limit{};
  Qty qty{};
  Qty filled{};
  AccountId account{};
  Side side{Side::Buy};
  OrderType type{OrderType::Limit};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  std::uint8_t reduce_only{0};
  std::uint16_t reserved{0};
};
static_assert(sizeof(VenueOrder) == 56);

struct VenuePosition {  // header.instrument; derivatives only; one that is not told is flat
  std::uint64_t request{0};
  Qty position{};  // signed
  Price entry{};   // average, as the venue reckons; 0: not told
  AccountId account{};
  std::uint8_t cost_told{0};  // 1: `cost` is the venue's
  std::uint8_t reserved[5]{};
  std::int64_t cost{0};  // of the open quantity, signed like it, in the settlement currency
};
static_assert(sizeof(VenuePosition) == 40);
constexpr std::size_t kVenuePositionBytesMin = 32;  // of a whole one in a log of 2026-11-21
[[nodiscard]] inline VenuePosition venue_position_of(const RecordHeader& record) noexcept {
  VenuePosition position;
  const std::span<const std::byte> bytes = payload_bytes(record);
  std::memcpy(&position, bytes.data(), std::min(bytes.size(), sizeof position));
  return position;
}

// What a venue's balance of a derivative's settlement currency contains.
enum class BalanceBasis : std::uint8_t {  // append only
  Flows = 1,    // every payment of every trade in full, as a spot account does
  Realised = 2  // flows + signed cost of the open positions: realised results, fees, funding
};
struct VenueBalance {
  std::uint64_t request{0};
  Amount total{};               // free and reserved
  std::int64_t transferred{0};  // deposits - withdrawals so far as the venue tells; 0: never told
  VenueId venue{VenueId::None};
  AccountId account{};
  BalanceBasis basis{BalanceBasis::Flows};
  std::uint8_t reserved[3]{};
};
static_assert(sizeof(VenueBalance) == 40);

enum class BreakKind : std::uint8_t {  // append only
  None = 0,                            // Compared: the whole comparison
  UnknownOrder = 1,                    // works at the venue, the log does not know it
  MissingOrder = 2,                    // works by the log, the venue does not know it as working
  OpenOrder = 3,                       // ended by the log, works at the venue
  Quantity = 4,                        // of an order or a trade
  WrongPrice = 5,                      // of an order or a trade
  FillMissing = 6,                     // the venue counts more than was booked
  FillExtra = 7,                       // booked, and not in the venue's list
  Position = 8,
  Balance = 9,
  Fee = 10,       // of a trade
  Transfer = 11,  // a balance moved by a deposit or withdrawal that the venue tells of
  NoRoom = 12     // an order from outside that cannot be tracked: too many of them
};
enum class BreakState : std::uint8_t {  // append only
  Opened = 1,    // again with the same number when its values changed after it was accepted
  Aged = 2,      // `age` went up
  Resolved = 3,  // both sides agree again
  Accepted = 4,  // by `who`; a balance is reckoned from the venue's value from then on
  Proposed = 5,  // `who` wants the books moved to the venue's; a second person has to want it, too
  Compared = 6,  // one complete answer was compared; `here` differences, `there` things compared
  Released = 7   // MissingOrder: two people say that it ended; nothing is at stake for it any more
};
struct BreakChanged {       // header.instrument where there is one
  std::uint64_t number{0};  // from 1; Compared: the request
  OrderId order{};
  std::uint64_t venue_order_id{0};
  std::uint64_t trade_id{0};
  std::int64_t here{0};  // in the unit of the kind
  std::int64_t there{0};
  Price price{};        // Position: the venue's average entry
  Currency currency{};  // Balance, Transfer, Fee
  WallTime since{};     // opened; Compared: the trades were told from here on
  WallTime as_of{};     // the venue's clock
  FixedText<24> who{};  // Accepted, Proposed, Released
  VenueId venue{VenueId::None};
  AccountId account{};
  BreakKind kind{BreakKind::None};
  BreakState state{BreakState::Opened};
  std::uint8_t age{0};    // 0: fresh; 1: 5 minutes, 2: an hour, 3: a day or more
  std::uint8_t clean{0};  // Compared: nothing differs that is not accepted
};
static_assert(sizeof(BreakChanged) == 112);

// An order that works at a venue and that no strategy answers for is counted from here on.
struct OrderAdopted {      // header.instrument
  OrderRequest request{};  // approval 0: no gate has seen it
  std::uint64_t venue_order_id{0};
  Qty filled{};      // by the venue's count at `as_of`: no fill of these touches the order again
  WallTime as_of{};  // the venue's clock
  std::uint8_t revived{0};  // 1: the log knew it as ended
  std::uint8_t foreign{0};  // 1: its client id is not of this engine's form
  std::uint8_t reserved[6]{};
};
static_assert(sizeof(OrderAdopted) == 96);

// Two people moved a position to what the venue says. Booked to no strategy, at the venue's price.
struct PositionAdjusted {   // header.instrument
  std::uint64_t number{0};  // of the break
  Qty delta{};              // signed
  Price price{};
  AccountId account{};
  std::uint8_t reserved[6]{};
  FixedText<24> first{};
  FixedText<24> second{};
};
static_assert(sizeof(PositionAdjusted) == 80);
}  // namespace sq
