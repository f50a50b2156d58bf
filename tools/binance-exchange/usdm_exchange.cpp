#include "tools/binance-exchange/usdm_exchange.hpp"

#include <algorithm>

namespace sq::exchange {
UsdmExchange::UsdmExchange(const UsdmSettings& settings)
    : settings_{settings},
      users_(settings.users),
      orders_{settings.history},
      algos_{settings.history} {
  for (UsdmUser& each : users_) each.wallet = settings_.wallet;
  const auto owners = static_cast<std::uint32_t>(users_.size()) + 1;  // one for the anonymous
  for (const Instrument& each : settings_.instruments)
    markets_[std::string{each.symbol.view()}] = std::make_unique<SymbolMarket>(
        each, owners, [this](const OrderEvent& event) { on_order_event(event); });
}

matching::OwnerId UsdmExchange::anonymous_owner() const noexcept {
  return matching::OwnerId{static_cast<std::uint16_t>(users_.size())};
}
matching::Refusal UsdmExchange::trade_anonymously(SymbolMarket& market,
                                                  const matching::NewOrder& order,
                                                  std::int64_t now_ms) {
  now_ms_ = now_ms;
  return market.submit(order, now_ms);
}

const std::map<std::string, UsdmExchange::Method>& UsdmExchange::methods() {
  static const std::map<std::string, Method> kMethods{
      {"ping", &UsdmExchange::ping},
      {"time", &UsdmExchange::time},
      {"exchangeInfo", &UsdmExchange::exchange_info},
      {"depth", &UsdmExchange::depth},
      {"ticker.price", &UsdmExchange::price_ticker},
      {"ticker.book", &UsdmExchange::book_ticker},
      {"premiumIndex", &UsdmExchange::premium_index},
      {"trades.recent", &UsdmExchange::recent_trades},
      {"trades.aggregate", &UsdmExchange::aggregate_trades},
      {"klines", &UsdmExchange::klines},
      {"ticker.24hr", &UsdmExchange::day_ticker},
      {"fundingRate", &UsdmExchange::funding_rates},
      {"fundingInfo", &UsdmExchange::funding_info},
      {"order.place", &UsdmExchange::place},
      {"order.test", &UsdmExchange::test_order},
      {"order.cancel", &UsdmExchange::cancel},
      {"order.modify", &UsdmExchange::modify},
      {"order.status", &UsdmExchange::order_status},
      {"batchOrders.place", &UsdmExchange::batch_place},
      {"batchOrders.modify", &UsdmExchange::batch_modify},
      {"batchOrders.cancel", &UsdmExchange::batch_cancel},
      {"openOrder", &UsdmExchange::open_order},
      {"openOrders", &UsdmExchange::open_orders},
      {"allOpenOrders.cancel", &UsdmExchange::cancel_all},
      {"allOrders", &UsdmExchange::all_orders},
      {"userTrades", &UsdmExchange::user_trades},
      {"countdownCancelAll", &UsdmExchange::countdown},
      {"algoOrder.place", &UsdmExchange::algo_place},
      {"algoOrder.cancel", &UsdmExchange::algo_cancel},
      {"algoOrder.status", &UsdmExchange::algo_status},
      {"algoOpenOrders.cancel", &UsdmExchange::algo_cancel_all},
      {"openAlgoOrders", &UsdmExchange::algo_open},
      {"allAlgoOrders", &UsdmExchange::algo_all},
      {"account.balance", &UsdmExchange::balance},
      {"account.status", &UsdmExchange::account_status},
      {"account.position", &UsdmExchange::position_risk},
      {"accountConfig", &UsdmExchange::account_config},
      {"symbolConfig", &UsdmExchange::symbol_config},
      {"commissionRate", &UsdmExchange::commission_rate},
      {"leverageBracket", &UsdmExchange::brackets},
      {"income", &UsdmExchange::income},
      {"leverage", &UsdmExchange::set_leverage},
      {"marginType", &UsdmExchange::set_margin_type},
      {"multiAssetsMargin", &UsdmExchange::multi_assets},
      {"positionSide.dual", &UsdmExchange::position_mode},
      {"userDataStream.start", &UsdmExchange::start_stream},
      {"userDataStream.ping", &UsdmExchange::keep_stream},
      {"userDataStream.stop", &UsdmExchange::stop_stream},
  };
  return kMethods;
}
const std::set<std::string>& UsdmExchange::public_methods() {
  static const std::set<std::string> kPublic{
      "ping",         "time",          "exchangeInfo",     "depth",
      "ticker.price", "ticker.book",   "premiumIndex",     "fundingRate",
      "fundingInfo",  "trades.recent", "trades.aggregate", "klines",
      "ticker.24hr"};
  return kPublic;
}

boost::json::value UsdmExchange::call(const std::string& method, const Params& params, int account,
                                      std::int64_t now_ms) {
  const auto found = methods().find(method);
  if (found == methods().end()) throw Failure{404, -1020, "This operation is not supported.", {}};
  now_ms_ = now_ms;
  UsdmUser nobody;
  if (public_methods().contains(method)) return (this->*found->second)(params, nobody, -1, now_ms);
  if (account < 0 || static_cast<std::size_t>(account) >= users_.size())
    throw Failure{401, -2014, "API-key format invalid.", {}};
  return (this->*found->second)(params, users_[static_cast<std::size_t>(account)], account, now_ms);
}

void UsdmExchange::on_time(std::int64_t now_ms) {
  now_ms_ = std::max(now_ms_, now_ms);
  for (std::size_t i = 0; i < users_.size(); ++i) {
    auto& due = users_[i].cancel_at_ms;
    for (auto each = due.begin(); each != due.end();) {
      if (now_ms < each->second) {
        ++each;
        continue;
      }
      Params params;
      params.add("symbol", each->first);
      each = due.erase(each);
      static_cast<void>(cancel_all(params, users_[i], static_cast<int>(i), now_ms));
    }
  }
  while (!good_till_.empty() && good_till_.begin()->first <= now_ms) {
    UsdmOrder* const order = orders_.find(good_till_.begin()->second);
    good_till_.erase(good_till_.begin());
    if (order != nullptr && order->open()) end_order(*order, now_ms);
  }
  std::erase_if(listen_keys_, [&](const auto& key) {
    if (key.second.expires_ms > now_ms) return false;
    ended_keys_.emplace_back(key.first, key.second.account);
    return true;
  });
  check_triggers(now_ms);
  pay_funding(now_ms);
  for (std::size_t i = 0; i < users_.size(); ++i)
    liquidate(users_[i], static_cast<std::uint16_t>(i), now_ms);
}

boost::json::value UsdmExchange::state() {
  boost::json::array list;
  for (std::size_t i = 0; i < users_.size(); ++i) {
    const UsdmUser& of = users_[i];
    const auto account = static_cast<std::uint16_t>(i);
    boost::json::object positions;
    for (const auto& [key, position] : of.positions) {
      if (position.amount == Qty{}) continue;
      std::string name = key.first;
      if (key.second != PositionSide::Both) name.append(":").append(text_of(key.second));
      positions[name] = boost::json::object{{"amount", padded(position.amount)},
                                            {"entryPrice", padded(entry_price(position))}};
    }
    list.emplace_back(boost::json::object{{"openOrders", orders_.open(account).size()},
                                          {"wallet", padded(of.wallet)},
                                          {"positions", positions},
                                          {"symbols", totals_.symbols(account)}});
  }
  return boost::json::object{
      {"orders", totals_.orders()}, {"duplicates", totals_.duplicates()}, {"accounts", list}};
}
}  // namespace sq::exchange
