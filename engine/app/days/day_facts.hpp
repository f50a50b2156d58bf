// The days that were closed, with their lines: the youngest, for the admin port. Follows the order
// log beside the ledger's view.
// Thread: the admin's. Cost: a branch for most records. Memory: fixed. Errors: none; a close that
// did not end (the process did) is left out.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "engine/messaging/day_close.hpp"
#include "engine/messaging/record.hpp"

namespace sq::app {
struct ClosedDay {
  struct Line {
    DayClosed line{};
    InstrumentId instrument{kNoInstrument};
  };
  DayClosed end{};
  WallTime closed_at{};
  std::uint64_t sequence{0};  // of its last record
  std::vector<Line> lines;
  std::vector<DayClosed> totals;  // by account and currency

  [[nodiscard]] std::uint32_t not_valued() const noexcept;
};

class DayFacts {
 public:
  static constexpr std::size_t kDaysMax = 400;
  static constexpr std::size_t kLinesMax = 50'000;  // of all days that are kept

  // Any record of the order log, in order.
  void take(const RecordHeader& record);

  [[nodiscard]] const std::deque<ClosedDay>& days() const noexcept { return days_; }

 private:
  std::deque<ClosedDay> days_;    // the oldest first
  std::vector<ClosedDay> begun_;  // one a venue
  std::size_t lines_{0};
};
// "2026-11-21"
[[nodiscard]] std::string date_text(std::int64_t day);
}  // namespace sq::app
