#include <catch2/catch.hpp>

#include "tests/settings/small_config.hpp"

using namespace sq;
using namespace sq::settings;

namespace {
// The small configuration with lines added at the end of [simulation].
std::string with_simulation(const std::string& lines) {
  return test::with("report_latency_us = 400\n", "report_latency_us = 400\n" + lines);
}
std::string outage(const std::string& from, const std::string& to) {
  return with_simulation("[[simulation.outage]]\nvenue = \"binance-usdm\"\nkind = \"halt\"\nfrom = \"" +
                         from + "\"\nto = \"" + to + "\"\n");
}
const std::string kMarket =
    "[[simulation.instrument]]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\n";
const std::string kVenue = "[[simulation.venue]]\nvenue = \"binance-usdm\"\n";
bool refuses(const std::string& text, const std::string& key) {
  const auto problems = test::problems_of(text);
  return std::ranges::any_of(problems, [&](const Problem& p) { return p.key.ends_with(key); });
}
}  // namespace

TEST_CASE("what is said of a simulated venue is read and written back whole", "[settings]") {
  const std::string text = with_simulation(
      "impact = \"linear\"\nimpact_half_life_ms = 500\nmargin = false\n" + kVenue +
      "orders_per_10s = 7\nvolume_30d = 5000000\nfee_tiers = [[0, 200, 500], [5, -10, 40]]\n"
      "discount_currency = \"BNB\"\ndiscount_price = \"600\"\ndiscount_ppm = 100000\n" + kMarket +
      "leverage = 3\nmargin_mode = \"isolated\"\nbrackets = [[50000, 4000, 125], [600000, 5000, 100]]\n"
      "funding_rate = \"-0.0001\"\nimpact_bps = 2\nimpact_qty = \"5\"\n"
      "[[simulation.outage]]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nkind = \"maintenance\"\n"
      "from = \"2024-08-08T12:00:00Z\"\nto = \"2024-08-08T12:05:00Z\"\n");
  REQUIRE(test::problems_of(text).empty());
  const Config config = parse(text, "test.toml", "/project/config");
  const Simulation& read = config.simulation;
  CHECK(read.impact == ImpactModel::Linear);
  CHECK(read.impact_half_life_ns == 500 * kNsPerMs);
  CHECK_FALSE(read.margin);
  CHECK(read.funding);
  REQUIRE(read.venues.size() == 1);
  CHECK(read.venues[0].orders_10s == 7);
  REQUIRE(read.venues[0].fee_tiers.size() == 2);
  CHECK(read.venues[0].fee_tiers[1].maker_ppm == -10);
  CHECK(read.venues[0].discount_ppm == 100'000);
  REQUIRE(read.instruments.size() == 1);
  CHECK(read.instruments[0].leverage == 3);
  CHECK(read.instruments[0].mode == MarginMode::Isolated);
  REQUIRE(read.instruments[0].brackets.size() == 2);
  CHECK(read.instruments[0].brackets[1].maintenance_ppm == 5'000);
  CHECK(read.instruments[0].funding_rate == Ratio::from_raw(-Ratio::kScale / 10'000));
  REQUIRE(read.outages.size() == 1);
  CHECK(read.outages[0].to - read.outages[0].from == 300 * kNsPerSecond);
  const std::string resolved = resolved_text(config);
  CHECK(parse(resolved, "resolved.toml", "/project/config").simulation == read);
}

TEST_CASE("an outage ends after it begins", "[settings]") {
  CHECK(test::problems_of(outage("2024-08-08T12:00:00Z", "2024-08-08T12:00:01Z")).empty());
  CHECK(refuses(outage("2024-08-08T12:00:00Z", "2024-08-08T12:00:00Z"), ".to"));
}

TEST_CASE("brackets and fee tiers rise", "[settings]") {
  const auto brackets = [](const std::string& rows) {
    return with_simulation(kMarket + "brackets = " + rows + "\n");
  };
  CHECK(test::problems_of(brackets("[[50000, 4000, 125]]")).empty());
  CHECK(refuses(brackets("[]"), "brackets"));
  CHECK(refuses(brackets("[[0, 4000, 125]]"), "brackets"));
  CHECK(refuses(brackets("[[50000, 4000, 126]]"), "brackets"));
  CHECK(refuses(brackets("[[50000, 1000000, 125]]"), "brackets"));
  CHECK(refuses(brackets("[[50000, 4000, 125], [50000, 5000, 100]]"), "brackets"));
  CHECK(refuses(brackets("[[50000, 4000, 125], [60000, 4000, 100]]"), "brackets"));
  CHECK(refuses(brackets("[[50000, 4000, 125], [60000, 5000, 125]]"), "brackets"));
  const auto tiers = [](const std::string& rows) {
    return with_simulation(kVenue + "volume_30d = 0\nfee_tiers = " + rows + "\n");
  };
  CHECK(test::problems_of(tiers("[[0, -10000, 0], [1, 10000, 10000]]")).empty());
  CHECK(refuses(tiers("[[1, 200, 500]]"), "fee_tiers"));
  CHECK(refuses(tiers("[[0, 200, -1]]"), "fee_tiers"));
  CHECK(refuses(tiers("[[0, -10001, 0]]"), "fee_tiers"));
  CHECK(refuses(tiers("[[0, 200, 500], [0, 100, 400]]"), "fee_tiers"));
  CHECK(refuses(with_simulation(kVenue + "fee_tiers = [[0, 200, 500]]\n"), "fee_tiers"));
}

TEST_CASE("numbers that nothing would use are refused", "[settings]") {
  CHECK(refuses(with_simulation("impact_half_life_ms = 500\n"), "impact_half_life_ms"));
  CHECK(refuses(with_simulation(kMarket + "impact_bps = 2\nimpact_qty = \"5\"\n"), "impact_bps"));
  CHECK(refuses(with_simulation("impact = \"linear\"\n" + kMarket + "impact_bps = 2\n"),
                "impact_qty"));
  CHECK(refuses(with_simulation(kMarket + "funding_interval_h = 7\n"), "funding_interval_h"));
  CHECK(refuses(with_simulation(kVenue + "discount_price = \"600\"\n"), "discount_currency"));
  CHECK(refuses(with_simulation(kVenue + kVenue), "venue"));
  CHECK(refuses(with_simulation(kMarket + kMarket), "symbol"));
  CHECK(refuses(with_simulation(kMarket + "leverage = 0\n"), "leverage"));
  CHECK(refuses(with_simulation(kMarket + "leverage = 126\n"), "leverage"));
  CHECK(test::problems_of(with_simulation(kMarket + "leverage = 125\n")).empty());
}
