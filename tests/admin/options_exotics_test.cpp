// Exotic contracts over HTTP requests: published values, every kind's example, schema and errors.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "engine/admin/options/exotics.hpp"
#include "engine/admin/options/handlers.hpp"
#include "engine/options/exotic/barrier/american_barrier.hpp"
#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/multi_asset/basket.hpp"
#include "tests/support/paths.hpp"

using namespace sq;
namespace json = boost::json;

namespace {
net::HttpResponse send(bool greeks, const std::string& body) {
  net::HttpRequest request;
  request.body = body;
  return greeks ? admin::options::greeks(request) : admin::options::price(request);
}
json::object answer(bool greeks, const std::string& body, unsigned status = 200) {
  const net::HttpResponse response = send(greeks, body);
  INFO(body << " -> " << response.body);
  CHECK(response.status == status);
  return json::parse(response.body).as_object();
}
double price_of(const std::string& body) { return answer(false, body).at("price").as_double(); }
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// The requests of the folder's README, with the shell's variables filled in.
struct Example {
  std::string body;
  bool greeks;
};
std::vector<Example> examples() {
  std::ifstream file{test::project_dir() / "engine/admin/options/exotics/README.md"};
  REQUIRE(file);
  std::string line, market, pair;
  std::vector<Example> out;
  const auto quoted = [&](const std::string& name) {
    const std::size_t from = line.find(name + "='") + name.size() + 2;
    return line.substr(from, line.find('\'', from) - from);
  };
  while (std::getline(file, line)) {
    if (line.starts_with("U=")) {
      market = quoted(" M");
      pair = quoted(" W");
    }
    if (!line.starts_with("curl")) continue;
    const std::size_t from = line.find('{');
    std::string body = line.substr(from, line.rfind('}') - from + 1);
    if (const std::size_t at = body.find("'\"$M\"'"); at != std::string::npos)
      body.replace(at, 6, market);
    if (const std::size_t at = body.find("'\"$W\"'"); at != std::string::npos)
      body.replace(at, 6, pair);
    out.push_back({body, line.find("/greeks") != std::string::npos});
  }
  return out;
}
}  // namespace

// Haug, The Complete Guide to Option Pricing Formulas (2007), the worked examples and tables of
// chapters 4 and 5; a quanto there pays 1.5 units.
TEST_CASE("published values of exotic contracts come out of the price request",
          "[admin][options]") {
  struct Published {
    const char* body;
    double value;
  };
  for (const Published& each : {
           Published{R"({"kind":"barrier","barrier_kind":"down-out","type":"call","spot":100,
                         "strike":90,"barrier":95,"rebate":3,"years":0.5,"rate":0.08,"yield":0.04,
                         "volatility":0.25})",
                     9.0246},
           Published{R"({"kind":"double_barrier","barrier_kind":"knock-out","type":"call",
                         "spot":100,"strike":100,"low":50,"high":150,"years":0.25,"rate":0.1,
                         "volatility":0.15})",
                     4.3515},
           Published{R"({"kind":"lookback","strike_kind":"floating","type":"call","spot":120,
                         "extreme":100,"years":0.5,"rate":0.1,"yield":0.06,"volatility":0.3})",
                     25.3533},
           Published{R"({"kind":"lookback","strike_kind":"fixed","type":"call","spot":100,
                         "extreme":100,"strike":95,"years":0.5,"rate":0.1,"volatility":0.1})",
                     13.2687},
           Published{R"({"kind":"chooser","spot":50,"strike":50,"choose":0.25,"years":0.5,
                         "rate":0.08,"volatility":0.25})",
                     6.1071},
           Published{R"({"kind":"compound","type":"put","spot":500,"strike":50,"years":0.25,
                         "daughter_type":"call","daughter_strike":520,"daughter_years":0.5,
                         "rate":0.08,"yield":0.03,"volatility":0.35})",
                     21.1965},
           Published{R"({"kind":"asian","average":"geometric","type":"put","spot":80,"strike":85,
                         "years":0.25,"rate":0.05,"yield":-0.03,"volatility":0.2})",
                     4.6922},
           Published{R"({"kind":"forward_start","type":"call","spot":60,"moneyness":1.1,
                         "start":0.25,"years":1,"rate":0.08,"yield":0.04,"volatility":0.3})",
                     4.4064},
           Published{R"({"kind":"extendible","by":"writer","type":"call","spot":80,"strike":90,
                         "years":0.5,"later_strike":82,"later_years":0.75,"rate":0.1,
                         "volatility":0.3})",
                     6.8238},
           Published{R"({"kind":"digital","type":"put","spot":100,"strike":80,"payoff":"cash",
                         "amount":10,"years":0.75,"rate":0.06,"yield":0.06,"volatility":0.35})",
                     2.6710},
           Published{R"({"kind":"digital","type":"call","spot":50,"strike":50,"payoff":"gap",
                         "amount":57,"years":0.5,"rate":0.09,"volatility":0.2})",
                     -0.0053},
           Published{R"({"kind":"quanto","type":"call","spot":100,"strike":105,"years":0.5,
                         "rate":0.08,"asset_rate":0.05,"yield":0.04,"volatility":0.2,
                         "exchange_volatility":0.1,"correlation":0.3})",
                     5.3280 / 1.5},
           Published{R"({"kind":"correlation_option","type":"call","spot1":52,"spot2":65,
                         "strike1":50,"strike2":70,"years":0.5,"rate":0.1,"volatility1":0.2,
                         "volatility2":0.3,"correlation":0.75})",
                     4.7073},
           Published{R"({"kind":"spread","method":"kirk","type":"call","spot1":28,"yield1":0.05,
                         "spot2":20,"yield2":0.05,"strike":7,"years":0.25,"rate":0.05,
                         "volatility1":0.29,"volatility2":0.36,"correlation":0.42})",
                     2.1670},
       }) {
    INFO(each.body);
    CHECK(price_of(each.body) == Approx(each.value).margin(1.01e-4));
  }
}

TEST_CASE("every kind has an example in the README that is answered with finite values",
          "[admin][options]") {
  std::set<std::string> kinds;
  for (const Example& example : examples()) {
    const auto out = answer(example.greeks, example.body);
    CHECK(out.at("errors").as_array().empty());
    kinds.insert(json::parse(example.body).at("kind").as_string().c_str());
  }
  for (const auto& kind : admin::options::exotic_kinds()) {
    INFO(kind.name);
    CHECK(kinds.contains(std::string{kind.name}));
  }
}

TEST_CASE("Greeks of every kind that has them agree with differences of its price",
          "[admin][options]") {
  for (const Example& example : examples()) {
    auto body = json::parse(example.body).as_object();
    INFO(example.body);
    const std::string kind{body.at("kind").as_string().c_str()};
    const net::HttpResponse greeks = send(true, example.body);
    bool has_greeks = false;
    for (const auto& each : admin::options::exotic_kinds())
      if (each.name == kind) has_greeks = each.has_greeks;
    CHECK(greeks.status == (has_greeks ? 200u : 422u));
    if (!has_greeks) continue;
    const auto out = json::parse(greeks.body).as_object();
    CHECK(out.at("price").as_double() == Approx(price_of(example.body)).epsilon(1e-9));
    const bool pair = body.contains("spot1");
    const char* spot = pair ? "spot1" : "spot";
    if (!body.contains(spot)) continue;
    const double at = body.at(spot).to_number<double>();
    const auto moved = [&](double amount) {
      body[spot] = at + amount;
      return price_of(json::serialize(body));
    };
    const double delta = (moved(0.01) - moved(-0.01)) / 0.02;
    CHECK(out.at(pair ? "delta1" : "delta").as_double() ==
          Approx(delta).epsilon(2e-4).margin(1e-5));
  }
}

TEST_CASE("a kind's schema names what its example gives, and a required key cannot be left out",
          "[admin][options]") {
  const auto schema = json::parse(admin::options::schema().body);
  const auto& definitions = schema.at("$defs").as_object();
  for (const Example& example : examples()) {
    const auto body = json::parse(example.body).as_object();
    const auto& kind = definitions.at(body.at("kind").as_string()).as_object();
    for (const auto& member : body) {
      INFO(example.body << " " << member.key());
      CHECK(kind.at("properties").as_object().contains(member.key()));
    }
    for (const auto& key : kind.at("required").as_array()) {
      INFO(example.body << " without " << key);
      REQUIRE(body.contains(key.as_string()));
      if (key == "kind") continue;
      auto less = body;
      less.erase(key.as_string());
      const auto out = answer(example.greeks, json::serialize(less), 422);
      CHECK(out.at("pointer").as_string() == "/" + std::string{key.as_string().c_str()});
    }
    auto more = body;
    more["strik"] = 1;
    CHECK(answer(example.greeks, json::serialize(more), 422).at("pointer") == "/strik");
  }
}

TEST_CASE("words of a contract choose its engine", "[admin][options]") {
  const std::string common =
      R"("spot":100,"rate":0.05,"yield":0.02,"volatility":0.25,"years":0.5,"type":"put")";
  const options::Market market{100, 0.05, 0.02, 0.25};
  const std::string barrier =
      "{" + common +
      R"(,"kind":"barrier","barrier_kind":"up-out","strike":105,"barrier":120,"rebate":1})";
  const options::Barrier contract{
      options::OptionType::Put, options::BarrierKind::UpOut, 105, 120, 0.5, 1};
  CHECK(price_of(barrier) == price(market, contract).value());
  CHECK(price_of(replaced(barrier, "\"rebate\":1", "\"rebate\":1,\"style\":\"american\"")) ==
        price(market, options::AmericanBarrier{contract}).value());
  options::DiscreteBarrier weekly{options::OptionType::Put, false, 105, 0, 120, 0.5, 26, 1};
  CHECK(price_of(replaced(barrier, "\"rebate\":1", "\"rebate\":1,\"dates\":26")) ==
        price(market, weekly).value());
  weekly.method = options::DiscreteMethod::ContinuityCorrection;
  CHECK(price_of(replaced(barrier, "\"rebate\":1",
                          "\"rebate\":1,\"dates\":26,\"method\":\"correction\"")) ==
        price(market, weekly).value());
  const auto both =
      answer(false, replaced(barrier, "\"rebate\":1", "\"dates\":26,\"style\":\"american\""), 422);
  CHECK(both.at("pointer").as_string() == "/dates");
  // Paid in another currency: the yield is q + r - r_asset + correlation x both volatilities.
  const std::string paid =
      replaced(barrier, "\"rebate\":1",
               R"("rebate":1,"asset_rate":0.03,"exchange_volatility":0.1,"correlation":0.4)");
  const options::Market carried{100, 0.05, 0.02 + 0.05 - 0.03 + 0.4 * 0.25 * 0.1, 0.25};
  CHECK(price_of(paid) == Approx(price(carried, contract).value()).epsilon(1e-13));
}

TEST_CASE("rows of exotic contracts are arrays, and a row without an answer says why",
          "[admin][options]") {
  const auto out = answer(false, R"({"kind":"touch","side":"up","spot":100,"volatility":0.2,
                                     "rate":0.05,"years":[0.5,-1,1],"trigger":110})");
  REQUIRE(out.at("price").as_array().size() == 3);
  CHECK(out.at("price").as_array()[1].is_null());
  CHECK(out.at("price").as_array()[2].as_double() > out.at("price").as_array()[0].as_double());
  CHECK(out.at("errors").as_array()[0].at("row").to_number<int>() == 1);
  CHECK(out.at("errors").as_array()[0].at("reason").as_string() ==
        text_of(options::Error::TimeNegative));
}

TEST_CASE("what an exotic request may not say is named with what is accepted", "[admin][options]") {
  const std::string m = R"("spot":100,"volatility":0.2,"years":1)";
  const auto pointer = [&](const std::string& rest, bool greeks = false) {
    const auto out = answer(greeks, "{" + m + "," + rest + "}", 422);
    CHECK_FALSE(out.at("accepted").as_string().empty());
    return std::string{out.at("pointer").as_string().c_str()};
  };
  CHECK(pointer(R"("kind":"barier")") == "/kind");
  CHECK(pointer(R"("kind":3)") == "/kind");
  CHECK(pointer(R"("kind":"touch","side":"up","trigger":110)", true) == "/kind");
  CHECK(pointer(R"("kind":"quanto","type":"call","strike":100)") == "/asset_rate");
  CHECK(pointer(R"("kind":"asian","type":"call")") == "/strike");
  CHECK(pointer(R"("kind":"asian","type":"call","strike":1,"average":"geometric",
                   "method":"curran")") == "/method");
  CHECK(pointer(R"("kind":"asian","type":"call","strike_kind":"average")") == "/strike_kind");
  CHECK(pointer(R"("kind":"lookback","type":"call","strike_kind":"fixed")") == "/strike");
  CHECK(pointer(R"("kind":"lookback","type":"call","strike_kind":"floating","strike":1)") ==
        "/strike");
  CHECK(pointer(R"("kind":"partial_lookback","type":"call","strike_kind":"fixed","window":0.5,
                   "strike":1,"extreme":1)") == "/extreme");
  CHECK(pointer(R"("kind":"powered","type":"call","strike":100,"exponent":5)") == "/exponent");
  CHECK(pointer(R"("kind":"extendible","by":"writer","type":"call","strike":100,"premium":1,
                   "later_strike":100,"later_years":2)") == "/premium");
  const std::string implied = R"({"kind":"barrier","type":"call","spot":1,"strike":1,"years":1,
                                  "price":1})";
  net::HttpRequest request;
  request.body = implied;
  CHECK(admin::options::implied_vol(request).status == 422);
}

TEST_CASE("exotic requests that would take too long are refused with what would do",
          "[admin][options]") {
  const std::string m = R"("kind":"barrier","barrier_kind":"down-out","type":"call","spot":100,
                           "strike":100,"barrier":90,"volatility":0.2,)";
  const auto long_one = answer(true, "{" + m + R"("years":1,"dates":2000})", 422);
  CHECK(long_one.at("accepted").as_string().find("less time") != json::string::npos);
  std::string years = "1";
  for (int i = 1; i < 50; ++i) years += ",1";
  answer(false, "{" + m + R"("style":"american","years":1})");
  const auto many =
      answer(false, "{" + m + R"("style":"american","years":[)" + years + ",1]}", 422);
  CHECK(many.at("accepted").as_string().find("at most 50 rows") != json::string::npos);
}

TEST_CASE("a basket's market is lists, and each asset has its Greeks", "[admin][options]") {
  const std::string body = R"({"kind":"basket","spots":[100,90],"yields":[0.01,0.02],
      "volatilities":[0.2,0.3],"correlations":[1,0.4,0.4,1],"weights":[0.5,0.5],"rate":0.05,
      "type":["call","put"],"strike":95,"years":0.5})";
  const auto out = answer(true, body);
  const double spots[] = {100, 90}, yields[] = {0.01, 0.02}, volatilities[] = {0.2, 0.3};
  const double correlations[] = {1, 0.4, 0.4, 1}, weights[] = {0.5, 0.5};
  const options::BasketMarket market{spots, yields, volatilities, correlations, 0.05};
  options::AssetGreeks assets[2];
  const auto expected =
      greeks(market, options::Basket{options::OptionType::Put, weights, 95, 0.5}, assets).value();
  CHECK(out.at("price").as_array()[1].as_double() == expected.price);
  CHECK(out.at("delta2").as_array()[1].as_double() == assets[1].delta);
  CHECK(out.at("vega1").as_array()[1].as_double() == assets[0].vega);
  CHECK_FALSE(out.contains("delta3"));
  const auto bad = answer(false, replaced(body, "\"spots\":[100,90]", "\"spots\":[]"), 422);
  CHECK(bad.at("pointer").as_string() == "/spots");
}
