// The plain book that the fast one must equal: one ordered map a side.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "engine/book/l2_book.hpp"

namespace sq::book {
class BookModel {
 public:
  void set(Side side, Price price, Qty qty) {
    if (qty == Qty{}) {
      levels(side).erase(price);
    } else {
      levels(side)[price] = qty;
    }
  }
  void clear() {
    bids_.clear();
    asks_.clear();
  }
  [[nodiscard]] std::map<Price, Qty>& levels(Side side) {
    return side == Side::Buy ? bids_ : asks_;
  }
  [[nodiscard]] Qty qty_at(Side side, Price price) {
    const auto found = levels(side).find(price);
    return found == levels(side).end() ? Qty{} : found->second;
  }
  // Best first.
  [[nodiscard]] std::vector<Level> sorted(Side side) const {
    std::vector<Level> all;
    if (side == Side::Buy) {
      for (auto level = bids_.rbegin(); level != bids_.rend(); ++level) {
        all.push_back({level->first, level->second});
      }
    } else {
      for (const auto& [price, qty] : asks_) all.push_back({price, qty});
    }
    return all;
  }

 private:
  std::map<Price, Qty> bids_;
  std::map<Price, Qty> asks_;
};

inline bool same(Level a, Level b) { return a.price == b.price && a.qty == b.qty; }

// Every query of the book agrees with the model. Empty: yes; else what differs.
inline const char* difference(const L2Book& book, const BookModel& model) {
  for (const Side side : {Side::Buy, Side::Sell}) {
    const std::vector<Level> wanted = model.sorted(side);
    if (book.levels(side) != wanted.size()) return "number of levels";
    if (!same(book.best(side), wanted.empty() ? Level{} : wanted.front())) return "best";
    std::vector<Level> copied(wanted.size() + 1);
    if (book.copy_top(side, copied) != wanted.size()) return "copied count";
    Level walked = book.best(side);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!same(copied[i], wanted[i])) return "copied level";
      if (!same(walked, wanted[i])) return "walked level";
      if (book.qty_at(side, wanted[i].price) != wanted[i].qty) return "quantity";
      if (book.next(side, walked) != (i + 1 < wanted.size())) return "end of the walk";
    }
  }
  const Level bid = book.best(Side::Buy);
  const Level ask = book.best(Side::Sell);
  const bool crossed = bid.qty != Qty{} && ask.qty != Qty{} && bid.price >= ask.price;
  return book.crossed() == crossed ? "" : "crossed";
}
}  // namespace sq::book
