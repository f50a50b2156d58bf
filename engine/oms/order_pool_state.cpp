// The pool in a snapshot. Layout: wal/SNAPSHOT.md, section Orders.
#include <algorithm>

#include "engine/oms/order_pool.hpp"

namespace sq::oms {
namespace {
static_assert(sizeof(Order) == 192, "a new field belongs into the functions below");

std::uint8_t flags_of(const Order& order) noexcept {
  unsigned flags = 0;
  unsigned bit = 1;
  for (const bool flag : {order.cancel_sent, order.cancel_wanted, order.absent_since_query,
                          order.trades_lost, order.amended, order.amending}) {
    if (flag) flags |= bit;
    bit <<= 1;
  }
  return static_cast<std::uint8_t>(flags);
}
void set_flags(Order& order, std::uint8_t flags) noexcept {
  order.cancel_sent = (flags & 1) != 0;
  order.cancel_wanted = (flags & 2) != 0;
  order.absent_since_query = (flags & 4) != 0;
  order.trades_lost = (flags & 8) != 0;
  order.amended = (flags & 16) != 0;
  order.amending = (flags & 32) != 0;
}

void save_amend(StateOut& out, const Amend& amend) {
  out.put(amend.limit.raw());
  for (const Qty qty : {amend.qty, amend.filled}) out.put(qty.raw());
  out.put(amend.worst_limit.raw());
  out.put(amend.replaced_venue_id);
  out.put(amend.sent_at.ns);
  out.put(amend.number);
  out.put(amend.answered);
  out.put(amend.style);
  out.put(amend.absences);
  for (const bool flag : {amend.old_ended, amend.new_ended, amend.split})
    out.put(static_cast<std::uint8_t>(flag ? 1 : 0));
}
void restore_amend(StateIn& in, Amend& amend) {
  amend.limit = Price::from_raw(in.take<std::int64_t>());
  for (Qty* qty : {&amend.qty, &amend.filled}) *qty = Qty::from_raw(in.take<std::int64_t>());
  amend.worst_limit = Price::from_raw(in.take<std::int64_t>());
  amend.replaced_venue_id = in.take<std::uint64_t>();
  amend.sent_at = MonoTime{in.take<std::int64_t>()};
  amend.number = in.take<std::uint16_t>();
  amend.answered = in.take<std::uint16_t>();
  amend.style = in.take<AmendStyle>();
  amend.absences = in.take<std::uint8_t>();
  amend.old_ended = in.take<std::uint8_t>() != 0;
  amend.new_ended = in.take<std::uint8_t>() != 0;
  amend.split = in.take<std::uint8_t>() != 0;
}

void save_order(StateOut& out, const Order& order, const FillMemory& trades) {
  out.put(order.request);
  out.put(order.filled.raw());
  out.put(order.told.raw());
  out.put(order.instrument);
  out.put(order.state);
  out.put(order.ends_as);
  out.put(order.code);
  out.put(flags_of(order));
  out.put(order.queries);
  out.put(order.absences);
  out.put(order.venue_order_id);
  for (const MonoTime time : {order.sent_at, order.changed_at, order.asked_at}) out.put(time.ns);
  out.put(order.sent_sequence);
  if (order.amended) save_amend(out, order.amend);
  std::size_t n = 0;
  trades.for_each(order, [&](const KnownTrade&) { ++n; });
  out.put_count(n);
  trades.for_each(order, [&](const KnownTrade& trade) {
    out.put(trade.id);
    out.put(trade.price.raw());
    out.put(trade.qty.raw());
    out.put(trade.executed.raw());
    out.put(trade.fee);
    for (const bool flag : {trade.busted, trade.early})
      out.put(static_cast<std::uint8_t>(flag ? 1 : 0));
  });
}
void restore_order(StateIn& in, Order& order, FillMemory& trades) {
  order.request = in.take<OrderRequest>();
  order.filled = Qty::from_raw(in.take<std::int64_t>());
  order.told = Qty::from_raw(in.take<std::int64_t>());
  order.instrument = in.take<InstrumentId>();
  order.state = in.take<OrderState>();
  order.ends_as = in.take<OrderState>();
  order.code = in.take<RejectCode>();
  set_flags(order, in.take<std::uint8_t>());
  order.queries = in.take<std::uint8_t>();
  order.absences = in.take<std::uint8_t>();
  order.venue_order_id = in.take<std::uint64_t>();
  for (MonoTime* time : {&order.sent_at, &order.changed_at, &order.asked_at})
    *time = MonoTime{in.take<std::int64_t>()};
  order.sent_sequence = in.take<std::uint64_t>();
  if (order.amended) restore_amend(in, order.amend);
  order.first_trade = kNoTrade;
  const std::size_t n = in.take_count(trades.capacity());
  for (std::size_t i = 0; i < n && in.ok(); ++i) {
    KnownTrade* trade = trades.add(order, in.take<std::uint64_t>());
    if (trade == nullptr) return in.fail();
    trade->price = Price::from_raw(in.take<std::int64_t>());
    trade->qty = Qty::from_raw(in.take<std::int64_t>());
    trade->executed = Qty::from_raw(in.take<std::int64_t>());
    trade->fee = in.take<std::int64_t>();
    for (bool* flag : {&trade->busted, &trade->early}) *flag = in.take<std::uint8_t>() != 0;
  }
}
}  // namespace

void OrderPool::save_list(StateOut& out, std::uint32_t head) const {
  std::size_t n = 0;
  for_each_in(head, [&](std::uint32_t) { ++n; });
  out.put_count(n);
  for_each_in(head, [&](std::uint32_t at) {
    out.put(at);
    if (head != free_head()) save_order(out, slots_[at], trades_);
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
    restore_order(in, order, trades_);
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
  for (Order& order : slots_) {
    order.state = OrderState::None;
    order.first_trade = kNoTrade;
  }
  trades_ = FillMemory{trades_.capacity()};
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
