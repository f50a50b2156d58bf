#include "engine/book/top_snapshot.hpp"

namespace sq::book {
TopView top_view(const SyncedBook& book) noexcept {
  const L2Book& depth = book.depth();
  TopView view;
  view.last_id = book.last_id();
  view.updated_at = book.updated_at();
  view.bid = book.bid();
  view.ask = book.ask();
  view.counters = book.counters();
  view.state = book.state();
  view.bid_count = static_cast<std::uint32_t>(depth.copy_top(Side::Buy, view.bids));
  view.ask_count = static_cast<std::uint32_t>(depth.copy_top(Side::Sell, view.asks));
  view.bid_levels = depth.levels(Side::Buy);
  view.ask_levels = depth.levels(Side::Sell);
  return view;
}
}  // namespace sq::book
