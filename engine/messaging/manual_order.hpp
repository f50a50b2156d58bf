// What a person asks for at the desk: a ticket, the end or another form of one order, the way out of
// positions. An input: it is logged, then judged by the same gate as the orders of strategies.
// Thread: plain values. Bytes are logged: append only, no hidden padding.
// Units: prices 1e-9, quantities 1e-8. Source: issue of the desk's needs; controls P01, A15, A16.
#pragma once

#include <cstdint>

#include "engine/messaging/control.hpp"
#include "engine/messaging/orders.hpp"

namespace sq {
enum class ManualAction : std::uint8_t {  // append only
  New = 1,
  Cancel = 2,   // `target`
  Amend = 3,    // `target`: to `limit` and `qty`, in all
  Flatten = 4   // `scope`: its orders are cancelled, its positions worked out with collars
};
struct ManualOrder {  // header.instrument: of New
  Price limit{};
  Qty qty{};
  OrderId target{};
  std::uint32_t request{0};       // number given by the admin port, for the answer
  std::uint32_t scope_number{0};
  AccountId account{};
  ManualAction action{ManualAction::New};
  Side side{Side::Buy};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  std::uint8_t reduce_only{0};
  std::uint8_t confirm{0};        // the person has seen the soft block and wants it all the same
  KillScopeKind scope{KillScopeKind::All};
  std::uint8_t reserved[8]{};
  FixedText<24> who{};
  FixedText<56> reason{};
};
static_assert(sizeof(ManualOrder) == 128);
}  // namespace sq
