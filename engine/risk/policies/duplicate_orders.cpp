#include "engine/risk/policies/duplicate_orders.hpp"

#include <bit>

namespace sq::risk {
DuplicateOrders::DuplicateOrders(std::int64_t window_ns, std::size_t capacity)
    : window_ns_{window_ns} {
  if (window_ns_ <= 0) return;
  const std::size_t size = std::bit_ceil(capacity < 2 ? std::size_t{2} : capacity);
  mask_ = size - 1;
  ring_.resize(size);
  chains_.resize(size, 0);
}

DuplicateOrders::Key DuplicateOrders::key_of(const OrderRequest& order,
                                             std::size_t instrument) noexcept {
  Key key;
  key.limit = order.limit.raw();
  key.qty = order.qty.raw();
  key.instrument = static_cast<std::uint32_t>(instrument);
  key.strategy = order.strategy;
  key.account = order.account;
  key.side = order.side;
  key.type = order.type;
  return key;
}

std::size_t DuplicateOrders::chain_of(const Key& key) const noexcept {
  constexpr std::uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;  // 2^64 / golden ratio
  const std::uint64_t small =
      (std::uint64_t{key.instrument} << 32) ^ (std::uint64_t{index_of(key.strategy)} << 16) ^
      (static_cast<std::uint64_t>(key.account) << 8) ^ (static_cast<std::uint64_t>(key.side) << 4) ^
      static_cast<std::uint64_t>(key.type);
  std::uint64_t hash = (static_cast<std::uint64_t>(key.limit) ^ small) * kOdd;
  hash = (hash ^ (hash >> 32) ^ static_cast<std::uint64_t>(key.qty)) * kOdd;
  return (hash >> 32) & mask_;
}

DuplicateOrders::Found DuplicateOrders::find(const OrderRequest& order, std::size_t instrument,
                                             MonoTime now) const noexcept {
  const Key key = key_of(order, instrument);
  std::uint64_t number = chains_[chain_of(key)];
  // Numbers fall along a chain; what the ring has overwritten ends it.
  while (number != 0 && last_ - number <= mask_) {
    const Sent& earlier = sent(number);
    const std::int64_t age = now - earlier.at;
    if (age >= window_ns_) break;
    if (earlier.key == key) return {Answer::Duplicate, age};
    number = earlier.before;
  }
  if (last_ > mask_ && now - sent(last_ - mask_).at < window_ns_) return {Answer::Full, 0};
  return {};
}

void DuplicateOrders::on_sent(const OrderRequest& order, std::size_t instrument,
                              MonoTime now) noexcept {
  const Key key = key_of(order, instrument);
  const std::size_t chain = chain_of(key);
  ++last_;
  ring_[last_ & mask_] = {key, now, last_, chains_[chain]};
  chains_[chain] = last_;
}

void DuplicateOrders::save(StateOut& out) const {
  out.put(window_ns_);
  out.put(last_);
  out.put_all(ring_);
  out.put_all(chains_);
}

bool DuplicateOrders::restore(StateIn& in) {
  in.expect(window_ns_);
  last_ = in.take<std::uint64_t>();
  in.take_all(ring_);
  in.take_all(chains_);
  // A chain only leads backwards: bytes that say otherwise would never end.
  for (const std::uint64_t number : chains_) {
    if (number > last_) in.fail();
  }
  for (const Sent& each : ring_) {
    if (each.number > last_ || (each.number != 0 && each.before >= each.number)) in.fail();
  }
  return in.ok();
}
}  // namespace sq::risk
