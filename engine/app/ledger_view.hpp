// The admin port's own copy of the engine's state: it follows the order log and folds the same facts
// with the same code. The core neither knows nor waits.
// Thread: the admin's. Cost: about 100 ns a record behind. Memory: fixed, the youngest orders and
// fills. Errors: a log that cannot be read on is named by problem(); the view then stands still.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "engine/core/ledger.hpp"
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

  explicit LedgerView(const settings::Config& config, const std::filesystem::path& log_dir);

  // Takes what was logged since.
  void catch_up();

  [[nodiscard]] const core::Ledger& ledger() const noexcept { return ledger_; }
  [[nodiscard]] const std::deque<FillLine>& fills() const noexcept { return fills_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] bool ready() const noexcept { return ready_; }  // RecoveryFinished was seen
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] WallTime last_wall() const noexcept { return last_wall_; }

 private:
  void take(const RecordHeader& record);

  core::Ledger ledger_;
  wal::Reader reader_;
  std::deque<FillLine> fills_;
  std::string problem_;
  bool ready_{false};
  bool ended_{false};
  WallTime last_wall_{};
};
}  // namespace sq::app
