// The rows that a record tells by itself, without the state that earlier records add up to.
// Thread: any. Cost: cold, allocates. Errors: a payload that is too short for its kind gives no
// row.
#pragma once

#include <string>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/messaging/record.hpp"
#include "engine/reporting/archive/batch.hpp"

namespace sq::reporting {
// What numbers in records are called. Index: the number.
struct Names {
  std::string log_id;  // log_text()
  std::vector<std::string> instruments;
  std::vector<std::string> strategies;
  std::vector<std::string> rules;

  // "" for none; "#7" for what has no name.
  [[nodiscard]] std::string of(InstrumentId id) const;
  [[nodiscard]] std::string of(StrategyId id) const;  // "unallocated" for none
  [[nodiscard]] std::string rule(std::uint8_t number) const;
};

[[nodiscard]] std::string instrument_text(const Instrument& instrument);  // "binance-usdm:BTCUSDT"
[[nodiscard]] std::string day_text(std::int64_t days);  // days since 1970-01-01 as YYYY-MM-DD

void add_record_rows(const RecordHeader& record, const Names& names, Batch& batch);
}  // namespace sq::reporting
