// Binance's update ids: on USD-M one counter runs through all symbols, on spot each symbol has its
// own. Thread: the simulation's.
#pragma once

#include <cstdint>

#include "engine/feed/simulated/symbol_class.hpp"

namespace sq::feed::simulated {
class UpdateIds {
 public:
  explicit UpdateIds(std::uint64_t first) noexcept : last_{first} {}
  // The id of an event at `now_ns`; the symbols that are not simulated have used up ids meanwhile.
  std::uint64_t next(std::int64_t now_ns, const SymbolClass& symbol, Random& random) noexcept {
    if (now_ns > at_ns_) {
      owed_ += symbol.ids_per_s * static_cast<double>(now_ns - at_ns_) * 1e-9;
      at_ns_ = now_ns;
    }
    if (symbol.ids_per_event > 0.0) {
      // Half a squared exponential: mean 1, mostly near 0, because reactions of one symbol follow
      // closely.
      const double wide = random.exponential(1.0);
      owed_ += symbol.ids_per_event * 0.5 * wide * wide;
    }
    const auto others = static_cast<std::uint64_t>(owed_);
    owed_ -= static_cast<double>(others);
    last_ += others + 1;
    return last_;
  }
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }

 private:
  std::uint64_t last_;
  std::int64_t at_ns_{0};
  double owed_{0};
};
}  // namespace sq::feed::simulated
