// What REST answers.
#include <algorithm>

#include "venues/binance/entry/answer_parser.hpp"
#include "venues/binance/entry/json_text.hpp"

namespace sq::binance {
namespace {
namespace dom = simdjson::dom;
}  // namespace

VenueAnswer AnswerReader::read_error(int status, std::string_view body) {
  VenueAnswer answer;
  answer.status = status;
  if (auto error = parser_->object(body)) {
    const auto code = error->integer_if("code");
    if (code && *code < 0) answer.code = static_cast<std::int32_t>(*code);
    answer.message = error->text_or_none("msg");
  }
  return answer;
}

std::optional<ToldOrder> AnswerReader::read_order(std::string_view body) {
  auto fields = parser_->object(body);
  ToldOrder order;
  if (!fields || !fill_order(*fields, order)) return std::nullopt;
  return order;
}

// ACK answers have no state, quantities or price; a cancel's answer names the order's own id in
// origClientOrderId.
bool AnswerReader::fill_order(JsonFields& fields, ToldOrder& order) const {
  const std::string_view original = fields.text_or_none("origClientOrderId");
  order.id = id_of(original.empty() ? fields.text("clientOrderId") : original);
  order.instrument = symbols_.find(fields.text("symbol"));
  order.venue_order_id = fields.id("orderId");
  for (const char* key : {"updateTime", "transactTime"})
    if (fields.find(key)) order.at = fields.time(key);
  order.state = OrderState::None;
  if (!fields.find("status")) return fields.ok();
  order.state = order_state_of(fields.text("status"));
  order.limit = fields.fixed<Price>("price");
  order.qty = fields.fixed<Qty>(fields.find("origQty") ? "origQty" : "qty");
  order.filled = fields.fixed<Qty>("executedQty");
  const auto side = side_of(fields.text("side"));
  if (!side) return false;
  order.side = *side;
  const std::string_view type = fields.text("type");
  order.type = type.find("MARKET") != std::string_view::npos ? OrderType::Market : OrderType::Limit;
  order.tif = time_in_force_of(type, fields.text_or_none("timeInForce"));
  if (fields.find("reduceOnly")) order.reduce_only = fields.flag("reduceOnly");
  return fields.ok();
}

bool AnswerReader::read_orders(std::string_view body, std::vector<ToldOrder>& orders,
                               std::uint64_t& last_id, std::size_t& rows) {
  const auto all = parser_->array(body);
  if (!all) return false;
  rows = 0;
  for (const dom::element each : *all) {
    JsonFields fields{each};
    ToldOrder order;
    if (!fill_order(fields, order)) return false;
    ++rows;
    last_id = std::max(last_id, order.venue_order_id);
    if (order.instrument != kNoInstrument) orders.push_back(order);
  }
  return true;
}

bool AnswerReader::read_batch(std::string_view body, std::vector<BatchAnswer>& answers) {
  const auto all = parser_->array(body);
  if (!all) return false;
  for (const dom::element each : *all) {
    JsonFields fields{each};
    BatchAnswer answer;
    if (const auto code = fields.integer_if("code")) {
      answer.code = static_cast<std::int32_t>(*code);
      answer.message = fields.text_or_none("msg");
    } else if (ToldOrder order; fill_order(fields, order)) {
      answer.order = order;
    } else {
      return false;
    }
    answers.push_back(answer);
  }
  return true;
}

bool AnswerReader::fill_trade(JsonFields& fields, ToldTrade& trade) const {
  trade.instrument = symbols_.find(fields.text("symbol"));
  trade.venue_order_id = fields.id("orderId");
  trade.trade_id = fields.id("id");
  trade.price = fields.fixed<Price>("price");
  trade.qty = fields.fixed<Qty>("qty");
  trade.at = fields.time("time");
  const bool buyer = fields.flag(spot() ? "isBuyer" : "buyer");
  trade.side = buyer ? Side::Buy : Side::Sell;
  trade.maker = fields.flag(spot() ? "isMaker" : "maker");
  const auto fee =
      amount_of(fields.text_or_none("commissionAsset"), fields.text_or_none("commission"));
  trade.fee = fee.value_or(Amount{});
  return fee && fields.ok() && trade.price > Price{} && trade.qty > Qty{};
}

bool AnswerReader::read_trades(std::string_view body, std::vector<ToldTrade>& trades,
                               std::uint64_t& last_id, std::size_t& rows) {
  const auto all = parser_->array(body);
  if (!all) return false;
  rows = 0;
  for (const dom::element each : *all) {
    JsonFields fields{each};
    ToldTrade trade;
    if (!fill_trade(fields, trade)) return false;
    ++rows;
    last_id = std::max(last_id, trade.trade_id);
    if (trade.instrument != kNoInstrument) trades.push_back(trade);
  }
  return true;
}

bool AnswerReader::read_account(std::string_view body, ToldAccount& account) {
  auto fields = parser_->object(body);
  if (!fields) return false;
  account = {};
  for (const Currency currency : currencies_) account.balances.push_back({{currency, 0}});
  dom::array list;
  const auto assets = fields->find(spot() ? "balances" : "assets");
  if (!assets || assets->get_array().get(list) != simdjson::SUCCESS) return false;
  for (const dom::element each : list) {
    JsonFields row{each};
    const auto currency = Currency::parse(row.text("asset"));
    const auto kept =
        std::find_if(account.balances.begin(), account.balances.end(),
                     [&](const ToldBalance& of) { return of.total.currency == currency; });
    if (kept == account.balances.end()) continue;
    kept->total.raw = row.decimal(spot() ? "free" : "walletBalance", Amount::kDecimals);
    const std::int64_t locked = spot() ? row.decimal("locked", Amount::kDecimals) : 0;
    if (__builtin_add_overflow(kept->total.raw, locked, &kept->total.raw) || !row.ok())
      return false;
  }
  account.changed = fields->time_if("updateTime").value_or(WallTime{});
  account.can_trade = !fields->find("canTrade") || fields->flag("canTrade");
  if (spot()) return fields->ok();
  const auto positions = fields->find("positions");
  if (!positions || positions->get_array().get(list) != simdjson::SUCCESS) return false;
  for (const dom::element each : list) {
    JsonFields row{each};
    ToldPosition position;
    position.instrument = symbols_.find(row.text("symbol"));
    position.position = row.fixed<Qty>("positionAmt");
    const std::int64_t notional = row.decimal("notional", Amount::kDecimals);
    const std::int64_t open = row.decimal("unrealizedProfit", Amount::kDecimals);
    if (__builtin_sub_overflow(notional, open, &position.cost)) return false;
    if (row.text("positionSide") != "BOTH" && position.position != Qty{}) return false;
    if (!row.ok()) return false;
    if (position.instrument != kNoInstrument) account.positions.push_back(position);
  }
  return fields->ok();
}

bool AnswerReader::read_income(std::string_view body, std::vector<ToldIncome>& income) {
  const auto all = parser_->array(body);
  if (!all) return false;
  for (const dom::element each : *all) {
    JsonFields row{each};
    ToldIncome told;
    told.instrument = symbols_.find(row.text_or_none("symbol"));
    told.id = row.id("tranId");
    told.at = row.time("time");
    const auto amount = amount_of(row.text("asset"), row.text("income"));
    if (!amount || !row.ok()) return false;
    told.amount = *amount;
    if (told.instrument != kNoInstrument) income.push_back(told);
  }
  return true;
}

std::optional<WallTime> AnswerReader::read_time(std::string_view body) {
  auto fields = parser_->object(body);
  if (!fields) return std::nullopt;
  const WallTime time = fields->time("serverTime");
  if (!fields->ok()) return std::nullopt;
  return time;
}
std::optional<std::string> AnswerReader::read_text(std::string_view body, std::string_view key) {
  auto fields = parser_->object(body);
  if (!fields) return std::nullopt;
  const std::string_view text = fields->text(key);
  if (!fields->ok()) return std::nullopt;
  return std::string{text};
}
std::optional<bool> AnswerReader::read_flag(std::string_view body, std::string_view key) {
  auto fields = parser_->object(body);
  if (!fields) return std::nullopt;
  const bool flag = fields->flag(key);
  if (!fields->ok()) return std::nullopt;
  return flag;
}
std::string AnswerReader::differing_filters(std::string_view body) {
  dom::element root;
  if (!parser_->parse(body, root)) return "exchangeInfo is no JSON";
  return differing_filters_of(root, instruments_);
}
std::vector<RateLimit> AnswerReader::read_limits(std::string_view body) {
  std::vector<RateLimit> limits;
  auto fields = parser_->object(body);
  const auto told = fields ? fields->find("rateLimits") : std::nullopt;
  dom::array list;
  if (!told || told->get_array().get(list) != simdjson::SUCCESS) return limits;
  for (const dom::element each : list) {
    JsonFields row{each};
    if (const auto limit = rate_limit_of(row)) limits.push_back(*limit);
  }
  return limits;
}
}  // namespace sq::binance
