#include "engine/app/options_command.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "engine/admin/options/handlers.hpp"
#include "engine/app/commands.hpp"

namespace sq::app {
namespace {
namespace json = boost::json;

json::object request_of(const OptionArguments& arguments) {
  json::object out{{"type", arguments.type}, {"model", arguments.model}};
  const auto put = [&](const char* key, const auto& value) {
    if (value) out[key] = *value;
  };
  put("spot", arguments.spot);
  put("forward", arguments.forward);
  put("strike", arguments.strike);
  put("years", arguments.years);
  put("rate", arguments.rate);
  put("yield", arguments.yield);
  put("displacement", arguments.displacement);
  put("volatility", arguments.volatility);
  put("price", arguments.price);
  put("steps", arguments.steps);
  put("points", arguments.points);
  if (!arguments.preset.empty()) out["preset"] = arguments.preset;
  return out;
}

std::string text_in(const json::object& object, const char* key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

using Handler = net::HttpResponse (*)(const net::HttpRequest&);
int ask(Handler handler, const OptionArguments& arguments) {
  const json::object asked = request_of(arguments);
  net::HttpRequest request;
  request.body = json::serialize(asked);
  const net::HttpResponse response = handler(request);
  json::object answer = json::parse(response.body).as_object();
  if (response.status != 200) {
    const std::string pointer = text_in(answer, "pointer");
    fmt::print(stderr, "shrivenquant: --{} = {}: accepted: {}\n",
               pointer.empty() ? "" : pointer.substr(1), text_in(answer, "value"),
               text_in(answer, "accepted"));
    return 2;
  }
  if (const json::array& errors = answer.at("errors").as_array(); !errors.empty()) {
    fmt::print(stderr, "shrivenquant: no value: {}\n",
               text_in(errors.front().as_object(), "reason"));
    return 2;
  }
  answer.erase("errors");
  answer.erase("seconds");
  fmt::print("{} {}, strike {}, {} years, {}\n", arguments.model, arguments.type,
             arguments.strike.value_or(0), arguments.years.value_or(0),
             arguments.forward ? fmt::format("forward {}", *arguments.forward)
                               : fmt::format("spot {}", arguments.spot.value_or(0)));
  for (const auto& member : answer) {
    const std::string_view name{member.key().data(), member.key().size()};
    fmt::print("  {:<16} {:>22.15g}\n", name, member.value().to_number<double>());
  }
  if (!arguments.json.empty()) {
    answer["request"] = asked;
    write_file(arguments.json, json::serialize(answer) + "\n");
  }
  return 0;
}
}  // namespace

int options_price_command(const OptionArguments& arguments) {
  const std::string& model = arguments.model;
  const bool approximation = model == "barone-adesi-whaley" || model == "ju-zhong" ||
                             model.starts_with("bjerksund-stensland");
  return ask(approximation ? admin::options::price : admin::options::greeks, arguments);
}
int options_iv_command(const OptionArguments& arguments) {
  return ask(admin::options::implied_vol, arguments);
}
}  // namespace sq::app
