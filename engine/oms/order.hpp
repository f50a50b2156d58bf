// One order as the engine knows it. Two cache lines hold what every order needs; the third what an
// amended one does, and is only of this order when `amended` is set.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/messaging/orders.hpp"

namespace sq::oms {
constexpr std::uint32_t kNoTrade = 0xFFFF'FFFF;

// The last amend of an order, and what is left of those before it.
struct Amend {
  Price limit{};              // asked for
  Qty qty{};                  // asked for, in total
  // Known when it was asked: a replacement is for qty - filled. Once the old order has ended, what
  // that one was filled, and qty is the sum.
  Qty filled{};
  Price worst_limit{};        // of all terms this order ever had: late fills may be by old ones
  std::uint64_t replaced_venue_id{0};  // of the order that a replacement took the place of
  MonoTime sent_at{};
  std::uint16_t number{0};    // of the last one sent
  std::uint16_t answered{0};  // the highest number that the venue has answered
  AmendStyle style{AmendStyle::InPlace};
  std::uint8_t absences{0};   // queries that showed the old terms
  // CancelReplace: which of the two orders at the venue ended; split: the old one was not cancelled.
  bool old_ended : 1 {false};
  bool new_ended : 1 {false};
  bool split : 1 {false};
  std::uint8_t reserved{0};
};

struct alignas(64) Order {
  OrderRequest request{};  // limit and qty: the terms that the venue is known to work by

  Qty filled{};
  Qty told{};  // filled quantity by the venue's count, which may be ahead of the fills
  std::uint64_t venue_order_id{0};
  MonoTime sent_at{};
  MonoTime changed_at{};
  MonoTime asked_at{};  // last request about it: itself, an amend, a cancel, a query
  InstrumentId instrument{kNoInstrument};
  std::uint32_t first_trade{kNoTrade};  // its fills, in the pool's FillMemory
  OrderState state{OrderState::None};
  OrderState ends_as{OrderState::None};  // how the venue said it ended; None while it works there
  RejectCode code{RejectCode::None};
  std::uint8_t queries{0};   // since the venue told something new
  std::uint8_t absences{0};  // queries that found nothing
  bool cancel_sent : 1 {false};         // and not refused
  bool cancel_wanted : 1 {false};       // a cancel was sent: until it has ended, it is to be cancelled
  bool absent_since_query : 1 {false};  // the last query found nothing; counts once
  bool trades_lost : 1 {false};         // a fill found no room in the memory: counts decide
  bool amended : 1 {false};             // `amend` is of this order
  bool amending : 1 {false};            // ... and unanswered
  bool watched : 1 {false};             // by the core, for an answer; not part of the state
  std::uint8_t reserved[2]{};

  std::uint64_t sent_sequence{0};  // of its OrderSent record
  Amend amend{};

  [[nodiscard]] bool working() const noexcept {
    return state != OrderState::None && !is_terminal(state);
  }
  // The venue owes an answer, fills, or the end of an order that is to be cancelled.
  [[nodiscard]] bool awaits_venue() const noexcept {
    switch (state) {
      case OrderState::PendingNew:
      case OrderState::PendingCancel:
      case OrderState::PendingReplace:
      case OrderState::Unknown:
      case OrderState::AwaitingFills: return true;
      case OrderState::Open: return cancel_wanted || amending;
      default: return false;
    }
  }
  // Found at a venue: no gate has seen it.
  [[nodiscard]] bool adopted() const noexcept {
    return request.approval == 0 && request.strategy == kNoStrategy;
  }
  // The most that may come to be filled in all. While an amend is unanswered the old and the new
  // terms both count: one order in place can fill to the larger of the two, a replacement fills on
  // top of what the old order still gets before it is cancelled.
  [[nodiscard]] Qty qty_max() const noexcept {
    if (!amending) return request.qty;
    if (amend.style == AmendStyle::InPlace) return std::max(request.qty, amend.qty);
    return amend.old_ended ? amend.qty : request.qty + (amend.qty - amend.filled);
  }
  // What may still fill.
  [[nodiscard]] Qty remaining() const noexcept {
    if (state == OrderState::AwaitingFills) return told - filled;
    return working() ? qty_max() - filled : Qty{};
  }
  // The worst price at which a fill of it is by its terms.
  [[nodiscard]] Price worst_limit() const noexcept {
    return amended ? amend.worst_limit : request.limit;
  }
};
static_assert(sizeof(Order) == 192, "two cache lines, and one of amended orders");
}  // namespace sq::oms
