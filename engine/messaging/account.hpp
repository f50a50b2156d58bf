// What a venue says about an account's money between orders: funding, margin, liquidation.
// Bytes are logged: append only, no hidden padding. Units are in the types, money 1e-8 of the
// currency. Source: Binance USD-M, user data stream (ACCOUNT_UPDATE, MARGIN_CALL, ORDER_TRADE_UPDATE
// with client ids autoclose-...), income types FUNDING_FEE and INSURANCE_CLEAR.
#pragma once

#include <cstdint>

#include "engine/messaging/record.hpp"
#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/order_types.hpp"

namespace sq {
// FundingSettled: one account's position in header.instrument paid or received funding.
struct FundingSettled {
  Price mark{};
  Ratio rate{};          // positive: longs pay
  Qty position{};        // the account's, signed, at the settlement
  Amount amount{};       // received when positive
  WallTime funding_time{};
  AccountId account{};
  std::uint16_t reserved[3]{};
};
static_assert(sizeof(FundingSettled) == 56);

enum class AccountNotice : std::uint8_t {  // append only
  Update = 1,       // after a fill or funding
  MarginCall = 2,   // the margin ratio passed the venue's warning level
  Liquidation = 3,  // the venue traded the position away: qty at price, fee taken
  Takeover = 4      // the insurance fund took the position over at the bankruptcy price
};

// VenueAccount: the margin of the pool that header.instrument's position lives in, and the position.
struct VenueAccount {
  Currency currency{};
  std::int64_t wallet{0};          // balance without unrealised P&L, of the pool
  std::int64_t margin_balance{0};  // wallet + unrealised P&L
  std::int64_t maintenance{0};     // of the pool; margin_balance <= maintenance is liquidated
  std::int64_t initial{0};         // positions and open orders, of the pool
  Qty position{};                  // after what the notice tells
  Price mark{};
  Price entry{};                   // average; 0 when flat
  Price liquidation_price{};       // other positions standing still; 0: there is none
  std::uint64_t trade_id{0};       // Liquidation, Takeover; unique per instrument at the venue
  Price price{};
  Qty qty{};                       // > 0
  std::int64_t fee{0};             // in `currency`
  AccountId account{};
  AccountNotice notice{AccountNotice::Update};
  MarginMode mode{MarginMode::Cross};
  std::uint8_t side{0};            // of the liquidating trade: Side; else 0
  std::uint8_t reserved[3]{};
};
static_assert(sizeof(VenueAccount) == 112);
constexpr bool closes_position(AccountNotice notice) noexcept {
  return notice == AccountNotice::Liquidation || notice == AccountNotice::Takeover;
}
}  // namespace sq
