#include "engine/app/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "engine/app/admin_breaks.hpp"
#include "engine/app/compare/text.hpp"
#include "engine/risk/rule.hpp"
#include "engine/telemetry/format.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
using telemetry::duration_text;
using telemetry::with_separators;

std::string money(std::int64_t raw) { return to_text(Int128{raw}, Amount::kDecimals); }

// The course of the P&L in one line of blocks.
std::string spark(const std::vector<EquityPoint>& points, std::size_t columns) {
  static constexpr std::string_view kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (points.empty()) return {};
  const auto [low, high] = std::minmax_element(
      points.begin(), points.end(),
      [](const EquityPoint& a, const EquityPoint& b) { return a.pnl < b.pnl; });
  const double span = static_cast<double>(high->pnl - low->pnl);
  std::string line;
  columns = std::min(columns, points.size());
  for (std::size_t i = 0; i < columns; ++i) {
    const auto& point = points[i * (points.size() - 1) / std::max<std::size_t>(columns - 1, 1)];
    const double share = span > 0 ? static_cast<double>(point.pnl - low->pnl) / span : 0.0;
    line += kBlocks[static_cast<std::size_t>(share * 7.0 + 0.5)];
  }
  return line;
}

void print_positions(std::FILE* out, const Summary& summary) {
  std::size_t wide = 22;
  for (const PositionLine& line : summary.positions) wide = std::max(wide, line.instrument.size());
  fmt::print(out, "\n  {:<10} {:<{}} {:>7} {:>7} {:>12} {:>11} {:>11} {:>9} {:>11}\n", "strategy",
             "instrument", wide, "fills", "maker %", "position", "realised", "unrealised", "fees", "net");
  for (const PositionLine& line : summary.positions) {
    const double maker =
        line.fills == 0 ? 0.0
                        : 100.0 * static_cast<double>(line.maker_fills) / static_cast<double>(line.fills);
    fmt::print(out, "  {:<10} {:<{}} {:>7} {:>7.0f} {:>12} {:>11} {:>11} {:>9} {:>11}\n",
               line.strategy, line.instrument, wide, line.fills, maker, to_text(line.position),
               page_money(line.realised), line.valued ? page_money(line.unrealised) : "no price",
               page_money(line.fees),
               page_money(line.net));
  }
  fmt::print(out, "  {:<10} {:<{}} {:>7} {:>7} {:>12} {:>11} {:>11} {:>9} {:>11}  {}\n", "total", "",
             wide, summary.counters.fills, "", "", "", "", page_money(summary.fees_total),
             page_money(summary.net_total), summary.base_currency);
  fmt::print(out, "  P&L over time  {}   largest drawdown {} {}\n", spark(summary.equity, 60),
             page_money(summary.drawdown_max), summary.base_currency);
}

void print_stages(std::FILE* out, const Summary& summary) {
  fmt::print(out, "\n  {:<14} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}\n", "latency", "n", "p50",
             "p90", "p99", "p99.9", "max");
  for (const StageLine& line : summary.stages) {
    fmt::print(out, "  {:<14} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}\n", line.stage,
               with_separators(line.ns.count), duration_text(line.ns.p50), duration_text(line.ns.p90),
               duration_text(line.ns.p99), duration_text(line.ns.p999), duration_text(line.ns.max));
  }
  fmt::print(out,
             "  every {} event is timed; a clock read of about {:.0f} ns is in each figure\n",
             summary.stage_sample == 1 ? std::string{"single"}
                                       : fmt::format("{}th", summary.stage_sample),
             summary.clock_cost_ns);
}
}  // namespace

std::string instrument_name(const Instrument& instrument) {
  return fmt::format("{}:{}", text_of(instrument.venue), instrument.symbol.view());
}
std::string hash_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

std::vector<PositionLine> position_lines(const core::Ledger& ledger,
                                         const std::vector<std::string>& strategies,
                                         const std::vector<Price>& marks) {
  std::vector<PositionLine> lines;
  const auto& portfolio = ledger.portfolio();
  for (std::size_t s = 0; s <= strategies.size(); ++s) {
    for (const Instrument& instrument : portfolio.instruments()) {
      const StrategyId id =
          s < strategies.size() ? StrategyId{static_cast<std::uint16_t>(s)} : kNoStrategy;
      const auto& books = portfolio.ledger(id, instrument.id);
      if (books.fills == 0) continue;
      PositionLine line;
      line.strategy = s < strategies.size() ? strategies[s] : "unallocated";
      line.instrument = instrument_name(instrument);
      line.settle = std::string{instrument.settle.text()};
      line.position = books.position.qty();
      line.average_price = books.position.average_price(instrument);
      line.mark = marks[index_of(instrument.id)];
      line.realised = books.position.realised();
      line.valued = line.mark != Price{} || line.position == Qty{};
      if (line.valued)
        line.unrealised = books.position.unrealised(instrument, line.mark).value_or(0);
      line.fees = books.fees;
      line.net = line.realised + line.unrealised - line.fees + books.funding;
      line.turnover = books.turnover;
      line.fills = books.fills;
      line.maker_fills = books.maker_fills;
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

Comparisons comparisons_of(const core::Ledger& ledger, std::vector<std::string>& warnings) {
  Comparisons made;
  for (const oms::VenueFacts& venue : ledger.accounts().venues()) made.made += venue.comparisons;
  made.opened = ledger.accounts().breaks().opened();
  for (const oms::Break& open : ledger.accounts().breaks().open()) {
    std::string words = break_words(open, ledger);
    if (!open.accepted) warnings.push_back(std::string{"break: "}.append(words));
    made.open.push_back(std::move(words));
  }
  return made;
}

static void print_alerts(std::FILE* out, const Summary& summary) {
  if (!summary.alerts) {
    fmt::print(out, "  alerts: off, nobody was told of anything\n");
    return;
  }
  const AlertTotals& n = *summary.alerts;
  fmt::print(out, "  alerts: {} open, {} of them in nobody's hands; {} messages arrived, {} attempts failed\n",
             n.open, n.unattended, n.delivered, n.failed);
  if (!n.problem.empty()) fmt::print(out, "    told of nothing behind that: {}\n", n.problem);
}

void print_summary(std::FILE* out, const Summary& summary) {
  fmt::print(out, "\n  {}\n", summary.origin);
  if (!summary.interrupted.empty()) fmt::print(out, "  ended early: {}\n", summary.interrupted);
  const double rate = summary.seconds > 0 ? static_cast<double>(summary.events) / summary.seconds : 0;
  fmt::print(out, "  {} events of {:.0f} s of market in {:.2f} s: {} events/s\n",
             with_separators(summary.events), summary.recorded_seconds, summary.seconds,
             with_separators(static_cast<std::uint64_t>(rate)));
  const auto& n = summary.counters;
  fmt::print(out, "  {} orders, {} cancels, {} fills, {} rejected by the venue, {} decisions\n",
             with_separators(n.orders_sent), with_separators(n.cancels_sent), with_separators(n.fills), with_separators(n.rejects),
             with_separators(summary.decisions));
  std::string refusals;
  for (std::size_t r = 1; r < n.refusals.size(); ++r)
    if (n.refusals[r] != 0)
      refusals += fmt::format("{}{} {}", refusals.empty() ? "" : ", ",
                              risk::text_of(static_cast<risk::Rule>(r)), with_separators(n.refusals[r]));
  fmt::print(out, "  refused by the gate: {}\n", refusals.empty() ? "none" : refusals);
  const Comparisons& compared = summary.comparisons;
  fmt::print(out, "  compared with the venues {} times: {} breaks, {} open\n",
             with_separators(compared.made), with_separators(compared.opened),
             with_separators(compared.open.size()));
  for (const std::string& words : compared.open) fmt::print(out, "    {}\n", words);
  print_alerts(out, summary);
  print_days(out, summary.days);
  print_positions(out, summary);
  print_stages(out, summary);
  std::size_t named = 16;
  for (const auto& each : summary.assumptions) named = std::max(named, each.name.size());
  fmt::print(out, "\n  assumed\n");
  for (const auto& each : summary.assumptions)
    fmt::print(out, "    {:<{}} {}\n", each.name, named, each.text);
  for (const std::string& warning : summary.warnings) fmt::print(out, "  WARNING: {}\n", warning);
  fmt::print(out, "\n  log   {} ({:.1f} MiB, epoch {})\n", summary.log_dir,
             static_cast<double>(summary.log_bytes) / (1 << 20), summary.epoch);
  fmt::print(out, "  hash  {}\n", hash_text(summary.hash));
}

boost::json::object to_json(const PositionLine& line) {
  return {{"strategy", line.strategy},
          {"instrument", line.instrument},
          {"currency", line.settle},
          {"position", to_text(line.position)},
          {"average_price", line.average_price},
          {"mark", to_text(line.mark)},
          {"realised", money(line.realised)},
          {"unrealised", line.valued ? boost::json::value(money(line.unrealised)) : nullptr},
          {"fees", money(line.fees)},
          {"net", money(line.net)},
          {"turnover", money(line.turnover)},
          {"fills", line.fills},
          {"maker_fills", line.maker_fills}};
}

static boost::json::value alerts_json(const Summary& summary) {
  if (!summary.alerts) return nullptr;
  const AlertTotals& n = *summary.alerts;
  return boost::json::object{{"open", n.open},
                             {"unattended", n.unattended},
                             {"delivered", n.delivered},
                             {"failed", n.failed},
                             {"problem", n.problem}};
}

boost::json::object to_json(const Summary& summary) {
  using boost::json::array;
  using boost::json::object;
  const auto& n = summary.counters;
  object refusals;
  for (std::size_t r = 1; r < n.refusals.size(); ++r)
    if (n.refusals[r] != 0) refusals[risk::text_of(static_cast<risk::Rule>(r))] = n.refusals[r];
  // Per instrument over strategies, and in total.
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> by_instrument;
  array positions;
  for (const PositionLine& line : summary.positions) {
    by_instrument[line.instrument].first += line.net;
    by_instrument[line.instrument].second += line.fees;
    positions.push_back(to_json(line));
  }
  object pnl{{"currency", summary.base_currency}, {"total", money(summary.net_total)}};
  object fees{{"currency", summary.base_currency}, {"total", money(summary.fees_total)}};
  for (const auto& [name, sums] : by_instrument) {
    pnl[name] = money(sums.first);
    fees[name] = money(sums.second);
  }
  object stages;
  for (const StageLine& line : summary.stages)
    stages[line.stage] = object{{"n", line.ns.count},  {"p50", line.ns.p50},   {"p90", line.ns.p90},
                                {"p99", line.ns.p99},  {"p999", line.ns.p999}, {"max", line.ns.max}};
  object assumptions;
  for (const auto& each : summary.assumptions) assumptions[each.name] = each.text;
  array equity;
  for (const EquityPoint& point : summary.equity)
    equity.push_back(array{point.at.ns / kNsPerMs, money(point.pnl)});
  const double rate = summary.seconds > 0 ? static_cast<double>(summary.events) / summary.seconds : 0;
  return {{"hash", hash_text(summary.hash)},
          {"origin", summary.origin},
          {"interrupted", summary.interrupted},
          {"epoch", summary.epoch},
          {"events", summary.events},
          {"events_per_second", rate},
          {"seconds", summary.seconds},
          {"decisions", summary.decisions},
          {"orders", n.orders_sent},
          {"cancels", n.cancels_sent},
          {"fills", n.fills},
          {"rejects", n.rejects},
          {"duplicates", n.duplicates},
          {"dead_letters", n.dead_letters},
          {"refusals", refusals},
          {"breaks",
           object{{"comparisons", summary.comparisons.made},
                  {"opened", summary.comparisons.opened},
                  {"open", array(summary.comparisons.open.begin(), summary.comparisons.open.end())}}},
          {"alerts", alerts_json(summary)},
          {"days", days_json(summary.days)},
          {"positions", positions},
          {"pnl", pnl},
          {"fees", fees},
          {"drawdown_max", money(summary.drawdown_max)},
          {"equity", equity},
          {"stages", stages},
          {"stage_sample", summary.stage_sample},
          {"wal", object{{"dir", summary.log_dir}, {"bytes", summary.log_bytes}}},
          {"assumptions", assumptions},
          {"warnings", array(summary.warnings.begin(), summary.warnings.end())}};
}
}  // namespace sq::app
