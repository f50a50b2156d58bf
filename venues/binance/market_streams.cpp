#include "venues/binance/market_streams.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace sq::binance {
namespace {
std::string lower(std::string_view text) {
  std::string made{text};
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

std::string depth_name(VenueId venue, std::int32_t ms) {
  const bool spot = venue == VenueId::BinanceSpot;
  if (ms == (spot ? 1'000 : 250)) return "@depth";
  if (ms == 100) return "@depth@100ms";
  if (!spot && (ms == 0 || ms == 500)) return "@depth@" + std::to_string(ms) + "ms";
  throw std::invalid_argument(spot ? "depth_ms: spot has depth streams of 100 and 1000 ms"
                                   : "depth_ms: USD-M has depth streams of 0, 100, 250, 500 ms");
}

struct Names {
  std::vector<std::string> book;
  std::vector<std::string> market;
};
Names names_of(VenueId venue, const StreamChoice& choice) {
  Names names;
  if (choice.sbe) {
    if (choice.depth) names.book.emplace_back("@depth");
    if (choice.top) names.book.emplace_back("@bestBidAsk");
    if (choice.trades != TradeStream::None) names.market.emplace_back("@trade");
    return names;
  }
  if (choice.depth) names.book.push_back(depth_name(venue, choice.depth_ms));
  if (choice.top) names.book.emplace_back("@bookTicker");
  if (choice.trades == TradeStream::Each) names.market.emplace_back("@trade");
  if (choice.trades == TradeStream::Aggregate) names.market.emplace_back("@aggTrade");
  if (choice.mark_price && venue == VenueId::BinanceUsdm)
    names.market.emplace_back("@markPrice@1s");
  return names;
}

void plan_route(const LinkSettings& link, const std::string& route, bool book,
                const std::vector<std::string>& names, std::size_t streams_max,
                std::vector<LanePlan>& lanes) {
  if (names.empty()) return;
  if (names.size() > streams_max)
    throw std::invalid_argument("streams of a connection: fewer than one instrument needs");
  LanePlan* lane = nullptr;
  for (std::uint32_t i = 0; i < link.instruments.size(); ++i) {
    if (lane == nullptr || lane->streams.size() + names.size() > streams_max) {
      lanes.push_back({route, {}, {}, book});
      lane = &lanes.back();
    }
    const std::string symbol = lower(link.instruments[i].symbol.view());
    if (symbol.empty() || symbol.find_first_of("\"\\/ @") != std::string::npos)
      throw std::invalid_argument("binance: no symbol of a stream: \"" + symbol + '"');
    for (const std::string& name : names) {
      lane->streams.push_back(symbol);
      lane->streams.back().append(name);
    }
    lane->instruments.push_back(i);
  }
}
}  // namespace

std::vector<LanePlan> plan_lanes(const LinkSettings& link, const StreamChoice& choice,
                                 std::size_t streams_max) {
  if (link.venue != VenueId::BinanceSpot && link.venue != VenueId::BinanceUsdm)
    throw std::invalid_argument("binance: streams of BinanceSpot and BinanceUsdm only");
  if (choice.routes == StreamRoutes::Split && link.venue != VenueId::BinanceUsdm)
    throw std::invalid_argument("routes: only USD-M has streams on split routes");
  if (choice.microseconds && link.venue != VenueId::BinanceSpot)
    throw std::invalid_argument("microseconds: only spot has them");
  if (choice.sbe && link.venue != VenueId::BinanceSpot)
    throw std::invalid_argument("sbe: only spot has such streams");
  if (choice.sbe && choice.microseconds)
    throw std::invalid_argument("microseconds: frames of SBE always have them");
  Names names = names_of(link.venue, choice);
  std::vector<LanePlan> lanes;
  const bool split = choice.routes == StreamRoutes::Split ||
                     (choice.routes == StreamRoutes::AsVenue && link.venue == VenueId::BinanceUsdm);
  if (split) {
    plan_route(link, "/public", true, names.book, streams_max, lanes);
    plan_route(link, "/market", false, names.market, streams_max, lanes);
    return lanes;
  }
  const bool book = !names.book.empty();
  names.book.insert(names.book.end(), names.market.begin(), names.market.end());
  plan_route(link, "", book, names.book, streams_max, lanes);
  return lanes;
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._@";
  std::string made;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kPlain.contains(c);
    if (plain) {
      made.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    made.push_back('%');
    made.push_back(kHex[byte >> 4U]);
    made.push_back(kHex[byte & 0xFU]);
  }
  return made;
}
}  // namespace sq::binance
