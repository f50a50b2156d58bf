// The requests of handlers.hpp as a JSON schema (draft 2020-12), for generated clients.
#include <boost/json.hpp>

#include "engine/admin/options/columns.hpp"
#include "engine/admin/options/exotics.hpp"
#include "engine/admin/options/handlers.hpp"
#include "engine/admin/options/models.hpp"

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
json::object model_words() {
  json::array list;
  for (const std::string_view each : kModelNames) list.emplace_back(each);
  return {{"enum", std::move(list)}, {"default", kModelNames.front()}};
}
json::object call_or_put() {
  const json::object one = words({"call", "put"}, "");
  return {{"oneOf", json::array{one, json::object{{"type", "array"}, {"items", one}}}}};
}

json::object rows_schema(bool price_given) {
  json::object properties{
      {"id", json::object{{"type", json::array{"string", "number"}}}},
      {"model", model_words()},
      {"type", call_or_put()},
      {"spot", numbers("above 0; not for black-76 and bachelier")},
      {"forward", numbers("black-76 and bachelier, in place of spot")},
      {"strike", numbers("above 0")},
      {"years", numbers("to expiry, 0 and above")},
      {"rate", numbers("continuously compounded, 0.05 is 5 %")},
      {"yield", numbers("dividend or foreign rate; not for black-76 and bachelier")},
      {"displacement", numbers("black-76 only")},
      {"preset", words({"fast", "accurate", "reference"}, "accurate")},
      {"steps", json::object{{"type", "integer"}, {"minimum", 3}, {"maximum", 20'000}}},
      {"points", json::object{{"type", "integer"}, {"minimum", 16}, {"maximum", 5'000}}}};
  if (!price_given) properties["kind"] = json::object{{"const", "vanilla"}};
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
  json::object leg{
      {"type", "object"},
      {"additionalProperties", false},
      {"properties",
       json::object{{"kind", words({"european", "american", "underlying"}, "european")},
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

// What a kind's reader asks for is its schema.
json::object exotic_schema(const ExoticKind& kind) {
  Columns columns = Columns::describing();
  static_cast<void>(columns.id());
  static_cast<void>(kind.read(columns, false));
  json::object out = columns.description();
  out["properties"].get_object()["kind"] = json::object{{"const", kind.name}};
  out["required"].get_array().emplace_back("kind");
  return out;
}
json::object reference(std::string_view name) { return {{"$ref", "#/$defs/" + std::string{name}}}; }

json::object instant_schema() {
  return {{"type", "string"}, {"pattern", "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"}};
}
// An array of quotes, or columns of them.
json::object quotes_schema() {
  const json::object number{{"type", "number"}};
  const json::object instant = instant_schema();
  const json::array wanted{"type", "strike"};
  const json::object quote{{"type", "object"},
                           {"additionalProperties", false},
                           {"properties", json::object{{"type", words({"call", "put"}, "")},
                                                       {"strike", number},
                                                       {"years", number},
                                                       {"expiry", instant},
                                                       {"bid", number},
                                                       {"ask", number},
                                                       {"mid", number}}},
                           {"required", wanted}};
  const json::object quotes{
      {"type", "object"},
      {"additionalProperties", false},
      {"properties",
       json::object{
           {"type", call_or_put()},
           {"strike", numbers("above 0")},
           {"years", numbers("to expiry, in place of expiry")},
           {"expiry",
            json::object{{"oneOf", json::array{instant, json::object{{"type", "array"},
                                                                     {"items", instant}}}}}},
           {"bid", numbers("0: none")},
           {"ask", numbers("0: none")},
           {"mid", numbers("in place of bid and ask")}}},
      {"required", wanted}};
  return {{"oneOf", json::array{quotes, json::object{{"type", "array"},
                                                     {"items", quote},
                                                     {"minItems", 1},
                                                     {"maxItems", kRowsMax}}}}};
}

json::object surface_schema() {
  const json::object number{{"type", "number"}};
  const json::object list{{"type", "array"}, {"items", number}, {"minItems", 1}};
  json::object properties{{"id", json::object{{"type", json::array{"string", "number"}}}},
                          {"time", instant_schema()},
                          {"spot", number},
                          {"rate", number},
                          {"spread_max", number},
                          {"beta", number},
                          {"prices", words({"currency", "coins"}, "currency")},
                          {"model", words({"svi", "ssvi", "sabr"}, "svi")}};
  properties["enforce"] = json::object{
      {"type", "array"}, {"items", words({"butterfly", "calendar"}, "")}, {"uniqueItems", true}};
  properties["quotes"] = quotes_schema();
  properties["grid"] = json::object{
      {"type", "object"},
      {"additionalProperties", false},
      {"properties", json::object{{"strikes", list}, {"moneyness", list}, {"years", list}}},
      {"required", json::array{"years"}}};
  properties["options"] =
      json::object{{"type", "object"},
                   {"additionalProperties", false},
                   {"properties", json::object{{"type", call_or_put()},
                                               {"strike", numbers("above 0")},
                                               {"years", numbers("0 and above")}}},
                   {"required", json::array{"type", "strike", "years"}}};
  return {{"type", "object"},
          {"additionalProperties", false},
          {"properties", std::move(properties)},
          {"required", json::array{"quotes"}}};
}
}  // namespace

net::HttpResponse schema() {
  json::object definitions{{"vanilla", rows_schema(false)},
                           {"implied-vol", rows_schema(true)},
                           {"scenario", scenario_schema()},
                           {"surface", surface_schema()}};
  json::array priced{reference("vanilla")}, with_greeks{reference("vanilla")};
  for (const ExoticKind& kind : exotic_kinds()) {
    definitions[kind.name] = exotic_schema(kind);
    priced.push_back(reference(kind.name));
    if (kind.has_greeks) with_greeks.push_back(reference(kind.name));
  }
  definitions["price"] = json::object{{"oneOf", std::move(priced)}};
  definitions["greeks"] = json::object{{"oneOf", std::move(with_greeks)}};
  const json::object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                         {"$defs", std::move(definitions)}};
  net::HttpResponse response;
  response.body = json::serialize(out) + "\n";
  return response;
}
}  // namespace sq::admin::options
