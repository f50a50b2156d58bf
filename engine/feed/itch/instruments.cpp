#include "engine/feed/itch/instruments.hpp"

#include <stdexcept>

namespace sq::feed::itch {
namespace {
constexpr std::size_t kLocates = 65'536;
constexpr std::uint32_t kIdMax = 1U << 20;
}  // namespace

Instruments::Instruments(const std::vector<std::pair<std::string, InstrumentId>>& wanted)
    : entries_(kLocates), all_{wanted.empty()} {
  for (const auto& [name, id] : wanted) {
    if (index_of(id) >= kIdMax)
      throw std::invalid_argument{"instrument id " + std::to_string(index_of(id)) + " for " + name +
                                  ", expected less than " + std::to_string(kIdMax)};
    if (symbols_.size() <= index_of(id)) symbols_.resize(index_of(id) + 1);
    symbols_[index_of(id)] = {.name = name, .tick = {}, .lot = qty_of_shares(1)};
    wanted_.emplace(name, id);
  }
}

InstrumentId Instruments::assign(std::uint16_t locate, std::uint64_t raw) {
  Entry& entry = entries_[locate];
  entry = {.symbol = raw, .id = kNoInstrument, .known = true, .fineness = Fineness::NotSeen};
  const auto seen = ids_.find(raw);
  if (seen != ids_.end()) {
    entry.id = seen->second;
    return entry.id;
  }
  char characters[sizeof(raw)];
  std::memcpy(characters, &raw, sizeof(raw));
  std::string name{characters, sizeof(raw)};
  while (!name.empty() && name.back() == ' ') name.pop_back();
  if (all_) {
    entry.id = InstrumentId{static_cast<std::uint32_t>(symbols_.size())};
    symbols_.push_back({.name = name, .tick = {}, .lot = qty_of_shares(1)});
  } else if (const auto found = wanted_.find(name); found != wanted_.end()) {
    entry.id = found->second;
  }
  ids_.emplace(raw, entry.id);
  return entry.id;
}

void Instruments::refine(Entry& entry, bool fine) {
  entry.fineness = fine ? Fineness::TenthOfMil : Fineness::Cent;
  if (entry.id == kNoInstrument) return;
  Price& tick = symbols_[index_of(entry.id)].tick;
  const Price shown = price_of_ticks(fine ? 1 : kTicksOfCent);
  if (tick == Price{} || shown < tick) tick = shown;
}

void Instruments::read_directory(const StockDirectory& message) {
  const InstrumentId id = learn(message.locate(), message.data() + kHeaderLength);
  if (id == kNoInstrument) return;
  const bool whole = message.round_lots_only() && message.round_lot() != 0;
  symbols_[index_of(id)].lot = qty_of_shares(whole ? message.round_lot() : 1);
}
}  // namespace sq::feed::itch
