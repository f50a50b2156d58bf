// `shrivenquant options chain` as a user runs it, on a chain of known smiles in Cboe's format.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "engine/options/european/european.hpp"
#include "engine/options/surface/svi.hpp"
#include "tests/app/engine_process.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::test;
namespace json = boost::json;

namespace {
constexpr double kSpot = 2'000, kRate = 0.05, kYield = 0.02;
constexpr options::Ssvi kTruth{-0.5, 0.9, 0.4};
struct Expiry {
  const char* symbol;  // yymmdd
  const char* date;
  double years;  // from 2023-09-20 20:00 UTC, each at 16:00 in New York
};
constexpr Expiry kExpiries[] = {{"231020", "2023-10-20", 30 / 365.0},
                                {"240119", "2024-01-19", (121 + 1 / 24.0) / 365.0},
                                {"240621", "2024-06-21", 275 / 365.0}};
double forward_at(double years) { return kSpot * std::exp((kRate - kYield) * years); }
options::SviRaw smile_at(double years) {
  return options::ssvi_slice(kTruth, 0.04 * years + 0.0004).value();
}
double volatility_at(double strike, double years) {
  const double k = std::log(strike / forward_at(years));
  return std::sqrt(options::total_variance(smile_at(years), k) / years);
}

json::object made_chain() {
  json::array quotes;
  for (const Expiry& e : kExpiries) {
    const double f = forward_at(e.years);
    for (double x = -3.5; x <= 3.01; x += 0.25) {
      const double strike = std::round(f * std::exp(x * 0.2 * std::sqrt(e.years)));
      for (const auto type : {options::OptionType::Call, options::OptionType::Put}) {
        const double price = options::black76_price({f, kRate, volatility_at(strike, e.years), 0},
                                                    {type, strike, e.years})
                                 .value();
        quotes.push_back(json::object{
            {"option",
             fmt::format("MADEW{}{}{:08}", e.symbol, type == options::OptionType::Call ? 'C' : 'P',
                         std::lround(strike * 1'000))},
            {"bid", price * 0.995},
            {"ask", price * 1.005},
            {"iv", 0},
            {"delta", 0},
            {"open_interest", 1}});
      }
    }
  }
  return {{"timestamp", "2023-09-20 20:00:00"},
          {"data", {{"symbol", "MADE"}, {"current_price", kSpot}, {"options", quotes}}}};
}
std::string written(const std::string& name, const std::string& text) {
  const auto path = scratch() / name;
  std::ofstream{path} << text;
  return path.string();
}
std::string chain_file() {
  static const std::string path = written("made_chain.json", json::serialize(made_chain()));
  return path;
}
std::vector<double> numbers_of(const std::string& line) {
  std::istringstream words{line};
  std::string word;
  words >> word;  // the date, or the strike
  std::vector<double> numbers;
  while (words >> word) {
    try {
      numbers.push_back(std::stod(word));
    } catch (const std::invalid_argument&) {
    }
  }
  return numbers;
}
std::string line_with(const std::string& text, const std::string& start) {
  const std::size_t at = text.find("\n" + start);
  REQUIRE(at != std::string::npos);
  return text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}
std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}
double number(const json::value& value) { return value.to_number<double>(); }
}  // namespace

TEST_CASE("options chain prints the forwards, rates and volatilities a chain was made with") {
  const Finished done = run("shrivenquant", {"options", "chain", chain_file()});
  INFO(done.output);
  REQUIRE(done.status == 0);
  CHECK(done.output.find("MADE: 162 quotes at 2023-09-20T20:00:00Z, spot 2000.00, 3 of 3 expiries "
                         "fitted with svi") != std::string::npos);
  for (const Expiry& e : kExpiries) {
    // days, strikes, forward, rate, yield, volatility, rms, largest, inside
    const auto row = numbers_of(line_with(done.output, e.date));
    REQUIRE(row.size() >= 9);
    CHECK(row[0] == Approx(e.years * 365).margin(0.006));
    CHECK(row[1] >= 20);
    CHECK(row[2] == Approx(forward_at(e.years)).margin(0.02));
    CHECK(row[3] == Approx(kRate * 100).margin(0.02));
    CHECK(row[4] == Approx(kYield * 100).margin(0.02));
    CHECK(row[5] == Approx(100 * volatility_at(forward_at(e.years), e.years)).margin(0.05));
    CHECK(row[6] < 0.05);
    CHECK(row[7] >= row[6]);
    CHECK(row[8] > 80);
    CHECK(line_with(done.output, e.date).ends_with("none"));
  }
}

TEST_CASE("options chain --json and --model ssvi give the parameters a chain was made with") {
  const std::string file = (scratch() / "chain.json").string();
  const Finished done =
      run("shrivenquant", {"options", "chain", chain_file(), "--model", "ssvi", "--json", file});
  INFO(done.output);
  REQUIRE(done.status == 0);
  const auto out = read_json(file).as_object();
  CHECK(out.at("underlying").as_string() == "MADE");
  CHECK(number(out.at("ssvi").at("rho")) == Approx(kTruth.rho).margin(0.01));
  CHECK(number(out.at("ssvi").at("eta")) == Approx(kTruth.eta).margin(0.02));
  CHECK(number(out.at("ssvi").at("gamma")) == Approx(kTruth.gamma).margin(0.02));
  REQUIRE(out.at("expiries").as_array().size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& e = out.at("expiries").as_array()[i].as_object();
    CHECK(e.at("expiry").as_string().starts_with(kExpiries[i].date));
    CHECK(number(e.at("parameters").at("theta")) ==
          Approx(0.04 * kExpiries[i].years + 0.0004).epsilon(2e-3));
    for (const auto& p : e.at("points").as_array()) {
      const double truth = volatility_at(number(p.at("strike")), kExpiries[i].years);
      CHECK(number(p.at("mid")) == Approx(truth).margin(5e-4));
      CHECK(number(p.at("fitted")) == Approx(truth).margin(1e-3));
      CHECK(number(p.at("bid")) < number(p.at("ask")));
    }
  }
}

TEST_CASE("options chain --expiry shows one expiry with the Greeks of its options") {
  const Finished done =
      run("shrivenquant", {"options", "chain", chain_file(), "--expiry", "2024-01-19"});
  INFO(done.output);
  REQUIRE(done.status == 0);
  CHECK(done.output.find("\n2023-10-20") == std::string::npos);
  const double years = kExpiries[1].years;
  const double strike = std::round(forward_at(years));
  const auto row = numbers_of(line_with(done.output, fmt::format("{:>11.6g} ", strike)));
  REQUIRE(row.size() == 9);  // four volatilities, price, delta, gamma, vega, theta
  const auto type =
      strike >= forward_at(years) ? options::OptionType::Call : options::OptionType::Put;
  const auto greeks =
      options::black76_greeks({forward_at(years), kRate, volatility_at(strike, years), 0},
                              {type, strike, years})
          .value();
  CHECK(row[3] == Approx(100 * volatility_at(strike, years)).margin(0.05));
  CHECK(row[4] == Approx(greeks.price).epsilon(5e-3));
  CHECK(row[5] == Approx(greeks.delta).margin(2e-3));
  CHECK(row[6] == Approx(greeks.gamma).epsilon(5e-3));
  CHECK(row[7] == Approx(greeks.vega / 100).epsilon(5e-3));
  CHECK(row[8] == Approx(greeks.theta / 365).epsilon(1e-2));
  const Finished other =
      run("shrivenquant", {"options", "chain", chain_file(), "--expiry", "2024-01-20"});
  CHECK(other.status == 2);
  CHECK(other.output.find("accepted: 2023-10-20, 2024-01-19, 2024-06-21") != std::string::npos);
}

TEST_CASE("options chain --chart writes a page and a picture with one smile an expiry") {
  for (const std::string name : {"chain.html", "chain.svg"}) {
    const auto file = scratch() / name;
    const Finished done =
        run("shrivenquant", {"options", "chain", chain_file(), "--chart", file.string()});
    REQUIRE(done.status == 0);
    const std::string text = read_text(file);
    const bool page = name.ends_with("html");
    CHECK(text.starts_with(page ? "<!doctype html>" : "<svg "));
    CHECK(text.find("MADE options, 2023-09-20T20:00:00Z") != std::string::npos);
    CHECK(count_of(text, "class=\"curve\"") == 3);
    CHECK(count_of(text, "class=\"bar\"") >= 60);
    CHECK(count_of(text, "class=\"mesh\"") == 56 * 32);
    CHECK(count_of(text, "<svg ") == count_of(text, "</svg>"));
    CHECK(text.find("nan") == std::string::npos);
    CHECK(text.find("inf") == std::string::npos);
    for (const Expiry& e : kExpiries) CHECK(text.find(e.date) != std::string::npos);
    CHECK((text.find("<table>") != std::string::npos) == page);
  }
}

TEST_CASE("options chain refuses what it cannot use, with the place and what is accepted") {
  const auto refused = [](std::vector<std::string> arguments, const std::string& sentence) {
    arguments.insert(arguments.begin(), {"options", "chain"});
    const Finished done = run("shrivenquant", arguments);
    INFO(done.output);
    CHECK(done.status == 2);
    CHECK(done.output.find(sentence) != std::string::npos);
  };
  const std::string file = chain_file();
  refused({"/no/such/file"}, "cannot be read");
  refused({written("text.csv", "hello\n")}, "expected a chain of Cboe");
  auto broken = made_chain();
  broken.at("data").at("options").as_array()[3].as_object()["bid"] = "x";
  refused({written("broken.json", json::serialize(broken))},
          "broken.json data.options[3].bid: \"\"x\"\" is not accepted; expected a number");
  auto few = made_chain();
  few.at("data").at("options").as_array().resize(4);
  refused({written("few.json", json::serialize(few))}, "no expiry has enough usable quotes");
  refused({file, "--model", "spline"}, "accepted: svi, ssvi, sabr");
  refused({file, "--enforce", "all"}, "accepted: none, butterfly, calendar, both");
  refused({file, "--model", "sabr", "--enforce", "both"}, "accepted for sabr: none");
  refused({file, "--beta", "0.5"}, "accepted for sabr only");
  refused({file, "--model", "sabr", "--beta", "1.5"}, "accepted: 0 to 1");
  refused({file, "--chart", "chain.png"}, "accepted: a .html or .svg file");
  refused({file, "--time", "noon"}, "is no time");
  const Finished full = run("shrivenquant", {"options", "chain", file, "--chart",
                                             (scratch() / "no" / "such" / "x.svg").string()});
  CHECK(full.status == 1);
}

TEST_CASE("options chain reads the quotes with another model, rate and enforcement when told") {
  const auto first = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"options", "chain", chain_file()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished done = run("shrivenquant", arguments);
    INFO(done.output);
    REQUIRE(done.status == 0);
    return numbers_of(line_with(done.output, kExpiries[0].date));
  };
  CHECK(first({"--rate", "0.03"})[3] == Approx(3));
  CHECK(first({"--model", "sabr"})[5] == Approx(first({})[5]).margin(0.2));
  CHECK(first({"--model", "sabr", "--beta", "0.5"})[6] < 0.5);
  CHECK(first({"--enforce", "none"})[6] <= first({"--enforce", "both"})[6] + 1e-3);
  CHECK(first({"--enforce", "calendar"}).size() >= 9);
}

TEST_CASE("options chain fits and draws every recorded chain") {
  for (const std::string file :
       {"nse/subhajitdeo_nifty_option_chain_20260619_early.json",
        "nse/upstox_nifty_chain_exp20240627_a.json", "deribit/definer_eth_options_20240108.csv",
        "cboe/gflows_rut_quotedata.json"}) {
    const auto path = recorded("data/f_options/" + file);
    if (!path) return;
    const auto page = scratch() / "recorded.html";
    std::vector<std::string> arguments{"options", "chain", path->string(), "--chart",
                                       page.string()};
    if (file.find("upstox") != std::string::npos)
      arguments.insert(arguments.end(), {"--time", "2024-06-26T10:00:00"});
    const Finished done = run("shrivenquant", arguments);
    INFO(file << "\n" << done.output);
    CHECK(done.status == 0);
    CHECK(done.output.find("expiries fitted with svi") != std::string::npos);
    CHECK(read_text(page).find("class=\"curve\"") != std::string::npos);
  }
}
