// What Binance says in answers and in the user data stream, in the engine's own terms.
// Thread: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "venues/binance/answer_meaning.hpp"

namespace sq::binance {
struct ToldOrder {
  InstrumentId instrument{kNoInstrument};
  OrderId id{};  // 0: its client id is not of this engine's form
  std::uint64_t venue_order_id{0};
  Price limit{};
  Qty qty{};
  Qty filled{};
  WallTime at{};  // its latest change
  OrderState state{OrderState::Unknown};
  RejectCode code{RejectCode::None};
  Side side{Side::Buy};
  OrderType type{OrderType::Limit};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  bool reduce_only{false};
};
// One of several requests in one: an order, or why not.
struct BatchAnswer {
  std::optional<ToldOrder> order;
  std::int32_t code{0};
  std::string_view message;  // valid until the next reading
};
struct ToldTrade {
  InstrumentId instrument{kNoInstrument};
  std::uint64_t venue_order_id{0};
  std::uint64_t trade_id{0};
  Price price{};
  Qty qty{};
  Amount fee{};
  WallTime at{};
  Side side{Side::Buy};
  bool maker{false};
};
struct ToldBalance {
  Amount total{};
};
struct ToldPosition {
  InstrumentId instrument{kNoInstrument};
  Qty position{};
  std::int64_t cost{0};  // 1e-8 of the settlement currency, signed like the position
};
struct ToldIncome {
  InstrumentId instrument{kNoInstrument};
  std::uint64_t id{0};  // of the transfer
  Amount amount{};      // received when positive
  WallTime at{};
};
struct ToldAccount {
  std::vector<ToldBalance> balances;    // of the currencies that are asked for
  std::vector<ToldPosition> positions;  // of our instruments
  WallTime changed{};                   // latest change of what is told here
  bool can_withdraw{false};
  bool can_trade{false};
};

// One message of the WebSocket API or of a user data stream.
struct Incoming {
  enum class Kind : std::uint8_t {
    Malformed,    // something is told that cannot be read
    Answer,       // of `request`
    Order,        // `report` about an order
    Ask,          // something happened to the order of `report` that only a query can tell
    Account,      // balances or positions moved, or settings
    Funding,      // positions paid or received it at `at`: the venue's list says how much
    StreamEnded,  // no more user data come on this connection, or with this listen key
    Shutdown,     // the server is about to close this connection
    Ignored
  };
  Kind kind{Kind::Malformed};
  std::uint64_t request{0};  // 0: of no request
  VenueAnswer answer{};      // message: valid until the next reading
  std::int64_t retry_after_s{-1};
  bool order_told{false};  // Answer: `order`
  ToldOrder order{};
  Qty replaced_filled{};  // Answer to a cancel-replace: of the order that was cancelled
  OrderReport report{};
  std::vector<ToldPosition> moved;  // Account, Funding: without cost
  InstrumentId instrument{kNoInstrument};
  WallTime at{};
};
}  // namespace sq::binance
