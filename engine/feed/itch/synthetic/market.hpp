// A seeded ITCH 5.0 day of thousands of symbols, for scale: BinaryFILE frames, bit for bit the same
// on every machine. Activity of the symbols follows a Zipf law, scattered over the locates.
// Fitted to the one recorded symbol there is (AAPL, 2019-12-30, 09:35 to 09:38, 30,000 messages):
// the share of each message type (D 47, A 43, E 5.0, U 3.3, P 0.6, X 0.23 %), lifetimes counted in
// messages of the same symbol (quartiles 9, 35, 238; 99 % 5,026), sizes, the level an add
// goes to and whether it opens one, references that grow by 4 and more. Not fitted, chosen: the
// Zipf exponent, price levels, and resting_share, the orders that nobody takes back, set so that 10
// million messages of 8,000 symbols leave about 700,000 live orders. What it does not have: bursts,
// crosses, correlation between symbols. Thread: the owner's. Cost: about 0.4 us a message;
// allocates. Errors: std::invalid_argument.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/feed/itch/synthetic/books.hpp"
#include "engine/feed/simulated/random.hpp"

namespace sq::feed::itch::synthetic {
enum class Lifetimes : std::uint8_t {
  Recorded,  // as measured: most short, heavy tail
  Uniform    // any live order is as likely to go as another: the worst case for caches
};

struct MarketSettings {
  std::uint64_t seed{1};
  std::uint32_t symbols{8'000};        // 1 to 65,535
  std::uint64_t messages{10'000'000};  // all of them, the day's opening and closing ones too
  double zipf{0.9};                    // activity of the symbol at rank k: k to the minus this
  Lifetimes lifetimes{Lifetimes::Recorded};
  double resting_share{0.019};           // of the adds; Recorded only
  std::uint32_t live_orders{1'000'000};  // Uniform only: adds alone until so many are live
};

class Market {
 public:
  explicit Market(const MarketSettings& settings);

  // Appends the next message with its frame; false, and nothing appended, at the end of the day.
  bool append_next(std::vector<std::byte>& out);

  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
  [[nodiscard]] const Books& books() const noexcept { return books_; }
  [[nodiscard]] std::uint64_t count_of(char type) const noexcept {
    return counts_[static_cast<std::size_t>(type) & 127];
  }
  [[nodiscard]] std::string symbol(std::uint16_t index) const;  // locate is index + 1

 private:
  struct Symbol {
    std::uint32_t reference{0};  // price of its first order
    std::uint32_t step{100};     // ticks between its prices: 0.01, or 0.0001 below one dollar
    Side taken{Side::Buy};       // against which trades go at present
    std::uint32_t clock{0};      // its messages so far
    // Orders by the time they end, earliest first (a heap); ended ones stay until then.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> due;  // clock, slot
  };

  void make_symbols();
  bool append_opening(std::vector<std::byte>& out);
  void append_closing(std::vector<std::byte>& out);
  void append_session(std::vector<std::byte>& out);
  void append_uniform(std::vector<std::byte>& out);
  void append_end_of(std::vector<std::byte>& out, std::uint32_t slot);
  void append_add(std::vector<std::byte>& out, std::uint16_t symbol);
  bool append_execution(std::vector<std::byte>& out, std::uint16_t symbol);
  bool append_hidden_trade(std::vector<std::byte>& out, std::uint16_t symbol);
  void append_replace(std::vector<std::byte>& out, std::uint32_t slot);
  void append_cancel(std::vector<std::byte>& out, std::uint32_t slot);
  void append_delete(std::vector<std::byte>& out, std::uint32_t slot);

  [[nodiscard]] std::uint16_t draw_symbol() noexcept;
  [[nodiscard]] std::uint32_t draw_price(std::uint16_t symbol, Side side, bool resting,
                                         std::uint32_t& rank) noexcept;
  [[nodiscard]] std::uint32_t draw_shares() noexcept;
  [[nodiscard]] std::uint64_t next_reference() noexcept;
  void schedule(std::uint32_t slot);
  [[nodiscard]] std::uint32_t take_due(Symbol& symbol, std::uint16_t index);
  void step_time() noexcept;
  void count(char type) noexcept { ++counts_[static_cast<std::size_t>(type) & 127]; }

  MarketSettings settings_;
  simulated::Random random_;
  Books books_;
  std::vector<Symbol> symbols_;
  std::vector<std::pair<double, std::uint16_t>> draw_;  // alias table: threshold, other symbol
  std::array<std::uint64_t, 128> counts_{};
  std::uint64_t messages_{0};
  std::uint64_t time_ns_{0};
  std::uint64_t reference_{1};
  std::uint64_t match_{1};
};
}  // namespace sq::feed::itch::synthetic
