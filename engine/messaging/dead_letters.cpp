#include "engine/messaging/dead_letters.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

namespace sq {
std::string_view text_of(DeadLetterReason reason) noexcept {
  switch (reason) {
    case DeadLetterReason::UnknownKind:
      return "unknown-kind";
    case DeadLetterReason::UnknownInstrument:
      return "unknown-instrument";
    case DeadLetterReason::UnknownOrder:
      return "unknown-order";
    case DeadLetterReason::BadContent:
      return "bad-content";
  }
  return "?";
}

void DeadLetters::add(const RecordHeader& input, DeadLetterReason reason) noexcept {
  static_assert(std::has_unique_object_representations_v<Entry>);
  SQ_CHECK(static_cast<std::size_t>(reason) < counts_.size());
  const std::uint64_t number = total_.load(std::memory_order_relaxed) + 1;
  const auto payload = payload_bytes(input);
  Entry entry;
  entry.number = number;
  entry.input_sequence = input.sequence;
  entry.source_sequence = input.source_sequence;
  entry.mono = input.mono;
  entry.wall = input.wall;
  entry.kind = input.kind;
  entry.source = input.source;
  entry.instrument = input.instrument;
  entry.payload_bytes = static_cast<std::uint32_t>(payload.size());
  entry.reason = reason;
  std::copy_n(payload.begin(), std::min(payload.size(), kFirstBytes), entry.first.begin());
  const auto words = std::bit_cast<std::array<std::uint64_t, kWords>>(entry);

  // A sequence lock. The words are stored with release, so that whoever reads a new word also sees
  // the odd version; TSan does not follow fences.
  Slot& slot = slots_[(number - 1) % kCapacity];
  slot.version.store(2 * number - 1, std::memory_order_relaxed);
  for (std::size_t i = 0; i < kWords; ++i) slot.words[i].store(words[i], std::memory_order_release);
  slot.version.store(2 * number, std::memory_order_release);

  auto& count = counts_[static_cast<std::size_t>(reason)];
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  total_.store(number, std::memory_order_release);
}

bool DeadLetters::read(std::uint64_t number, Entry& out) const noexcept {
  const Slot& slot = slots_[(number - 1) % kCapacity];
  if (slot.version.load(std::memory_order_acquire) != 2 * number) return false;
  std::array<std::uint64_t, kWords> words;
  for (std::size_t i = 0; i < kWords; ++i) words[i] = slot.words[i].load(std::memory_order_acquire);
  if (slot.version.load(std::memory_order_relaxed) != 2 * number) return false;
  out = std::bit_cast<Entry>(words);
  return true;
}

std::vector<DeadLetters::Entry> DeadLetters::entries() const {
  std::vector<Entry> result;
  const std::uint64_t last = total();
  const std::uint64_t first = last > kCapacity ? last - kCapacity + 1 : 1;
  result.reserve(last - first + 1);
  for (std::uint64_t number = first; number <= last; ++number) {
    Entry entry;
    if (read(number, entry)) result.push_back(entry);
  }
  return result;
}
}  // namespace sq
