// Positions of derivatives as a venue sees them: what they cost, what margin they keep, and the
// pools they live in. A pool is the cross wallet of one account, venue and currency with all its
// cross positions, or one isolated position with its own wallet.
//   wallet          cash flows + cost of the open positions - isolated wallets
//   margin balance  wallet + unrealised P&L
// Thread: its owner's. Cost: a scan of the positions. Allocates when a position is first opened.
// Errors: none. Units: money 1e-8 of the settlement currency.
// Source: Binance USD-M, margin modes; one-way mode: open orders need margin for the larger side.
#pragma once

#include <span>
#include <vector>

#include "engine/backtest/margin_rules.hpp"
#include "engine/backtest/wallet.hpp"
#include "engine/types/instrument.hpp"

namespace sq::backtest {
struct MarginPosition {
  AccountId account{};
  std::uint32_t instrument{0};
  Qty qty{};            // signed
  Int128 cost{0};       // of the open quantity, signed like it
  Int128 isolated{0};   // its own wallet; 0 in cross mode
  Int128 open_buys{0};  // value of open orders
  Int128 open_sells{0};
  Int128 open_loss{0};  // what they would lose against the mark at once
};
// The margin facts of one instrument.
struct MarginInstrument {
  Instrument of{};
  MarginRules rules{};
  MarginMode mode{MarginMode::Cross};
  Price mark{};         // 0: not known yet
  bool tracked{false};  // a linear derivative of single units
};
struct Pool {
  Int128 wallet{0};
  Int128 unrealised{0};
  Int128 maintenance{0};
  Int128 initial{0};  // positions, open orders, open losses

  [[nodiscard]] Int128 balance() const noexcept { return wallet + unrealised; }
  [[nodiscard]] bool liquidated() const noexcept {
    return maintenance > 0 && balance() <= maintenance;
  }
};

class MarginAccounts {
 public:
  explicit MarginAccounts(Wallet& wallet) noexcept : wallet_{wallet} {}
  void add(const MarginInstrument& instrument) { instruments_.push_back(instrument); }

  [[nodiscard]] MarginInstrument& instrument(std::uint32_t index) noexcept {
    return instruments_[index];
  }
  [[nodiscard]] const MarginInstrument& instrument(std::uint32_t index) const noexcept {
    return instruments_[index];
  }
  [[nodiscard]] MarginPosition& position(AccountId account, std::uint32_t instrument);
  [[nodiscard]] std::vector<MarginPosition>& positions() noexcept { return positions_; }

  // A trade of the position; `value` is what was paid or received.
  void on_fill(MarginPosition& position, Side side, Qty qty, std::int64_t value) noexcept;
  // Value at the mark, signed like the position, rounded against it; its cost while no mark is
  // known.
  [[nodiscard]] Int128 value(const MarginPosition& position) const noexcept;
  [[nodiscard]] Int128 unrealised(const MarginPosition& position) const noexcept {
    return value(position) - position.cost;
  }
  [[nodiscard]] Int128 maintenance(const MarginPosition& position) const noexcept;
  // Of the position with its open orders.
  [[nodiscard]] Int128 initial(const MarginPosition& position) const noexcept;
  [[nodiscard]] bool isolated(const MarginPosition& position) const noexcept {
    return instruments_[position.instrument].mode == MarginMode::Isolated;
  }
  [[nodiscard]] bool same_wallet(const MarginPosition& a, const MarginPosition& b) const noexcept;
  // The pool that the position's maintenance is held against.
  [[nodiscard]] Pool pool_of(const MarginPosition& position);
  // The cross pool, which pays for new orders and isolated margin as well.
  [[nodiscard]] Pool cross_pool(const MarginPosition& position);
  [[nodiscard]] Price liquidation_price(const MarginPosition& position);
  // The price at which the position's whole loss uses its pool up.
  [[nodiscard]] Price bankruptcy_price(const MarginPosition& position);

 private:
  Wallet& wallet_;
  std::vector<MarginInstrument> instruments_;  // by id
  std::vector<MarginPosition> positions_;      // in the order in which they were first opened
};
}  // namespace sq::backtest
