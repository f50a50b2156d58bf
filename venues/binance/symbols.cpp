#include "venues/binance/symbols.hpp"

#include <bit>
#include <stdexcept>
#include <string>

namespace sq::binance {
SymbolTable::SymbolTable(std::span<const SymbolEntry> entries) {
  const std::size_t size = std::bit_ceil(2 * entries.size() + 2);
  slots_.resize(size);
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(size));
  for (const SymbolEntry& entry : entries) {
    const std::string_view text = entry.symbol.view();
    if (text.empty()) throw std::invalid_argument("binance: empty symbol");
    for (const char c : text) {
      // What JSON would escape never equals the bytes of a message.
      if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\')
        throw std::invalid_argument("binance: symbol with a forbidden character: " +
                                    std::string{text});
    }
    if (find(text) != kNoInstrument)
      throw std::invalid_argument("binance: symbol listed twice: " + std::string{text});
    if (entry.instrument == kNoInstrument)
      throw std::invalid_argument("binance: symbol without instrument: " + std::string{text});
    Key key{};
    std::memcpy(key.data(), entry.symbol.chars.data(), sizeof key);
    std::size_t at = home(key);
    while (slots_[at].key[0] != 0) at = (at + 1) & (size - 1);
    slots_[at] = {key, entry.instrument, static_cast<std::uint32_t>(text.size())};
  }
}

InstrumentId SymbolTable::find(std::string_view symbol) const noexcept {
  if (symbol.empty() || symbol.size() > kSymbolBytes) return kNoInstrument;
  std::array<char, kSymbolBytes> padded{};
  std::memcpy(padded.data(), symbol.data(), symbol.size());
  return find_padded(padded.data(), symbol.size());
}
}  // namespace sq::binance
