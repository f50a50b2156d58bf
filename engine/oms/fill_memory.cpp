#include "engine/oms/fill_memory.hpp"

namespace sq::oms {
FillMemory::FillMemory(std::uint32_t capacity) : trades_(capacity) {
  for (std::uint32_t i = capacity; i > 0; --i) {
    trades_[i - 1].next = free_;
    free_ = i - 1;
  }
}

KnownTrade* FillMemory::find(const Order& order, std::uint64_t id) noexcept {
  for (std::uint32_t at = order.first_trade; at != kNoTrade; at = trades_[at].next) {
    if (trades_[at].id == id) return &trades_[at];
    if (trades_[at].id < id) return nullptr;
  }
  return nullptr;
}

KnownTrade* FillMemory::add(Order& order, std::uint64_t id) noexcept {
  if (free_ == kNoTrade) return nullptr;
  const std::uint32_t fresh = free_;
  free_ = trades_[fresh].next;
  ++used_;
  std::uint32_t* link = &order.first_trade;
  while (*link != kNoTrade && trades_[*link].id > id) link = &trades_[*link].next;
  trades_[fresh] = {};
  trades_[fresh].id = id;
  trades_[fresh].next = *link;
  *link = fresh;
  return &trades_[fresh];
}

void FillMemory::forget(Order& order) noexcept {
  while (order.first_trade != kNoTrade) {
    const std::uint32_t at = order.first_trade;
    order.first_trade = trades_[at].next;
    trades_[at].next = free_;
    free_ = at;
    --used_;
  }
}
}  // namespace sq::oms
