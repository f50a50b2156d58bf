// The score by hand on small sessions, and the command on real logs: unchanged, changed, beside
// another log.
#include "engine/app/parity.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "engine/types/decimal.hpp"
#include "tests/app/engine_process.hpp"

using namespace sq;
using namespace sq::app;
using namespace sq::test;
namespace json = boost::json;

namespace {
constexpr std::int64_t kMs = 1'000'000;

OrderFacts order(std::uint64_t id, std::int64_t at_ms, Side side, const char* limit,
                 const char* qty) {
  OrderFacts made;
  made.id = OrderId::make(1, id);
  made.sequence = id;
  made.strategy = StrategyId{0};
  made.instrument = InstrumentId{0};
  made.side = side;
  made.sent = true;
  made.limit = *parse_fixed<Price>(limit);
  made.qty = *parse_fixed<Qty>(qty);
  made.decided = WallTime{1'000'000'000'000 + at_ms * kMs};
  return made;
}
OrderFacts filled(OrderFacts made, std::int64_t ack_ms, std::int64_t fill_ms, const char* price,
                  const char* qty) {
  made.acknowledged = WallTime{made.decided.ns + ack_ms * kMs};
  made.filled_first = WallTime{made.acknowledged.ns + fill_ms * kMs};
  made.filled = *parse_fixed<Qty>(qty);
  made.value = Int128{parse_fixed<Price>(price)->raw()} * made.filled.raw();
  made.fills = 1;
  return made;
}
SessionFacts session_of(std::vector<OrderFacts> orders, std::int64_t net) {
  SessionFacts facts;
  Instrument instrument;
  instrument.id = InstrumentId{0};
  instrument.tick = *parse_fixed<Price>("0.5");
  facts.instruments.push_back(instrument);
  facts.strategies = {"maker"};
  facts.orders = std::move(orders);
  PositionLine line;
  line.strategy = "maker";
  line.instrument = "X";
  line.net = net;
  facts.summary.positions.push_back(line);
  return facts;
}
double value_of(const Parity& parity, const std::string& name) {
  for (const ParityComponent& part : parity.components)
    if (part.name == name && part.value) return *part.value;
  return -1.0;  // left out
}

json::value parity(std::vector<std::string> arguments, int status = 0) {
  const auto file = scratch() / "parity.json";
  std::filesystem::remove(file);
  arguments.insert(arguments.begin(), "parity");
  arguments.insert(arguments.end(), {"--json", file.string()});
  const Finished finished = run("shrivenquant", arguments);
  INFO(finished.output);
  REQUIRE(finished.status == status);
  return read_json(file);
}
json::value run_session(const std::string& name,
                        const std::vector<std::pair<std::string, std::string>>& changes) {
  const auto config = write_config(name, changes);
  const auto file = scratch() / (name + ".json");
  const Finished finished = run(
      "shrivenquant",
      {"run", config.string(), "--log-dir", (scratch() / name).string(), "--json", file.string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  return read_json(file);
}
const std::string& plain_log() {
  static const std::string log = [] {
    static_cast<void>(run_session("parity-plain", {}));
    return (scratch() / "parity-plain").string();
  }();
  return log;
}
double component(const json::value& report, const char* name) {
  return report.at("components").at(name).at("value").to_number<double>();
}
double decimal(const json::value& text) { return std::stod(std::string{text.as_string()}); }
}  // namespace

TEST_CASE("the distance of two distributions is the largest gap between their steps", "[app]") {
  using Samples = std::vector<std::int64_t>;
  CHECK(distribution_distance(Samples{1, 2, 3}, Samples{1, 2, 3}) == 0.0);
  CHECK(distribution_distance(Samples{1, 2}, Samples{3, 4}) == 1.0);
  CHECK(distribution_distance(Samples{1, 2, 3, 4}, Samples{2, 3, 4, 5}) == 0.25);
  CHECK(distribution_distance(Samples{1, 1, 1, 5}, Samples{1}) ==
        0.25);  // equal values are one step
  CHECK(distribution_distance(Samples{5}, Samples{1, 1, 1, 9}) == 0.75);
}

TEST_CASE("equal sessions score 100, also when nothing happened in them", "[app]") {
  const SessionFacts empty = session_of({}, 0);
  CHECK(parity_of(empty, empty).score == 100.0);
  const SessionFacts one =
      session_of({filled(order(1, 0, Side::Buy, "100", "2"), 3, 5, "100", "2")}, 700);
  const Parity same = parity_of(one, one);
  CHECK(same.score == 100.0);
  CHECK(same.by_id == 1);
  CHECK(same.components.size() == 5);
}

TEST_CASE("each part of the score is what its definition says, computed by hand", "[app]") {
  // Pairs: 1-1 by id, 2-7 by place, 3 only in the log, 9 only in the other.
  const SessionFacts log =
      session_of({filled(order(1, 0, Side::Buy, "100", "2"), 3, 10, "100", "2"),
                  filled(order(2, 100, Side::Sell, "110", "1"), 3, 20, "110", "1"),
                  order(3, 5'000, Side::Buy, "90", "1")},
                 300);
  const SessionFacts made =
      session_of({filled(order(1, 0, Side::Buy, "100", "2"), 3, 10, "101", "1.5"),
                  filled(order(7, 150, Side::Sell, "111", "1"), 4, 20, "111", "1"),
                  order(9, 9'000, Side::Buy, "90", "1")},
                 100);
  const Parity parity = parity_of(log, made);
  CHECK(parity.by_id == 1);
  CHECK(parity.by_order == 1);
  CHECK(parity.log_only == 1);
  CHECK(parity.made_only == 1);
  // Only order 1 was decided alike: 2 x 1 of 3 + 3.
  CHECK(value_of(parity, "decisions") == Approx(2.0 / 6.0));
  // |2 - 1.5| at 100 apart; larger ones 2 at 100 and 1 at 110.
  CHECK(value_of(parity, "filled quantity") == Approx(1.0 - 50.0 / 310.0));
  // 101 - 100 and 111 - 110 are 2 ticks of 0.5 each, of 10.
  CHECK(value_of(parity, "fill price") == Approx(0.8));
  CHECK(parity.fill_ticks == std::vector<double>{2.0, 2.0});
  // Acknowledged after {3, 3} and {3, 4} ms: 0.5 apart; filled after {10, 20} on both sides: 0.
  CHECK(value_of(parity, "latency") == Approx(0.75));
  CHECK(value_of(parity, "P&L") == Approx(1.0 - 200.0 / 300.0));
  const double expected = 30.0 / 3 + 25.0 * (1 - 50.0 / 310) + 20 * 0.8 + 10 * 0.75 + 15.0 / 3;
  CHECK(parity.score == Approx(expected));
}

TEST_CASE("an order finds its partner within a second, on its own side, and not behind a reused id",
          "[app]") {
  const SessionFacts log = session_of({order(1, 0, Side::Buy, "100", "1")}, 0);
  const auto partners = [&](const OrderFacts& other) {
    const Parity parity = parity_of(log, session_of({other}, 0));
    return parity.by_id * 10 + parity.by_order;
  };
  CHECK(partners(order(1, 1'000, Side::Buy, "100", "1")) == 10);
  CHECK(partners(order(1, 1'001, Side::Buy, "100", "1")) == 0);
  CHECK(partners(order(2, 1'000, Side::Buy, "100", "1")) == 1);
  CHECK(partners(order(2, -1'001, Side::Buy, "100", "1")) == 0);
  CHECK(partners(order(1, 0, Side::Sell, "100", "1")) == 0);
  OrderFacts refused = order(1, 10, Side::Buy, "100", "1");
  refused.sent = false;
  refused.id = {};
  CHECK(partners(refused) == 1);
  CHECK(value_of(parity_of(log, session_of({refused}, 0)), "decisions") == 0.0);
}

TEST_CASE("a part that nothing was measured for is left out of the score", "[app]") {
  const SessionFacts log = session_of({order(1, 0, Side::Buy, "100", "1")}, 0);
  const SessionFacts made = session_of({order(1, 0, Side::Buy, "101", "1")}, 0);
  const Parity parity = parity_of(log, made);
  CHECK(value_of(parity, "fill price") == -1.0);
  CHECK(value_of(parity, "latency") == -1.0);
  // Decisions 0 of 30, quantity 25 of 25, P&L 15 of 15.
  CHECK(parity.score == Approx(100.0 * 40 / 70));
}

TEST_CASE("a session and its own simulation: 100, no difference", "[app]") {
  const auto page = scratch() / "parity.html";
  const json::value report = parity({plain_log(), "--html", page.string(), "--score-min", "100"});
  CHECK(report.at("score").to_number<double>() == 100.0);
  CHECK(report.at("first_difference").is_null());
  // Refusals have no id; everything sent has.
  const auto& log = report.at("log");
  std::int64_t refused = 0;
  for (const auto& [rule, times] : log.at("refusals").as_object())
    refused += times.to_number<std::int64_t>();
  CHECK(report.at("matched_by_order").to_number<std::int64_t>() == refused);
  CHECK(report.at("matched_by_id") == log.at("orders"));
  CHECK(report.at("log_only").to_number<std::int64_t>() == 0);
  CHECK(report.at("other_only").to_number<std::int64_t>() == 0);
  CHECK(report.at("orders").as_array().size() > 50);
  for (const json::value& row : report.at("orders").as_array()) CHECK(row.at("same").as_bool());
  const std::string html = read_text(page);
  CHECK(html.find("Parity 100.00 of 100") != std::string::npos);
  CHECK(html.find("<svg") != std::string::npos);
  for (const char* outside : {"src=", "href=", "@import", "url(", " nan", "inf "})
    CHECK(html.find(outside) == std::string::npos);
}

TEST_CASE("another fee leaves all but the P&L alike, and the P&L differs by the fees", "[app]") {
  const json::value before = read_json(plain_log() + ".json");
  const json::value after =
      run_session("parity-fee", {{"maker_fee = \"0.0002\"", "maker_fee = \"0.0004\""}});
  const json::value report = parity({plain_log(), (scratch() / "parity-fee").string()});
  CHECK(component(report, "decisions") == 1.0);
  CHECK(component(report, "filled quantity") == 1.0);
  CHECK(component(report, "fill price") == 1.0);
  CHECK(component(report, "latency") == 1.0);
  // From the summaries that the two runs wrote themselves.
  std::map<std::string, std::pair<double, double>> nets;
  const auto key = [](const json::value& line) {
    return std::string{line.at("strategy").as_string()} +
           std::string{line.at("instrument").as_string()};
  };
  for (const json::value& line : before.at("positions").as_array())
    nets[key(line)].first = decimal(line.at("net"));
  for (const json::value& line : after.at("positions").as_array())
    nets[key(line)].second = decimal(line.at("net"));
  double apart = 0.0;
  double larger = 0.0;
  for (const auto& [name, net] : nets) {
    apart += std::abs(net.first - net.second);
    larger += std::max(std::abs(net.first), std::abs(net.second));
  }
  CHECK(apart > 0.0);
  const double expected = std::max(0.0, 1.0 - apart / larger);
  CHECK(component(report, "P&L") == Approx(expected).margin(1e-9));
  CHECK(report.at("score").to_number<double>() == Approx(85.0 + 15.0 * expected).margin(1e-6));
  CHECK(report.at("first_difference").at("kind").as_string() == "FillBooked");
}

TEST_CASE("another latency moves every acknowledgement by as much", "[app]") {
  const json::value report = parity({plain_log(), "--set", "simulation.order_latency_us=3000"});
  for (const json::value& row : report.at("orders").as_array()) {
    for (const auto& [side, expected] : {std::pair{"log", 4 * kMs}, {"other", 5 * kMs}}) {
      if (!row.at(side).is_object()) continue;
      const auto* ack = row.at(side).as_object().if_contains("send_to_ack_ns");
      if (ack != nullptr) CHECK(ack->to_number<std::int64_t>() == expected);
    }
  }
  // Apart altogether in one of the two distributions: at most half is left.
  CHECK(component(report, "latency") <= 0.5);
  CHECK(report.at("score").to_number<double>() < 100.0);
  CHECK(report.at("first_difference").at("kind").as_string() == "OrderChanged");
}

TEST_CASE("a simulation with a change scores as the log of a run with that change", "[app]") {
  static_cast<void>(run_session("parity-limit", {{"name = \"maker\"\nopen_orders_max = 8",
                                                  "name = \"maker\"\nopen_orders_max = 1"}}));
  const json::value simulated =
      parity({plain_log(), "--set", "risk.strategy.maker.open_orders_max=1"});
  const json::value logged = parity({plain_log(), (scratch() / "parity-limit").string()});
  for (const char* key : {"score", "components", "first_difference", "matched_by_id",
                          "matched_by_order", "log_only", "other_only", "pnl", "orders"}) {
    INFO(key);
    CHECK(simulated.at(key) == logged.at(key));
  }
  CHECK(simulated.at("first_difference").at("kind").as_string() == "OrderSent / OrderRefused");
  CHECK(component(simulated, "decisions") < 1.0);
  CHECK(run("shrivenquant",
            {"parity", plain_log(), (scratch() / "parity-limit").string(), "--score-min", "99.9"})
            .status == 1);
}

TEST_CASE("two logs and a changed simulation at once are refused", "[app]") {
  const Finished finished = run("shrivenquant", {"parity", plain_log(), plain_log(), "--set",
                                                 "strategy.maker.quote_qty=0.02"});
  CHECK(finished.status == 2);
  CHECK(run("shrivenquant", {"parity", (scratch() / "no-such-log").string()}).status == 2);
}
