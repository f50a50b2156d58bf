// Recovery of a simulated run: the exchange died with the process, so it is built again by running
// the same simulation from its start, with the requests taken from the log instead of a core. What
// the log holds of the simulation's own inputs is compared; afterwards the simulation stands where
// the log ends, with requests and reports in flight as they were.
// The log's sequence counts every input and decision, so a log whose market data are lost in part
// or in whole still says where each record belongs.
// Thread: start-up. Cost: that of the run without its core. Errors: the first difference, named.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/backtest/simulation.hpp"

namespace sq::backtest {
// The log, in the order of its sequence.
class RecordCursor {
 public:
  virtual ~RecordCursor() = default;
  // The next record, valid until the next call; null at the end.
  [[nodiscard]] virtual const RecordHeader* next() = 0;
};

struct CatchUp {
  std::uint64_t last_sequence{0};         // of the log
  std::uint64_t inputs_compared{0};       // reports, timers and market data that the log holds
  std::uint64_t market_unlogged{0};       // market data that the log does not hold
  std::uint64_t requests{0};              // sent again to the exchange
  std::optional<std::string> difference;  // the simulation is then of no use
};

// A report of the application's that an order never left, because its record was not durable in
// time: the exchange never saw that order.
[[nodiscard]] bool is_kept_back(const RecordHeader& record) noexcept;
// The ids of such reports, sorted. The report follows its order by any number of records, so they
// are collected before; the order stream is enough.
[[nodiscard]] std::vector<OrderId> kept_back_in(RecordCursor& log);

// `simulation` is fresh: no step was made. `market`, if given, gets the market data records that
// the core had before the crash, in order and with their sequence: to bring books up to date.
// Orders in `kept_back` are not sent again. Connect the core afterwards.
[[nodiscard]] CatchUp catch_up(Simulation& simulation, RecordCursor& log,
                               CoreInput* market = nullptr,
                               std::span<const OrderId> kept_back = {});
}  // namespace sq::backtest
