// The pool in a snapshot. Layout: wal/SNAPSHOT.md, section Orders.
#include <algorithm>

#include "engine/oms/order_pool.hpp"

namespace sq::oms {
namespace {
static_assert(sizeof(Order) == 192, "a new field belongs into the two functions below");

void save_order(StateOut& out, const Order& order) {
  out.put(order.request);
  out.put(order.filled.raw());
  out.put(order.told.raw());
  out.put(order.instrument);
  out.put(order.state);
  out.put(order.ends_as);
  out.put(order.code);
  out.put(order.trade_count);
  for (const bool flag : {order.cancel_sent, order.cancel_wanted, order.absent_since_query})
    out.put(static_cast<std::uint8_t>(flag ? 1 : 0));
  out.put(order.queries);
  out.put(order.absences);
  out.put(order.venue_order_id);
  for (const MonoTime time : {order.sent_at, order.changed_at, order.asked_at}) out.put(time.ns);
  out.put(order.sent_sequence);
  // Behind the first trade_count lie those of an earlier order in this slot.
  for (std::size_t i = 0; i < order.recent_trades.size(); ++i)
    out.put(i < order.trade_count ? order.recent_trades[i] : std::uint64_t{0});
}
void restore_order(StateIn& in, Order& order) {
  order.request = in.take<OrderRequest>();
  order.filled = Qty::from_raw(in.take<std::int64_t>());
  order.told = Qty::from_raw(in.take<std::int64_t>());
  order.instrument = in.take<InstrumentId>();
  order.state = in.take<OrderState>();
  order.ends_as = in.take<OrderState>();
  order.code = in.take<RejectCode>();
  order.trade_count = in.take<std::uint8_t>();
  for (bool* flag : {&order.cancel_sent, &order.cancel_wanted, &order.absent_since_query})
    *flag = in.take<std::uint8_t>() != 0;
  order.queries = in.take<std::uint8_t>();
  order.absences = in.take<std::uint8_t>();
  order.venue_order_id = in.take<std::uint64_t>();
  for (MonoTime* time : {&order.sent_at, &order.changed_at, &order.asked_at})
    *time = MonoTime{in.take<std::int64_t>()};
  order.sent_sequence = in.take<std::uint64_t>();
  for (std::uint64_t& trade : order.recent_trades) trade = in.take<std::uint64_t>();
}
}  // namespace

void OrderPool::save_list(StateOut& out, std::uint32_t head) const {
  std::size_t n = 0;
  for_each_in(head, [&](std::uint32_t) { ++n; });
  out.put_count(n);
  for_each_in(head, [&](std::uint32_t at) {
    out.put(at);
    if (head != free_head()) save_order(out, slots_[at]);
  });
}

void OrderPool::save(StateOut& out) const {
  out.put(capacity_);
  out.put(static_cast<std::uint32_t>(links_.size()) - capacity_ - 2);  // instruments
  for (std::uint32_t head = capacity_; head < links_.size(); ++head) save_list(out, head);
}

std::uint32_t OrderPool::restore_list(StateIn& in, std::uint32_t head, std::vector<bool>& used) {
  const std::size_t n = in.take_count(capacity_);
  for (std::size_t i = 0; i < n && in.ok(); ++i) {
    const auto at = in.take<std::uint32_t>();
    if (at >= capacity_ || used[at]) {
      in.fail();
      break;
    }
    used[at] = true;
    insert_after(links_[head].previous, at);
    if (head == free_head()) continue;
    Order& order = slots_[at];
    restore_order(in, order);
    const bool fits = head == finished_head()
                          ? is_terminal(order.state) &&
                                index_of(order.instrument) < links_.size() - capacity_ - 2
                          : order.working() && head == head_of(order.instrument);
    if (!fits || find(order.request.id) != nullptr) {
      in.fail();
      break;
    }
    index_insert(at);
  }
  return static_cast<std::uint32_t>(n);
}

bool OrderPool::restore(StateIn& in) {
  const auto heads = static_cast<std::uint32_t>(links_.size());
  in.expect(capacity_);
  in.expect(heads - capacity_ - 2);
  if (!in.ok()) return false;
  for (std::uint32_t head = capacity_; head < heads; ++head) links_[head] = {head, head};
  for (Order& order : slots_) order.state = OrderState::None;
  std::fill(index_.begin(), index_.end(), kNone);
  std::vector<bool> used(capacity_, false);
  std::uint32_t total = 0;
  working_ = finished_ = 0;
  for (std::uint32_t head = capacity_; head < heads && in.ok(); ++head) {
    const std::uint32_t n = restore_list(in, head, used);
    total += n;
    if (head == finished_head()) finished_ = n;
    if (head > finished_head()) working_ += n;
  }
  return in.ok() && total == capacity_ && finished_ <= finished_max_;
}
}  // namespace sq::oms
