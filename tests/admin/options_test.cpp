// The options library over HTTP requests: values, batches, errors.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "engine/admin/options/handlers.hpp"
#include "engine/options/american/american.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"

using namespace sq;
namespace json = boost::json;

namespace {
constexpr options::Market kMarket{100, 0.05, 0.02, 0.25};
const std::string kCommon = R"("spot":100,"rate":0.05,"yield":0.02,"volatility":0.25,"years":0.5)";

using Handler = net::HttpResponse (*)(const net::HttpRequest&);
json::object answer(Handler handler, const std::string& body, unsigned status = 200) {
  net::HttpRequest request;
  request.body = body;
  const net::HttpResponse response = handler(request);
  INFO(body << " -> " << response.body);
  CHECK(response.status == status);
  return json::parse(response.body).as_object();
}
json::object refused(Handler handler, const std::string& body) {
  return answer(handler, body, 422);
}
}  // namespace

TEST_CASE("one option's price is the library's to the last bit", "[admin][options]") {
  const auto out = answer(admin::options::price, "{" + kCommon + R"(,"type":"call","strike":105})");
  const double expected = *options::european_price(kMarket, {options::OptionType::Call, 105, 0.5});
  CHECK(out.at("price").as_double() == expected);
  CHECK(out.at("errors").as_array().empty());
}

TEST_CASE("arrays are rows, numbers stand for all rows, and the id comes back",
          "[admin][options]") {
  const auto out =
      answer(admin::options::price,
             "{" + kCommon + R"(,"id":"abc","type":["call","put","call"],"strike":[90,100,110]})");
  REQUIRE(out.at("price").as_array().size() == 3);
  CHECK(out.at("id").as_string() == "abc");
  CHECK(out.at("price").as_array()[1].as_double() ==
        *options::european_price(kMarket, {options::OptionType::Put, 100, 0.5}));
}

TEST_CASE("a row without an answer is null and says why; the others are there",
          "[admin][options]") {
  const auto out =
      answer(admin::options::price, "{" + kCommon + R"(,"type":"call","strike":[100,-1,110]})");
  CHECK(out.at("price").as_array()[1].is_null());
  CHECK(out.at("price").as_array()[2].is_double());
  REQUIRE(out.at("errors").as_array().size() == 1);
  CHECK(out.at("errors").as_array()[0].at("row").to_number<int>() == 1);
  CHECK(out.at("errors").as_array()[0].at("reason").as_string() ==
        text_of(options::Error::StrikeNotPositive));
}

TEST_CASE("Greeks of each model are those it has", "[admin][options]") {
  const auto greeks = [](const std::string& model) {
    return answer(admin::options::greeks,
                  "{" + kCommon + R"(,"type":"put","strike":105,"model":")" + model + "\"}");
  };
  const auto european = greeks("black-scholes");
  const auto expected =
      *options::european_all_greeks(kMarket, {options::OptionType::Put, 105, 0.5});
  CHECK(european.at("vanna").as_double() == expected.vanna);
  CHECK(european.at("ultima").as_double() == expected.ultima);
  const auto american = greeks("american");
  const auto early =
      *options::american::american_greeks(kMarket, {options::OptionType::Put, 105, 0.5});
  CHECK(american.at("delta").as_double() == early.delta);
  CHECK_FALSE(american.contains("vanna"));
  const auto tree = greeks("leisen-reimer");
  CHECK(tree.at("price").as_double() == Approx(early.price).epsilon(1e-4));
  CHECK_FALSE(tree.contains("vega"));
}

TEST_CASE("every engine of an American option gives one price within its error",
          "[admin][options]") {
  const double exact = *options::american::american_price(
      kMarket, {options::OptionType::Put, 105, 0.5}, options::american::Preset::Reference);
  const auto priced = [](const std::string& model) {
    const auto out = answer(admin::options::price,
                            "{" + kCommon + R"(,"type":"put","strike":105,)" + model + "}");
    return out.at("price").as_double();
  };
  CHECK(priced(R"("model":"american","preset":"accurate")") == Approx(exact).epsilon(1e-7));
  CHECK(priced(R"("model":"american","preset":"fast")") == Approx(exact).epsilon(1e-4));
  CHECK(priced(R"("model":"leisen-reimer","steps":1001)") == Approx(exact).epsilon(2e-5));
  CHECK(priced(R"("model":"cox-ross-rubinstein","steps":1001)") == Approx(exact).epsilon(1e-3));
  CHECK(priced(R"("model":"finite-difference")") == Approx(exact).epsilon(1e-3));
  CHECK(priced(R"("model":"finite-difference","points":1600,"steps":400)") ==
        Approx(exact).epsilon(1e-4));
  for (const char* model :
       {"barone-adesi-whaley", "ju-zhong", "bjerksund-stensland", "bjerksund-stensland-1993"})
    CHECK(priced(R"("model":")" + std::string{model} + "\"") == Approx(exact).epsilon(0.01));
  const auto greeks =
      answer(admin::options::greeks,
             "{" + kCommon + R"(,"type":"put","strike":105,"model":"finite-difference"})");
  const auto early =
      *options::american::american_greeks(kMarket, {options::OptionType::Put, 105, 0.5});
  CHECK(greeks.at("delta").as_double() == Approx(early.delta).epsilon(1e-3));
  CHECK(greeks.at("gamma").as_double() == Approx(early.gamma).epsilon(1e-2));
  const auto none =
      answer(admin::options::price,
             "{" + kCommon + R"(,"type":"put","strike":[105,-1],"model":"finite-difference"})");
  CHECK(none.at("price").as_array()[1].is_null());
  CHECK(refused(admin::options::greeks,
                "{" + kCommon + R"(,"type":"put","strike":105,"model":"ju-zhong"})")
            .at("pointer")
            .as_string() == "/model");
}

TEST_CASE("implied volatility inverts the price", "[admin][options]") {
  const double price = *options::european_price(kMarket, {options::OptionType::Call, 120, 0.5});
  const auto out =
      answer(admin::options::implied_vol, json::serialize(json::object{{"spot", 100},
                                                                       {"rate", 0.05},
                                                                       {"yield", 0.02},
                                                                       {"type", "call"},
                                                                       {"strike", 120},
                                                                       {"years", 0.5},
                                                                       {"price", price}}));
  CHECK(out.at("volatility").as_double() == Approx(0.25).epsilon(1e-13));
  const auto none = answer(admin::options::implied_vol,
                           R"({"spot":100,"type":"call","strike":90,"years":0.5,"price":[9,101]})");
  CHECK(none.at("errors").as_array()[0].at("reason").as_string() ==
        text_of(options::Error::PriceBelowBound));
  CHECK(none.at("errors").as_array()[1].at("reason").as_string() ==
        text_of(options::Error::PriceAboveBound));
}

TEST_CASE("what is not accepted is named by pointer, with value and what would be",
          "[admin][options]") {
  using admin::options::price;
  const auto call = [&](const std::string& rest) { return "{" + kCommon + rest + "}"; };
  auto out = refused(price, call(R"(,"type":"call","strike":[100,"x"])"));
  CHECK(out.at("pointer").as_string() == "/strike/1");
  CHECK(out.at("value").as_string() == "\"x\"");
  out = refused(price, call(R"(,"type":"coll","strike":1)"));
  CHECK(out.at("pointer").as_string() == "/type");
  CHECK(out.at("accepted").as_string().find("call") != json::string::npos);
  out = refused(price, call(R"(,"type":"call","strike":1,"strik":2)"));
  CHECK(out.at("pointer").as_string() == "/strik");
  out = refused(price, call(R"(,"type":"call")"));
  CHECK(out.at("pointer").as_string() == "/strike");
  out = refused(price, call(R"(,"type":["call","put"],"strike":[1,2,3])"));
  CHECK(out.at("accepted").as_string().find("2") != json::string::npos);
  out = refused(price, call(R"(,"type":"call","strike":[])"));
  CHECK(out.at("pointer").as_string() == "/strike");
  out = refused(price, call(R"(,"type":"call","strike":1,"model":"heston2")"));
  CHECK(out.at("accepted").as_string().find("black-scholes") != json::string::npos);
  out =
      refused(admin::options::implied_vol,
              R"({"spot":1,"strike":1,"years":1,"type":"call","price":1,"model":"leisen-reimer"})");
  CHECK(out.at("pointer").as_string() == "/model");
  for (const char* body : {"", "[]", "{", "nul", "3", "{\"a\":1e999}"})
    CHECK((answer(price, body, *body == '{' && body[1] == '"' ? 422 : 400).contains("accepted")));
}

TEST_CASE("a request that would take too long is refused with how much would do",
          "[admin][options]") {
  std::string strikes = "100";
  const auto request = [&](int rows) {
    strikes = "100";
    for (int i = 1; i < rows; ++i) strikes += ",100";
    return "{" + kCommon + R"(,"type":"call","model":"american","preset":"reference","strike":[)" +
           strikes + "]}";
  };
  answer(admin::options::price, request(3));
  const auto out = refused(admin::options::price, request(4));
  CHECK(out.at("accepted").as_string().find("at most 3 rows") != json::string::npos);
}

TEST_CASE("a scenario gives the position's Greeks and a profit for each cell", "[admin][options]") {
  const std::string legs =
      R"("legs":[{"type":"call","strike":105,"years":0.5,"volatility":0.25,"quantity":-10},
                 {"kind":"underlying","quantity":4}])";
  const auto out = answer(admin::options::scenario,
                          R"({"spot":100,"rate":0.05,"yield":0.02,"spot_moves":[-0.1,0,0.1],
                              "volatility_moves":[0,0.05],"days":[0,30],)" +
                              legs + "}");
  const auto& profit = out.at("profit").as_array();
  REQUIRE(profit.size() == 2);
  REQUIRE(profit[0].as_array().size() == 2);
  REQUIRE(profit[0].as_array()[0].as_array().size() == 3);
  CHECK(profit[0].as_array()[0].as_array()[1].as_double() == Approx(0).margin(1e-9));
  CHECK(profit[1].as_array()[0].as_array()[1].as_double() > 0);  // time decays for the seller
  CHECK(profit[0].as_array()[1].as_array()[1].as_double() < 0);  // volatility hurts him
  CHECK(out.at("position").at("delta").as_double() < 4);
  const auto bad = refused(admin::options::scenario,
                           R"({"spot":100,"spot_moves":[0],"legs":[{"quantity":"1"}]})");
  CHECK(bad.at("pointer").as_string() == "/legs/0/quantity");
  const auto none = refused(admin::options::scenario, R"({"spot":100,"spot_moves":[0],"legs":[]})");
  CHECK(none.at("pointer").as_string() == "/legs");
}

TEST_CASE("the schema names every key that the handlers read", "[admin][options]") {
  const auto schema = json::parse(admin::options::schema().body);
  const auto& keys = schema.at("$defs").at("vanilla").at("properties").as_object();
  for (const char* key : {"model", "type", "spot", "forward", "strike", "years", "rate", "yield",
                          "displacement", "volatility", "preset", "steps", "points", "id", "kind"})
    CHECK(keys.contains(key));
  const auto& surface = schema.at("$defs").at("surface").at("properties").as_object();
  for (const char* key : {"id", "time", "spot", "prices", "rate", "spread_max", "model", "enforce",
                          "beta", "quotes", "grid", "options"})
    CHECK(surface.contains(key));
  CHECK(schema.at("$defs").at("implied-vol").at("properties").as_object().contains("price"));
}
