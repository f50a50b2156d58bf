#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
UsdmExchange::UsdmExchange(const UsdmSettings& settings)
    : settings_{settings}, users_(settings.users) {
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
      {"order.place", &UsdmExchange::place},
      {"order.test", &UsdmExchange::test_order},
      {"order.cancel", &UsdmExchange::cancel},
      {"order.modify", &UsdmExchange::modify},
      {"order.status", &UsdmExchange::order_status},
      {"openOrders", &UsdmExchange::open_orders},
      {"allOpenOrders.cancel", &UsdmExchange::cancel_all},
      {"allOrders", &UsdmExchange::all_orders},
      {"userTrades", &UsdmExchange::user_trades},
      {"countdownCancelAll", &UsdmExchange::countdown},
      {"account.balance", &UsdmExchange::balance},
      {"v2/account.balance", &UsdmExchange::balance},
      {"account.status", &UsdmExchange::account_status},
      {"v2/account.status", &UsdmExchange::account_status},
      {"account.position", &UsdmExchange::position_risk},
      {"v2/account.position", &UsdmExchange::position_risk},
      {"leverage", &UsdmExchange::set_leverage},
      {"positionSide.dual", &UsdmExchange::position_mode},
      {"userDataStream.start", &UsdmExchange::start_stream},
      {"userDataStream.ping", &UsdmExchange::keep_stream},
      {"userDataStream.stop", &UsdmExchange::stop_stream},
  };
  return kMethods;
}
const std::set<std::string>& UsdmExchange::public_methods() {
  static const std::set<std::string> kPublic{"ping",         "time",        "exchangeInfo", "depth",
                                             "ticker.price", "ticker.book", "premiumIndex"};
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
}  // namespace sq::exchange
