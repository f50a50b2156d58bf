// Binance's raw JSON, field by field in the order and number format of the recordings of 2024:
// combined streams depth, bookTicker and trade, and the REST depth snapshot.
// Thread: any. Cost: 5 to 10 ns a field. Source: Binance's web socket documents, USD-M and spot.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/feed/simulated/symbol_class.hpp"

namespace sq::feed::simulated {
struct Stamps {  // milliseconds of the venue's wall clock
  std::int64_t event{0};
  std::int64_t transaction{0};
};
struct Touch {
  Tick bid{0};
  Tick ask{0};
  Lots bid_lots{0};
  Lots ask_lots{0};
  friend bool operator==(const Touch&, const Touch&) = default;
};
struct Trade {
  std::uint64_t id{0};
  Tick price{0};
  Lots lots{0};
  bool buyer_is_maker{false};
};
struct DepthIds {
  std::uint64_t first{0};     // U
  std::uint64_t last{0};      // u
  std::uint64_t previous{0};  // pu
};
using LevelList = std::vector<std::pair<Tick, Lots>>;  // lots 0: the level is gone

class MessageText {
 public:
  MessageText(const SymbolClass& symbol, std::string_view upper_case_name);
  [[nodiscard]] std::string ticker(std::uint64_t update_id, const Touch& touch,
                                   Stamps stamps) const;
  [[nodiscard]] std::string trade(const Trade& trade, Stamps stamps) const;
  [[nodiscard]] std::string depth(const DepthIds& ids, const LevelList& bids, const LevelList& asks,
                                  Stamps stamps) const;
  [[nodiscard]] std::string snapshot(std::uint64_t last_id, const LevelList& bids,
                                     const LevelList& asks, Stamps stamps) const;

 private:
  void append_levels(std::string& text, std::string_view name, const LevelList& levels) const;

  const SymbolClass& symbol_;
  std::string upper_;
  std::string ticker_head_;  // up to the first field that varies
  std::string trade_head_;
  std::string depth_head_;
};
}  // namespace sq::feed::simulated
