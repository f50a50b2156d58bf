// The requests of handlers.hpp as a JSON schema (draft 2020-12), for generated clients.
#include <boost/json.hpp>

#include "engine/admin/options/columns.hpp"
#include "engine/admin/options/handlers.hpp"

namespace sq::admin::options {
namespace {
namespace json = boost::json;

json::object numbers(std::string_view meaning) {
  return {{"description", meaning},
          {"oneOf", json::array{json::object{{"type", "number"}},
                                json::object{{"type", "array"},
                                             {"items", json::object{{"type", "number"}}},
                                             {"minItems", 1},
                                             {"maxItems", kRowsMax}}}}};
}
json::object words(std::initializer_list<std::string_view> accepted, std::string_view fallback) {
  json::array list;
  for (const std::string_view each : accepted) list.emplace_back(each);
  json::object out{{"enum", std::move(list)}};
  if (!fallback.empty()) out["default"] = fallback;
  return out;
}
json::object call_or_put() {
  const json::object one = words({"call", "put"}, "");
  return {{"oneOf", json::array{one, json::object{{"type", "array"}, {"items", one}}}}};
}

json::object rows_schema(bool price_given) {
  json::object properties{
      {"id", json::object{{"type", json::array{"string", "number"}}}},
      {"model",
       words({"black-scholes", "black-76", "bachelier", "american", "barone-adesi-whaley",
              "bjerksund-stensland", "leisen-reimer", "cox-ross-rubinstein"},
             "black-scholes")},
      {"type", call_or_put()},
      {"spot", numbers("above 0; not for black-76 and bachelier")},
      {"forward", numbers("black-76 and bachelier, in place of spot")},
      {"strike", numbers("above 0")},
      {"years", numbers("to expiry, 0 and above")},
      {"rate", numbers("continuously compounded, 0.05 is 5 %")},
      {"yield", numbers("dividend or foreign rate; not for black-76 and bachelier")},
      {"displacement", numbers("black-76 only")},
      {"preset", words({"fast", "accurate", "reference"}, "accurate")},
      {"steps", json::object{{"type", "integer"}, {"minimum", 3}, {"maximum", 20'000}}}};
  json::array required{"type", "strike", "years"};
  properties[price_given ? "price" : "volatility"] =
      numbers(price_given ? "of the option" : "annual, 0.2 is 20 %");
  required.emplace_back(price_given ? "price" : "volatility");
  return {{"type", "object"},
          {"additionalProperties", false},
          {"properties", std::move(properties)},
          {"required", std::move(required)}};
}

json::object scenario_schema() {
  const json::object number{{"type", "number"}};
  const json::object list{{"type", "array"}, {"items", number}, {"minItems", 1}};
  json::object leg{{"type", "object"},
                   {"additionalProperties", false},
                   {"properties", json::object{{"kind", words({"european", "american", "underlying"},
                                                              "european")},
                                               {"type", words({"call", "put"}, "")},
                                               {"strike", number},
                                               {"years", number},
                                               {"volatility", number},
                                               {"quantity", number},
                                               {"entry_price", number}}},
                   {"required", json::array{"quantity"}}};
  json::object properties{{"id", json::object{{"type", json::array{"string", "number"}}}},
                          {"spot", number},
                          {"rate", number},
                          {"yield", number},
                          {"spot_moves", list},
                          {"volatility_moves", list},
                          {"days", list}};
  properties["legs"] = json::object{
      {"type", "array"}, {"items", std::move(leg)}, {"minItems", 1}, {"maxItems", 100}};
  return {{"type", "object"},
          {"additionalProperties", false},
          {"properties", std::move(properties)},
          {"required", json::array{"spot", "spot_moves", "legs"}}};
}
}  // namespace

net::HttpResponse schema() {
  const json::object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                         {"$defs", json::object{{"price", rows_schema(false)},
                                                {"greeks", rows_schema(false)},
                                                {"implied-vol", rows_schema(true)},
                                                {"scenario", scenario_schema()}}}};
  net::HttpResponse response;
  response.body = json::serialize(out) + "\n";
  return response;
}
}  // namespace sq::admin::options
