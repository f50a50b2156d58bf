// Rates from settlement currencies to the base currency, with their age. A rate from a book is its
// mid; where that is no multiple of 1e-9, what counts against us is rounded up and what counts for
// us down.
// Thread: the core's. Cost: a compare while all are fresh, linear in currencies when one is set.
// No allocation after construction. Errors: a currency without a rate, or with an old one, is named
// by check(); whoever asks refuses.
// Units: rates in 1e-9 base currency per unit. Source: control P05 (stale FX rejects).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/risk/limits.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/state_bytes.hpp"
#include "engine/types/time.hpp"

namespace sq::risk {
class FxRates {
 public:
  struct Rate {
    std::int64_t up{0};  // 0: there is none
    std::int64_t down{0};
    MonoTime at{};
  };

  // Place 0 is the base currency; then the settlement currencies in the order of the instruments.
  // An empty base means that there is one currency only.
  FxRates(Currency base, const std::vector<Instrument>& instruments, std::vector<FxSource> sources);

  [[nodiscard]] const std::vector<Currency>& currencies() const noexcept { return currencies_; }
  [[nodiscard]] std::size_t place_of(std::size_t instrument) const noexcept {
    return place_of_[instrument];
  }
  [[nodiscard]] const Rate& rate(std::size_t place) const noexcept { return rates_[place]; }
  [[nodiscard]] std::int64_t age_ns_max(std::size_t place) const noexcept {
    return sources_[place].age_ns_max;
  }
  // All have a rate that is not too old.
  [[nodiscard]] bool fresh(MonoTime now) const noexcept { return now <= good_until_; }
  [[nodiscard]] bool fresh(std::size_t place, MonoTime now) const noexcept {
    return place == 0 ||
           (rates_[place].up != 0 && now - rates_[place].at <= sources_[place].age_ns_max);
  }

  [[nodiscard]] bool from_book(InstrumentId instrument) const noexcept {
    return is_book_[index_of(instrument)];
  }
  // The place whose rate changed with this book's prices, one after another from `from`; empty: no
  // further one.
  [[nodiscard]] std::optional<std::size_t> set_book(InstrumentId book, Price bid, Price ask,
                                                    MonoTime at, std::size_t from) noexcept;
  // The place that changed. Empty: no such pair, it has a book, or the rate is not positive.
  [[nodiscard]] std::optional<std::size_t> set(Currency from, Currency to, Price rate,
                                               MonoTime at) noexcept;
  // Rates that came as inputs; those of books are pushed anew.
  void save(StateOut& out) const;
  void restore(StateIn& in) noexcept;

 private:
  void settle() noexcept;

  std::vector<Currency> currencies_;
  std::vector<FxSource> sources_;        // [place]
  std::vector<Rate> rates_;              // [place]
  std::vector<std::uint16_t> place_of_;  // [instrument]
  std::vector<bool> is_book_;            // [instrument]
  MonoTime good_until_{};
};
}  // namespace sq::risk
