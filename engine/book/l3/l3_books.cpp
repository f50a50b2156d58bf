#include "engine/book/l3/l3_books.hpp"

namespace sq::book::l3 {
std::string_view name_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::Ok:
      return "ok";
    case Outcome::UnknownBook:
      return "unknown book";
    case Outcome::BadPrice:
      return "bad price";
    case Outcome::BadQuantity:
      return "bad quantity";
    case Outcome::UnknownOrder:
      return "unknown order";
    case Outcome::WrongBook:
      return "order of another book";
    case Outcome::DuplicateOrder:
      return "duplicate order";
    case Outcome::TooMuch:
      return "more than is left";
    case Outcome::OrdersFull:
      return "orders full";
    case Outcome::LevelsFull:
      return "levels full";
  }
  return "";
}

Outcome L3Books::clear(BookIndex book) noexcept {
  if (book >= queues_.books()) return counts_.refuse(Outcome::UnknownBook);
  for (const Side side : {Side::Buy, Side::Sell}) {
    for (std::uint32_t rank = 0; rank < queues_.levels(book, side); ++rank) {
      OrderHandle order = queues_.front(queues_.level_at(book, side, rank));
      for (; order != OrderHandle::None; order = queues_.behind(order)) {
        const Id id = id_of(queues_.id(order));
        index_.erase(id.key, search(id).slot);
      }
    }
  }
  queues_.clear(book);
  return Outcome::Ok;
}
}  // namespace sq::book::l3
