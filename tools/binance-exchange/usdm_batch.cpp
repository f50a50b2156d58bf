// Several futures orders in one request: each has its own answer, an order or an error.
#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::size_t kOrdersMax = 5;
constexpr std::size_t kCancelsMax = 10;

json::array list_of(const Params& params, const char* name, std::size_t most) {
  json::error_code error;
  const std::string text = params.need(name);
  const json::value value = json::parse(text, error);
  if (error || !value.is_array() || value.get_array().empty())
    throw Failure{400, -4083, "Fail to place batch orders.", {}};
  if (value.get_array().size() > most)
    throw Failure{400, -4082, "Invalid number of batch orders.", {}};
  return value.get_array();
}
}  // namespace

json::value UsdmExchange::batch(const Params& params, std::size_t most, Method each, UsdmUser& of,
                                int account, std::int64_t now_ms) {
  json::array answers;
  for (const json::value& one : list_of(params, "batchOrders", most)) {
    try {
      if (!one.is_object()) throw bad_value("batchOrders");
      answers.emplace_back((this->*each)(Params::of_json(one.get_object()), of, account, now_ms));
    } catch (const Failure& failure) {
      answers.emplace_back(json::object{{"code", failure.code}, {"msg", failure.message}});
    }
  }
  return answers;
}

json::value UsdmExchange::batch_place(const Params& params, UsdmUser& of, int account,
                                      std::int64_t now_ms) {
  return batch(params, kOrdersMax, &UsdmExchange::place, of, account, now_ms);
}
json::value UsdmExchange::batch_modify(const Params& params, UsdmUser& of, int account,
                                       std::int64_t now_ms) {
  return batch(params, kOrdersMax, &UsdmExchange::modify, of, account, now_ms);
}

json::value UsdmExchange::batch_cancel(const Params& params, UsdmUser& of, int account,
                                       std::int64_t now_ms) {
  const bool by_id = params.has("orderIdList");
  const char* name = by_id ? "orderIdList" : "origClientOrderIdList";
  json::array answers;
  for (const json::value& one : list_of(params, name, kCancelsMax)) {
    Params single;
    single.add("symbol", params.need("symbol"));
    single.add(by_id ? "orderId" : "origClientOrderId",
               one.is_string() ? std::string{one.get_string()} : json::serialize(one));
    try {
      answers.emplace_back(cancel(single, of, account, now_ms));
    } catch (const Failure& failure) {
      answers.emplace_back(json::object{{"code", failure.code}, {"msg", failure.message}});
    }
  }
  return answers;
}

std::int64_t UsdmExchange::orders_in(const std::string& method, const Params& params) const {
  if (method == "order.place" || method == "order.modify") return 1;
  if (method != "batchOrders.place" && method != "batchOrders.modify") return 0;
  return static_cast<std::int64_t>(list_of(params, "batchOrders", kOrdersMax).size());
}
}  // namespace sq::exchange
