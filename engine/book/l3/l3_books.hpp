// Order-by-order books of many symbols from a venue's feed: every order found by its 64-bit id, all
// books on shared pools with one fixed memory budget.
// Thread: one writer, readers on the same thread. Cost: every event O(1); about 15 ns in cache,
// what memory costs beyond (README.md has figures by size); see order_queues.hpp for queries, which
// queues() gives. Allocates in the constructor only: 46 to 62 bytes an order with levels_max at
// half of orders_max, bytes() tells. Errors: Outcome; a refused event changes nothing and is
// counted. Units: ticks and lots, the same for all books (ITCH: 0.0001 and one share).
#pragma once

#include "engine/book/l3/order_index.hpp"
#include "engine/book/l3/order_queues.hpp"
#include "engine/book/l3/outcome.hpp"

namespace sq::book::l3 {
struct BooksSettings {
  PoolSettings pools{};
  std::uint32_t reference_step{1};  // see order_index.hpp; speed only
};

// An order as it was when it was executed.
struct Execution {
  Side side{Side::Buy};  // of the resting order
  Tick tick{0};          // its own price
  bool at_best{false};   // no better price on its side
  bool at_front{false};  // no order ahead of it at its price
};

class L3Books {
 public:
  // An id with what is known of it ahead of time. A hint that is wrong or has become old costs a
  // search, nothing else.
  using Hint = OrderIndex::Found;
  struct Id {
    std::uint64_t value{0};
    OrderIndex::Key key{};
    Hint hint{};
  };
  [[nodiscard]] Id id_of(std::uint64_t value) const noexcept {
    return {value, index_.key_of(value), {}};
  }

  explicit L3Books(const BooksSettings& settings)
      : queues_{settings.pools}, index_{settings.pools.orders_max, settings.reference_step} {}

  Outcome add(BookIndex book, const Id& id, Side side, Tick tick, Lots lots) noexcept;
  // Keeps its place; all of what is left removes it.
  Outcome reduce(BookIndex book, const Id& id, Lots by) noexcept;
  // As reduce, and tells where the order stood.
  Outcome execute(BookIndex book, const Id& id, Lots by, Execution& execution) noexcept;
  Outcome remove(BookIndex book, const Id& id) noexcept;
  // The same side; last in its queue. new_id may be id.
  Outcome replace(BookIndex book, const Id& id, const Id& new_id, Tick tick, Lots lots) noexcept;
  // The same with plain ids.
  Outcome add(BookIndex book, std::uint64_t id, Side side, Tick tick, Lots lots) noexcept {
    return add(book, id_of(id), side, tick, lots);
  }
  Outcome reduce(BookIndex book, std::uint64_t id, Lots by) noexcept {
    return reduce(book, id_of(id), by);
  }
  Outcome execute(BookIndex book, std::uint64_t id, Lots by, Execution& execution) noexcept {
    return execute(book, id_of(id), by, execution);
  }
  Outcome remove(BookIndex book, std::uint64_t id) noexcept { return remove(book, id_of(id)); }
  Outcome replace(BookIndex book, std::uint64_t id, std::uint64_t new_id, Tick tick,
                  Lots lots) noexcept {
    return replace(book, id_of(id), id_of(new_id), tick, lots);
  }
  // All orders of one book.
  Outcome clear(BookIndex book) noexcept;

  [[nodiscard]] OrderHandle find(std::uint64_t id) const noexcept {
    return OrderHandle{find_id(id_of(id)).handle};
  }
  [[nodiscard]] const OrderQueues& queues() const noexcept { return queues_; }
  [[nodiscard]] const OutcomeCounts& counts() const noexcept { return counts_; }
  // Best bid >= best ask, both there. Does not touch the levels.
  [[nodiscard]] bool crossed(BookIndex book) const noexcept {
    const Tick ask = queues_.best_tick(book, Side::Sell);
    return ask != 0 && queues_.best_tick(book, Side::Buy) >= ask;
  }
  // A value of the caller's own that stays with the order.
  void set_user(OrderHandle handle, std::uint32_t value) noexcept {
    queues_.set_user(handle, value);
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return queues_.bytes() + index_.bytes(); }
  [[nodiscard]] std::size_t huge_bytes() const {
    return queues_.huge_bytes() + index_.huge_bytes();
  }

  // ---- Look-ahead; each step needs the memory that the one before it asked for.
  void prefetch(OrderIndex::Key key) const noexcept { index_.prefetch(key); }
  [[nodiscard]] Hint guess(OrderIndex::Key key) const noexcept { return index_.guess(key); }

 private:
  [[nodiscard]] OrderIndex::Found search(const Id& id) const noexcept {
    if (id.hint.handle != 0 && index_.holds(id.hint, id.key) &&
        queues_.id(OrderHandle{id.hint.handle}) == id.value) [[likely]] {
      return id.hint;
    }
    return find_id(id);
  }
  [[nodiscard]] OrderIndex::Found find_id(const Id& id) const noexcept {
    return index_.find(
        id.key, [&](std::uint32_t handle) { return queues_.id(OrderHandle{handle}) == id.value; });
  }
  // Ok, or why the order cannot be touched.
  [[nodiscard]] Outcome check(BookIndex book, OrderIndex::Found found) const noexcept {
    if (book >= queues_.books()) [[unlikely]]
      return Outcome::UnknownBook;
    if (found.handle == 0) [[unlikely]]
      return Outcome::UnknownOrder;
    if (queues_.book(OrderHandle{found.handle}) != book) [[unlikely]]
      return Outcome::WrongBook;
    return Outcome::Ok;
  }
  Outcome take(BookIndex book, const Id& id, Lots by, OrderIndex::Found found) noexcept;
  [[gnu::cold]] Outcome refuse_add() noexcept {
    const bool full = queues_.orders_live() == queues_.orders_max();
    return counts_.refuse(full ? Outcome::OrdersFull : Outcome::LevelsFull);
  }

  OrderQueues queues_;
  OrderIndex index_;
  OutcomeCounts counts_;
};

inline Outcome L3Books::add(BookIndex book, const Id& id, Side side, Tick tick,
                            Lots lots) noexcept {
  if (book >= queues_.books()) [[unlikely]]
    return counts_.refuse(Outcome::UnknownBook);
  if (tick - 1 >= kTickMax) [[unlikely]]
    return counts_.refuse(Outcome::BadPrice);
  if (lots == 0) [[unlikely]]
    return counts_.refuse(Outcome::BadQuantity);
  if (find_id(id).handle != 0) [[unlikely]]
    return counts_.refuse(Outcome::DuplicateOrder);
  const OrderHandle handle = queues_.add(book, side, tick, lots, id.value);
  if (handle == OrderHandle::None) [[unlikely]]
    return refuse_add();
  index_.insert(id.key, index_of(handle));
  return Outcome::Ok;
}

inline Outcome L3Books::take(BookIndex book, const Id& id, Lots by,
                             OrderIndex::Found found) noexcept {
  if (book >= queues_.books()) [[unlikely]]
    return counts_.refuse(Outcome::UnknownBook);
  if (by == 0) [[unlikely]]
    return counts_.refuse(Outcome::BadQuantity);
  if (const Outcome outcome = check(book, found); outcome != Outcome::Ok) [[unlikely]]
    return counts_.refuse(outcome);
  const OrderHandle handle{found.handle};
  const Lots left = queues_.lots(handle);
  if (by > left) [[unlikely]]
    return counts_.refuse(Outcome::TooMuch);
  if (by < left) {
    queues_.reduce(handle, by);
  } else {
    index_.erase(id.key, found.slot);
    queues_.remove(handle);
  }
  return Outcome::Ok;
}

inline Outcome L3Books::reduce(BookIndex book, const Id& id, Lots by) noexcept {
  return take(book, id, by, search(id));
}

inline Outcome L3Books::execute(BookIndex book, const Id& id, Lots by,
                                Execution& execution) noexcept {
  const OrderIndex::Found found = search(id);
  if (check(book, found) == Outcome::Ok) [[likely]] {
    const OrderHandle handle{found.handle};
    const LevelHandle level = queues_.level(handle);
    execution.side = queues_.side(level);
    execution.tick = queues_.tick(level);
    execution.at_best = queues_.best(book, execution.side) == level;
    execution.at_front = queues_.front(level) == handle;
  }
  return take(book, id, by, found);
}

inline Outcome L3Books::remove(BookIndex book, const Id& id) noexcept {
  const OrderIndex::Found found = search(id);
  if (const Outcome outcome = check(book, found); outcome != Outcome::Ok) [[unlikely]]
    return counts_.refuse(outcome);
  index_.erase(id.key, found.slot);
  queues_.remove(OrderHandle{found.handle});
  return Outcome::Ok;
}

inline Outcome L3Books::replace(BookIndex book, const Id& id, const Id& new_id, Tick tick,
                                Lots lots) noexcept {
  if (book >= queues_.books()) [[unlikely]]
    return counts_.refuse(Outcome::UnknownBook);
  if (tick - 1 >= kTickMax) [[unlikely]]
    return counts_.refuse(Outcome::BadPrice);
  if (lots == 0) [[unlikely]]
    return counts_.refuse(Outcome::BadQuantity);
  const OrderIndex::Found found = search(id);
  if (const Outcome outcome = check(book, found); outcome != Outcome::Ok) [[unlikely]]
    return counts_.refuse(outcome);
  if (new_id.value != id.value && find_id(new_id).handle != 0) [[unlikely]]
    return counts_.refuse(Outcome::DuplicateOrder);
  // The order keeps its cell.
  if (!queues_.move(OrderHandle{found.handle}, tick, lots)) [[unlikely]]
    return counts_.refuse(Outcome::LevelsFull);
  if (new_id.value != id.value) [[likely]] {
    index_.erase(id.key, found.slot);
    queues_.set_id(OrderHandle{found.handle}, new_id.value);
    index_.insert(new_id.key, found.handle);
  }
  return Outcome::Ok;
}
}  // namespace sq::book::l3
