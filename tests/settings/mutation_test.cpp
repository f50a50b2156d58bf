// Every key of the reference configuration, changed in every way that must stop the start.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "tests/settings/small_config.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::settings;

namespace {
struct Line {
  std::uint32_t number{0};  // 1 is the first
  std::string section;      // "risk.instrument"
  std::string key;
  std::string value;  // as written, without comment
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}
std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}
std::vector<Line> assignments(const std::vector<std::string>& lines) {
  std::vector<Line> found;
  std::string section;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.starts_with('[')) {
      const std::size_t from = line.find_first_not_of('[');
      section = line.substr(from, line.find(']') - from);
    } else if (const std::size_t equals = line.find(" = ");
               equals != std::string::npos && !line.starts_with('#')) {
      std::string value = line.substr(equals + 3, line.find(" #", equals) - equals - 3);
      value.erase(value.find_last_not_of(' ') + 1);
      found.push_back({static_cast<std::uint32_t>(i + 1), section, line.substr(0, equals), value});
    }
  }
  return found;
}

std::string read_text(const char* name) {
  std::ifstream file{test::project_dir() / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}
// The file as people write it, and with every default written out.
std::vector<std::string> references() {
  const std::string demo = read_text("config/demo.toml");
  const Config config = parse(demo, "demo.toml", "/project/config");
  return {demo, resolved_text(config)};
}

// "risk.instrument[2].collar_bps" ends in its section's name, an index, and the key.
bool names(const Problem& problem, const Line& line, const std::string& key) {
  std::string path;
  bool index = false;
  for (const char c : problem.key) {
    index = (index || c == '[') && c != ']';
    if (!index && c != ']') path += c;
  }
  return path == line.section + "." + key;
}

const std::set<std::string> kWithDefault{"engine.core_cpu",
                                         "engine.feed_cpu",
                                         "engine.log_cpu",
                                         "engine.admin_cpu",
                                         "engine.idle",
                                         "engine.decode",
                                         "engine.stage_sample",
                                         "session.data",
                                         "session.simulated.minutes",
                                         "session.simulated.directory",
                                         "instrument.multiplier",
                                         "instrument.stale_after_ms",
                                         "instrument.crossed_for_ms",
                                         "instrument.window_ticks",
                                         "instrument.far_levels_max",
                                         "instrument.book",
                                         "instrument.orders_max",
                                         "instrument.opening",
                                         "instrument.microstructure",
                                         "instrument.vpin_bucket",
                                         "instrument.quote_delay_ms",
                                         "session.recording.format",
                                         "session.recording.file_symbol",
                                         "risk.answer_timeout_ms",
                                         "risk.order_ttl_ms",
                                         "risk.order_check_ms",
                                         "risk.reconcile_ms",
                                         "risk.external_orders",
                                         "risk.venue_gone_ms",
                                         "log.dir",
                                         "log.ring_dir",
                                         "log.order_ring_mib",
                                         "log.feed_ring_mib",
                                         "log.segment_mib",
                                         "log.durability",
                                         "log.group_interval_us",
                                         "log.group_kib",
                                         "log.order_wait_ms_max",
                                         "log.heartbeat_ms_max",
                                         "log.reserve_mib",
                                         "log.keep_orders_days",
                                         "log.keep_feed_days",
                                         "log.keep_feed_mib",
                                         "log.snapshot_records",
                                         "log.snapshot_s",
                                         "log.existing",
                                         "archive.kind",
                                         "archive.path",
                                         "archive.url",
                                         "archive.batch_records",
                                         "archive.flush_interval_ms",
                                         "admin.address",
                                         "admin.port",
                                         "admin.token_file",
                                         "simulation.feed_latency",
                                         "simulation.queue_model",
                                         "simulation.exact_queue",
                                         "simulation.consumed_depth",
                                         "simulation.partial_fills",
                                         "simulation.fees",
                                         "simulation.filters",
                                         "simulation.margin",
                                         "simulation.funding",
                                         "simulation.rate_limits",
                                         "simulation.impact",
                                         "telemetry.text_level",
                                         "telemetry.texts_per_second_max",
                                         "telemetry.progress_interval_ms"};

// Values that stand outside and on each bound of a key. "" where a bound cannot be written.
struct Bounds {
  const char* below;
  const char* min;
  const char* max;
  const char* above;
};
const Bounds kCpu{"-2", "-1", "4095", "4096"};
const Bounds kSeed{"-1", "0", "9223372036854775807", ""};
const Bounds kPrice{"\"0\"", "\"0.000000001\"", "\"9223372036.854775807\"",
                    "\"9223372036.854775808\""};
const Bounds kQty{"\"0\"", "\"0.00000001\"", "\"92233720368.54775807\"",
                  "\"92233720368.54775808\""};
const Bounds kMoney{"\"0\"", "\"0.00000001\"", "\"10000000000\"", "\"10000000000.00000001\""};
const Bounds kLatency{"-1", "0", "10000000", "10000001"};
const std::map<std::string, Bounds> kBounds{
    {"engine.seed", kSeed},
    {"engine.core_cpu", kCpu},
    {"engine.feed_cpu", kCpu},
    {"engine.log_cpu", kCpu},
    {"engine.admin_cpu", kCpu},
    {"engine.stage_sample", {"0", "1", "1000000", "1000001"}},
    {"session.speed", {"0", "1", "100000", "100001"}},
    {"session.simulated.seed", kSeed},
    {"session.simulated.minutes", {"0", "1", "1440", "1441"}},
    {"end_of_day.mark_age_s", {"0", "1", "86400", "86401"}},
    {"instrument.tick", kPrice},
    {"instrument.price_min", kPrice},
    {"instrument.price_max", kPrice},
    {"instrument.lot", kQty},
    {"instrument.qty_min", kQty},
    {"instrument.qty_max", kQty},
    {"instrument.notional_min",
     {"\"-0.00000001\"", "\"0\"", "\"92233720368.54775807\"", "\"92233720368.54775808\""}},
    {"instrument.multiplier", kQty},
    {"instrument.maker_fee", {"\"-0.010000001\"", "\"-0.01\"", "\"0.01\"", "\"0.010000001\""}},
    {"instrument.taker_fee", {"\"-0.000000001\"", "\"0\"", "\"0.01\"", "\"0.010000001\""}},
    {"instrument.stale_after_ms", {"9", "10", "3600000", "3600001"}},
    {"instrument.crossed_for_ms", {"-1", "0", "60000", "60001"}},
    {"instrument.window_ticks", {"255", "256", "262144", "262145"}},
    {"instrument.far_levels_max", {"-1", "0", "1000000", "1000001"}},
    {"instrument.quote_delay_ms", {"-1", "0", "1000", "1001"}},
    {"instrument.vpin_bucket",
     {"\"-0.00000001\"", "\"0\"", "\"92233720368.54775807\"", "\"92233720368.54775808\""}},
    {"instrument.orders_max", {"999", "1000", "10000000", "10000001"}},
    {"risk.daily_loss_max", kMoney},
    {"risk.gross_notional_max", kMoney},
    {"risk.open_orders_max", {"0", "1", "100000", "100001"}},
    {"risk.orders_per_second_max", {"0", "1", "100000", "100001"}},
    {"risk.answer_timeout_ms", {"49", "50", "60000", "60001"}},
    {"risk.order_ttl_ms", {"-1", "0", "60000", "60001"}},
    {"risk.order_check_ms", {"-1", "0", "3600000", "3600001"}},
    {"risk.venue_gone_ms", {"-1", "0", "3600000", "3600001"}},
    {"risk.reconcile_ms", {"-1", "0", "60000", "60001"}},
    {"risk.instrument.order_qty_max", kQty},
    {"risk.instrument.order_value_max", kMoney},
    {"risk.instrument.collar_bps", {"0", "1", "5000", "5001"}},
    {"risk.instrument.position_max", kQty},
    {"risk.instrument.open_orders_max", {"0", "1", "10000", "10001"}},
    {"risk.instrument.reference_age_ms_max", {"0", "1", "60000", "60001"}},
    {"risk.strategy.open_orders_max", {"0", "1", "10000", "10001"}},
    {"risk.strategy.orders_per_second_max", {"0", "1", "10000", "10001"}},
    {"risk.strategy.daily_loss_max", kMoney},
    {"portfolio.balance.amount",
     {"\"-0.00000001\"", "\"0\"", "\"10000000000\"", "\"10000000000.00000001\""}},
    {"log.order_ring_mib", {"0", "1", "4096", "4097"}},
    {"log.feed_ring_mib", {"0", "1", "16384", "16385"}},
    {"log.segment_mib", {"0", "1", "4096", "4097"}},
    {"log.group_interval_us", {"9", "10", "1000000", "1000001"}},
    {"log.group_kib", {"0", "1", "1048576", "1048577"}},
    {"log.order_wait_ms_max", {"0", "1", "60000", "60001"}},
    {"log.heartbeat_ms_max", {"9", "10", "60000", "60001"}},
    {"log.reserve_mib", {"-1", "0", "1024", "1025"}},
    {"log.keep_orders_days", {"-1", "0", "36500", "36501"}},
    {"log.keep_feed_days", {"-1", "0", "36500", "36501"}},
    {"log.keep_feed_mib", {"-1", "0", "16777216", "16777217"}},
    {"log.snapshot_records", {"999", "1000", "1000000000", "1000000001"}},
    {"log.snapshot_s", {"0", "1", "86400", "86401"}},
    {"archive.batch_records", {"0", "1", "100000", "100001"}},
    {"archive.flush_interval_ms", {"0", "1", "60000", "60001"}},
    {"admin.port", {"-1", "0", "65535", "65536"}},
    {"simulation.order_latency_us", kLatency},
    {"simulation.report_latency_us", kLatency},
    {"telemetry.texts_per_second_max", {"0", "1", "100000", "100001"}},
    {"telemetry.progress_interval_ms", {"99", "100", "60000", "60001"}},
};

bool own_parameter(const Line& line) {  // checked by the strategy's declaration, not here
  return line.section.starts_with("strategy.") && line.key != "kind" && line.key != "instruments" &&
         line.key != "start";
}
bool numeric(const std::string& value) {
  const std::size_t at = value.find_first_not_of("\"-");
  return at != std::string::npos && value[at] >= '0' && value[at] <= '9' &&
         value.find_first_not_of("\"-.0123456789") == std::string::npos;
}
std::string with_line(const std::vector<std::string>& lines, const Line& line,
                      const std::string& replacement) {
  std::vector<std::string> changed = lines;
  changed[line.number - 1] = replacement;
  return joined(changed);
}
}  // namespace

TEST_CASE("a key that is left out is named, unless it has a default", "[settings][mutation]") {
  for (const std::string& text : references()) {
    const auto lines = lines_of(text);
    REQUIRE(test::problems_of(joined(lines)).empty());
    for (const Line& line : assignments(lines)) {
      if (own_parameter(line)) continue;
      INFO(line.section << "." << line.key << ", line " << line.number);
      const auto problems = test::problems_of(with_line(lines, line, ""));
      if (kWithDefault.contains(line.section + "." + line.key)) {
        CHECK(problems.empty());
        continue;
      }
      const auto missing = std::ranges::find_if(
          problems, [&](const Problem& p) { return names(p, line, line.key); });
      REQUIRE(missing != problems.end());
      CHECK(missing->value.empty());
      CHECK_FALSE(missing->accepted.empty());
      CHECK(missing->file == "test.toml");
      CHECK(missing->line > 0);
      CHECK(missing->line < line.number);  // its table
    }
  }
}

TEST_CASE("a misspelt key is named with its line and the key that was meant",
          "[settings][mutation]") {
  for (const std::string& text : references()) {
    const auto lines = lines_of(text);
    for (const Line& line : assignments(lines)) {
      if (own_parameter(line)) continue;
      // In the table of a strategy, an unknown key is one of its parameters: checked there.
      if (line.section.starts_with("strategy.")) continue;
      INFO(line.section << "." << line.key << ", line " << line.number);
      const std::string wrong = line.key + "x";
      const auto problems = test::problems_of(with_line(lines, line, wrong + " = " + line.value));
      const auto unknown =
          std::ranges::find_if(problems, [&](const Problem& p) { return names(p, line, wrong); });
      REQUIRE(unknown != problems.end());
      CHECK(unknown->line == line.number);
      CHECK(unknown->column == 1);
      CHECK(unknown->value == line.value);
      CHECK(unknown->nearest == line.key);
      CHECK_THAT(unknown->accepted, Catch::Contains(line.key));
    }
  }
}

TEST_CASE("a value of the wrong type is named with its line and what is accepted",
          "[settings][mutation]") {
  for (const std::string& text : references()) {
    const auto lines = lines_of(text);
    for (const Line& line : assignments(lines)) {
      if (own_parameter(line)) continue;
      for (const std::string wrong : {"1979-05-27", "{}", "0.5", "[[1]]", "\"\""}) {
        INFO(line.section << "." << line.key << " = " << wrong << ", line " << line.number);
        const auto problems = test::problems_of(with_line(lines, line, line.key + " = " + wrong));
        const auto refused = std::ranges::find_if(
            problems, [&](const Problem& p) { return names(p, line, line.key); });
        REQUIRE(refused != problems.end());
        CHECK(refused->line == line.number);
        CHECK(refused->column == line.key.size() + 4);
        CHECK(refused->value == wrong);
        CHECK_FALSE(refused->accepted.empty());
      }
    }
  }
}

TEST_CASE("a key written twice is named with the line of the second", "[settings][mutation]") {
  for (const std::string& text : references()) {
    const auto lines = lines_of(text);
    for (const Line& line : assignments(lines)) {
      INFO(line.section << "." << line.key << ", line " << line.number);
      const std::string& once = lines[line.number - 1];
      const auto problems = test::problems_of(with_line(lines, line, once + "\n" + once));
      REQUIRE(problems.size() == 1);
      CHECK(problems[0].line == line.number + 1);
      CHECK(names(problems[0], line, line.key));
      CHECK(problems[0].value.starts_with(line.value));
      CHECK_THAT(problems[0].accepted, Catch::Contains("redefine"));
    }
  }
}

TEST_CASE("every number is accepted on its bounds and refused beyond them",
          "[settings][mutation]") {
  const auto lines = lines_of(references()[1]);
  std::set<std::string> seen;
  for (const Line& line : assignments(lines)) {
    const std::string key = line.section + "." + line.key;
    if (own_parameter(line) || (!numeric(line.value) && !kBounds.contains(key))) continue;
    if (key == "admin.address" || !seen.insert(key).second) continue;
    INFO(key << ", line " << line.number);
    REQUIRE(kBounds.contains(key));  // a new key comes with its bounds
    const Bounds& bounds = kBounds.at(key);
    // Refused by its range; other tables may object to a value as well, for reasons of their own.
    const auto refused = [&](const std::string& value) {
      const auto problems = test::problems_of(with_line(lines, line, line.key + " = " + value));
      return std::ranges::any_of(problems, [&](const Problem& p) {
        return names(p, line, line.key) && p.line == line.number && p.value == value &&
               p.accepted.find(" from ") != std::string::npos;
      });
    };
    CHECK(refused(bounds.below));
    CHECK_FALSE(refused(bounds.min));
    CHECK_FALSE(refused(bounds.max));
    if (*bounds.above != '\0') CHECK(refused(bounds.above));
  }
  for (const auto& [key, bounds] : kBounds) {
    INFO(key);
    CHECK(seen.contains(key));
  }
}

TEST_CASE("money without quotes is refused with the hint to quote it", "[settings][mutation]") {
  for (const std::string number : {"1000", "1000.5", "-1e3"}) {
    const auto problems =
        test::problems_of(test::with("daily_loss_max = \"1000\"", "daily_loss_max = " + number));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].key == "risk.daily_loss_max");
    CHECK(problems[0].value == number);
    CHECK_THAT(problems[0].accepted, Catch::Contains("quote it, \"" + number + "\""));
  }
}

TEST_CASE("a fee in percent, a limit of zero and a negative limit are refused",
          "[settings][mutation]") {
  using test::with;
  CHECK(test::problems_of(with("taker_fee = \"0.0005\"", "taker_fee = \"0.05\"")).size() == 1);
  CHECK(test::problems_of(with("position_max = \"1\"", "position_max = \"0\"")).size() == 1);
  CHECK(test::problems_of(with("position_max = \"1\"", "position_max = \"-1\"")).size() == 1);
}

TEST_CASE("an unknown section is refused with the one that was meant", "[settings][mutation]") {
  const auto problems = test::problems_of(test::with("[simulation]", "[simulations]"));
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].key == "simulation");
  CHECK(problems[0].value.empty());
  CHECK(problems[1].key == "simulations");
  CHECK(problems[1].nearest == "simulation");
  CHECK(problems[1].line == test::line_of(test::kSmallConfig, "[simulation]"));
}
