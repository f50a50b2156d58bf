// The real program on config/options.toml with a made market: the same hash each time, a replay
// without a difference, Greeks in the log that the library computes again, and no order that
// breaches a limit on Greeks, also after a kill.
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <map>
#include <set>

#include "engine/messaging/greeks.hpp"
#include "engine/options/calendar/expiry.hpp"
#include "engine/types/decimal.hpp"
#include "tests/app/engine_process.hpp"
#include "tools/options-generate/option_market.hpp"
#include "tests/support/paths.hpp"

using namespace sq;
using namespace sq::options_generate;
using namespace sq::test;
namespace json = boost::json;

namespace {
// config/options.toml on the made market, which is written at its first use.
struct Session {
  std::filesystem::path file;
  settings::Config config;
};
Session session(const std::string& name, const std::string& more = "") {
  static const std::filesystem::path data = scratch() / "options";
  std::string text = read_text(project_dir() / "config/options.toml");
  const auto replace = [&](const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  };
  replace("data = \"run/options\"", "data = \"" + data.string() + "\"");
  if (more.find("existing") != std::string::npos) replace("existing = \"replace\"", "");
  if (!more.empty()) replace("[log]", more);
  Session made{scratch() / (name + ".toml"), settings::parse(text, name, project_dir() / "config")};
  std::ofstream{made.file} << text;
  static bool written = false;
  if (!written) write_option_market(made.config, data, 120, 11);
  written = true;
  return made;
}

std::int64_t whole(const json::value& value) {
  return value.is_string() ? std::stoll(std::string{value.as_string()})
                           : value.to_number<std::int64_t>();
}
std::size_t number(const json::value& value) { return static_cast<std::size_t>(whole(value)); }
template <class F>
F fixed(const json::object& of, const char* key) {
  return *parse_fixed<F>(of.at(key).as_string());
}
std::string word(const json::object& of, const char* key) {
  return std::string{of.at(key).as_string()};
}

// What the lines of a log say about vega, by nothing but the lines.
class VegaWatch {
 public:
  void on(const json::object& line) {
    const std::string kind = word(line, "kind");
    if (kind == "GreeksUpdate") {
      const std::size_t i = number(line.at("instrument"));
      vega_[i] =
          word(line, "status") == "unavailable" ? -1 : fixed<Greek>(line, "vega").to_double();
      as_of_[i] = whole(line.at("as_of"));
    } else if (kind == "OrderSent") {
      Order order;
      order.instrument = number(line.at("instrument"));
      order.sign = word(line, "side") == "buy" ? 1 : -1;
      order.left = fixed<Qty>(line, "qty").to_double();
      check(order, whole(line.at("mono")));
      open_[word(line, "id")] = order;
    } else if (kind == "FillBooked") {
      const double qty = fixed<Qty>(line, "qty").to_double();
      Order& order = open_.at(word(line, "id"));
      order.left -= qty;
      position_[order.instrument] += order.sign * qty;
    } else if (kind == "OrderChanged") {
      static const std::set<std::string> kEnds{"filled", "cancelled", "rejected", "expired",
                                               "not-sent"};
      if (kEnds.contains(word(line, "to"))) open_.erase(word(line, "id"));
    }
  }
  std::size_t orders{0};
  double highest{0};

 private:
  struct Order {
    std::size_t instrument{0};
    int sign{1};
    double left{0};
  };
  // The strategy's vega when every buy fills; vega is never negative here.
  void check(const Order& next, std::int64_t now) {
    constexpr double kLimit = 400;
    constexpr std::int64_t kAge = 2 * kNsPerSecond;
    ++orders;
    REQUIRE(vega_.contains(next.instrument));
    double high = 0;
    double low = 0;
    for (const auto& [i, vega] : vega_) {
      double buys = position_[i];
      double sells = position_[i];
      for (const auto& [id, order] : open_)
        if (order.instrument == i) (order.sign > 0 ? buys : sells) += order.sign * order.left;
      if (next.instrument == i) (next.sign > 0 ? buys : sells) += next.sign * next.left;
      high += vega * buys;
      low += vega * sells;
      if (next.instrument != i) continue;
      const bool reduces = position_[i] * next.sign < 0;
      REQUIRE((reduces || (vega > 0 && now - as_of_[i] <= kAge)));
    }
    if (next.sign > 0) REQUIRE(high <= kLimit + 1e-6);
    if (next.sign < 0) REQUIRE(low >= -kLimit - 1e-6);
    highest = std::max({highest, high, -low});
  }
  std::map<std::size_t, double> vega_;
  std::map<std::size_t, std::int64_t> as_of_;
  std::map<std::size_t, double> position_;
  std::map<std::string, Order> open_;
};

template <class Each>
void each_line(const std::string& log, const Each& each) {
  const auto output = scratch() / "dump.jsonl";
  REQUIRE(wait_for(start("shrivenquant", {"wal", "dump", log, "--json"}, output)) == 0);
  std::ifstream in{output};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with('{')) each(json::parse(line).as_object());
}

void replay_without_difference(const std::string& log, const std::string& hash) {
  const auto file = scratch() / "options-replay.json";
  const Finished replayed = run("shrivenquant", {"replay", log, "--json", file.string()});
  INFO(replayed.output);
  CHECK(replayed.status == 0);
  CHECK(read_json(file).at("differences").to_number<int>() == 0);
  if (!hash.empty()) CHECK(read_json(file).at("hash").as_string() == hash);
}
}  // namespace

TEST_CASE("a session with a live chain has one hash, replays, and keeps its limits on Greeks",
          "[app]") {
  std::set<std::string> hashes;
  std::string log;
  json::object refusals;
  for (const std::string decode : {"thread", "fused"}) {
    Session made = session("options-" + decode);
    std::string text = read_text(made.file);
    text.replace(text.find("seed = 42"), 9, "seed = 42\ndecode = \"" + decode + "\"");
    std::ofstream{made.file} << text;
    log = (scratch() / ("options-" + decode)).string();
    const auto file = scratch() / "options.json";
    const Finished finished =
        run("shrivenquant", {"run", made.file.string(), "--log-dir", log, "--json", file.string()});
    INFO(finished.output);
    REQUIRE(finished.status == 0);
    const json::value summary = read_json(file);
    hashes.insert(std::string{summary.at("hash").as_string()});
    CHECK(summary.at("fills").to_number<int>() > 20);
    refusals = summary.at("refusals").as_object();
  }
  CHECK(hashes.size() == 1);
  INFO(json::serialize(refusals));
  CHECK(refusals.contains("greek-vega"));
  replay_without_difference(log, *hashes.begin());

  const settings::Config config = session("options-again").config;
  VegaWatch watch;
  std::size_t updates = 0;
  std::size_t quoted = 0;
  each_line(log, [&](const json::object& line) {
    watch.on(line);
    if (word(line, "kind") != "GreeksUpdate") return;
    ++updates;
    if (word(line, "status") == "unavailable") return;
    quoted += word(line, "status") == "quoted" ? 1U : 0U;
    const Instrument& option = config.instruments[number(line.at("instrument"))].instrument;
    const double years =
        options::years_actual_365(WallTime{whole(line.at("priced_at"))}, option.expiry);
    const auto scalar = options::european_greeks(
        {fixed<Price>(line, "underlying").to_double(), fixed<Ratio>(line, "rate").to_double(),
         fixed<Ratio>(line, "yield").to_double(), fixed<Ratio>(line, "volatility").to_double()},
        {option.right == OptionRight::Put ? options::OptionType::Put : options::OptionType::Call,
         option.strike.to_double(), years});
    REQUIRE(scalar);
    REQUIRE(fixed<Price>(line, "theoretical").raw() == std::llrint(scalar->price * 1e9));
    REQUIRE(fixed<Greek>(line, "delta").raw() == std::llrint(scalar->delta * 1e9));
    REQUIRE(fixed<Gamma>(line, "gamma").raw() == std::llrint(scalar->gamma * 1e12));
    REQUIRE(fixed<Greek>(line, "vega").raw() == std::llrint(scalar->vega * 1e9));
    REQUIRE(fixed<Greek>(line, "theta").raw() == std::llrint(scalar->theta * 1e9));
    REQUIRE(fixed<Greek>(line, "rho").raw() == std::llrint(scalar->rho * 1e9));
  });
  CHECK(updates > 4'000);  // four options, ten times a second, two minutes
  CHECK(quoted > updates / 2);
  CHECK(watch.orders > 50);
  CHECK(watch.highest > 350);  // the limit was reached, and held
}

TEST_CASE("after kills the limits on Greeks hold over the whole log", "[app]") {
  const Session made = session("options-kills", "[log]\nexisting = \"recover\"");
  const std::string log = (scratch() / "options-kills").string();
  for (int i = 0; i < 3; ++i) {
    const pid_t child =
        start("shrivenquant", {"run", made.file.string(), "--log-dir", log, "--speed", "30"},
              scratch() / "options-kills.txt");
    // Some of its session after its epoch began, however busy the machine is.
    const auto file = scratch() / "options-kills.json";
    for (int wait = 0; wait < 200; ++wait) {
      const auto state = run("shrivenquant", {"wal", "state", log, "--json", file.string()});
      if (state.status == 0 && read_json(file).at("epoch").to_number<int>() > i) break;
      ::usleep(100'000);
    }
    ::usleep(static_cast<useconds_t>(500'000 + 130'000 * i));
    REQUIRE(::kill(child, SIGKILL) == 0);
    INFO(read_text(scratch() / "options-kills.txt"));
    REQUIRE(wait_for(child) == 128 + SIGKILL);
  }
  const Finished last = run("shrivenquant", {"run", made.file.string(), "--log-dir", log});
  INFO(last.output);
  REQUIRE(last.status == 0);
  VegaWatch watch;
  std::size_t epochs = 0;
  each_line(log, [&](const json::object& line) {
    watch.on(line);
    epochs += word(line, "kind") == "EpochStarted" ? 1U : 0U;
  });
  CHECK(epochs >= 2);
  CHECK(watch.orders > 50);
  replay_without_difference(log, "");
}
