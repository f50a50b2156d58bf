#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "engine/app/commands.hpp"
#include "engine/app/compare/text.hpp"
#include "engine/app/what_if.hpp"
#include "engine/risk/rule.hpp"
#include "engine/telemetry/format.hpp"

namespace sq::app {
namespace {
using telemetry::with_separators;

void row(const std::string& name, std::uint64_t log, std::uint64_t made) {
  const auto change = static_cast<std::int64_t>(made) - static_cast<std::int64_t>(log);
  fmt::print("  {:<34} {:>16} {:>16} {:>16}\n", name, with_separators(log), with_separators(made),
             change == 0 ? std::string{"="} : fmt::format("{:+}", change));
}
void money_row(const std::string& name, std::int64_t log, std::int64_t made) {
  const std::string change = page_money(made - log);
  fmt::print("  {:<34} {:>16} {:>16} {:>16}\n", name, page_money(log), page_money(made),
             made == log ? std::string{"="} : (made > log ? "+" : "") + change);
}

void print_side_by_side(const SessionFacts& log, const SessionFacts& made) {
  const Summary& a = log.summary;
  const Summary& b = made.summary;
  fmt::print("\n  {:<34} {:>16} {:>16} {:>16}\n", "", "log", "what if", "change");
  row("decisions", a.decisions, b.decisions);
  row("orders", a.counters.orders_sent, b.counters.orders_sent);
  row("cancels", a.counters.cancels_sent, b.counters.cancels_sent);
  row("fills", a.counters.fills, b.counters.fills);
  row("rejected by the venue", a.counters.rejects, b.counters.rejects);
  for (std::size_t r = 1; r < a.counters.refusals.size(); ++r) {
    if (a.counters.refusals[r] + b.counters.refusals[r] == 0) continue;
    row(fmt::format("refused: {}", risk::text_of(static_cast<risk::Rule>(r))),
        a.counters.refusals[r], b.counters.refusals[r]);
  }
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> nets;
  for (const PositionLine& line : a.positions)
    nets["net " + line.strategy + " " + line.instrument].first = line.net;
  for (const PositionLine& line : b.positions)
    nets["net " + line.strategy + " " + line.instrument].second = line.net;
  for (const auto& [name, net] : nets) money_row(name, net.first, net.second);
  money_row("fees, " + a.base_currency, a.fees_total, b.fees_total);
  money_row("P&L after fees, " + a.base_currency, a.net_total, b.net_total);
  money_row("largest drawdown, " + a.base_currency, a.drawdown_max, b.drawdown_max);
  fmt::print("  {:<34} {:>16} {:>16} {:>16}\n", "hash of the decisions", hash_text(a.hash),
             hash_text(b.hash), a.hash == b.hash ? "=" : "differs");
}
}  // namespace

int what_if_command(const WhatIfOptions& options) {
  WhatIfQuestion question;
  if (!options.config.empty()) question.config = settings::load(options.config);
  question.assignments = options.assignments;
  const WhatIfAnswer answer = what_if(options.log_dir, question, [](std::uint64_t events) {
    fmt::print(stderr, "what if: {} events\n", with_separators(events));
  });
  print_changes(answer.changes);
  print_side_by_side(answer.log, answer.made);
  print_difference(answer.difference, "what if");
  for (const std::string& note : answer.notes) fmt::print("  note: {}\n", note);
  const double rate =
      answer.seconds > 0 ? static_cast<double>(answer.events) / answer.seconds : 0.0;
  fmt::print("\n  {} events in {:.2f} s ({})\n", with_separators(answer.events), answer.seconds,
             telemetry::rate_text(rate));
  if (!options.json.empty()) {
    boost::json::array notes(answer.notes.begin(), answer.notes.end());
    const boost::json::object object{{"changes", to_json(answer.changes)},
                                     {"log", to_json(answer.log.summary)},
                                     {"what_if", to_json(answer.made.summary)},
                                     {"first_difference", to_json(answer.difference)},
                                     {"undetermined", answer.undetermined},
                                     {"same_decisions", answer.same_decisions},
                                     {"events", answer.events},
                                     {"seconds", answer.seconds},
                                     {"notes", notes}};
    write_file(options.json, boost::json::serialize(object) + "\n");
  }
  // A changed question has a changed answer; an unchanged one must repeat the log.
  const bool broken = answer.changes.empty() && answer.difference && !answer.undetermined;
  return broken ? 1 : 0;
}
}  // namespace sq::app
