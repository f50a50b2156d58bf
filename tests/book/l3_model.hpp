// Order books as anyone would write them: maps of lists. What an L3 book must equal after any
// sequence of events, valid or not.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/book/l3/l3_books.hpp"

namespace sq::book::l3 {
class BooksModel {
 public:
  struct Order {
    std::uint64_t id;
    BookIndex book;
    Side side;
    Tick tick;
    Lots lots;
  };
  using Queue = std::list<Order>;

  explicit BooksModel(const PoolSettings& settings)
      : settings_{settings}, sides_(std::size_t{settings.books} * 2) {}

  Outcome add(BookIndex book, std::uint64_t id, Side side, Tick tick, Lots lots) {
    if (const Outcome outcome = checked(book, tick, lots); outcome != Outcome::Ok) return outcome;
    if (orders_.contains(id)) return Outcome::DuplicateOrder;
    if (orders_.size() == settings_.orders_max) return Outcome::OrdersFull;
    if (!levels(book, side).contains(tick) && level_count() == settings_.levels_max) {
      return Outcome::LevelsFull;
    }
    append({id, book, side, tick, lots});
    return Outcome::Ok;
  }

  // Of reduce, execute; `execution` is set when the order is there.
  Outcome take(BookIndex book, std::uint64_t id, Lots by, Execution& execution) {
    if (const Outcome outcome = checked(book, 1, by); outcome != Outcome::Ok) return outcome;
    if (const Outcome outcome = known(book, id); outcome != Outcome::Ok) return outcome;
    const auto order = orders_.at(id);
    if (by > order->lots) return Outcome::TooMuch;
    const auto& side = levels(book, order->side);
    const Tick best = order->side == Side::Buy ? side.rbegin()->first : side.begin()->first;
    execution = {order->side, order->tick, order->tick == best,
                 side.at(order->tick).begin() == order};
    order->lots -= by;
    if (order->lots == 0) erase(id);
    return Outcome::Ok;
  }

  Outcome remove(BookIndex book, std::uint64_t id) {
    const Outcome outcome = known(book, id);
    if (outcome == Outcome::Ok) erase(id);
    return outcome;
  }

  Outcome replace(BookIndex book, std::uint64_t id, std::uint64_t new_id, Tick tick, Lots lots) {
    if (const Outcome outcome = checked(book, tick, lots); outcome != Outcome::Ok) return outcome;
    if (const Outcome outcome = known(book, id); outcome != Outcome::Ok) return outcome;
    if (new_id != id && orders_.contains(new_id)) return Outcome::DuplicateOrder;
    const Order old = *orders_.at(id);
    // The level it goes to is made before the one it leaves can be free.
    if (!levels(book, old.side).contains(tick) && level_count() == settings_.levels_max) {
      return Outcome::LevelsFull;
    }
    erase(id);
    append({new_id, book, old.side, tick, lots});
    return Outcome::Ok;
  }

  Outcome clear(BookIndex book) {
    if (book >= settings_.books) return Outcome::UnknownBook;
    for (const Side side : {Side::Buy, Side::Sell}) {
      for (const auto& [tick, queue] : levels(book, side)) {
        for (const Order& order : queue) orders_.erase(order.id);
      }
      levels(book, side).clear();
    }
    return Outcome::Ok;
  }

  // Best first.
  [[nodiscard]] std::vector<const Queue*> sorted(BookIndex book, Side side) const {
    std::vector<const Queue*> queues;
    for (const auto& [tick, queue] : sides_[2 * book + (side == Side::Sell)]) {
      queues.push_back(&queue);
    }
    if (side == Side::Buy) std::reverse(queues.begin(), queues.end());
    return queues;
  }
  [[nodiscard]] std::size_t orders() const { return orders_.size(); }
  [[nodiscard]] std::size_t level_count() const {
    std::size_t count = 0;
    for (const auto& side : sides_) count += side.size();
    return count;
  }

 private:
  using Levels = std::map<Tick, Queue>;
  Levels& levels(BookIndex book, Side side) { return sides_[2 * book + (side == Side::Sell)]; }
  [[nodiscard]] Outcome checked(BookIndex book, Tick tick, Lots lots) const {
    if (book >= settings_.books) return Outcome::UnknownBook;
    if (tick == 0 || tick > kTickMax) return Outcome::BadPrice;
    return lots == 0 ? Outcome::BadQuantity : Outcome::Ok;
  }
  [[nodiscard]] Outcome known(BookIndex book, std::uint64_t id) const {
    if (book >= settings_.books) return Outcome::UnknownBook;
    const auto found = orders_.find(id);
    if (found == orders_.end()) return Outcome::UnknownOrder;
    return found->second->book == book ? Outcome::Ok : Outcome::WrongBook;
  }
  void append(const Order& order) {
    Queue& queue = levels(order.book, order.side)[order.tick];
    queue.push_back(order);
    orders_[order.id] = std::prev(queue.end());
  }
  void erase(std::uint64_t id) {
    const auto order = orders_.at(id);
    Levels& side = levels(order->book, order->side);
    const auto level = side.find(order->tick);
    level->second.erase(order);
    if (level->second.empty()) side.erase(level);
    orders_.erase(id);
  }

  PoolSettings settings_;
  std::vector<Levels> sides_;
  std::unordered_map<std::uint64_t, Queue::iterator> orders_;
};

// Empty when one side of a book is the model's in everything that can be asked; else what differs.
inline std::string difference(const OrderQueues& queues, const BooksModel& model, BookIndex book,
                              Side side) {
  const auto expected = model.sorted(book, side);
  if (queues.levels(book, side) != expected.size()) return "number of levels";
  if ((queues.best(book, side) == LevelHandle::None) != expected.empty()) return "best";
  if (expected.empty()) return queues.best_tick(book, side) == 0 ? "" : "best tick of nothing";
  if (queues.best_tick(book, side) != expected[0]->front().tick) return "best tick";
  for (std::uint32_t rank = 0; rank < expected.size(); ++rank) {
    const LevelHandle level = queues.level_at(book, side, rank);
    const BooksModel::Queue& queue = *expected[rank];
    if (queues.tick(level) != queue.front().tick || queues.side(level) != side) return "level";
    if (queues.find_level(book, side, queue.front().tick) != level) return "level by price";
    if (queues.orders(level) != queue.size()) return "orders of a level";
    std::uint64_t ahead = 0;
    OrderHandle at = queues.front(level);
    for (const BooksModel::Order& order : queue) {
      if (at == OrderHandle::None || queues.id(at) != order.id) return "order of the queue";
      if (queues.lots(at) != order.lots || queues.book(at) != book) return "order";
      if (queues.side(at) != side || queues.level(at) != level) return "place of an order";
      if (queues.position(at).lots_ahead != ahead) return "quantity ahead";
      ahead += order.lots;
      at = queues.behind(at);
    }
    if (at != OrderHandle::None) return "end of the queue";
    if (queues.lots(level) != ahead) return "quantity of a level";
    if (queues.id(queues.back(level)) != queue.back().id) return "back of a level";
  }
  return "";
}
}  // namespace sq::book::l3
