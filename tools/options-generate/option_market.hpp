// A made market in the instruments of config/options.toml: a future that walks and four options on
// it priced by our own model with a smile, quotes with noise, and trades that mostly sell.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/feed/columnar/writer.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/options/european/european.hpp"
#include "engine/settings/config.hpp"

namespace sq::options_generate {
constexpr std::int64_t kTickRaw = Price::kScale / 100;

// Depth of one level a side that replaces the one before.
class OneLevelBook {
 public:
  struct Depth {
    RecordHeader header;
    DepthHeader depth;
    Level levels[4];
  };
  // The first gives an update and its snapshot, later ones an update. Prices in ticks.
  template <class Give>
  void quote(std::int64_t bid, std::int64_t ask, WallTime at, InstrumentId id, const Give& give) {
    if (id_ == 0) {
      give(record(RecordKind::DepthUpdate, {}, at, id).header);
      std::vector<Level> bids{level(bid, 50)};
      give(record(RecordKind::DepthSnapshot, {bids[0], level(ask, 50)}, at, id).header);
      bid_ = bid;
      ask_ = ask;
      return;
    }
    std::vector<Level> levels{level(bid, 50)};
    if (bid != bid_) levels.push_back(level(bid_, 0));
    const std::size_t bids = levels.size();
    levels.push_back(level(ask, 50));
    if (ask != ask_) levels.push_back(level(ask_, 0));
    give(record(RecordKind::DepthUpdate, levels, at, id, bids).header);
    bid_ = bid;
    ask_ = ask;
  }
  [[nodiscard]] std::int64_t bid() const { return bid_; }
  [[nodiscard]] std::int64_t ask() const { return ask_; }
  [[nodiscard]] std::uint64_t next_sequence() { return ++sequence_; }

 private:
  static Level level(std::int64_t ticks, std::int32_t units) {
    return {Price::from_raw(ticks * kTickRaw), Qty::from_units(units)};
  }
  Depth& record(RecordKind kind, const std::vector<Level>& levels, WallTime at, InstrumentId id,
                std::size_t bids = 1) {
    made_ = {};
    if (kind == RecordKind::DepthUpdate) ++id_;
    made_.header.kind = kind;
    made_.header.length = record_length(sizeof(DepthHeader) + levels.size() * sizeof(Level));
    made_.header.wall = made_.header.venue_time = at;
    made_.header.mono = MonoTime{at.ns};
    made_.header.instrument = id;
    made_.header.source_sequence = ++sequence_;
    made_.depth.chain = DepthChain::Contiguous;
    made_.depth.first_id = made_.depth.last_id = id_;
    made_.depth.bid_count = levels.empty() ? 0 : static_cast<std::uint32_t>(bids);
    made_.depth.ask_count = static_cast<std::uint32_t>(levels.size()) - made_.depth.bid_count;
    for (std::size_t i = 0; i < levels.size(); ++i) made_.levels[i] = levels[i];
    return made_;
  }
  Depth made_{};
  std::uint64_t id_{0};
  std::uint64_t sequence_{0};
  std::int64_t bid_{0};
  std::int64_t ask_{0};
};

inline double years_to(WallTime now, WallTime expiry) {
  return static_cast<double>(expiry - now) / (365.0 * static_cast<double>(kNsPerDay));
}

// Writes <symbol>.sqmd of each instrument of the configuration.
inline void write_option_market(const settings::Config& config, const std::filesystem::path& folder,
                                int seconds, std::uint64_t seed) {
  constexpr WallTime kStart{1'790'000'000 * kNsPerSecond};  // 2026-09-21 14:13:20 UTC
  std::filesystem::create_directories(folder);
  std::mt19937_64 random{seed};
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  std::vector<std::unique_ptr<feed::columnar::Writer>> files;
  std::vector<OneLevelBook> books(config.instruments.size());
  for (const auto& each : config.instruments) {
    const std::string symbol{each.instrument.symbol.view()};
    files.push_back(std::make_unique<feed::columnar::Writer>(folder / (symbol + ".sqmd")));
    const std::vector<feed::FileSymbol> names{{symbol, each.instrument.tick, each.instrument.lot}};
    files.back()->define(names);
  }
  const auto quote = [&](std::size_t i, double middle, std::int64_t half, WallTime at) {
    const auto bid = std::max<std::int64_t>(std::llround(middle * 100) - half, 1);
    books[i].quote(bid, bid + 2 * half, at, InstrumentId{0}, [&](const RecordHeader& record) {
      if (files[i]->add(record) != feed::columnar::Refused::No)
        throw std::logic_error{"a record of the made market does not fit the file"};
    });
  };
  const auto trade = [&](std::size_t i, WallTime at) {
    const bool sells = uniform() < 0.7;
    TradePrint print;
    print.aggressor = sells ? Side::Sell : Side::Buy;
    print.price = Price::from_raw((sells ? books[i].bid() : books[i].ask()) * kTickRaw);
    print.qty = Qty::from_units(5);
    print.transaction_time = at;
    auto record = make_record(RecordKind::TradePrint, print);
    record.header.wall = record.header.venue_time = at;
    record.header.instrument = InstrumentId{0};
    record.header.source_sequence = books[i].next_sequence();
    print.first_trade_id = print.last_trade_id = record.header.source_sequence;
    record.payload = print;
    if (files[i]->add(record.header) != feed::columnar::Refused::No)
      throw std::logic_error{"a trade of the made market does not fit the file"};
  };
  double spot = 100;
  for (int step = 0; step < seconds * 20; ++step) {
    const WallTime at = kStart + (std::int64_t{step} * 50 * kNsPerMs + 7 * kNsPerUs);
    spot *= std::exp(0.0008 * (uniform() - 0.5));
    quote(0, spot, 1, at);
    for (std::size_t i = 1; i < config.instruments.size(); ++i) {
      if (step % 4 != static_cast<int>(i % 4)) continue;
      const Instrument& option = config.instruments[i].instrument;
      const double strike = option.strike.to_double();
      const double skew = std::log(strike / spot);
      const double volatility = 0.5 + 0.4 * skew * skew - 0.1 * skew + 0.01 * (uniform() - 0.5);
      const auto type =
          option.right == OptionRight::Put ? options::OptionType::Put : options::OptionType::Call;
      const auto value = options::european_price({spot, 0.03, 0.03, volatility},
                                                 {type, strike, years_to(at, option.expiry)});
      quote(i, *value, 6, at + 11 * kNsPerUs);
      if (uniform() < 0.5) trade(i, at + 20 * kNsPerMs);
    }
  }
  for (auto& file : files) file->close();
}
}  // namespace sq::options_generate
