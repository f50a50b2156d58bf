// What the simulated exchange believes we have, to be compared with the engine's own books.
// Thread: plain values. Units: quantity 1e-8, money 1e-8 of the currency.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/backtest/wallet.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/order_types.hpp"

namespace sq::backtest {
// Trades of one account in one instrument.
struct AccountPosition {
  AccountId account{};
  InstrumentId instrument{kNoInstrument};
  Qty position{};       // bought - sold; spot fees paid in the base asset are not taken off
  Int128 cash_flow{0};  // received - paid, each fill rounded against us, without fees
  Int128 fees_base{0};  // paid; spot purchases pay in the base asset
  Int128 fees_cash{0};  // paid; in quote (spot) or settlement currency; liquidation fees included
  Int128 fees_discount{0};  // paid in the venue's discount currency
  Int128 funding{0};        // received; in the settlement currency
  Qty bought{};
  Qty sold{};
  std::uint64_t fills{0};
  std::uint64_t maker_fills{0};
};

struct OpenOrder {
  OrderId id{};
  std::uint64_t venue_order_id{0};
  InstrumentId instrument{kNoInstrument};
  AccountId account{};
  Side side{Side::Buy};
  Price limit{};
  Qty qty{};
  Qty filled{};
};

struct Account {
  std::vector<Holding> holdings;           // in the order in which currencies were first met
  std::vector<AccountPosition> positions;  // in the order in which they were first traded
  std::vector<OpenOrder> open_orders;      // by id
  std::uint64_t orders_accepted{0};
  std::uint64_t orders_rejected{0};
  std::uint64_t fills{0};
  std::uint64_t liquidations{0};  // trades of the venue with our positions
};
}  // namespace sq::backtest
