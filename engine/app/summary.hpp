// What a run came to: for people as a page of text, for machines as JSON. Both print the same
// values, exact decimals.
// Thread: after the run, or any thread with a ledger of its own. Cost: cold.
#pragma once

#include <boost/json/object.hpp>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/app/days/day_summary.hpp"
#include "engine/app/equity_curve.hpp"
#include "engine/backtest/simulation.hpp"
#include "engine/core/ledger.hpp"
#include "engine/telemetry/stages.hpp"

namespace sq::app {
struct PositionLine {  // one strategy in one instrument
  std::string strategy;
  std::string instrument;
  std::string settle;
  Qty position{};
  double average_price{0.0};
  Price mark{};                // mid of the last top; 0: none was seen, see `valued`
  bool valued{true};           // false: a position without a price, unrealised is not known
  std::int64_t realised{0};    // all money: 1e-8 of `settle`
  std::int64_t unrealised{0};
  std::int64_t fees{0};
  std::int64_t net{0};         // realised + unrealised, if valued, - fees + funding
  std::int64_t turnover{0};
  std::uint64_t fills{0};
  std::uint64_t maker_fills{0};
};

// What venues said against the books (engine/oms/reconciliation.hpp).
struct Comparisons {
  std::uint64_t made{0};
  std::uint64_t opened{0};        // breaks
  std::vector<std::string> open;  // at the end, accepted or not, in words
};

// People who were called during the run (engine/app/alerts).
struct AlertTotals {
  std::uint64_t open{0};       // at the end: what they are about still holds, or nobody has them
  std::uint64_t unattended{0};  // of these: nobody has them in hand
  std::uint64_t delivered{0};  // messages that arrived
  std::uint64_t failed{0};     // attempts that did not
  std::string problem;         // why nothing was seen any more; "": all was
};

struct StageLine {
  std::string stage;
  telemetry::Percentiles ns;
};

struct Summary {
  std::string origin;       // where the market data came from
  std::string interrupted;  // why the run ended early; "" when it did not
  std::uint64_t hash{0};
  std::uint32_t epoch{0};
  std::uint64_t events{0};
  std::uint64_t decisions{0};
  double seconds{0.0};         // of real time in the core's loop
  double recorded_seconds{0.0};
  core::LedgerCounters counters{};
  std::vector<PositionLine> positions;
  std::string base_currency;
  std::int64_t net_total{0};
  std::int64_t fees_total{0};
  std::int64_t drawdown_max{0};
  std::vector<EquityPoint> equity;
  std::vector<StageLine> stages;
  std::uint32_t stage_sample{1};
  double clock_cost_ns{0.0};
  std::string log_dir;
  std::uint64_t log_bytes{0};
  std::vector<backtest::Assumption> assumptions;
  Comparisons comparisons;
  std::vector<VenueDays> days;        // empty: no venue's day is closed
  std::optional<AlertTotals> alerts;  // empty: no rule, nobody is told of anything
  std::vector<std::string> warnings;  // e.g. engine and exchange disagree
};

// Lines for every strategy and instrument that traded, unallocated ones included.
[[nodiscard]] std::vector<PositionLine> position_lines(const core::Ledger& ledger,
                                                       const std::vector<std::string>& strategies,
                                                       const std::vector<Price>& marks);
// An open break that nobody has accepted is a warning.
[[nodiscard]] Comparisons comparisons_of(const core::Ledger& ledger,
                                         std::vector<std::string>& warnings);
void print_summary(std::FILE* out, const Summary& summary);
[[nodiscard]] boost::json::object to_json(const Summary& summary);
[[nodiscard]] boost::json::object to_json(const PositionLine& line);
[[nodiscard]] std::string instrument_name(const Instrument& instrument);  // "binance-usdm:BTCUSDT"
[[nodiscard]] std::string hash_text(std::uint64_t hash);                  // 16 hex digits
}  // namespace sq::app
