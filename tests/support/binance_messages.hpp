// Messages in exactly the format in which Binance writes them, with values drawn from a seeded
// generator: for tests and benches that need many different ones. Prices around 60,000 with the
// ticks of BTCUSDT, sizes mostly below 10, now and then thousands, one level in four removed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace sq::test {
class BinanceMessages {
 public:
  enum class Venue : std::uint8_t { Spot, Usdm, Coinm };

  BinanceMessages(Venue venue, std::uint64_t seed) : venue_{venue}, random_{seed} {}

  [[nodiscard]] std::string depth(unsigned bids, unsigned asks) {
    std::string data = cat({R"({"e":"depthUpdate","E":)", time()});
    if (linked()) data += cat({R"(,"T":)", text(ms_)});
    const std::uint64_t previous = id_;
    id_ += 1 + below(5'000);
    data += cat({R"(,"s":)", symbol(), R"(,"U":)", text(previous + 1), R"(,"u":)", text(id_)});
    if (linked()) data += cat({R"(,"pu":)", text(previous)});
    data += cat({R"(,"b":)", levels(bids, -1)});
    data += cat({R"(,"a":)", levels(asks, 1), "}"});
    return wrapped(venue_ == Venue::Spot ? "depth@100ms" : "depth@0ms", data);
  }
  [[nodiscard]] std::string book_ticker() {
    std::string data = venue_ == Venue::Usdm ? R"({"e":"bookTicker",)" : "{";
    data += cat({R"("u":)", text(id_ += 1 + below(2'000))});
    if (venue_ == Venue::Coinm) data += R"(,"e":"bookTicker")";
    const std::uint64_t bid = 600'000 + below(50'000);
    data += cat({R"(,"s":)", symbol(), R"(,"b":)", price(bid), R"(,"B":)", qty()});
    data += cat({R"(,"a":)", price(bid + 1), R"(,"A":)", qty()});
    if (linked()) data += cat({R"(,"T":)", time(), R"(,"E":)", text(ms_)});
    return wrapped("bookTicker", data + "}");
  }
  [[nodiscard]] std::string trade() {
    std::string data = cat({R"({"e":"trade","E":)", time()});
    if (linked()) data += cat({R"(,"T":)", text(ms_ - below(3))});
    data += cat({R"(,"s":)", symbol(), R"(,"t":)", text(++trade_id_), R"(,"p":)",
                 price(600'000 + below(50'000)), R"(,"q":)", qty()});
    data += linked()
                ? cat({R"(,"X":"MARKET","m":)", boolean(), "}"})
                : cat({R"(,"T":)", text(ms_ - below(3)), R"(,"m":)", boolean(), R"(,"M":true})"});
    return wrapped("trade", data);
  }
  [[nodiscard]] std::string aggregate_trade() {
    const std::string id = cat({R"(,"a":)", text(++trade_id_)});
    const std::string name = cat({R"(,"s":)", symbol()});
    std::string data = cat({R"({"e":"aggTrade","E":)", time()});
    data += linked() ? cat({id, name}) : cat({name, id});
    data += cat({R"(,"p":)", price(600'000 + below(50'000)), R"(,"q":)", qty()});
    data += cat({R"(,"f":)", text(trade_id_ + 7), R"(,"l":)", text(trade_id_ + 7 + below(4))});
    data += cat({R"(,"T":)", text(ms_ - below(120)), R"(,"m":)", boolean()});
    data += linked() ? "}" : R"(,"M":true})";
    return wrapped("aggTrade", data);
  }
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

 private:
  [[nodiscard]] bool linked() const { return venue_ != Venue::Spot; }
  [[nodiscard]] static std::string text(std::uint64_t value) { return std::to_string(value); }
  [[nodiscard]] static std::string cat(std::initializer_list<std::string_view> parts) {
    std::string all;
    for (const std::string_view part : parts) all += part;
    return all;
  }
  [[nodiscard]] std::string time() { return text(ms_ += below(100)); }
  [[nodiscard]] std::string boolean() { return below(2) == 0 ? "true" : "false"; }
  [[nodiscard]] std::string symbol() const {
    return venue_ == Venue::Coinm ? R"("BTCUSD_PERP","ps":"BTCUSD")" : R"("BTCUSDT")";
  }
  [[nodiscard]] std::string wrapped(std::string_view kind, std::string_view data) const {
    return cat({R"({"stream":")", venue_ == Venue::Coinm ? "btcusd_perp@" : "btcusdt@", kind,
                R"(","data":)", data, "}"});
  }
  [[nodiscard]] static std::string decimal(std::uint64_t raw, unsigned places) {
    std::string digits = text(raw);
    while (digits.size() <= places) digits = cat({"0", digits});
    const std::string_view view{digits};
    const std::size_t whole = view.size() - places;
    return cat({"\"", view.substr(0, whole), ".", view.substr(whole), "\""});
  }
  // In tenths.
  [[nodiscard]] std::string price(std::uint64_t tenths) const {
    if (venue_ == Venue::Spot) return decimal(tenths * 10'000'000, 8);
    return venue_ == Venue::Usdm ? decimal(tenths * 10, 2) : decimal(tenths, 1);
  }
  [[nodiscard]] std::string qty() {
    const std::uint64_t thousandths = 1 + (below(16) == 0 ? below(3'000'000) : below(10'000));
    if (venue_ == Venue::Spot) return decimal(thousandths * 100'000 + below(100'000), 8);
    if (venue_ == Venue::Usdm) return decimal(thousandths, 3);
    return cat({"\"", text(thousandths), "\""});
  }
  [[nodiscard]] std::string levels(unsigned count, int direction) {
    const std::string removed = venue_ == Venue::Spot   ? R"("0.00000000")"
                                : venue_ == Venue::Usdm ? R"("0.000")"
                                                        : R"("0")";
    std::string list = "[";
    std::uint64_t tenths = 620'000 + below(1'000);
    for (unsigned i = 0; i < count; ++i) {
      tenths = direction > 0 ? tenths + 1 + below(60) : tenths - 1 - below(60);
      list += cat({i == 0 ? "[" : ",[", price(tenths), ",", below(4) == 0 ? removed : qty(), "]"});
    }
    list += "]";
    return list;
  }

  Venue venue_;
  std::mt19937_64 random_;
  std::uint64_t ms_{1'723'161'256'298};
  std::uint64_t id_{5'123'107'832'005};
  std::uint64_t trade_id_{5'266'583'934};
};
}  // namespace sq::test
