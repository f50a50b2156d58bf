// Other people's orders: simulated traders that keep a market moving, from one seed. They quote
// around a price that walks, take now and then, and cancel what has become old.
// Thread: the server's. Cost: some orders a call.
#pragma once

#include <deque>
#include <random>

#include "tools/binance-exchange/venue.hpp"

namespace sq::exchange {
class Traders {
 public:
  // `orders_per_second` of each symbol; `mid`: where each symbol starts.
  Traders(Venue& venue, std::uint64_t seed, int orders_per_second);

  // Fills the books before the first client comes.
  void open(std::int64_t now_ms);
  // A symbol whose book others make: they trade around its middle, once it has one.
  void follow(const std::string& symbol);
  // What is due since the last call.
  void act(std::int64_t now_ms);

 private:
  struct Symbol {
    SymbolMarket* market{nullptr};
    double mid{0};  // in ticks
    std::deque<std::uint64_t> orders;
    bool follows{false};
  };
  [[nodiscard]] static bool find_mid(Symbol& symbol);
  void quote(Symbol& symbol, std::int64_t now_ms);
  void take(Symbol& symbol, std::int64_t now_ms);
  [[nodiscard]] Qty size(const Symbol& symbol);

  Venue& venue_;
  std::mt19937_64 random_;
  int per_second_;
  std::int64_t acted_ms_{0};
  std::vector<Symbol> symbols_;
};
}  // namespace sq::exchange
