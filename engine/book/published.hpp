// A value that one thread renews and others read whole, without ever making the writer wait.
// Readers ask with a flag; the writer copies only when asked, and at most once in kPublishEvery of
// engine time, so that readers who ask without a pause do not cost it more than that either. The
// copy is guarded by a sequence lock of atomic words: readers retry.
// Thread: one writer, any number of readers. Cost: writer about 1 ns unasked; a copy of View each
// time it publishes. View: trivially copyable, a multiple of 8 bytes.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "engine/types/time.hpp"

namespace sq::book {
constexpr std::int64_t kPublishEvery = 250'000;  // ns of engine time

template <class View>
class Published {
  static_assert(std::is_trivially_copyable_v<View> && sizeof(View) % 8 == 0);

 public:
  // Writer. A reader asked, and it is time for another copy.
  [[nodiscard]] bool wanted(MonoTime now) const noexcept {
    // Too early, asked or not: does not touch the line that readers write.
    return now >= not_before_ && wanted_.load(std::memory_order_relaxed);
  }
  void publish(const View& view, MonoTime now) noexcept {
    not_before_ = now + kPublishEvery;
    wanted_.store(false, std::memory_order_relaxed);
    const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed);
    std::array<std::uint64_t, kWords> words;
    std::memcpy(words.data(), &view, sizeof(View));
    // Release on each word: who reads a word of this view also sees that the sequence became odd.
    sequence_.store(sequence + 1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < kWords; ++i) words_[i].store(words[i], std::memory_order_release);
    sequence_.store(sequence + 2, std::memory_order_release);
  }

  // Readers. request(), then read() until the number is above that of the view one has.
  void request() noexcept { wanted_.store(true, std::memory_order_relaxed); }
  // The number of the view, 1 for the first. 0: nothing published yet, or the writer was at it in
  // each of a few attempts.
  [[nodiscard]] std::uint64_t read(View& view) const noexcept {
    constexpr int kAttempts = 16;
    std::array<std::uint64_t, kWords> words;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const std::uint64_t before = sequence_.load(std::memory_order_acquire);
      if (before == 0) return 0;
      if (before % 2 != 0) continue;
      for (std::size_t i = 0; i < kWords; ++i) words[i] = words_[i].load(std::memory_order_acquire);
      if (sequence_.load(std::memory_order_relaxed) == before) {
        std::memcpy(static_cast<void*>(&view), words.data(), sizeof(View));
        return before / 2;
      }
    }
    return 0;
  }

 private:
  static constexpr std::size_t kWords = sizeof(View) / 8;

  alignas(64) MonoTime not_before_{};  // the writer's own
  alignas(64) std::atomic<bool> wanted_{false};
  alignas(64) std::atomic<std::uint64_t> sequence_{0};  // odd: being written
  std::array<std::atomic<std::uint64_t>, kWords> words_{};
};
}  // namespace sq::book
