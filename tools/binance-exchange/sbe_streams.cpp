#include "tools/binance-exchange/sbe_streams.hpp"

#include <algorithm>

namespace sq::exchange {
namespace {
constexpr std::uint64_t kSchema = 1;
constexpr std::uint64_t kVersion = 0;
constexpr std::int64_t kExponent = -8;

// Little-endian fields, one behind the other.
class Writer {
 public:
  Writer(std::uint64_t block, std::uint64_t message) {
    put(block, 2);
    put(message, 2);
    put(kSchema, 2);
    put(kVersion, 2);
  }
  void put(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) text_.push_back(static_cast<char>(value >> (8 * i) & 0xFFU));
  }
  void put(std::int64_t value) { put(static_cast<std::uint64_t>(value), 8); }
  void put(Price price) { put(price.raw() / 10); }
  void put(Qty qty) { put(qty.raw()); }
  void time(std::int64_t ms) { put(ms * 1'000); }
  void exponents() {
    put(static_cast<std::uint64_t>(kExponent), 1);
    put(static_cast<std::uint64_t>(kExponent), 1);
  }
  template <class Levels>
  void side(const Levels& levels, std::size_t most) {
    put(16, 2);
    put(std::min(levels.size(), most), 2);
    for (const auto& [price, qty] : levels) {
      if (most-- == 0) break;
      put(price);
      put(qty);
    }
  }
  std::string end(const std::string& symbol) {
    put(symbol.size(), 1);
    return std::move(text_.append(symbol));
  }

 private:
  std::string text_;
};
constexpr std::size_t kLevelsMax = 65'534;  // what the count of a group can say
}  // namespace

std::string sbe_trade(const std::string& symbol, const PublicTrade& trade, std::int64_t now_ms) {
  Writer writer{18, 10'000};
  writer.time(now_ms);
  writer.time(trade.time_ms);
  writer.exponents();
  writer.put(25, 2);
  writer.put(1, 4);
  writer.put(static_cast<std::int64_t>(trade.id));
  writer.put(trade.price);
  writer.put(trade.qty);
  writer.put(trade.buyer_is_maker ? 1 : 0, 1);
  return writer.end(symbol);
}
std::string sbe_best(const SymbolMarket& market, std::int64_t now_ms) {
  Writer writer{50, 10'001};
  writer.time(now_ms);
  writer.put(static_cast<std::int64_t>(market.update_id()));
  writer.exponents();
  writer.put(market.bid().price);
  writer.put(market.bid().qty);
  writer.put(market.ask().price);
  writer.put(market.ask().qty);
  return writer.end(market.symbol());
}
std::string sbe_snapshot(const SymbolMarket& market, std::size_t levels, std::int64_t now_ms) {
  Writer writer{18, 10'002};
  writer.time(now_ms);
  writer.put(static_cast<std::int64_t>(market.update_id()));
  writer.exponents();
  writer.side(market.bids(), levels);
  writer.side(market.asks(), levels);
  return writer.end(market.symbol());
}
std::string sbe_difference(const SymbolMarket& market, const SymbolMarket::Changes& changes,
                           std::int64_t now_ms) {
  Writer writer{26, 10'003};
  writer.time(now_ms);
  writer.put(static_cast<std::int64_t>(changes.first_id));
  writer.put(static_cast<std::int64_t>(changes.last_id));
  writer.exponents();
  writer.side(changes.bids, kLevelsMax);
  writer.side(changes.asks, kLevelsMax);
  return writer.end(market.symbol());
}
}  // namespace sq::exchange
