// One order as the engine knows it.
#pragma once

#include <array>
#include <cstdint>

#include "engine/messaging/orders.hpp"

namespace sq::oms {
struct alignas(64) Order {
  OrderRequest request{};
  Qty filled{};
  Qty told{};  // filled quantity by the venue's count, which may be ahead of the fills; at most qty
  InstrumentId instrument{kNoInstrument};
  OrderState state{OrderState::None};
  OrderState ends_as{OrderState::None};  // how the venue said it ended; None while it works there
  RejectCode code{RejectCode::None};
  std::uint8_t trade_count{0};  // of recent_trades, then going round
  bool cancel_sent{false};
  std::uint64_t venue_order_id{0};
  MonoTime sent_at{};
  MonoTime changed_at{};
  std::uint64_t sent_sequence{0};  // of its OrderSent record
  std::array<std::uint64_t, 8> recent_trades{};  // ids of its last fills, for duplicates; only the
                                                 // first trade_count are of this order

  [[nodiscard]] bool working() const noexcept {
    return state != OrderState::None && !is_terminal(state);
  }
  // What may still fill.
  [[nodiscard]] Qty remaining() const noexcept {
    if (state == OrderState::AwaitingFills) return told - filled;
    return working() ? request.qty - filled : Qty{};
  }
};
}  // namespace sq::oms
