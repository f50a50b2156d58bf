#include "engine/book/top_snapshot.hpp"

#include <bit>

namespace sq::book {
namespace {
constexpr int kReadAttempts = 16;
static_assert(sizeof(TopView) % 8 == 0);
static_assert(std::has_unique_object_representations_v<TopView>,
              "copied as words: no hidden padding");
}  // namespace

void TopPublisher::publish(const SyncedBook& book) noexcept {
  wanted_.store(false, std::memory_order_relaxed);
  const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed);
  const L2Book& depth = book.depth();
  TopView view;
  view.published = sequence / 2 + 1;
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

  // Release on each word: who reads a word of this view also sees that the sequence became odd.
  sequence_.store(sequence + 1, std::memory_order_relaxed);
  const auto words = std::bit_cast<std::array<std::uint64_t, kWords>>(view);
  for (std::size_t i = 0; i < kWords; ++i) words_[i].store(words[i], std::memory_order_release);
  sequence_.store(sequence + 2, std::memory_order_release);
}

bool TopPublisher::read(TopView& view) const noexcept {
  std::array<std::uint64_t, kWords> words;
  for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
    const std::uint64_t before = sequence_.load(std::memory_order_acquire);
    if (before == 0) return false;
    if (before % 2 != 0) continue;
    for (std::size_t i = 0; i < kWords; ++i) words[i] = words_[i].load(std::memory_order_acquire);
    if (sequence_.load(std::memory_order_relaxed) == before) {
      view = std::bit_cast<TopView>(words);
      return true;
    }
  }
  return false;
}
}  // namespace sq::book
