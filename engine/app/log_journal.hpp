// The core's journal live: the write-ahead log. Thread: the core's.
#pragma once

#include "engine/core/journal.hpp"
#include "engine/wal/appender.hpp"

namespace sq::app {
class LogJournal final : public core::Journal {
 public:
  explicit LogJournal(wal::Appender& appender) : appender_{appender} {}
  [[nodiscard]] bool append(const RecordHeader& record) noexcept override {
    return appender_.append(record);
  }

 private:
  wal::Appender& appender_;
};
}  // namespace sq::app
