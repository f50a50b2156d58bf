// Requests of the WebSocket API that no answer has come to: found by the number that the answer
// names, given up in the order of their times. Thread: the venue's. Cost: an array index; no
// allocation after construction. Errors: add() is null when as many are in flight as may be.
// Source: faults X01, N16.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/types/check.hpp"
#include "engine/types/time.hpp"
#include "venues/binance/answer_meaning.hpp"

namespace sq::binance {
struct PendingRequest {
  std::uint64_t number{0};  // 0: answered, or none
  OrderId id{};
  std::uint64_t venue_order_id{0};  // of an order that is not ours
  MonoTime sent{};
  std::uint64_t line{0};  // the connection that it went over
  InstrumentId instrument{kNoInstrument};
  RequestKind kind{RequestKind::Other};
  AmendRequest amend{};  // of kind Amend
  bool given_up{false};  // its fate was told as unknown; a late answer still counts
};

class PendingRequests {
 public:
  explicit PendingRequests(std::size_t capacity) : slots_(capacity) {
    SQ_CHECK(std::has_single_bit(capacity));
  }

  // The number of the next request; nothing else may be numbered between this and add().
  [[nodiscard]] bool full() const noexcept {
    const PendingRequest& slot = slots_[index(next_)];
    return slot.number != 0 && !slot.given_up;
  }
  [[nodiscard]] std::uint64_t next_number() const noexcept { return next_; }
  void add(PendingRequest request) noexcept {
    request.number = next_++;
    slots_[index(request.number)] = request;
  }
  [[nodiscard]] PendingRequest* find(std::uint64_t number) noexcept {
    if (number == 0) return nullptr;
    PendingRequest& slot = slots_[index(number)];
    return slot.number == number ? &slot : nullptr;
  }
  // Oldest first, those sent before `before`: visit(request) once each, then they are given up.
  template <class Visit>
  void give_up_before(MonoTime before, Visit&& visit) {
    for (; oldest_ != next_; ++oldest_) {
      PendingRequest& slot = slots_[index(oldest_)];
      if (slot.number != oldest_ || slot.given_up) continue;
      if (slot.sent >= before) return;
      slot.given_up = true;
      visit(slot);
    }
  }
  // Its connection has gone, and with it every answer.
  template <class Visit>
  void give_up_line(std::uint64_t line, Visit&& visit) {
    for (std::uint64_t number = oldest_; number != next_; ++number) {
      PendingRequest& slot = slots_[index(number)];
      if (slot.number != number || slot.line != line) continue;
      const bool first = !slot.given_up;
      slot.given_up = true;
      if (first) visit(slot);
      slot.number = 0;
    }
  }
  // Requests that still wait on a connection.
  [[nodiscard]] bool any_on(std::uint64_t line) const noexcept {
    for (std::uint64_t number = oldest_; number != next_; ++number) {
      const PendingRequest& slot = slots_[index(number)];
      if (slot.number == number && slot.line == line && !slot.given_up) return true;
    }
    return false;
  }
  [[nodiscard]] bool none() const noexcept {
    for (std::uint64_t number = oldest_; number != next_; ++number) {
      const PendingRequest& slot = slots_[index(number)];
      if (slot.number == number && !slot.given_up) return false;
    }
    return true;
  }
  [[nodiscard]] bool placing(OrderId id) const noexcept { return any_of(id, RequestKind::Place); }
  [[nodiscard]] bool amending(OrderId id) const noexcept { return any_of(id, RequestKind::Amend); }

 private:
  [[nodiscard]] bool any_of(OrderId id, RequestKind kind) const noexcept {
    for (std::uint64_t number = oldest_; number != next_; ++number) {
      const PendingRequest& slot = slots_[index(number)];
      if (slot.number == number && slot.id == id && slot.kind == kind && !slot.given_up)
        return true;
    }
    return false;
  }
  [[nodiscard]] std::size_t index(std::uint64_t number) const noexcept {
    return number & (slots_.size() - 1);
  }
  std::vector<PendingRequest> slots_;
  std::uint64_t next_{1};
  std::uint64_t oldest_{1};  // none before it waits
};
}  // namespace sq::binance
