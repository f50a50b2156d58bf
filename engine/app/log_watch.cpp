#include "engine/app/log_watch.hpp"

#include <string>

namespace sq::app {
LogCondition LogWatch::look(bool orders_held) const noexcept {
  if (log_.failed()) return LogCondition::Failed;
  const bool silent = heartbeat_ns_max_ != 0 && log_.heartbeat_age_ns() > heartbeat_ns_max_;
  if (silent || orders_held) return LogCondition::Stalled;
  switch (log_.space()) {
    case wal::Space::Normal:
      return LogCondition::Normal;
    case wal::Space::Reserve:
      return LogCondition::Reserve;
    case wal::Space::Full:
      return LogCondition::Full;
  }
  return LogCondition::Full;
}

bool LogWatch::changed(bool orders_held, Record<LogStateChanged>& record) {
  const LogCondition now = look(orders_held);
  if (now == told_) return false;
  told_ = now;
  LogStateChanged change;
  change.condition = now;
  change.free_bytes = log_.free_bytes();
  std::string reason;
  switch (now) {
    case LogCondition::Normal:
      reason = "the log is well again";
      break;
    case LogCondition::Reserve:
      reason = "the log's disk is full: the reserve is in use";
      break;
    case LogCondition::Full:
      reason = "the log's disk and its reserve are full";
      break;
    case LogCondition::Stalled:
      reason = "the log's disk or thread does not answer in time";
      break;
    case LogCondition::Failed:
      reason = log_.failure();
      break;
  }
  change.reason = FixedText<64>{std::string_view{reason}.substr(0, 64)};
  record = make_record(RecordKind::LogStateChanged, change);
  return true;
}
}  // namespace sq::app
