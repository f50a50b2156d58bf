// The best levels, state and counters of a book for readers on other threads.
// Readers ask with a flag; the writer copies only when asked, so that a book nobody looks at costs
// one relaxed load an event. The copy is guarded by a sequence lock of atomic words: readers retry,
// they never make the writer wait. Thread: one writer (the core's), any number of readers. Cost:
// writer about 1 ns unasked, 0.3 us asked. A view is as old as the writer's last call after the
// request: `published` tells views apart.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "engine/book/synced_book.hpp"

namespace sq::book {
constexpr std::size_t kTopLevels = 20;

struct TopView {
  std::uint64_t published{0};  // 1 for the first view
  std::uint64_t last_id{0};
  MonoTime updated_at{};
  Level bid{};  // as SyncedBook::bid(): empty unless Live
  Level ask{};
  SyncedBook::Counters counters{};
  BookState state{BookState::Syncing};
  std::uint8_t reserved[7]{};
  std::uint32_t bid_count{0};
  std::uint32_t ask_count{0};
  std::uint64_t bid_levels{0};  // in the whole book
  std::uint64_t ask_levels{0};
  std::array<Level, kTopLevels> bids{};  // best first; depth of the book whatever its state
  std::array<Level, kTopLevels> asks{};
};

class TopPublisher {
 public:
  // Writer.
  void publish_if_wanted(const SyncedBook& book) noexcept {
    if (wanted_.load(std::memory_order_relaxed)) [[unlikely]]
      publish(book);
  }
  void publish(const SyncedBook& book) noexcept;

  // Readers. request(), then read() until `published` is above that of the view one has.
  void request() noexcept { wanted_.store(true, std::memory_order_relaxed); }
  // False: nothing published yet, or the writer was at it in each of a few attempts.
  [[nodiscard]] bool read(TopView& view) const noexcept;

 private:
  static constexpr std::size_t kWords = sizeof(TopView) / 8;

  alignas(64) std::atomic<bool> wanted_{false};
  alignas(64) std::atomic<std::uint64_t> sequence_{0};  // odd: being written
  std::array<std::atomic<std::uint64_t>, kWords> words_{};
};
}  // namespace sq::book
