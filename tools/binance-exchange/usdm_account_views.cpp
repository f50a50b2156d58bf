// What the futures exchange says of accounts and positions, what they may set, and listen keys.
#include <cstdlib>

#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kListenKeyMs = 60 * 60'000;
}  // namespace

json::value UsdmExchange::balance(const Params&, UsdmUser& of, int account, std::int64_t now_ms) {
  const std::string wallet = padded(of.wallet);
  const std::string available = padded(of.wallet + unrealised(of) - margin_of(of, nullptr));
  return json::array{json::object{{"accountAlias", "user" + std::to_string(account)},
                                  {"asset", "USDT"},
                                  {"balance", wallet},
                                  {"crossWalletBalance", wallet},
                                  {"crossUnPnl", padded(unrealised(of))},
                                  {"availableBalance", available},
                                  {"maxWithdrawAmount", available},
                                  {"marginAvailable", true},
                                  {"updateTime", now_ms}}};
}

json::object UsdmExchange::position_json(const UsdmUser& of, const SymbolMarket& where,
                                         PositionSide side) const {
  const auto found = of.positions.find({where.symbol(), side});
  const UsdmPosition position = found != of.positions.end() ? found->second : UsdmPosition{};
  const Price mark = mark_of(where);
  const std::int64_t notional = usdt_of(mark, position.amount);
  const int leverage = leverage_of(of, where.symbol());
  return {{"symbol", where.symbol()},
          {"positionSide", text_of(side)},
          {"positionAmt", padded(position.amount)},
          {"entryPrice", padded(entry_price(position))},
          {"breakEvenPrice", padded(entry_price(position))},
          {"markPrice", padded(mark)},
          {"unRealizedProfit", padded(notional - position.cost)},
          {"unrealizedProfit", padded(notional - position.cost)},
          {"liquidationPrice", "0"},
          {"isolatedMargin", "0"},
          {"notional", padded(notional)},
          {"marginAsset", "USDT"},
          {"isolatedWallet", "0"},
          {"leverage", std::to_string(leverage)},
          {"initialMargin", padded(std::abs(notional) / leverage)},
          {"maintMargin", padded(static_cast<std::int64_t>(Int128{std::abs(notional)} *
                                                           settings_.maintenance_ppm / 1'000'000))},
          {"positionInitialMargin", padded(std::abs(notional) / leverage)},
          {"openOrderInitialMargin", "0"},
          {"adl", 0},
          {"bidNotional", padded(position.buys)},
          {"askNotional", padded(position.sells)},
          {"updateTime", now_ms_}};
}

json::array UsdmExchange::positions_json(const UsdmUser& of, const SymbolMarket* only,
                                         bool empty_too) const {
  json::array list;
  for (const auto& [symbol, where] : markets_) {
    if (only != nullptr && where.get() != only) continue;
    for (const PositionSide side : {PositionSide::Both, PositionSide::Long, PositionSide::Short}) {
      if ((side == PositionSide::Both) == of.hedge) continue;
      const auto found = of.positions.find({symbol, side});
      const bool there =
          found != of.positions.end() &&
          (found->second.amount != Qty{} || found->second.buys != 0 || found->second.sells != 0);
      if (there || empty_too) list.emplace_back(position_json(of, *where, side));
    }
  }
  return list;
}
json::value UsdmExchange::position_risk(const Params& params, UsdmUser& of, int, std::int64_t) {
  const SymbolMarket* only = params.has("symbol") ? &market(params) : nullptr;
  return positions_json(of, only, only != nullptr);
}

json::value UsdmExchange::account_status(const Params&, UsdmUser& of, int, std::int64_t now_ms) {
  const std::string wallet = padded(of.wallet);
  const std::int64_t open = unrealised(of);
  const std::int64_t margin = margin_of(of, nullptr);
  const std::string available = padded(of.wallet + open - margin);
  json::object asset{{"asset", "USDT"},
                     {"walletBalance", wallet},
                     {"unrealizedProfit", padded(open)},
                     {"marginBalance", padded(of.wallet + open)},
                     {"maintMargin", padded(maintenance_of(of))},
                     {"initialMargin", padded(margin)},
                     {"positionInitialMargin", padded(margin)},
                     {"openOrderInitialMargin", "0"},
                     {"crossWalletBalance", wallet},
                     {"crossUnPnl", padded(open)},
                     {"availableBalance", available},
                     {"maxWithdrawAmount", available},
                     {"updateTime", now_ms}};
  const std::string maintenance = padded(maintenance_of(of));
  return json::object{{"totalInitialMargin", padded(margin)},
                      {"totalMaintMargin", maintenance},
                      {"totalWalletBalance", wallet},
                      {"totalUnrealizedProfit", padded(open)},
                      {"totalMarginBalance", padded(of.wallet + open)},
                      {"totalPositionInitialMargin", padded(margin)},
                      {"totalOpenOrderInitialMargin", "0"},
                      {"totalCrossWalletBalance", wallet},
                      {"totalCrossUnPnl", padded(open)},
                      {"availableBalance", available},
                      {"maxWithdrawAmount", available},
                      {"canTrade", true},
                      {"canDeposit", false},
                      {"canWithdraw", false},
                      {"feeTier", 0},
                      {"updateTime", now_ms},
                      {"multiAssetsMargin", false},
                      {"assets", json::array{asset}},
                      {"positions", positions_json(of, nullptr, false)}};
}

json::value UsdmExchange::account_config(const Params&, UsdmUser& of, int, std::int64_t) {
  return json::object{{"feeTier", 0},
                      {"canTrade", true},
                      {"canDeposit", false},
                      {"canWithdraw", false},
                      {"dualSidePosition", of.hedge},
                      {"updateTime", 0},
                      {"multiAssetsMargin", false},
                      {"tradeGroupId", -1}};
}
json::value UsdmExchange::symbol_config(const Params& params, UsdmUser& of, int, std::int64_t) {
  json::array list;
  for (const auto& [symbol, where] : markets_)
    if (!params.has("symbol") || params.get("symbol") == symbol)
      list.emplace_back(json::object{{"symbol", symbol},
                                     {"marginType", "CROSSED"},
                                     {"isAutoAddMargin", false},
                                     {"leverage", leverage_of(of, symbol)},
                                     {"maxNotionalValue", "1000000000"}});
  return list;
}
json::value UsdmExchange::commission_rate(const Params& params, UsdmUser&, int, std::int64_t) {
  return json::object{{"symbol", market(params).symbol()},
                      {"makerCommissionRate", padded(settings_.maker_ppm, 6)},
                      {"takerCommissionRate", padded(settings_.taker_ppm, 6)},
                      {"rpiCommissionRate", padded(settings_.maker_ppm, 6)}};
}

json::value UsdmExchange::set_leverage(const Params& params, UsdmUser& of, int account,
                                       std::int64_t) {
  const std::string symbol = market(params).symbol();
  const std::int64_t leverage = params.need_integer("leverage");
  if (leverage < 1 || leverage > 125) throw Failure{400, -4028, "Leverage is not valid.", {}};
  const int before = leverage_of(of, symbol);
  of.leverage[symbol] = static_cast<int>(leverage);
  if (margin_of(of, nullptr) > of.wallet + unrealised(of)) {
    of.leverage[symbol] = before;
    throw Failure{
        400, -2028, "Leverage is smaller than permitted: insufficient margin balance.", {}};
  }
  tell(static_cast<std::uint16_t>(account), {{"e", "ACCOUNT_CONFIG_UPDATE"},
                                             {"E", now_ms_},
                                             {"T", now_ms_},
                                             {"ac", json::object{{"s", symbol}, {"l", leverage}}}});
  return json::object{
      {"symbol", symbol}, {"leverage", leverage}, {"maxNotionalValue", "1000000000"}};
}
json::value UsdmExchange::set_margin_type(const Params& params, UsdmUser&, int, std::int64_t) {
  static_cast<void>(market(params));
  const std::string type = params.need("marginType");
  if (type == "CROSSED") throw Failure{400, -4046, "No need to change margin type.", {}};
  if (type != "ISOLATED") throw bad_value("marginType");
  throw Failure{
      400, -4168, "Unable to adjust to isolated-margin mode: this exchange has cross.", {}};
}
json::value UsdmExchange::multi_assets(const Params& params, UsdmUser&, int, std::int64_t) {
  if (!params.has("multiAssetsMargin")) return json::object{{"multiAssetsMargin", false}};
  throw Failure{400, -4171, "No need to change Joint Margin mode.", {}};
}
json::value UsdmExchange::position_mode(const Params& params, UsdmUser& of, int account,
                                        std::int64_t) {
  if (!params.has("dualSidePosition")) return json::object{{"dualSidePosition", of.hedge}};
  const bool hedge = params.get("dualSidePosition") == "true";
  if (hedge == of.hedge) throw Failure{400, -4059, "No need to change position side.", {}};
  const auto user = static_cast<std::uint16_t>(account);
  if (!orders_.open(user).empty() || !algos_.open(user).empty())
    throw Failure{400, -4067, "Position side cannot be changed if there exists open orders.", {}};
  for (const auto& [key, position] : of.positions)
    if (position.amount != Qty{})
      throw Failure{400, -4068, "Position side cannot be changed if there exists position.", {}};
  of.hedge = hedge;
  return json::object{{"code", 200}, {"msg", "success"}};
}

// One key a user, for an hour; asked for again it is the same one, extended.
json::value UsdmExchange::start_stream(const Params&, UsdmUser&, int account, std::int64_t now_ms) {
  for (auto& [key, of] : listen_keys_) {
    if (of.account != account) continue;
    of.expires_ms = now_ms + kListenKeyMs;
    return json::object{{"listenKey", key}};
  }
  std::string key = "lk" + std::to_string(account) + "x" +
                    std::to_string(next_order_id().value * 7'919 % 1'000'000'007);
  listen_keys_[key] = {account, now_ms + kListenKeyMs};
  return json::object{{"listenKey", key}};
}
json::value UsdmExchange::keep_stream(const Params&, UsdmUser&, int account, std::int64_t now_ms) {
  for (auto& [key, of] : listen_keys_) {
    if (of.account != account) continue;
    of.expires_ms = now_ms + kListenKeyMs;
    return json::object{{"listenKey", key}};
  }
  throw Failure{400, -1125, "This listenKey does not exist.", {}};
}
json::value UsdmExchange::stop_stream(const Params&, UsdmUser&, int account, std::int64_t) {
  std::erase_if(listen_keys_, [&](const auto& key) { return key.second.account == account; });
  return json::object{};
}
std::vector<std::pair<std::string, int>> UsdmExchange::ended_listen_keys(bool end_all) {
  if (end_all) {
    for (const auto& [key, of] : listen_keys_) ended_keys_.emplace_back(key, of.account);
    listen_keys_.clear();
  }
  return std::exchange(ended_keys_, {});
}
int UsdmExchange::user_of_listen_key(const std::string& key) const {
  const auto found = listen_keys_.find(key);
  return found != listen_keys_.end() ? found->second.account : -1;
}
}  // namespace sq::exchange
