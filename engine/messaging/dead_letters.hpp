// Inputs nobody could handle: kept, counted and visible instead of lost. The whole input is in the
// log; here are the last ones with their first bytes, for people.
// Thread: add() the core's; everything else any thread. Cost: add() writes 128 bytes, takes no lock
// and never fails. Full: the oldest is overwritten and still counted.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/messaging/control.hpp"

namespace sq {
constexpr std::size_t kDeadLetterReasons = 16;                      // room for those to come
[[nodiscard]] std::string_view text_of(DeadLetterReason) noexcept;  // "unknown-instrument"

class DeadLetters {
 public:
  static constexpr std::size_t kCapacity = 256;
  static constexpr std::size_t kFirstBytes = 64;

  struct Entry {
    std::uint64_t number{0};  // 1 is the first since the start
    std::uint64_t input_sequence{0};
    std::uint64_t source_sequence{0};
    MonoTime mono{};
    WallTime wall{};
    RecordKind kind{RecordKind::None};
    SourceId source{};
    InstrumentId instrument{kNoInstrument};
    std::uint32_t payload_bytes{0};  // of the whole input
    DeadLetterReason reason{};
    std::array<std::uint8_t, 3> reserved{};
    std::array<std::byte, kFirstBytes> first{};  // of the payload, zero filled
  };

  void add(const RecordHeader& input, DeadLetterReason reason) noexcept;

  // Oldest first, at most kCapacity. An entry that is overwritten during the copy is left out.
  [[nodiscard]] std::vector<Entry> entries() const;
  [[nodiscard]] std::uint64_t total() const noexcept {
    return total_.load(std::memory_order_acquire);
  }
  // Counted, but no longer kept.
  [[nodiscard]] std::uint64_t overwritten() const noexcept {
    const std::uint64_t all = total();
    return all > kCapacity ? all - kCapacity : 0;
  }
  [[nodiscard]] std::uint64_t count(DeadLetterReason reason) const noexcept {
    return counts_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t kWords = sizeof(Entry) / 8;
  static_assert(sizeof(Entry) == kWords * 8);
  // `version` is odd while the words are being written.
  struct Slot {
    std::atomic<std::uint64_t> version{0};
    std::array<std::atomic<std::uint64_t>, kWords> words{};
  };
  [[nodiscard]] bool read(std::uint64_t number, Entry& out) const noexcept;

  std::array<Slot, kCapacity> slots_{};
  std::array<std::atomic<std::uint64_t>, kDeadLetterReasons> counts_{};
  std::atomic<std::uint64_t> total_{0};
};
}  // namespace sq
