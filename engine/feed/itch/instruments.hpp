// The instruments of an ITCH file by stock locate: found in the stock directory, or in the first
// order that names the symbol when the file begins later.
// Tick: the stream states none. It is 0.01 until a price shows 0.0001 (Regulation NMS, rule 612).
// Lot: one share, or the round lot where the directory says round lots only.
// Thread: one. Cost: find() is one load in a table of 1 MiB. Errors: none.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/feed/itch/messages.hpp"
#include "engine/feed/market_file.hpp"

namespace sq::feed::itch {
class Instruments {
 public:
  // `wanted` as in FileOptions. Throws std::invalid_argument when an id is out of range.
  explicit Instruments(const std::vector<std::pair<std::string, InstrumentId>>& wanted);

  // kNoInstrument: unknown, or not wanted (then known() is true).
  [[nodiscard]] InstrumentId find(std::uint16_t locate) const noexcept {
    return entries_[locate].id;
  }
  [[nodiscard]] bool known(std::uint16_t locate) const noexcept { return entries_[locate].known; }
  // `symbol_at`: eight characters of a message. A locate that gets another symbol changes hands.
  [[nodiscard]] InstrumentId learn(std::uint16_t locate, const std::byte* symbol_at) {
    std::uint64_t raw = 0;
    std::memcpy(&raw, symbol_at, sizeof(raw));
    const Entry& entry = entries_[locate];
    return entry.known && entry.symbol == raw ? entry.id : assign(locate, raw);
  }
  void saw_price(std::uint16_t locate, std::uint32_t ticks) {
    Entry& entry = entries_[locate];
    const bool fine = ticks % kTicksOfCent != 0;
    if (entry.fineness < (fine ? Fineness::TenthOfMil : Fineness::Cent)) refine(entry, fine);
  }
  void read_directory(const StockDirectory& message);
  [[nodiscard]] std::span<const FileSymbol> symbols() const noexcept { return symbols_; }

 private:
  static constexpr std::uint32_t kTicksOfCent = 100;
  enum class Fineness : std::uint8_t { NotSeen, Cent, TenthOfMil };
  struct Entry {
    std::uint64_t symbol{0};  // as it lies in the message
    InstrumentId id{kNoInstrument};
    bool known{false};
    Fineness fineness{Fineness::NotSeen};
  };
  [[nodiscard]] InstrumentId assign(std::uint16_t locate, std::uint64_t raw);
  void refine(Entry& entry, bool fine);

  std::vector<Entry> entries_;  // by locate
  bool all_{true};
  std::unordered_map<std::string, InstrumentId> wanted_;
  std::unordered_map<std::uint64_t, InstrumentId> ids_;  // by the eight characters
  std::vector<FileSymbol> symbols_;
};
}  // namespace sq::feed::itch
