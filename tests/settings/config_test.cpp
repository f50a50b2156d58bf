#include "engine/settings/config.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/settings/small_config.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::settings;
using sq::test::kSmallConfig;
using sq::test::with;
namespace fs = std::filesystem;

TEST_CASE("the demo configuration says what the demo trades", "[settings]") {
  const Config config = load(test::project_dir() / "config/demo.toml");
  CHECK(config.engine.instance == "DEMO");
  CHECK(config.engine.mode == Mode::Recorded);
  CHECK(config.session.speed == 10);
  REQUIRE(config.instruments.size() == 3);
  const InstrumentSettings* btc = config.find(VenueId::BinanceUsdm, "BTCUSDT");
  REQUIRE(btc != nullptr);
  CHECK(btc->instrument.tick == Price::from_raw(Price::kScale / 10));
  CHECK(btc->instrument.lot == Qty::from_raw(Qty::kScale / 1000));
  CHECK(btc->instrument.notional_min == 100 * Amount::kScale);
  CHECK(btc->instrument.taker_fee == Ratio::from_raw(Ratio::kScale / 2000));
  const InstrumentSettings* spot = config.find(VenueId::BinanceSpot, "BTCUSDT");
  REQUIRE(spot != nullptr);
  CHECK(spot->instrument.id == InstrumentId{2});
  CHECK(spot->instrument.maker_fee == Ratio::from_raw(Ratio::kScale / 1000));
  CHECK(config.find(VenueId::BinanceSpot, "ETHUSDT") == nullptr);
  REQUIRE(config.strategies.size() == 2);
  CHECK(config.strategies[0].name == "maker");
  CHECK(config.strategies[1].instruments[1].instrument == InstrumentId{2});
  REQUIRE(config.session.recordings.size() == 3);
  CHECK(config.session.recordings[1].instrument == InstrumentId{1});
}

TEST_CASE("the paper configuration is accepted and has no recordings", "[settings]") {
  const Config config = load(test::project_dir() / "config/paper.toml");
  CHECK(config.engine.mode == Mode::Paper);
  CHECK(config.session.recordings.empty());
  CHECK(config.log.durability == Durability::Group);
  for (const StrategySettings& strategy : config.strategies)
    CHECK(strategy.start == StrategyState::Shadow);
}

TEST_CASE("the recordings of the demo exist in the data folder", "[settings]") {
  const Config config = load(test::project_dir() / "config/demo.toml");
  for (const Recording& recording : config.session.recordings) {
    for (const std::string& file : recording.files) {
      const auto found = test::recorded("data/" + file);
      if (!found) return;
      CHECK(fs::file_size(*found) > 1'000'000);
    }
  }
}

TEST_CASE("the resolved text of each shipped configuration parses back to an equal one",
          "[settings]") {
  for (const char* name : {"config/demo.toml", "config/paper.toml", "config/binance-testnet.toml",
                           "config/binance-live.toml"}) {
    const Config config = load(test::project_dir() / name);
    const std::string text = resolved_text(config);
    const Config again = parse(text, "log record 1", "/elsewhere");
    CHECK(again == config);
    CHECK(resolved_text(again) == text);
    CHECK(hash_of(again) == hash_of(config));
  }
}

TEST_CASE("the hash sees a value and does not see a comment", "[settings]") {
  const std::uint64_t hash = hash_of(test::parse(kSmallConfig));
  CHECK(hash_of(test::parse(with("seed = 1", "# a comment\nseed   = 0x1"))) == hash);
  CHECK(hash_of(test::parse(with("seed = 1", "seed = 1\nidle = \"yield\""))) == hash);
  CHECK(hash_of(test::parse(with("seed = 1", "seed = 2"))) != hash);
  CHECK(hash_of(test::parse(with("skew = 0.25", "skew = 0.26"))) != hash);
}

TEST_CASE("two configurations that differ in one written value are not equal", "[settings]") {
  const Config config = test::parse(kSmallConfig);
  const char* const changes[][2] = {{"\"T1\"", "\"T2\""},
                                    {"seed = 1", "seed = 2"},
                                    {"\"max\"", "\"7\""},
                                    {"\"a.gz\"", "\"c.gz\""},
                                    {"tick = \"0.10\"", "tick = \"0.20\""},
                                    {"taker_fee = \"0.0005\"", "taker_fee = \"0.0004\""},
                                    {"daily_loss_max = \"1000\"", "daily_loss_max = \"1001\""},
                                    {"collar_bps = 100", "collar_bps = 99"},
                                    {"\"100000\"", "\"100001\""},
                                    {"order_latency_us = 500", "order_latency_us = 501"},
                                    {"start = \"armed\"", "start = \"shadow\""},
                                    {"order_qty = \"0.01\"", "order_qty = \"0.02\""}};
  for (const auto& [from, to] : changes) {
    INFO(from);
    CHECK_FALSE(test::parse(with(from, to)) == config);
  }
}

TEST_CASE("defaults are those the headers name", "[settings]") {
  const Config config = test::parse(kSmallConfig);
  CHECK(config.engine.core_cpu == -1);
  CHECK(config.engine.idle == Idle::Yield);
  CHECK(config.engine.stage_sample == 1);
  CHECK(config.session.speed == Session::kSpeedMax);
  CHECK(config.session.data == "/shared/data");
  CHECK(config.log.dir == "run/T1");
  CHECK(config.log.ring_dir == "/dev/shm");
  CHECK(config.log.existing == ExistingLog::Recover);
  CHECK_FALSE(config.admin.enabled);
  CHECK(config.admin.token_file == "run/T1/admin.token");
  CHECK(config.simulation.queue_model == QueueModel::Pessimistic);
  CHECK(config.instruments[0].stale_after_ns == 3'000'000'000);
  CHECK(config.instruments[0].instrument.multiplier == Qty::from_units(1));
  CHECK(config.instruments[0].instrument.status == InstrumentStatus::Trading);
}

TEST_CASE("durations become nanoseconds", "[settings]") {
  const Config config = test::parse(kSmallConfig);
  CHECK(config.simulation.order_latency_ns == 500'000);
  CHECK(config.risk.instruments[0].reference_age_ns_max == 1'000'000'000);
}

TEST_CASE("a relative data folder starts at the project, an absolute one stays", "[settings]") {
  const auto data_of = [](std::string_view line) {
    return test::parse(with("speed = \"max\"", "speed = \"max\"\n" + std::string{line}))
        .session.data;
  };
  CHECK(data_of("data = \"../x\"") == "/x");
  CHECK(data_of("data = \"recordings\"") == "/project/recordings");
  CHECK(data_of("data = \"/data/./ticks\"") == "/data/ticks");
}

TEST_CASE("speed is max or a whole number from 1 to 100000", "[settings]") {
  CHECK(parse_speed("max") == Session::kSpeedMax);
  CHECK(parse_speed("1") == 1U);
  CHECK(parse_speed("100000") == 100'000U);
  for (const char* bad : {"0", "100001", "-1", "1.5", "10x", "", " 1", "Max", "4294967297"}) {
    INFO(bad);
    CHECK_FALSE(parse_speed(bad).has_value());
  }
  CHECK(test::parse(with("\"max\"", "10")).session.speed == 10);
  CHECK(test::problems_of(with("\"max\"", "0")).size() == 1);
  CHECK(test::problems_of(with("\"max\"", "2.0")).size() == 1);
}

TEST_CASE("strategies and instruments are numbered in the order of the file", "[settings]") {
  std::string text = with("name = \"one\"", "name = \"zeta\"");
  text = with(text, "[strategy.one]", "[strategy.zeta]");
  text = with(text, "[[portfolio.balance]]",
              "[[risk.strategy]]\nname = \"alpha\"\nopen_orders_max = 1\n"
              "orders_per_second_max = 1\ndaily_loss_max = \"1\"\n\n[[portfolio.balance]]");
  text +=
      "\n[strategy.alpha]\nkind = \"x\"\ninstruments = [\"binance-usdm:BTCUSDT\"]\nstart = "
      "\"paused\"\n";
  const Config config = test::parse(text);
  REQUIRE(config.strategies.size() == 2);
  CHECK(config.strategies[0].name == "zeta");
  CHECK(config.strategies[1].name == "alpha");
  CHECK(config.risk.limits_of(StrategyId{1})->name == "alpha");
  CHECK(config.risk.limits_of(StrategyId{0})->name == "zeta");
  CHECK(test::parse(resolved_text(config)) == config);
}

TEST_CASE("a parameter of a strategy keeps its words, its form and its place", "[settings]") {
  const auto& parameters = test::parse(kSmallConfig).strategies[0].parameters;
  REQUIRE(parameters.size() == 4);
  CHECK(parameters[0].text == "0.01");
  CHECK(parameters[0].form == RawForm::Text);
  CHECK(parameters[1].text == "0.25");
  CHECK(parameters[1].form == RawForm::Float);
  CHECK(parameters[1].line == test::line_of(kSmallConfig, "skew"));
  CHECK(parameters[1].column == 8);
  CHECK(parameters[2].text == "2");
  CHECK(parameters[2].form == RawForm::Integer);
  CHECK(parameters[3].text == "true");
  CHECK(parameters[3].form == RawForm::Boolean);
}

TEST_CASE("texts with quotes, backslashes and control characters survive the resolved text",
          "[settings]") {
  const Config config =
      test::parse(with("order_qty = \"0.01\"", R"("odd key" = "a\"b\\c\tdé\u0001")"));
  CHECK(config.strategies[0].parameters[0].text == "a\"b\\c\td\u00e9\u0001");
  CHECK(test::parse(resolved_text(config)) == config);
}

namespace {
struct TemporaryFile {
  explicit TemporaryFile(std::string_view text) {
    fs::create_directories(folder);
    std::ofstream{path, std::ios::binary} << text;
  }
  ~TemporaryFile() { fs::remove_all(folder); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  fs::path folder{test::build_dir() / "settings_test_files"};
  fs::path path{folder / "config.toml"};
};
}  // namespace

TEST_CASE("a live configuration that others may write is refused, one of the owner alone is not",
          "[settings]") {
  const TemporaryFile file{test::live_config()};
  using fs::perms;
  fs::permissions(file.path, perms::owner_read | perms::owner_write | perms::others_read);
  CHECK(load(file.path).engine.mode == Mode::Live);
  for (const perms extra : {perms::group_write, perms::others_write}) {
    fs::permissions(file.path, perms::owner_read | perms::owner_write | extra);
    CHECK_THROWS_AS(load(file.path), ConfigError);
  }
}

TEST_CASE("a recorded configuration that others may write is accepted", "[settings]") {
  const TemporaryFile file{kSmallConfig};
  fs::permissions(file.path, fs::perms::others_write, fs::perm_options::add);
  CHECK_NOTHROW(load(file.path));
}

TEST_CASE("a file that is missing, a folder or too large is refused by name", "[settings]") {
  const auto refusal = [](const fs::path& path) -> std::string {
    try {
      static_cast<void>(load(path));
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK_THAT(refusal("no/such.toml"),
             Catch::Contains("no/such.toml") && Catch::Contains("No such file"));
  CHECK_THAT(refusal(test::project_dir()), Catch::Contains("no regular file"));
  const TemporaryFile file{std::string(10U << 20U, '#')};
  CHECK_THAT(refusal(file.path), Catch::Contains("10485760 bytes") && Catch::Contains("1048576"));
}

TEST_CASE("the size limit is 1 MiB, both sides", "[settings]") {
  std::string text{kSmallConfig};
  text += '#';
  text.resize(kConfigBytesMax, 'x');
  CHECK(test::problems_of(text).empty());
  text += 'x';
  REQUIRE(test::problems_of(text).size() == 1);
  CHECK_THAT(test::problems_of(text)[0].accepted, Catch::Contains("1048577"));
}

TEST_CASE("a file of exactly 1 MiB is read, one byte more is not", "[settings]") {
  std::string text{kSmallConfig};
  text += '#';
  text.resize(kConfigBytesMax, 'x');
  CHECK_NOTHROW(load(TemporaryFile{text}.path));
  CHECK_THROWS_AS(load(TemporaryFile{text + 'x'}.path), ConfigError);
}

TEST_CASE("what would not fit one log record with its defaults is refused", "[settings]") {
  const std::string_view text = kSmallConfig;
  const std::size_t from = text.find("[[instrument]]");
  const std::string one{text.substr(from, text.find("[risk]") - from)};
  const auto with_instruments = [&](int n) {
    std::string all{text};
    for (int i = 1; i < n; ++i)
      all += "\n" + with(one, "\"BTCUSDT\"", "\"S" + std::to_string(i) + "\"");
    return all;
  };
  const Config config = test::parse(with_instruments(1'500));
  CHECK(config.instruments.size() == 1'500);
  CHECK(resolved_text(config).size() <= kResolvedBytesMax);
  const auto problems = test::problems_of(with_instruments(2'500));
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0].accepted, Catch::Contains("with all defaults written out"));
}

TEST_CASE("a byte order mark and CRLF change nothing", "[settings]") {
  const Config config = test::parse(kSmallConfig);
  std::string crlf = "\xEF\xBB\xBF";
  for (const char c : kSmallConfig) crlf += c == '\n' ? std::string{"\r\n"} : std::string(1, c);
  CHECK(test::parse(crlf) == config);
  const auto problems = test::problems_of(with(crlf, "seed = 1", "seed = x1"));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].line == 4);
}
