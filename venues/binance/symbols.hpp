// From the venue's symbol, as it stands in a message, to the instrument: open addressing by bytes.
// Thread: built once, then any. Cost: find about 3 ns. Errors: the constructor throws
// std::invalid_argument for an empty, doubled or unprintable symbol (start-up only).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "engine/types/ids.hpp"

namespace sq::binance {
struct SymbolEntry {
  Symbol symbol{};  // upper case as in payloads: "BTCUSDT"
  InstrumentId instrument{kNoInstrument};
};

class SymbolTable {
 public:
  explicit SymbolTable(std::span<const SymbolEntry> entries);

  // kNoInstrument: not one of ours.
  [[nodiscard]] InstrumentId find(std::string_view symbol) const noexcept;
  // The same where 24 bytes can be read from `text`, whatever the length: no copy.
  [[nodiscard]] InstrumentId find_padded(const char* text, std::size_t length) const noexcept {
    if (length == 0 || length > kSymbolBytes) return kNoInstrument;
    Key key;
    for (std::size_t i = 0; i < key.size(); ++i) {
      std::memcpy(&key[i], text + 8 * i, 8);
      key[i] &= kMasks[length][i];
    }
    return find(key, length);
  }

 private:
  static constexpr std::size_t kSymbolBytes = sizeof(Symbol);
  using Key = std::array<std::uint64_t, 3>;
  static_assert(sizeof(Key) == kSymbolBytes);

  struct Slot {
    Key key{};  // all zero: free
    InstrumentId instrument{kNoInstrument};
    std::uint32_t length{0};  // a symbol with zero bytes behind it is another one
  };

  static constexpr auto kMasks = [] {
    std::array<Key, kSymbolBytes + 1> masks{};
    for (std::size_t length = 0; length < masks.size(); ++length) {
      for (std::size_t byte = 0; byte < length; ++byte)
        masks[length][byte / 8] |= std::uint64_t{0xFF} << (8 * (byte % 8));
    }
    return masks;
  }();

  // Without a call, which == would make.
  [[nodiscard]] static bool same(const Key& a, const Key& b) noexcept {
    return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2])) == 0;
  }
  [[nodiscard]] InstrumentId find(const Key& key, std::size_t length) const noexcept {
    for (std::size_t at = home(key);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (same(slot.key, key) && slot.length == length) return slot.instrument;
      if (slot.key[0] == 0) return kNoInstrument;  // at most half full: there is a free slot
    }
  }
  [[nodiscard]] std::size_t home(const Key& key) const noexcept {
    const std::uint64_t mixed = (key[0] ^ (key[1] * 0x9E3779B97F4A7C15U) ^ key[2]) *
                                0xD6E8FEB86659FD93U;  // odd constants: each bit reaches the top
    return mixed >> shift_;
  }

  std::vector<Slot> slots_;  // a power of two, at least 2
  unsigned shift_{63};       // 64 - log2(slots)
};
}  // namespace sq::binance
