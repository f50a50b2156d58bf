// SimInstrument: an order that would trade with another of the same account. The incoming order's
// mode decides; None does as CancelResting. Source: Binance EXPIRE_MAKER, EXPIRE_TAKER,
// EXPIRE_BOTH, DECREMENT (spot); control P19, fault X18.
#include <algorithm>

#include "engine/backtest/sim_instrument.hpp"

namespace sq::backtest {
bool SimInstrument::prevent_self_trades(std::uint32_t slot, Price price) noexcept {
  SimOrder& taker = orders_[slot];
  const bool buys = taker.side == Side::Buy;
  OwnLevels& levels = own(opposite(taker.side));
  for (OwnLevel& level : levels.levels()) {
    if (taker.ended || (buys ? price < level.price : price > level.price)) break;
    for (std::uint32_t at = level.first; at != kNoSlot && !taker.ended;) {
      SimOrder& resting = orders_[at];
      const std::uint32_t next = resting.next;
      if (resting.account == taker.account) {
        bool ends = taker.self_trade != SelfTrade::CancelIncoming;
        if (taker.self_trade == SelfTrade::Decrement) {
          const Qty both = std::min(taker.remaining(), resting.remaining());
          executions_.on_decrement(at, both);
          executions_.on_decrement(slot, both);
          ends = resting.remaining() == Qty{};
        }
        if (ends) {
          levels.unlink(level, at);
          executions_.on_self_match(at);
          executions_.on_gone(at);
        }
        const bool stops = taker.self_trade == SelfTrade::CancelIncoming ||
                           taker.self_trade == SelfTrade::CancelBoth || taker.remaining() == Qty{};
        if (stops) executions_.on_self_match(slot);
      }
      at = next;
    }
  }
  levels.drop_empty();
  return !taker.ended;
}
}  // namespace sq::backtest
