// Surfaces over HTTP requests: a chain priced from known smiles comes back as its parameters.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "engine/options/surface/fitted_surface.hpp"
#include "engine/admin/options/handlers.hpp"
#include "engine/admin/options/surface_json.hpp"
#include "engine/options/european/european.hpp"

using namespace sq;
namespace json = boost::json;

namespace {
constexpr double kSpot = 4'000, kRate = 0.04, kYield = 0.015;
constexpr options::Ssvi kTruth{-0.55, 1.0, 0.45};
double theta_at(double years) { return 0.035 * years + 0.0005; }
double forward_at(double years) { return kSpot * std::exp((kRate - kYield) * years); }
double ssvi_volatility(double k, double years) {
  const auto smile = options::ssvi_slice(kTruth, theta_at(years)).value();
  return std::sqrt(options::total_variance(smile, k) / years);
}

// Quotes as columns: volatility(k, years), spread in parts of the price.
using Smile = std::function<double(double, double)>;
json::object made_quotes(const std::vector<double>& times, const Smile& volatility,
                         double spread = 0.01) {
  json::array type, strike, years, bid, ask;
  for (const double time : times) {
    for (double x = -4; x <= 3.01; x += 0.5) {
      const double k = x * 0.19 * std::sqrt(time);
      const double at = forward_at(time) * std::exp(k);
      for (const auto side : {options::OptionType::Call, options::OptionType::Put}) {
        const double price =
            options::black76_price({forward_at(time), kRate, volatility(k, time), 0},
                                   {side, at, time})
                .value();
        type.emplace_back(side == options::OptionType::Call ? "call" : "put");
        strike.emplace_back(at);
        years.emplace_back(time);
        bid.emplace_back(price * (1 - spread / 2));
        ask.emplace_back(price * (1 + spread / 2));
      }
    }
  }
  return {{"type", type}, {"strike", strike}, {"years", years}, {"bid", bid}, {"ask", ask}};
}
json::object request_of(const json::object& quotes) {
  return {{"spot", kSpot}, {"quotes", quotes}};
}

json::object answer(const json::value& body, unsigned status = 200) {
  net::HttpRequest request;
  request.body = json::serialize(body);
  const net::HttpResponse response = admin::options::surface(request);
  INFO(request.body.substr(0, 300) << " -> " << response.body.substr(0, 600));
  CHECK(response.status == status);
  return json::parse(response.body).as_object();
}
double number(const json::value& value) { return value.to_number<double>(); }
const std::vector<double> kTimes{30 / 365.0, 91 / 365.0, 1.0};
}  // namespace

TEST_CASE("a chain priced from SSVI smiles gives its forwards, rates, yields and smiles back",
          "[admin][options]") {
  auto body = request_of(made_quotes(kTimes, ssvi_volatility));
  body["id"] = 7;
  const auto out = answer(body);
  CHECK(out.at("id").to_number<int>() == 7);
  CHECK(out.at("model").as_string() == "svi");
  REQUIRE(out.at("expiries").as_array().size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& e = out.at("expiries").as_array()[i].as_object();
    CHECK(number(e.at("years")) == Approx(kTimes[i]).epsilon(1e-12));
    CHECK(number(e.at("forward")) == Approx(forward_at(kTimes[i])).epsilon(1e-6));
    CHECK(number(e.at("rate")) == Approx(kRate).margin(1e-4));
    CHECK(number(e.at("discount")) == Approx(std::exp(-kRate * kTimes[i])).epsilon(1e-5));
    CHECK(number(e.at("yield")) == Approx(kYield).margin(1e-3));
    CHECK(number(e.at("volatility")) == Approx(ssvi_volatility(0, kTimes[i])).margin(1e-3));
    CHECK(number(e.at("error").at("rms")) < 1e-3);
    CHECK(number(e.at("error").at("max")) >= number(e.at("error").at("rms")));
    CHECK(number(e.at("error").at("inside")) > 0.9);
    CHECK(e.at("arbitrage").at("butterfly").at("free").as_bool());
    CHECK(e.at("arbitrage").at("calendar").at("free").as_bool());
    CHECK_FALSE(e.contains("expiry"));
  }
}

TEST_CASE("the SSVI fit finds the three parameters and the thetas a chain was made with",
          "[admin][options]") {
  auto body = request_of(made_quotes(kTimes, ssvi_volatility, 0.001));
  body["model"] = "ssvi";
  const auto out = answer(body);
  CHECK(number(out.at("ssvi").at("rho")) == Approx(kTruth.rho).margin(2e-3));
  CHECK(number(out.at("ssvi").at("eta")) == Approx(kTruth.eta).margin(5e-3));
  CHECK(number(out.at("ssvi").at("gamma")) == Approx(kTruth.gamma).margin(5e-3));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& e = out.at("expiries").as_array()[i].as_object();
    CHECK(number(e.at("parameters").at("theta")) == Approx(theta_at(kTimes[i])).epsilon(1e-3));
    CHECK(number(e.at("error").at("max")) < 1e-3);
  }
}

TEST_CASE("the SABR fit finds alpha, rho and nu a chain was made with", "[admin][options]") {
  const options::Sabr truth{0.22, 1.0, -0.4, 0.9};
  const auto sabr = [&](double k, double years) {
    const double f = forward_at(years);
    return options::sabr_volatility(truth, f, f * std::exp(k), years).value();
  };
  auto body = request_of(made_quotes({0.25, 0.5}, sabr, 0.001));
  body["model"] = "sabr";
  const auto out = answer(body);
  for (const auto& e : out.at("expiries").as_array()) {
    CHECK(number(e.at("parameters").at("alpha")) == Approx(truth.alpha).epsilon(1e-3));
    CHECK(number(e.at("parameters").at("rho")) == Approx(truth.rho).margin(2e-3));
    CHECK(number(e.at("parameters").at("nu")) == Approx(truth.nu).epsilon(5e-3));
    CHECK(number(e.at("parameters").at("beta")) == 1.0);
    CHECK(number(e.at("error").at("rms")) < 1e-4);
  }
  body["beta"] = 0.5;
  const auto half = answer(body);
  CHECK(number(half.at("expiries").as_array()[0].at("parameters").at("beta")) == 0.5);
}

TEST_CASE("quotes as an array of objects, mids, dates and coins read the same chain",
          "[admin][options]") {
  const auto columns = made_quotes(kTimes, ssvi_volatility, 0.0);
  const auto expected = answer(request_of(columns));
  json::array objects;
  const auto pick = [&](const char* key, std::size_t i) { return columns.at(key).as_array()[i]; };
  for (std::size_t i = 0; i < columns.at("strike").as_array().size(); ++i) {
    objects.push_back(json::object{{"type", pick("type", i)},
                                   {"strike", pick("strike", i)},
                                   {"years", pick("years", i)},
                                   {"mid", pick("bid", i)}});
  }
  auto out = answer(json::object{{"spot", kSpot}, {"quotes", objects}});
  CHECK(out.at("expiries") == expected.at("expiries"));
  // 2023-11-14 plus 30, 91 and 365 days.
  json::array moments;
  for (const auto& years : columns.at("years").as_array()) {
    const double days = std::round(number(years) * 365);
    moments.emplace_back(days == 30   ? "2023-12-14T22:00:00Z"
                         : days == 91 ? "2024-02-13T22:00:00Z"
                                      : "2024-11-13T22:00:00Z");
  }
  auto dated = columns;
  dated.erase("years");
  dated["expiry"] = moments;
  auto body = request_of(dated);
  body["time"] = "2023-11-14T22:00:00Z";
  out = answer(body);
  CHECK(out.at("expiries").as_array()[1].at("expiry").as_string() == "2024-02-13T22:00:00Z");
  CHECK(number(out.at("expiries").as_array()[1].at("forward")) ==
        Approx(number(expected.at("expiries").as_array()[1].at("forward"))).epsilon(1e-12));
  // In coins the premium is the currency price over the forward, without a rate.
  json::array bid, ask;
  for (std::size_t i = 0; i < columns.at("bid").as_array().size(); ++i) {
    const double time = number(pick("years", i));
    const double unit = std::exp(kRate * time) / forward_at(time);
    bid.emplace_back(number(pick("bid", i)) * unit * 0.999);
    ask.emplace_back(number(pick("ask", i)) * unit * 1.001);
  }
  auto coins = columns;
  coins["bid"] = bid;
  coins["ask"] = ask;
  body = request_of(coins);
  body["prices"] = "coins";
  out = answer(body);
  CHECK(number(out.at("expiries").as_array()[2].at("forward")) ==
        Approx(forward_at(1.0)).epsilon(1e-4));
  CHECK(number(out.at("expiries").as_array()[2].at("volatility")) ==
        Approx(ssvi_volatility(0, 1.0)).margin(2e-3));
}

TEST_CASE(
    "a grid and options off the surface follow its smiles, between expiries by total variance",
    "[admin][options]") {
  auto body = request_of(made_quotes(kTimes, ssvi_volatility, 0.001));
  const double middle = (kTimes[1] + kTimes[2]) / 2;
  body["grid"] = json::object{{"moneyness", {-0.1, 0, 0.1}}, {"years", {kTimes[1], middle}}};
  body["options"] =
      json::object{{"type", "put"}, {"strike", {forward_at(1.0), -1}}, {"years", 1.0}};
  const auto out = answer(body);
  const auto& rows = out.at("grid").at("volatility").as_array();
  REQUIRE(rows.size() == 2);
  REQUIRE(rows[0].as_array().size() == 3);
  CHECK(number(rows[0].as_array()[0]) == Approx(ssvi_volatility(-0.1, kTimes[1])).margin(5e-4));
  const auto variance = [&](double k) {
    const double a = ssvi_volatility(k, kTimes[1]), b = ssvi_volatility(k, kTimes[2]);
    return (a * a * kTimes[1] + b * b * kTimes[2]) / 2;
  };
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(number(rows[1].as_array()[i]) ==
          Approx(std::sqrt(variance(0.1 * (static_cast<double>(i) - 1)) / middle)).margin(5e-4));
  }
  const auto& priced = out.at("options").as_object();
  const double sigma = ssvi_volatility(0, 1.0);
  const auto expected = options::black76_greeks({forward_at(1.0), kRate, sigma, 0},
                                                {options::OptionType::Put, forward_at(1.0), 1.0})
                            .value();
  CHECK(number(priced.at("price").as_array()[0]) == Approx(expected.price).epsilon(2e-3));
  CHECK(number(priced.at("delta").as_array()[0]) == Approx(expected.delta).margin(1e-3));
  CHECK(priced.at("price").as_array()[1].is_null());
  CHECK(priced.at("errors").as_array()[0].at("reason").as_string() ==
        text_of(options::Error::StrikeNotPositive));
}

TEST_CASE("without a spot there is no yield, and the fit is the same", "[admin][options]") {
  const auto quotes = made_quotes(kTimes, ssvi_volatility);
  const auto with = answer(request_of(quotes));
  const auto without = answer(json::object{{"quotes", quotes}});
  CHECK_FALSE(without.contains("spot"));
  const auto& a = with.at("expiries").as_array()[2].as_object();
  const auto& b = without.at("expiries").as_array()[2].as_object();
  CHECK_FALSE(b.contains("yield"));
  CHECK(a.at("parameters") == b.at("parameters"));
}

TEST_CASE("arbitrage in the quotes is kept out when asked for, and reported when not",
          "[admin][options]") {
  // The later expiry has less total variance: 40 % for a month, 18 % for two.
  const auto falling = [](double, double years) { return years < 0.1 ? 0.40 : 0.18; };
  auto body = request_of(made_quotes({30 / 365.0, 61 / 365.0}, falling));
  const auto calendar = [](const json::object& out) {
    return out.at("expiries").as_array()[1].at("arbitrage").at("calendar").as_object();
  };
  body["enforce"] = json::array{};
  const auto free = answer(body);
  CHECK_FALSE(calendar(free).at("free").as_bool());
  // At the forward 0.4^2 x 30/365 - 0.18^2 x 61/365.
  CHECK(number(calendar(free).at("largest_fall")) == Approx(0.0077359).epsilon(0.02));
  body["model"] = "ssvi";
  CHECK_FALSE(calendar(answer(body)).at("free").as_bool());
  body["enforce"] = json::array{"calendar"};
  CHECK(calendar(answer(body)).at("free").as_bool());
  // A smile so steep that its butterflies are worth less than nothing.
  const auto steep = [](double k, double years) {
    return std::sqrt((0.003 + 0.45 * std::abs(k)) / years);
  };
  const auto lowest = [&](json::array enforce) {
    auto asked = request_of(made_quotes({0.25}, steep));
    asked["enforce"] = std::move(enforce);
    return number(
        answer(asked).at("expiries").as_array()[0].at("arbitrage").at("butterfly").at("lowest_g"));
  };
  CHECK(lowest({"butterfly"}) >= -1e-9);
  CHECK(lowest({}) < 0);
}

TEST_CASE("quotes that cannot be used are counted with their reason", "[admin][options]") {
  auto quotes = made_quotes({0.25}, ssvi_volatility);
  quotes.at("bid").as_array()[0] = 0;
  quotes.at("bid").as_array()[1] = 1e6;
  const auto out = answer(request_of(quotes));
  const auto& refused = out.at("quotes_not_used").as_object();
  CHECK(refused.at(text_of(options::QuoteRefusal::NoBid)).to_number<int>() == 1);
  CHECK(refused.at(text_of(options::QuoteRefusal::Crossed)).to_number<int>() == 1);
}

TEST_CASE("what a surface request may not say is named with what is accepted", "[admin][options]") {
  const auto good = made_quotes({0.25}, ssvi_volatility);
  const auto pointer = [&](const char* key, const json::value& value) {
    auto body = request_of(good);
    body[key] = value;
    const auto out = answer(body, 422);
    CHECK_FALSE(out.at("accepted").as_string().empty());
    return std::string{out.at("pointer").as_string().c_str()};
  };
  CHECK(pointer("spot", 0) == "/spot");
  CHECK(pointer("spot", json::array{1, 2}) == "");
  CHECK(pointer("time", "yesterday") == "/time");
  CHECK(pointer("time", "2023-02-30T00:00:00Z") == "/time");
  CHECK(pointer("model", "heston") == "/model");
  CHECK(pointer("enforce", "butterfly") == "/enforce");
  CHECK(pointer("enforce", json::array{"butterfly", "butterfly"}) == "/enforce/1");
  CHECK(pointer("beta", 0.5) == "/beta");
  CHECK(pointer("beta", 1.5) == "/beta");
  CHECK(pointer("prices", "gold") == "/prices");
  CHECK(pointer("surprise", 1) == "/surprise");
  CHECK(pointer("grid", json::array{}) == "/grid");
  CHECK(pointer("grid", json::object{{"years", {1}}}) == "/grid");
  CHECK(pointer("grid", json::object{{"years", {1}}, {"strikes", {1, "x"}}}) == "/grid/strikes/1");
  CHECK(pointer("options", json::object{{"type", "call"}, {"strike", 1}}) == "/options/years");
  CHECK(pointer("quotes", json::array{}) == "/quotes");
  CHECK(pointer("quotes", 5) == "/quotes");
  const json::object quote{{"type", "call"}, {"strike", 1}, {"years", 1}, {"bid", 1}, {"ask", 1}};
  const auto with = [&](const char* key, const json::value& value) {
    auto changed = quote;
    changed[key] = value;
    return json::array{quote, changed};
  };
  CHECK(pointer("quotes", with("type", "cal")) == "/quotes/1/type");
  CHECK(pointer("quotes", with("strike", "x")) == "/quotes/1/strike");
  CHECK(pointer("quotes", with("years", -0.1)) == "/quotes/1/years");
  CHECK(pointer("quotes", with("years", 100.5)) == "/quotes/1/years");
  CHECK(pointer("quotes", with("mid", 1)) == "/quotes/1/mid");
  CHECK(pointer("quotes", with("strike", json::array{1, 2})) == "/quotes/1");
  CHECK(pointer("quotes", with("delta", 1)) == "/quotes/1/delta");
  CHECK(pointer("quotes", with("expiry", "2024-01-01T00:00:00Z")) == "/quotes/1/years");
  CHECK(pointer("quotes", json::array{quote}) == "/quotes");  // too few to fit
  auto undated = good;
  undated.erase("years");
  undated["expiry"] = "2024-01-01T00:00:00Z";
  CHECK(pointer("quotes", undated) == "/quotes/expiry");
  auto sabr = request_of(good);
  sabr["model"] = "sabr";
  sabr["enforce"] = json::array{"calendar"};
  CHECK(answer(sabr, 422).at("pointer").as_string() == "/enforce");
}

TEST_CASE("60 expiries are accepted and 61 are not", "[admin][options]") {
  json::array many;
  const auto add = [&](int i) {
    many.push_back(
        json::object{{"type", "call"}, {"strike", 1}, {"years", i / 10.0}, {"bid", 1}, {"ask", 1}});
  };
  for (int i = 1; i <= 60; ++i) add(i);
  const auto text = [&] {
    return std::string{answer(json::object{{"quotes", many}}, 422).at("accepted").as_string()};
  };
  CHECK(text().find("at least 6") != std::string::npos);
  add(61);
  CHECK(text().find("at most 60 expiries") != std::string::npos);
}

TEST_CASE("moments are read exactly as they are written", "[admin][options]") {
  using admin::options::parse_instant;
  const WallTime moment{1'700'000'000LL * kNsPerSecond};
  CHECK(admin::options::instant_text(moment) == "2023-11-14T22:13:20Z");
  CHECK(parse_instant("2023-11-14T22:13:20Z") == moment);
  for (const char* bad : {"", "2023-11-14", "2023-11-14T22:13:20", "2023-11-14 22:13:20Z",
                          "2023-11-14T24:00:00Z", "2023-11-14T22:60:00Z", "2023-13-14T22:00:00Z",
                          "2023-11-31T22:00:00Z", "2x23-11-14T22:13:20Z", "1969-11-14T22:13:20Z"}) {
    INFO(bad);
    CHECK_FALSE(parse_instant(bad).has_value());
  }
}
