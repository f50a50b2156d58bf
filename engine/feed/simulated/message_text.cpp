#include "engine/feed/simulated/message_text.hpp"

#include <charconv>

#include "engine/types/fixed.hpp"

namespace sq::feed::simulated {
namespace {
void append(std::string& text, std::uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  text.append(digits, end);
}
void append_ms(std::string& text, std::string_view name, std::int64_t value) {
  text += name;
  append(text, static_cast<std::uint64_t>(value));
}
// In quotes, with all decimals of the venue's format.
void append_decimal(std::string& text, std::int64_t value, const TextFormat& format) {
  const std::int64_t raw = value * format.unit;
  const std::int64_t scale = power_of_ten(format.decimals);
  text += '"';
  append(text, static_cast<std::uint64_t>(raw / scale));
  text += '.';
  char digits[20];
  std::int64_t fraction = raw % scale;
  for (int i = format.decimals - 1; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + fraction % 10);
    fraction /= 10;
  }
  text.append(digits, static_cast<std::size_t>(format.decimals));
  text += '"';
}
std::string lower(std::string_view name) {
  std::string result{name};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}
}  // namespace

MessageText::MessageText(const SymbolClass& symbol, std::string_view upper_case_name)
    : symbol_{symbol}, upper_{upper_case_name} {
  const bool futures = symbol.market == Market::UsdmFutures;
  const std::string stream = R"({"stream":")" + lower(upper_case_name);
  ticker_head_ =
      stream + R"(@bookTicker","data":{)" + (futures ? R"("e":"bookTicker",)" : "") + R"("u":)";
  trade_head_ = stream + R"(@trade","data":{"e":"trade","E":)";
  depth_head_ =
      stream + (futures ? "@depth@0ms" : "@depth@100ms") + R"(","data":{"e":"depthUpdate","E":)";
}

std::string MessageText::ticker(std::uint64_t update_id, const Touch& touch, Stamps stamps) const {
  std::string text = ticker_head_;
  text.reserve(240);
  append(text, update_id);
  text += R"(,"s":")";
  text += upper_;
  text += R"(","b":)";
  append_decimal(text, touch.bid, symbol_.price_text);
  text += R"(,"B":)";
  append_decimal(text, touch.bid_lots, symbol_.lots_text);
  text += R"(,"a":)";
  append_decimal(text, touch.ask, symbol_.price_text);
  text += R"(,"A":)";
  append_decimal(text, touch.ask_lots, symbol_.lots_text);
  if (symbol_.market == Market::UsdmFutures) {
    append_ms(text, R"(,"T":)", stamps.transaction);
    append_ms(text, R"(,"E":)", stamps.event);
  }
  text += "}}";
  return text;
}

std::string MessageText::trade(const Trade& trade, Stamps stamps) const {
  const bool futures = symbol_.market == Market::UsdmFutures;
  std::string text = trade_head_;
  text.reserve(240);
  append_ms(text, "", stamps.event);
  if (futures) append_ms(text, R"(,"T":)", stamps.transaction);
  text += R"(,"s":")";
  text += upper_;
  text += R"(","t":)";
  append(text, trade.id);
  text += R"(,"p":)";
  append_decimal(text, trade.price, symbol_.price_text);
  text += R"(,"q":)";
  append_decimal(text, trade.lots, symbol_.lots_text);
  if (futures) {
    text += R"(,"X":"MARKET")";
  } else {
    append_ms(text, R"(,"T":)", stamps.transaction);
  }
  text += trade.buyer_is_maker ? R"(,"m":true)" : R"(,"m":false)";
  text += futures ? "}}" : R"(,"M":true}})";
  return text;
}

void MessageText::append_levels(std::string& text, std::string_view name,
                                const LevelList& levels) const {
  text += name;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    text += i == 0 ? "[" : ",[";
    append_decimal(text, levels[i].first, symbol_.price_text);
    text += ',';
    append_decimal(text, levels[i].second, symbol_.lots_text);
    text += ']';
  }
  text += ']';
}

std::string MessageText::depth(const DepthIds& ids, const LevelList& bids, const LevelList& asks,
                               Stamps stamps) const {
  const bool futures = symbol_.market == Market::UsdmFutures;
  std::string text = depth_head_;
  text.reserve(240 + 40 * (bids.size() + asks.size()));
  append_ms(text, "", stamps.event);
  if (futures) append_ms(text, R"(,"T":)", stamps.transaction);
  text += R"(,"s":")";
  text += upper_;
  text += R"(","U":)";
  append(text, ids.first);
  text += R"(,"u":)";
  append(text, ids.last);
  if (futures) {
    text += R"(,"pu":)";
    append(text, ids.previous);
  }
  append_levels(text, R"(,"b":[)", bids);
  append_levels(text, R"(,"a":[)", asks);
  text += "}}";
  return text;
}

std::string MessageText::snapshot(std::uint64_t last_id, const LevelList& bids,
                                  const LevelList& asks, Stamps stamps) const {
  std::string text = R"({"lastUpdateId":)";
  append(text, last_id);
  if (symbol_.market == Market::UsdmFutures) {
    append_ms(text, R"(,"E":)", stamps.event);
    append_ms(text, R"(,"T":)", stamps.transaction);
  }
  append_levels(text, R"(,"bids":[)", bids);
  append_levels(text, R"(,"asks":[)", asks);
  text += '}';
  return text;
}
}  // namespace sq::feed::simulated
