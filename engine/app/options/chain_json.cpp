#include <boost/json.hpp>

#include "engine/app/options/chain_text.hpp"

namespace sq::app::chain_text {
namespace {
namespace json = boost::json;
using options::ChainQuote;
using options::Date;
using options::OptionType;

json::value parsed(std::string_view text, const std::string& file) {
  boost::system::error_code problem;
  json::value root = json::parse(text, problem);
  if (problem) refuse(file, problem.message(), "valid JSON");
  return root;
}

// A member of an object, with the path for the error.
const json::value& member(const json::value& object, std::string_view key,
                          const std::string& where) {
  const json::object* fields = object.if_object();
  const json::value* found = fields != nullptr ? fields->if_contains(key) : nullptr;
  if (found == nullptr) refuse(where, key, "an object with this key");
  return *found;
}
const json::array& list(const json::value& object, std::string_view key, const std::string& where) {
  const json::array* values = member(object, key, where).if_array();
  if (values == nullptr) refuse(where + "." + std::string{key}, "no list", "a list");
  return *values;
}
std::string_view text_of(const json::value& object, std::string_view key,
                         const std::string& where) {
  const json::string* text = member(object, key, where).if_string();
  if (text == nullptr) refuse(where + "." + std::string{key}, "no text", "a text");
  return {text->data(), text->size()};
}
double number_of(const json::value& object, std::string_view key, const std::string& where) {
  const json::value& value = member(object, key, where);
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (value.is_null()) return 0;
  refuse(where + "." + std::string{key}, json::serialize(value).substr(0, 60), "a number");
}

int whole(std::string_view text, std::size_t from, std::size_t count, const std::string& where) {
  if (text.size() < from + count) refuse(where, text, "a longer date");
  return static_cast<int>(number(text.substr(from, count), where));
}

WallTime indian_expiry(Date date, std::string_view text, const std::string& where) {
  const auto moment = options::expiry_time(options::ExpiryRule::IndianIndexOrStock, date);
  if (!moment) refuse(where, text, "a date that exists, 1970 to 2261");
  return *moment;
}
constexpr std::int64_t kIndiaNs = 330 * 60 * kNsPerSecond;
}  // namespace

void read_cboe_json(std::string_view text, const std::string& file, options::Chain& chain) {
  const json::value root = parsed(text, file);
  const std::string_view stamp = text_of(root, "timestamp", file);  // 2023-09-21 03:17:42, UTC
  const std::string at = file + " timestamp";
  const auto day =
      options::day_number({whole(stamp, 0, 4, at), whole(stamp, 5, 2, at), whole(stamp, 8, 2, at)});
  if (!day) refuse(at, stamp, "yyyy-mm-dd hh:mm:ss");
  const std::int64_t seconds =
      whole(stamp, 11, 2, at) * 3'600LL + whole(stamp, 14, 2, at) * 60LL + whole(stamp, 17, 2, at);
  chain.time = last_session({*day * kNsPerDay + seconds * kNsPerSecond}, at);
  const json::value& data = member(root, "data", file);
  chain.underlying = std::string{text_of(data, "symbol", file + " data")};
  chain.spot = number_of(data, "current_price", file + " data");
  std::size_t row = 0;
  for (const json::value& option : list(data, "options", file + " data")) {
    const std::string where = file + " data.options[" + std::to_string(row++) + "]";
    const OccSymbol symbol = occ_symbol(text_of(option, "option", where), where);
    chain.quotes.push_back(ChainQuote{.type = symbol.type,
                                      .strike = symbol.strike,
                                      .expiry = symbol.expiry,
                                      .bid = number_of(option, "bid", where),
                                      .ask = number_of(option, "ask", where),
                                      .quoted_volatility = number_of(option, "iv", where),
                                      .quoted_delta = number_of(option, "delta", where),
                                      .open_interest = number_of(option, "open_interest", where)});
  }
}

void read_nse(std::string_view text, const std::string& file, options::Chain& chain) {
  const json::value root = parsed(text, file);
  const json::object* top = root.if_object();
  const bool bare = top != nullptr && top->contains("records");
  const json::value& holder = bare ? root : member(root, "data", file);
  const json::value& records = member(holder, "records", file + " data");
  const std::string place = file + " records";
  chain.spot = number_of(records, "underlyingValue", place);
  const std::string_view stamp = text_of(records, "timestamp", place);  // 19-Jun-2026 15:30:00
  const std::string at = place + ".timestamp";
  if (stamp.size() < 20) refuse(at, stamp, "dd-Mon-yyyy hh:mm:ss");
  const auto day = options::day_number(
      {whole(stamp, 7, 4, at), month(stamp.substr(3), at), whole(stamp, 0, 2, at)});
  if (!day) refuse(at, stamp, "dd-Mon-yyyy hh:mm:ss");
  const std::int64_t seconds =
      whole(stamp, 12, 2, at) * 3'600LL + whole(stamp, 15, 2, at) * 60LL + whole(stamp, 18, 2, at);
  chain.time = {*day * kNsPerDay + seconds * kNsPerSecond - kIndiaNs};
  std::size_t row = 0;
  for (const json::value& strike : list(records, "data", place)) {
    const std::string where = place + ".data[" + std::to_string(row++) + "]";
    for (const bool call : {true, false}) {
      const std::string_view side = call ? "CE" : "PE";
      const json::object* fields = strike.if_object();
      if (fields == nullptr) refuse(where, "no object", "an object a strike");
      const json::value* option = fields->if_contains(side);
      if (option == nullptr || option->is_null()) continue;
      const std::string here = where + "." + std::string{side};
      const std::string_view date = text_of(*option, "expiryDate", here);  // 23-06-2026
      const Date expiry{whole(date, 6, 4, here), whole(date, 3, 2, here), whole(date, 0, 2, here)};
      chain.underlying = std::string{text_of(*option, "underlying", here)};
      chain.quotes.push_back(
          ChainQuote{.type = call ? OptionType::Call : OptionType::Put,
                     .strike = number_of(*option, "strikePrice", here),
                     .expiry = indian_expiry(expiry, date, here + ".expiryDate"),
                     .bid = number_of(*option, "buyPrice1", here),
                     .ask = number_of(*option, "sellPrice1", here),
                     .quoted_volatility = number_of(*option, "impliedVolatility", here) / 100,
                     .open_interest = number_of(*option, "openInterest", here)});
    }
  }
}

void read_upstox(std::string_view text, const std::string& file, options::Chain& chain) {
  const json::value root = parsed(text, file);
  std::size_t row = 0;
  for (const json::value& strike : list(root, "data", file)) {
    const std::string where = file + " data[" + std::to_string(row++) + "]";
    const std::string_view date = text_of(strike, "expiry", where);  // 2024-06-27
    const Date expiry{whole(date, 0, 4, where), whole(date, 5, 2, where), whole(date, 8, 2, where)};
    chain.spot = number_of(strike, "underlying_spot_price", where);
    chain.underlying = std::string{text_of(strike, "underlying_key", where)};
    for (const bool call : {true, false}) {
      const std::string_view side = call ? "call_options" : "put_options";
      const json::value& option = member(strike, side, where);
      const std::string here = where + "." + std::string{side};
      const json::value& market = member(option, "market_data", here);
      const json::value& greeks = member(option, "option_greeks", here);
      chain.quotes.push_back(ChainQuote{.type = call ? OptionType::Call : OptionType::Put,
                                        .strike = number_of(strike, "strike_price", where),
                                        .expiry = indian_expiry(expiry, date, where + ".expiry"),
                                        .bid = number_of(market, "bid_price", here),
                                        .ask = number_of(market, "ask_price", here),
                                        .quoted_volatility = number_of(greeks, "iv", here) / 100,
                                        .quoted_delta = number_of(greeks, "delta", here),
                                        .open_interest = number_of(market, "oi", here)});
    }
  }
}
}  // namespace sq::app::chain_text
