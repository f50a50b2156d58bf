// What the accounts came to since the start, in sums that do not grow: a client that kept books of
// its own holds them against these. Thread: one. Units: quantities and money 1e-8.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/types/fixed.hpp"
#include "engine/types/order_types.hpp"

namespace sq::exchange {
// Of one symbol of one account.
struct SymbolTotals {
  std::uint64_t orders{0};  // accepted
  std::uint64_t filled{0};
  std::uint64_t cancelled{0};
  std::uint64_t expired{0};
  std::uint64_t fills{0};
  std::uint64_t trade_ids{0};  // their sum, of fills
  Qty bought{};
  Qty sold{};
  std::int64_t paid{0};      // of the quote asset, by buys
  std::int64_t received{0};  // by sells
  std::map<std::string, std::int64_t> commissions;
};

class Totals {
 public:
  // An order was accepted. Counts client ids that were there before, of the first two million.
  void accepted(std::uint16_t account, const std::string& symbol, const std::string& client_id);
  void filled(std::uint16_t account, const std::string& symbol, Side side, Qty qty,
              std::int64_t quote, std::uint64_t trade);
  void charged(std::uint16_t account, const std::string& symbol, const std::string& asset,
               std::int64_t commission);
  // No longer open: "FILLED", "CANCELED", or expired in one way or another.
  void ended(std::uint16_t account, const std::string& symbol, const std::string& status);

  [[nodiscard]] boost::json::object symbols(std::uint16_t account) const;
  [[nodiscard]] std::uint64_t orders() const noexcept { return orders_; }
  [[nodiscard]] std::uint64_t duplicates() const noexcept { return duplicates_; }

 private:
  // True: it was there before.
  [[nodiscard]] bool see(std::uint64_t print);
  std::map<std::pair<std::uint16_t, std::string>, SymbolTotals> symbols_;
  std::vector<std::uint64_t> seen_ =
      std::vector<std::uint64_t>(1U << 10U);  // fingerprints, 0: free
  std::size_t seen_count_{0};
  std::uint64_t orders_{0};
  std::uint64_t duplicates_{0};
};
}  // namespace sq::exchange
