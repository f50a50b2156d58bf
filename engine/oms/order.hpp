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
  bool cancel_sent{false};      // and not refused
  bool cancel_wanted{false};    // a cancel was sent: until it has ended, it is to be cancelled
  bool absent_since_query{false};  // the last query found nothing; counts once
  std::uint8_t queries{0};      // since the venue told something new
  std::uint8_t absences{0};     // queries that found nothing
  bool watched{false};          // by the core, for an answer; not part of the state
  std::uint8_t reserved[2]{};
  std::uint64_t venue_order_id{0};
  MonoTime sent_at{};
  MonoTime changed_at{};
  MonoTime asked_at{};               // last request about it: itself, a cancel, a query
  std::uint64_t sent_sequence{0};  // of its OrderSent record
  std::array<std::uint64_t, 8> recent_trades{};  // ids of its last fills, for duplicates; only the
                                                 // first trade_count are of this order

  [[nodiscard]] bool working() const noexcept {
    return state != OrderState::None && !is_terminal(state);
  }
  // The venue owes an answer, fills, or the end of an order that is to be cancelled.
  [[nodiscard]] bool awaits_venue() const noexcept {
    switch (state) {
      case OrderState::PendingNew:
      case OrderState::PendingCancel:
      case OrderState::Unknown:
      case OrderState::AwaitingFills: return true;
      case OrderState::Open: return cancel_wanted;
      default: return false;
    }
  }
  // Found at a venue: no gate has seen it.
  [[nodiscard]] bool adopted() const noexcept {
    return request.approval == 0 && request.strategy == kNoStrategy;
  }
  // What may still fill.
  [[nodiscard]] Qty remaining() const noexcept {
    if (state == OrderState::AwaitingFills) return told - filled;
    return working() ? request.qty - filled : Qty{};
  }
};
}  // namespace sq::oms
