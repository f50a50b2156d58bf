#include "venues/binance/entry/json_text.hpp"

#include "engine/types/decimal.hpp"
#include "venues/binance/entry/json_fields.hpp"

namespace sq::binance {
namespace {
namespace dom = simdjson::dom;

std::string text_of_raw(std::int64_t raw, int decimals) {
  char text[kDecimalTextMax];
  return {text, write_decimal(text, Int128{raw}, decimals)};
}

// One instrument beside its symbol: the first difference, in words.
class Comparison {
 public:
  explicit Comparison(const Instrument& instrument) : instrument_{instrument} {}

  void check(std::string_view what, std::int64_t ours, std::int64_t theirs, int decimals) {
    if (ours == theirs || !found_.empty()) return;
    found_.append(instrument_.symbol.view()).append(": ").append(what).append(" is ");
    found_.append(text_of_raw(ours, decimals)).append(" here and ");
    found_.append(text_of_raw(theirs, decimals)).append(" at the venue");
  }
  void say(std::string_view what) {
    if (found_.empty()) found_.append(instrument_.symbol.view()).append(": ").append(what);
  }
  void on_filter(dom::element filter) {
    JsonFields fields{filter};
    const std::string_view type = fields.text("filterType");
    if (type == "PRICE_FILTER") {
      check("tick", instrument_.tick.raw(), fields.fixed<Price>("tickSize").raw(),
            Price::kDecimals);
      priced_ = true;
    } else if (type == "LOT_SIZE") {
      check("lot", instrument_.lot.raw(), fields.fixed<Qty>("stepSize").raw(), Qty::kDecimals);
      check("smallest quantity", instrument_.qty_min.raw(), fields.fixed<Qty>("minQty").raw(),
            Qty::kDecimals);
      sized_ = true;
    } else if (type == "MIN_NOTIONAL" || type == "NOTIONAL") {
      const char* key = fields.find("notional") ? "notional" : "minNotional";
      check("smallest notional", instrument_.notional_min, fields.decimal(key, Amount::kDecimals),
            Amount::kDecimals);
    }
    if (!fields.ok()) say("a filter of the venue cannot be read");
  }
  [[nodiscard]] std::string result() {
    if (!priced_ || !sized_) say("the venue tells no price filter or no lot size");
    return found_;
  }

 private:
  const Instrument& instrument_;
  std::string found_;
  bool priced_{false};
  bool sized_{false};
};

std::string compare(const Instrument& instrument, JsonFields& symbol) {
  Comparison comparison{instrument};
  if (symbol.text("status") != "TRADING") comparison.say("the venue does not trade it now");
  if (symbol.text("baseAsset") != instrument.base.text() ||
      symbol.text("quoteAsset") != instrument.quote.text())
    comparison.say("base or quote are others at the venue");
  const auto filters = symbol.find("filters");
  dom::array list;
  if (!filters || filters->get_array().get(list) != simdjson::SUCCESS || !symbol.ok()) {
    comparison.say("exchangeInfo cannot be read");
    return comparison.result();
  }
  for (const dom::element filter : list) comparison.on_filter(filter);
  return comparison.result();
}
}  // namespace

OrderState order_state_of(std::string_view status) noexcept {
  if (status == "NEW" || status == "PARTIALLY_FILLED" || status == "PENDING_NEW" ||
      status == "PENDING_CANCEL")
    return OrderState::Open;
  if (status == "FILLED") return OrderState::Filled;
  if (status == "CANCELED") return OrderState::Cancelled;
  if (status == "REJECTED") return OrderState::Rejected;
  if (status == "EXPIRED" || status == "EXPIRED_IN_MATCH") return OrderState::Expired;
  return OrderState::Unknown;
}
std::optional<Side> side_of(std::string_view side) noexcept {
  if (side == "BUY") return Side::Buy;
  if (side == "SELL") return Side::Sell;
  return std::nullopt;
}
TimeInForce time_in_force_of(std::string_view type, std::string_view tif) noexcept {
  if (type == "LIMIT_MAKER" || tif == "GTX") return TimeInForce::PostOnly;
  if (type == "MARKET" || tif == "IOC") return TimeInForce::ImmediateOrCancel;
  if (tif == "FOK") return TimeInForce::FillOrKill;
  return TimeInForce::GoodTillCancel;
}
std::optional<Amount> amount_of(std::string_view asset, std::string_view amount) noexcept {
  const auto raw = amount.empty() ? std::int64_t{0} : parse_decimal(amount, Amount::kDecimals);
  if (!raw) return std::nullopt;
  if (asset.empty()) return *raw == 0 ? std::optional{Amount{}} : std::nullopt;
  const auto currency = Currency::parse(asset);
  if (!currency) return std::nullopt;
  return Amount{*currency, *raw};
}

std::optional<RateLimit> rate_limit_of(JsonFields& row) noexcept {
  RateLimit limit;
  const std::string_view kind = row.text_or_none("rateLimitType");
  if (kind == "ORDERS") {
    limit.kind = RateKind::Orders;
  } else if (kind == "RAW_REQUESTS") {
    limit.kind = RateKind::RawRequests;
  } else if (kind == "CONNECTIONS") {
    limit.kind = RateKind::Connections;
  } else if (kind != "REQUEST_WEIGHT") {
    return std::nullopt;
  }
  const std::string_view unit = row.text_or_none("interval");
  const std::int64_t seconds = unit == "SECOND"   ? 1
                               : unit == "MINUTE" ? 60
                               : unit == "HOUR"   ? 3'600
                               : unit == "DAY"    ? 86'400
                                                  : 0;
  const std::int64_t number = row.integer_if("intervalNum").value_or(0);
  limit.limit = row.integer_if("limit").value_or(0);
  if (seconds == 0 || number <= 0 || number > 1'000 || limit.limit <= 0 ||
      limit.limit > 1'000'000'000)
    return std::nullopt;
  limit.interval_ns = seconds * number * kNsPerSecond;
  return limit;
}

std::string differing_filters_of(dom::element exchange_info,
                                 const std::vector<Instrument>& instruments) {
  dom::array symbols;
  if (exchange_info["symbols"].get_array().get(symbols) != simdjson::SUCCESS)
    return "exchangeInfo tells no symbols";
  for (const Instrument& instrument : instruments) {
    bool seen = false;
    for (const dom::element each : symbols) {
      JsonFields symbol{each};
      if (symbol.text_or_none("symbol") != instrument.symbol.view()) continue;
      seen = true;
      if (std::string found = compare(instrument, symbol); !found.empty()) return found;
    }
    if (!seen) return std::string{instrument.symbol.view()}.append(": not known to the venue");
  }
  return {};
}
}  // namespace sq::binance
