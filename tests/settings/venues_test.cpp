// [[venue]]: addresses, environments and keys agree, or the start is refused by name.
#include <catch2/catch.hpp>

#include "tests/settings/small_config.hpp"

using namespace sq;
using namespace sq::settings;
using sq::test::live_config;
using sq::test::paper_config;
using sq::test::problems_of;
using sq::test::with;

namespace {
// The first refused key; "": the text is accepted.
std::string refused(const std::string& text) {
  const auto problems = problems_of(text);
  return problems.empty() ? "" : problems[0].key;
}
std::string of_testnet(std::string_view rest) {
  std::string text =
      with(live_config(), "\"local\"", "\"testnet\"\nkey_fingerprint = \"0123456789abcdef\"");
  text = with(text, "ws://127.0.0.1:18081", "wss://fstream.binancefuture.com");
  return with(text, "http://127.0.0.1:18081", rest);
}
}  // namespace

TEST_CASE("paper and live need to know where each traded venue is", "[settings]") {
  CHECK(refused(paper_config()).empty());
  CHECK(refused(live_config()).empty());
  CHECK(refused(test::without(paper_config(), "[[venue]]", "[[instrument]]")) == "venue");
  const auto problems =
      problems_of(with(paper_config(), "name = \"binance-usdm\"", "name = \"binance-spot\""));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].key == "strategy.one.instruments");
  CHECK_THAT(problems[0].accepted, Catch::Contains("[[venue]]"));
}

TEST_CASE("each venue is connected once, and only venues that have a link", "[settings]") {
  std::string twice = paper_config();
  twice.insert(twice.find("[[instrument]]"), std::string{test::kVenueTable}.append("\n"));
  CHECK(refused(twice) == "venue[2].name");
  CHECK(refused(with(paper_config(), "name = \"binance-usdm\"", "name = \"kite\"")) ==
        "venue[1].name");
}

TEST_CASE("an address is a scheme, a host and perhaps a port and a path", "[settings]") {
  const auto url = parse_url("wss://ws-api.binance.com:443/ws-api/v3/");
  REQUIRE(url);
  CHECK(url->secure);
  CHECK(url->host == "ws-api.binance.com");
  CHECK(url->port == 443);
  CHECK(url->path == "/ws-api/v3");
  CHECK(parse_url("http://127.0.0.1")->port == 80);
  CHECK(parse_url("https://a")->port == 443);
  CHECK(parse_url("ws://a:1")->port == 1);
  CHECK(parse_url("ws://a:65535")->port == 65'535);
  for (const char* bad : {"", "a", "ftp://a", "http://", "http://a:", "http://a:0",
                          "http://a:65536", "http://a:1x", "http://A", "http://a b", "http://u@a",
                          "http://a/?q", "http://a/#f", "http:/a", "HTTP://a"}) {
    INFO(bad);
    CHECK_FALSE(parse_url(bad).has_value());
  }
}

TEST_CASE("rest is HTTP and streams are WebSocket", "[settings]") {
  CHECK(refused(with(paper_config(), "http://", "ws://")) == "venue[1].rest");
  CHECK(refused(with(paper_config(), "ws://", "http://")) == "venue[1].stream");
}

TEST_CASE("hosts agree with the environment", "[settings]") {
  CHECK(refused(of_testnet("https://testnet.binancefuture.com")).empty());
  CHECK(refused(of_testnet("https://demo-fapi.binance.com")).empty());
  for (const char* bad :
       {"https://fapi.binance.com", "https://testnet.binance.vision", "https://127.0.0.1",
        "http://testnet.binancefuture.com", "https://testnet.binancefuture.com.example.com",
        "https://xtestnet.binancefuture.com"}) {
    INFO(bad);
    CHECK(refused(of_testnet(bad)) == "venue[1].rest");
  }
  CHECK(refused(with(live_config(), "http://127.0.0.1:18081", "https://fapi.binance.com")) ==
        "venue[1].rest");
  CHECK(refused(with(of_testnet("https://fapi.binance.com"), "wss://fstream.binancefuture.com",
                     "wss://fstream.binance.com")) == "venue[1].rest");
  std::string live = of_testnet("https://fapi.binance.com");
  live = with(live, "\"testnet\"", "\"live\"");
  live = with(live, "wss://fstream.binancefuture.com", "wss://fstream.binance.com");
  CHECK(refused(live).empty());
}

TEST_CASE("live names its key, away from home with its fingerprint", "[settings]") {
  CHECK(refused(with(live_config(), "key_file = \"keys/one.toml\"\n", "")) == "venue[1].key_file");
  const std::string testnet = of_testnet("https://testnet.binancefuture.com");
  CHECK(refused(with(testnet, "key_fingerprint = \"0123456789abcdef\"", "")) ==
        "venue[1].key_fingerprint");
  for (const char* bad : {"\"0123456789abcde\"", "\"0123456789abcdef0\"", "\"0123456789ABCDEF\""}) {
    INFO(bad);
    CHECK(refused(with(testnet, "\"0123456789abcdef\"", bad)) == "venue[1].key_fingerprint");
  }
  for (const char* key : {"api = \"ws://127.0.0.1:1/ws-fapi/v1\"", "key_file = \"a\"",
                          "key_fingerprint = \"0123456789abcdef\"", "dead_man_s = 60"}) {
    INFO(key);
    const std::string text = with(paper_config(), "rest = ", std::string{key}.append("\nrest = "));
    CHECK(refused(text) == std::string{"venue[1]."}.append(key, std::string_view{key}.find(' ')));
  }
}

TEST_CASE("the numbers of a venue are accepted on their bounds and refused beyond them",
          "[settings]") {
  struct Bounds {
    const char* key;
    std::int64_t min;
    std::int64_t max;
  };
  for (const auto& [key, min, max] : {Bounds{"cpu", -1, 4095},
                                      {"recv_window_ms", 1, 60'000},
                                      {"order_age_ms_max", 1, 60'000},
                                      {"answer_wait_ms_max", 100, 60'000},
                                      {"silence_s_max", 1, 300},
                                      {"dead_man_s", 5, 600}}) {
    const auto set = [&](std::int64_t value) {
      return refused(
          with(live_config(), "rest = ",
               std::string{key}.append(" = ").append(std::to_string(value)).append("\nrest = ")));
    };
    INFO(key);
    CHECK(set(min).empty());
    CHECK(set(max).empty());
    CHECK(set(min - 1) == std::string{"venue[1]."}.append(key));
    CHECK(set(max + 1) == std::string{"venue[1]."}.append(key));
  }
  CHECK(refused(with(live_config(), "rest = ", "dead_man_s = 0\nrest = ")).empty());
}

TEST_CASE("a venue's books come as often as it has streams for", "[settings]") {
  const auto told = [](std::string text, int ms) {
    return refused(with(text, "rest = ", "depth_ms = " + std::to_string(ms) + "\nrest = "));
  };
  const std::string usdm = live_config();
  const std::string spot = with(usdm, "name = \"binance-usdm\"", "name = \"binance-spot\"");
  REQUIRE(refused(spot) == "strategy.one.instruments");  // and no more: its instrument is elsewhere
  for (const int ms : {0, 100, 250, 500}) CHECK(told(usdm, ms).empty());
  for (const int ms : {-1, 1, 99, 101, 499, 501, 1'000})
    CHECK(told(usdm, ms) == "venue[1].depth_ms");
  for (const int ms : {100, 1'000}) CHECK(told(spot, ms) == "strategy.one.instruments");
  for (const int ms : {0, 99, 101, 250, 999, 1'001}) CHECK(told(spot, ms) == "venue[1].depth_ms");
  for (const char* trades : {"none", "each", "aggregate"})
    CHECK(refused(with(usdm,
                       "rest = ", std::string{"trades = \""}.append(trades).append("\"\nrest = ")))
              .empty());
  CHECK(refused(with(usdm, "rest = ", "trades = \"all\"\nrest = ")) == "venue[1].trades");
}

TEST_CASE("SBE is for spot, and for who has a key", "[settings]") {
  const auto sbe = [](const std::string& text, const std::string& more = "") {
    return refused(with(text, "rest = ", "market_format = \"sbe\"\n" + more + "rest = "));
  };
  const auto spot = [](const std::string& text) {
    return with(text, "name = \"binance-usdm\"", "name = \"binance-spot\"");
  };
  CHECK(sbe(live_config()) == "venue[1].market_format");
  CHECK(sbe(spot(live_config())) == "strategy.one.instruments");  // accepted
  CHECK(sbe(spot(paper_config())) == "venue[1].market_format");
  CHECK(sbe(spot(live_config()), "depth_ms = 1000\n") == "venue[1].depth_ms");
  CHECK(refused(with(live_config(), "rest = ", "market_format = \"xml\"\nrest = ")) ==
        "venue[1].market_format");
}

TEST_CASE("a venue without a dead-man timer takes none", "[settings]") {
  std::string text = with(live_config(), "rest = ", "dead_man_s = 60\nrest = ");
  CHECK(refused(text).empty());
  text = with(text, "name = \"binance-usdm\"", "name = \"binance-spot\"");
  CHECK(refused(text) == "venue[1].dead_man_s");
}

TEST_CASE("a configuration with venues parses back from its resolved text", "[settings]") {
  for (const std::string& text :
       {paper_config(), live_config(), of_testnet("https://testnet.binancefuture.com")}) {
    const Config config = test::parse(text);
    const Config again = parse(resolved_text(config), "log record 1", "/elsewhere");
    CHECK(again == config);
  }
}
