// The admin port's own copy of the engine's state: it follows the order log and folds the same facts
// with the same code. The core neither knows nor waits.
// Thread: the admin's. Cost: about 100 ns a record behind. Memory: fixed, the youngest orders and
// fills. Errors: a log that cannot be read on is named by problem(); the view then stands still.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "engine/app/days/day_facts.hpp"
#include "engine/app/desk/operator_facts.hpp"
#include "engine/app/desk/venue_conditions.hpp"
#include "engine/core/ledger.hpp"
#include "engine/messaging/limit_changes.hpp"
#include "engine/settings/config.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
struct FillLine {
  FillBooked fill{};
  InstrumentId instrument{kNoInstrument};
  WallTime wall{};
  std::uint64_t sequence{0};
};

class LedgerView {
 public:
  static constexpr std::size_t kFillsMax = 10'000;
  static constexpr std::size_t kLimitSetsMax = 1'000;

  // Folded: the gate has its limits, which takes strategies that this program knows.
  enum class Limits : std::uint8_t { Without, Folded };
  LedgerView(const settings::Config& config, const std::filesystem::path& log_dir, Limits limits);

  // Takes what was logged since.
  void catch_up();

  [[nodiscard]] const core::Ledger& ledger() const noexcept { return ledger_; }
  [[nodiscard]] const std::deque<FillLine>& fills() const noexcept { return fills_; }
  // Decisions on limits since the log began, and one of them: the answer to a request that came
  // after so many; null: it has not come yet.
  [[nodiscard]] std::uint64_t limit_sets_total() const noexcept { return limit_sets_total_; }
  [[nodiscard]] const LimitSet* limit_set_after(std::uint64_t total,
                                                std::uint32_t request) const noexcept;
  // A price that the order log does not have: what is in use of limits is valued with it.
  void set_price(InstrumentId instrument, Price bid, Price ask, MonoTime at) noexcept {
    ledger_.gate().set_reference(instrument, bid, ask, at);
  }
  [[nodiscard]] const OperatorFacts& desk() const noexcept { return desk_; }
  [[nodiscard]] const VenueConditions& venues() const noexcept { return venues_; }
  [[nodiscard]] const DayFacts& days() const noexcept { return days_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] bool ready() const noexcept { return ready_; }  // RecoveryFinished was seen
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] WallTime last_wall() const noexcept { return last_wall_; }
  [[nodiscard]] MonoTime last_mono() const noexcept { return last_mono_; }

 private:
  void take(const RecordHeader& record);

  core::Ledger ledger_;
  wal::Reader reader_;
  std::deque<FillLine> fills_;
  std::deque<LimitSet> limit_sets_;  // the youngest
  std::uint64_t limit_sets_total_{0};
  OperatorFacts desk_;
  VenueConditions venues_;
  DayFacts days_;
  std::string problem_;
  bool ready_{false};
  bool ended_{false};
  WallTime last_wall_{};
  MonoTime last_mono_{};
};
}  // namespace sq::app
