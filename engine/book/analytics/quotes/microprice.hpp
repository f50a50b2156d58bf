// Stoikov's micro-price, estimated while the quotes come: mid + G*[state], where the state is the
// imbalance (in n classes) and the spread (1 tick, 2 ticks, ... the last class: that many or more).
// Transitions are counted from quote to quote; every refresh_quotes quotes the counts, made
// symmetric (bid and ask exchanged), go into MicropriceSolver, which then does one step a quote;
// G* is replaced when it is done; the counts go in row by row, a row a quote. When memory_quotes
// have been counted, all counts are halved. Each state gets one observation more that ends nowhere:
// it keeps I - Q invertible while data is short and pulls the adjustment towards 0 by 1 / (count +
// 1). Thread: one writer. Cost: 8 ns a quote, up to 0.4 us for the quotes of a refresh (twice the
// states and about 10 of refresh_quotes). Allocates in the constructor only. Units: quote currency
// a unit. Errors: not known before the first refresh is done, nor in a state not seen by then;
// throws std::invalid_argument for settings out of range. Source: as microprice_solver.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/quotes/microprice_solver.hpp"
#include "engine/book/analytics/quotes/quote.hpp"

namespace sq::book::analytics {
struct MicropriceSettings {
  Price tick{};                          // > 0
  std::uint8_t imbalance_classes{10};    // 2 to 16
  std::uint8_t spread_classes{2};        // 1 to 4
  std::uint32_t refresh_quotes{4096};    // >= 256
  std::uint64_t memory_quotes{400'000};  // >= refresh_quotes
};

class Microprice {
 public:
  explicit Microprice(const MicropriceSettings& settings);

  void on_quote(const Quote& quote) noexcept {
    const std::size_t state = state_of(quote);
    const std::int64_t twice_mid = quote.twice_mid();
    if (has_state_) count(state, twice_mid - twice_mid_);
    has_state_ = true;
    state_ = state;
    twice_mid_ = twice_mid;
    if (++since_refresh_ >= settings_.refresh_quotes || loading_ || solver_.busy()) [[unlikely]]
      refresh_a_step();
  }
  void on_no_quote() noexcept { has_state_ = false; }

  // Of the quote that came last; count: how often its state had been seen at the refresh.
  [[nodiscard]] Reading value() const noexcept {
    if (!has_state_ || seen_[state_] == 0) return {};
    return {static_cast<double>(twice_mid_) / (2.0 * kPriceUnit) + adjustment_[state_],
            seen_[state_]};
  }
  [[nodiscard]] std::size_t state_of(const Quote& quote) const noexcept {
    const auto classes = std::size_t{settings_.imbalance_classes};
    auto imbalance = static_cast<std::size_t>(quote.imbalance() * static_cast<double>(classes));
    imbalance = imbalance < classes ? imbalance : classes - 1;
    const std::int64_t spread = quote.spread().raw();
    std::size_t wide = 0;
    while (wide + 1 < settings_.spread_classes && spread > width_[wide]) ++wide;
    return wide * classes + imbalance;
  }
  [[nodiscard]] double adjustment(std::size_t state) const noexcept { return adjustment_[state]; }
  [[nodiscard]] std::uint64_t seen(std::size_t state) const noexcept { return seen_[state]; }
  [[nodiscard]] std::uint64_t refreshes() const noexcept { return refreshes_; }
  [[nodiscard]] std::uint64_t refreshes_failed() const noexcept { return refreshes_failed_; }

 private:
  void count(std::size_t to, std::int64_t move) noexcept {
    const std::size_t cell = state_ * solver_.states() + to;
    if (move == 0) {
      stayed_[cell] += 1.0;
    } else {
      moved_[cell] += 1.0;
      moves_[state_] += static_cast<double>(move);
    }
    ++counted_;
  }
  [[gnu::cold, gnu::noinline]] void refresh_a_step() noexcept;
  void load_row(std::size_t from) noexcept;
  void halve() noexcept;

  MicropriceSettings settings_;
  std::int64_t width_[4]{};  // a spread beyond width_[i] is not of class i
  bool has_state_{false};
  std::size_t state_{0};
  std::int64_t twice_mid_{0};
  std::uint32_t since_refresh_{0};
  bool loading_{false};
  std::size_t row_{0};  // of the matrices, to be loaded next
  std::uint64_t counted_{0};
  std::uint64_t refreshes_{0};
  std::uint64_t refreshes_failed_{0};
  std::vector<std::size_t> mirror_;  // [state] with bid and ask exchanged
  std::vector<double> stayed_;       // [from][to], the mid unchanged
  std::vector<double> moved_;        // [from][to], the mid changed
  std::vector<double> moves_;        // [from] sum of the changes, raw, of twice the mid
  MicropriceSolver solver_;
  std::vector<double> adjustment_;
  std::vector<std::uint64_t> seen_;
  std::vector<std::uint64_t> seen_next_;
};
}  // namespace sq::book::analytics
