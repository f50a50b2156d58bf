// The first decision in which two sessions differ. Compared are kind, time, instrument and content;
// sequence numbers are shown, not compared, because a live session counts ticks that a simulated
// one does not need. Thread: one. Cost: reading the order log. Errors: std::runtime_error for a
// damaged log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/app/compare/log_plan.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
struct Difference {
  std::uint64_t log_sequence{0};   // 0: the log has no such decision
  std::uint64_t made_sequence{0};  // 0: the other side made none
  WallTime at{};                   // the earlier of the two
  std::string kind;                // "OrderSent"; of both when they differ
  std::string field;               // "qty: 0.01 -> 0.011": what differs, "" when a side has none
  std::string log;                 // the decision, readable; "" none
  std::string made;
};

class FirstDifference {
 public:
  enum class Verdict : std::uint8_t {
    Same,
    Different,  // here, or somewhere before
    Cut         // beyond what a process logged that died here: no difference, and it had no effect
  };
  explicit FirstDifference(const LogPlan& plan);

  // The next decision of the other side.
  Verdict take(const RecordHeader& made);
  // The other side starts its next epoch, or has made all its decisions.
  void next_epoch();
  void finish();

  [[nodiscard]] const std::optional<Difference>& difference() const noexcept { return difference_; }
  [[nodiscard]] std::uint64_t same() const noexcept { return same_; }  // before the difference

 private:
  const RecordHeader* peek();  // the log's next decision in this epoch
  void differ(const RecordHeader* logged, const RecordHeader* made);

  const LogPlan& plan_;
  wal::Reader reader_;
  const RecordHeader* next_{nullptr};
  bool boundary_{false};  // the log's next epoch starts here
  bool ended_{false};
  std::size_t epoch_{0};
  std::uint64_t same_{0};
  std::optional<Difference> difference_;
};
}  // namespace sq::app
