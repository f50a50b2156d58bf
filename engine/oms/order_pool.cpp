#include "engine/oms/order_pool.hpp"

#include <bit>

namespace sq::oms {
OrderPool::OrderPool(std::uint32_t capacity, std::size_t instruments)
    : capacity_{capacity},
      finished_max_{capacity / 4},
      slots_(capacity),
      trades_{capacity * kTradesPerOrder},
      links_(capacity + 2 + instruments),
      index_(std::bit_ceil(std::size_t{capacity} * 2), kNone),
      mask_{index_.size() - 1} {
  for (std::uint32_t i = capacity; i < links_.size(); ++i) links_[i] = {i, i};
  for (std::uint32_t i = capacity; i > 0; --i) insert_after(free_head(), i - 1);
}

Order* OrderPool::create(OrderId id, InstrumentId instrument) noexcept {
  if (links_[free_head()].next == free_head()) [[unlikely]] {
    if (finished_ == 0) return nullptr;
    forget_oldest();
  }
  const std::uint32_t at = links_[free_head()].next;
  unlink(at);
  Order& order = slots_[at];
  order.request.id = id;
  // All but the request and the times, which the caller fills, and the amend, which `amended` covers.
  order.filled = order.told = Qty{};
  order.venue_order_id = 0;
  order.instrument = instrument;
  order.first_trade = kNoTrade;
  order.state = order.ends_as = OrderState::None;
  order.code = RejectCode::None;
  order.queries = order.absences = 0;
  order.cancel_sent = order.cancel_wanted = order.absent_since_query = order.trades_lost =
      order.amended = order.amending = order.watched = false;
  index_insert(at);
  insert_after(links_[head_of(instrument)].previous, at);
  ++working_;
  return &order;
}

const Order* OrderPool::find(OrderId id) const noexcept {
  for (std::size_t b = bucket(id); index_[b] != kNone; b = (b + 1) & mask_) {
    const Order& order = slots_[index_[b]];
    if (order.request.id == id) return &order;
  }
  return nullptr;
}
Order* OrderPool::find(OrderId id) noexcept {
  return const_cast<Order*>(static_cast<const OrderPool*>(this)->find(id));
}

void OrderPool::finish(Order& order) noexcept {
  SQ_CHECK(is_terminal(order.state));
  const auto at = static_cast<std::uint32_t>(&order - slots_.data());
  unlink(at);
  insert_after(links_[finished_head()].previous, at);
  --working_;
  if (++finished_ > finished_max_) forget_oldest();
}

void OrderPool::revive(Order& order) noexcept {
  SQ_CHECK(is_terminal(order.state));
  const auto at = static_cast<std::uint32_t>(&order - slots_.data());
  unlink(at);
  insert_after(links_[head_of(order.instrument)].previous, at);
  ++working_;
  --finished_;
}

void OrderPool::forget_oldest() noexcept {
  const std::uint32_t at = links_[finished_head()].next;
  unlink(at);
  index_erase(slots_[at].request.id);
  trades_.forget(slots_[at]);
  slots_[at].state = OrderState::None;
  insert_after(free_head(), at);
  --finished_;
}

KnownTrade* OrderPool::add_trade(Order& order, std::uint64_t id) noexcept {
  KnownTrade* fresh = trades_.add(order, id);
  while (fresh == nullptr) {
    const std::uint32_t oldest = links_[finished_head()].next;
    if (oldest == finished_head() || &slots_[oldest] == &order) return nullptr;
    forget_oldest();
    fresh = trades_.add(order, id);
  }
  return fresh;
}

void OrderPool::unlink(std::uint32_t at) noexcept {
  links_[links_[at].previous].next = links_[at].next;
  links_[links_[at].next].previous = links_[at].previous;
}
void OrderPool::insert_after(std::uint32_t previous, std::uint32_t at) noexcept {
  const std::uint32_t next = links_[previous].next;
  links_[at] = {next, previous};
  links_[previous].next = at;
  links_[next].previous = at;
}

// Ids count up, so their low bits already spread; the epoch is folded in.
std::size_t OrderPool::bucket(OrderId id) const noexcept {
  return (id.value ^ (id.value >> OrderId::kCounterBits) * 0x9E37'79B9U) &
         mask_;
}
void OrderPool::index_insert(std::uint32_t slot) noexcept {
  std::size_t b = bucket(slots_[slot].request.id);
  while (index_[b] != kNone) b = (b + 1) & mask_;
  index_[b] = slot;
}
// Backward-shift deletion keeps probe sequences unbroken without tombstones.
void OrderPool::index_erase(OrderId id) noexcept {
  std::size_t hole = bucket(id);
  while (index_[hole] != kNone && slots_[index_[hole]].request.id != id) hole = (hole + 1) & mask_;
  if (index_[hole] == kNone) return;
  for (std::size_t b = (hole + 1) & mask_; index_[b] != kNone; b = (b + 1) & mask_) {
    const std::size_t home = bucket(slots_[index_[b]].request.id);
    if (((b - home) & mask_) >= ((b - hole) & mask_)) {
      index_[hole] = index_[b];
      hole = b;
    }
  }
  index_[hole] = kNone;
}
}  // namespace sq::oms
