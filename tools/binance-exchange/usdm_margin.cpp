// Funding and liquidation: what time does to futures positions.
#include <algorithm>

#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kPpm = 1'000'000;
constexpr std::size_t kFundingsKept = 1'000;
std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
std::size_t limit_of(const Params& params, std::int64_t fallback, std::int64_t most) {
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(params.integer("limit", fallback), 1, most));
}
}  // namespace

// Longs pay notional at the mark times the rate, shorts receive it; at each full interval.
void UsdmExchange::pay_funding(std::int64_t now_ms) {
  const std::int64_t number = now_ms / settings_.funding_ms;
  const bool first = funding_number_ == 0;
  if (number == funding_number_) return;
  funding_number_ = number;
  if (first) return;  // the exchange has just begun
  for (const auto& [symbol, where] : markets_) {
    fundings_.push_back({symbol, settings_.funding_rate, mark_of(*where), now_ms});
    if (fundings_.size() > kFundingsKept) fundings_.pop_front();
  }
  for (std::size_t i = 0; i < users_.size(); ++i) {
    UsdmUser& of = users_[i];
    for (const auto& [key, position] : of.positions) {
      if (position.amount == Qty{}) continue;
      const std::int64_t notional = usdt_of(mark_of(*markets_.at(key.first)), position.amount);
      const auto paid =
          static_cast<std::int64_t>(Int128{notional} * settings_.funding_rate / Amount::kScale);
      book_income(of, "FUNDING_FEE", -paid, key.first, 0);
      tell_account(static_cast<std::uint16_t>(i), "FUNDING_FEE", nullptr, -paid);
    }
  }
}

void UsdmExchange::warn(UsdmUser& of, std::uint16_t account, std::int64_t maintenance,
                        std::int64_t balance) {
  const bool near = maintenance > 0 && maintenance * 5 >= balance * 4;
  if (near && !of.warned) {
    json::array positions;
    for (const auto& [key, position] : of.positions) {
      if (position.amount == Qty{}) continue;
      const Price mark = mark_of(*markets_.at(key.first));
      const std::int64_t value = usdt_of(mark, position.amount);
      positions.emplace_back(json::object{
          {"s", key.first},
          {"ps", text_of(key.second)},
          {"pa", padded(position.amount)},
          {"mt", "CROSSED"},
          {"iw", "0"},
          {"mp", padded(mark)},
          {"up", padded(value - position.cost)},
          {"mm", padded(static_cast<std::int64_t>(Int128{std::abs(value)} *
                                                  settings_.maintenance_ppm / kPpm))}});
    }
    tell(account,
         {{"e", "MARGIN_CALL"}, {"E", now_ms_}, {"cw", padded(of.wallet)}, {"p", positions}});
  }
  of.warned = near;
}

void UsdmExchange::close_by_force(UsdmUser& of, std::uint16_t account, const PositionKey& key,
                                  Qty amount) {
  SymbolMarket& where = *markets_.at(key.first);
  UsdmOrder order;
  order.account = account;
  order.market = &where;
  order.side = amount > Qty{} ? Side::Sell : Side::Buy;
  order.position = key.second;
  order.qty = std::min(amount < Qty{} ? -amount : amount, where.instrument().qty_max);
  order.type = "MARKET";
  order.original_type = "LIQUIDATION";
  order.time_in_force = "IOC";
  order.self_trade = "NONE";
  order.forced = true;
  order.time_ms = order.update_ms = now_ms_;
  order.client_id = "autoclose-" + std::to_string(now_ms_) + std::to_string(++transactions_);
  const UsdmOrder& done = submit(std::move(order));
  if (done.executed == Qty{}) return;
  const std::int64_t fee =
      static_cast<std::int64_t>(Int128{done.quote} * settings_.liquidation_ppm / kPpm);
  const std::int64_t taken = std::clamp<std::int64_t>(of.wallet, 0, fee);
  book_income(of, "INSURANCE_CLEAR", of.wallet < 0 ? -of.wallet : -taken, key.first, 0);
  tell_account(account, "INSURANCE_CLEAR", nullptr, -taken);
  const std::string average = padded(Price::from_raw(
      static_cast<std::int64_t>(Int128{done.quote} * kFinePerAmount / done.executed.raw())));
  liquidations_.push_back({{"e", "forceOrder"},
                           {"E", now_ms_},
                           {"o", json::object{{"s", key.first},
                                              {"S", done.side == Side::Buy ? "BUY" : "SELL"},
                                              {"o", "MARKET"},
                                              {"f", "IOC"},
                                              {"q", padded(done.qty)},
                                              {"p", average},
                                              {"ap", average},
                                              {"X", done.status},
                                              {"l", padded(done.executed)},
                                              {"z", padded(done.executed)},
                                              {"T", now_ms_}}}});
}

// When what is left of the wallet no longer covers the maintenance margin: all orders go, then all
// positions, as far as the book takes them; the rest at the next look.
void UsdmExchange::liquidate(UsdmUser& of, std::uint16_t account, std::int64_t now_ms) {
  const std::int64_t maintenance = maintenance_of(of);
  if (maintenance == 0) return;
  const std::int64_t balance = of.wallet + unrealised(of);
  warn(of, account, maintenance, balance);
  if (balance >= maintenance) return;
  const std::set<std::uint64_t> open = orders_.open(account);
  for (const std::uint64_t id : open) {
    UsdmOrder& order = *orders_.find(id);
    if (order.open()) end_order(order, now_ms);
  }
  std::vector<std::pair<PositionKey, Qty>> held;
  for (const auto& [key, position] : of.positions)
    if (position.amount != Qty{}) held.emplace_back(key, position.amount);
  for (const auto& [key, amount] : held) {
    const SymbolMarket& where = *markets_.at(key.first);
    const bool takers = amount > Qty{} ? !where.bids().empty() : !where.asks().empty();
    if (takers) close_by_force(of, account, key, amount);
  }
}

json::value UsdmExchange::income(const Params& params, UsdmUser& of, int, std::int64_t) {
  const std::string kind = params.get("incomeType");
  const std::string symbol = params.get("symbol");
  const std::int64_t from = params.integer("startTime", 0);
  const std::size_t limit = limit_of(params, 100, 1'000);
  json::array list;
  for (const UsdmIncome& each : of.income) {
    if (list.size() == limit) break;
    if ((!kind.empty() && kind != each.kind) || (!symbol.empty() && symbol != each.symbol) ||
        each.time_ms < from)
      continue;
    list.emplace_back(json::object{{"symbol", each.symbol},
                                   {"incomeType", each.kind},
                                   {"income", padded(each.amount)},
                                   {"asset", "USDT"},
                                   {"info", each.kind},
                                   {"time", each.time_ms},
                                   {"tranId", whole(each.transaction)},
                                   {"tradeId", each.trade != 0 ? std::to_string(each.trade) : ""}});
  }
  return list;
}

json::value UsdmExchange::funding_rates(const Params& params, UsdmUser&, int, std::int64_t) {
  const std::size_t limit = limit_of(params, 100, 1'000);
  json::array list;
  for (const UsdmFunding& each : fundings_) {
    if (params.has("symbol") && params.get("symbol") != each.symbol) continue;
    if (each.time_ms < params.integer("startTime", 0) || list.size() == limit) continue;
    list.emplace_back(json::object{{"symbol", each.symbol},
                                   {"fundingRate", padded(each.rate)},
                                   {"fundingTime", each.time_ms},
                                   {"markPrice", padded(each.mark)}});
  }
  return list;
}
// Only of an interval other than eight hours.
json::value UsdmExchange::funding_info(const Params&, UsdmUser&, int, std::int64_t) {
  json::array list;
  if (settings_.funding_ms == 8 * 3'600'000) return list;
  for (const auto& [symbol, where] : markets_)
    list.emplace_back(json::object{
        {"symbol", symbol},
        {"adjustedFundingRateCap", "0.00300000"},
        {"adjustedFundingRateFloor", "-0.00300000"},
        {"fundingIntervalHours", std::max<std::int64_t>(1, settings_.funding_ms / 3'600'000)}});
  return list;
}

json::value UsdmExchange::brackets(const Params& params, UsdmUser&, int, std::int64_t) {
  const double rate = static_cast<double>(settings_.maintenance_ppm) / static_cast<double>(kPpm);
  const auto one = [&](const std::string& symbol) {
    return json::object{{"symbol", symbol},
                        {"notionalCoef", 1.0},
                        {"brackets", json::array{json::object{{"bracket", 1},
                                                              {"initialLeverage", 125},
                                                              {"notionalCap", 1'000'000'000},
                                                              {"notionalFloor", 0},
                                                              {"maintMarginRatio", rate},
                                                              {"cum", 0.0}}}}};
  };
  if (params.has("symbol")) return one(market(params).symbol());
  json::array list;
  for (const auto& [symbol, where] : markets_) list.emplace_back(one(symbol));
  return list;
}
}  // namespace sq::exchange
