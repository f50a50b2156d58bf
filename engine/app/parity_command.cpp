#include <fmt/format.h>

#include <boost/json.hpp>

#include "engine/app/commands.hpp"
#include "engine/app/compare/parity_page.hpp"
#include "engine/app/compare/text.hpp"
#include "engine/app/parity.hpp"
#include "engine/app/what_if.hpp"
#include "engine/risk/rule.hpp"
#include "engine/telemetry/format.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
using telemetry::with_separators;

void check_same_session(const settings::Config& log, const settings::Config& other) {
  for (std::size_t i = 0; i < log.instruments.size() && i < other.instruments.size(); ++i) {
    const Instrument& a = log.instruments[i].instrument;
    const Instrument& b = other.instruments[i].instrument;
    if (a.venue != b.venue || a.symbol != b.symbol)
      throw std::runtime_error(fmt::format(
          "instrument {} is {} in one log and {} in the other: they are not two sessions of one "
          "engine",
          i, instrument_name(a), instrument_name(b)));
  }
  for (std::size_t i = 0; i < log.strategies.size() && i < other.strategies.size(); ++i)
    if (log.strategies[i].name != other.strategies[i].name)
      throw std::runtime_error(
          fmt::format("strategy {} is \"{}\" in one log and \"{}\" in the other: they are not two "
                      "sessions of one "
                      "engine",
                      i, log.strategies[i].name, other.strategies[i].name));
}

// Two logs: the second one is what the first is compared with.
WhatIfAnswer compare_logs(const std::filesystem::path& log, const std::filesystem::path& other) {
  WhatIfAnswer answer;
  const settings::Config config = configs_of(log).back();
  const settings::Config other_config = configs_of(other).back();
  check_same_session(config, other_config);
  answer.changes = changes_between(config, other_config);
  SessionFold first{config};
  const LogPlan plan = read_plan(log, [&](const RecordHeader& record) { first.take(record); });
  answer.log = first.finish(fmt::format("the log {}", log.string()));
  FirstDifference compare{plan};
  SessionFold second{other_config};
  std::size_t epochs = 0;
  const LogPlan other_plan = read_plan(other, [&](const RecordHeader& record) {
    second.take(record);
    if (record.kind == RecordKind::EpochStarted && epochs++ > 0) compare.next_epoch();
    if (is_decision(record.kind)) static_cast<void>(compare.take(record));
  });
  compare.finish();
  answer.made = second.finish(fmt::format("the log {}", other.string()));
  answer.difference = compare.difference();
  answer.same_decisions = compare.same();
  for (const LogPlan* each : {&plan, &other_plan})
    if (!each->note.empty()) answer.notes.push_back(each->note);
  return answer;
}

std::string fate_of(const OrderFacts& order) {
  const std::string asked = fmt::format("{} at {}", to_text(order.qty), to_text(order.limit));
  if (!order.sent)
    return fmt::format("{}, refused: {}", asked,
                       risk::text_of(static_cast<risk::Rule>(order.rule)));
  std::string text = asked;
  if (order.acknowledged.ns != 0)
    text += ", ack " +
            telemetry::duration_text(static_cast<double>(order.acknowledged - order.decided));
  if (order.filled != Qty{})
    text += fmt::format(", {} filled at {:.8g}", to_text(order.filled), order.fill_price());
  return text;
}
bool same_fate(const OrderFacts& a, const OrderFacts& b) noexcept {
  return a.sent == b.sent && a.rule == b.rule && a.limit == b.limit && a.qty == b.qty &&
         a.filled == b.filled && a.value == b.value && a.fees == b.fees && a.decided == b.decided &&
         a.acknowledged == b.acknowledged && a.filled_first == b.filled_first;
}
bool same_fate(const SessionFacts& log, const SessionFacts& made, const OrderPair& pair) noexcept {
  return pair.by != MatchedBy::None && same_fate(log.orders[pair.log], made.orders[pair.made]);
}

void print_orders(const SessionFacts& log, const SessionFacts& made, const Parity& parity,
                  std::size_t shown_max) {
  std::size_t different = 0;
  for (const OrderPair& pair : parity.orders) different += same_fate(log, made, pair) ? 0U : 1U;
  fmt::print(
      "\n  orders matched    {} by client id, {} by place; only in the log {}, only in the other "
      "{}; {} "
      "different\n",
      with_separators(parity.by_id), with_separators(parity.by_order),
      with_separators(parity.log_only), with_separators(parity.made_only),
      with_separators(different));
  if (different == 0 || shown_max == 0) return;
  fmt::print("  {:<18} {:<10} {:<20} {:<4} {:<58} {}\n", "time", "strategy", "instrument", "side",
             "log", "other");
  std::size_t shown = 0;
  for (const OrderPair& pair : parity.orders) {
    if (same_fate(log, made, pair)) continue;
    if (shown++ == shown_max) break;
    const OrderFacts& order = pair.log != kNoOrder ? log.orders[pair.log] : made.orders[pair.made];
    fmt::print("  {:<18} {:<10} {:<20} {:<4} {:<58} {}\n", clock_text(order.decided).substr(0, 18),
               log.strategy_name(order.strategy),
               instrument_name(log.instruments[index_of(order.instrument)]), text_of(order.side),
               pair.log == kNoOrder ? "-" : fate_of(log.orders[pair.log]),
               pair.made == kNoOrder ? "-" : fate_of(made.orders[pair.made]));
  }
  if (different > shown_max) fmt::print("  and {} more\n", different - shown_max);
}

void print_score(const Parity& parity) {
  fmt::print(
      "\n  score             {:.2f} of 100: the mean of the parts that can be measured, by "
      "weight\n",
      parity.score);
  for (const ParityComponent& part : parity.components) {
    fmt::print("    {:<16} weight {:>2.0f}  {:>8}  {}\n", part.name, part.weight,
               part.value ? fmt::format("{:.4f}", *part.value) : std::string{"left out"},
               part.detail);
    fmt::print("    {:<16} {}\n", "", part.definition);
  }
}

std::string latency_line(const std::vector<std::int64_t>& sorted) {
  if (sorted.empty()) return "none";
  const auto at = [&](double part) {
    const auto place = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
    return telemetry::duration_text(static_cast<double>(sorted[place]));
  };
  return fmt::format("{} orders, p50 {}, p99 {}", with_separators(sorted.size()), at(0.5),
                     at(0.99));
}

void print_parity(const WhatIfAnswer& answer, const Parity& parity, std::size_t shown) {
  fmt::print("\n  {}\n  against {}\n", answer.log.summary.origin, answer.made.summary.origin);
  print_changes(answer.changes);
  print_score(parity);
  print_difference(answer.difference, "other");
  print_orders(answer.log, answer.made, parity, shown);
  fmt::print("\n  {:<34} {:>16} {:>16}\n", "P&L after fees", "log", "other");
  for (const ProfitPair& pair : parity.profits)
    fmt::print("  {:<34} {:>16} {:>16}\n", pair.strategy + " " + pair.instrument,
               page_money(pair.log), page_money(pair.made));
  fmt::print("\n  send to ack       log {}; other {}\n",
             latency_line(parity.log_latency.send_to_ack),
             latency_line(parity.made_latency.send_to_ack));
  fmt::print("  ack to fill       log {}; other {}\n", latency_line(parity.log_latency.ack_to_fill),
             latency_line(parity.made_latency.ack_to_fill));
  for (const std::string& note : answer.notes) fmt::print("  note: {}\n", note);
}

boost::json::value order_json(const std::vector<OrderFacts>& orders, std::size_t index) {
  if (index == kNoOrder) return nullptr;
  const OrderFacts& order = orders[index];
  boost::json::object object{{"sequence", order.sequence},
                             {"sent", order.sent},
                             {"time_ns", std::to_string(order.decided.ns)},
                             {"limit", to_text(order.limit)},
                             {"qty", to_text(order.qty)},
                             {"filled", to_text(order.filled)},
                             {"fills", order.fills},
                             {"fees", to_text(Int128{order.fees}, Amount::kDecimals)}};
  if (order.sent)
    object["id"] = fmt::format("{}.{}", order.id.epoch(), order.id.counter());
  else
    object["refused"] = risk::text_of(static_cast<risk::Rule>(order.rule));
  if (order.filled != Qty{}) object["fill_price"] = order.fill_price();
  if (order.acknowledged.ns != 0) object["send_to_ack_ns"] = order.acknowledged - order.decided;
  if (order.acknowledged.ns != 0 && order.filled_first.ns != 0)
    object["ack_to_fill_ns"] = order.filled_first - order.acknowledged;
  return object;
}

boost::json::array orders_json(const WhatIfAnswer& answer, const Parity& parity) {
  boost::json::array rows;
  for (const OrderPair& pair : parity.orders) {
    const OrderFacts& order =
        pair.log != kNoOrder ? answer.log.orders[pair.log] : answer.made.orders[pair.made];
    const char* by = pair.by == MatchedBy::Id      ? "id"
                     : pair.by == MatchedBy::Order ? "order"
                                                   : "none";
    rows.push_back(boost::json::object{
        {"matched_by", by},
        {"same", same_fate(answer.log, answer.made, pair)},
        {"strategy", answer.log.strategy_name(order.strategy)},
        {"instrument", instrument_name(answer.log.instruments[index_of(order.instrument)])},
        {"side", text_of(order.side)},
        {"log", order_json(answer.log.orders, pair.log)},
        {"other", order_json(answer.made.orders, pair.made)}});
  }
  return rows;
}

boost::json::object to_json(const WhatIfAnswer& answer, const Parity& parity) {
  boost::json::object parts;
  for (const ParityComponent& part : parity.components) {
    boost::json::object one{
        {"weight", part.weight}, {"definition", part.definition}, {"measured", part.detail}};
    if (part.value)
      one["value"] = *part.value;
    else
      one["value"] = nullptr;
    parts[part.name] = std::move(one);
  }
  boost::json::array profits;
  for (const ProfitPair& pair : parity.profits)
    profits.push_back(
        boost::json::object{{"strategy", pair.strategy},
                            {"instrument", pair.instrument},
                            {"log", to_text(Int128{pair.log}, Amount::kDecimals)},
                            {"other", to_text(Int128{pair.made}, Amount::kDecimals)}});
  return {{"score", parity.score},
          {"components", parts},
          {"changes", to_json(answer.changes)},
          {"first_difference", to_json(answer.difference)},
          {"undetermined", answer.undetermined},
          {"same_decisions", answer.same_decisions},
          {"matched_by_id", parity.by_id},
          {"matched_by_order", parity.by_order},
          {"log_only", parity.log_only},
          {"other_only", parity.made_only},
          {"pnl", profits},
          {"orders", orders_json(answer, parity)},
          {"log", sq::app::to_json(answer.log.summary)},
          {"other", sq::app::to_json(answer.made.summary)},
          {"notes", boost::json::array(answer.notes.begin(), answer.notes.end())}};
}
}  // namespace

int parity_command(const ParityOptions& options) {
  WhatIfAnswer answer;
  if (options.other_dir.empty()) {
    WhatIfQuestion question;
    if (!options.config.empty()) question.config = settings::load(options.config);
    question.assignments = options.assignments;
    answer = what_if(options.log_dir, question, [](std::uint64_t events) {
      fmt::print(stderr, "parity: {} events\n", with_separators(events));
    });
  } else {
    if (!options.config.empty() || !options.assignments.empty())
      throw std::runtime_error("--what-if and --set change the simulation; a second log has none");
    answer = compare_logs(options.log_dir, options.other_dir);
  }
  const Parity parity = parity_of(answer.log, answer.made);
  print_parity(answer, parity, options.shown);
  if (!options.json.empty())
    write_file(options.json, boost::json::serialize(to_json(answer, parity)) + "\n");
  if (!options.html.empty())
    write_file(options.html, parity_page(answer.log, answer.made, parity, answer.difference));
  return parity.score < options.score_min ? 1 : 0;
}
}  // namespace sq::app
