// Events for clients outside the process: the log from a sequence on, filtered, as JSON lines, a
// page at a time. The next page starts where this one says, so a client that comes back misses
// none. Thread: one. Cost: reads what it passes, at most 200,000 records a page. Errors: LogError
// when the log cannot be opened; damage ends the reading and is in `problem`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/app/event_bus/event_queue.hpp"
#include "engine/app/event_bus/topic.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
struct EventPage {
  struct Row {
    std::uint64_t sequence{0};
    Topic topic{Topic::Run};  // the first of those that were asked for
    std::string json;         // one line
  };
  std::vector<Row> rows;
  std::optional<Loss> lost;  // before the rows: the log no longer has them
  std::uint64_t next{0};     // where to go on
  bool at_end{false};        // the log has no more now
  std::string problem;
};

class EventPages {
 public:
  // `from`: the first sequence; SubscriberOptions::kFromNow: what comes from now on.
  EventPages(const std::filesystem::path& log_dir, EventFilter filter, std::uint64_t from);
  [[nodiscard]] EventPage next(std::size_t rows_max);

 private:
  void open();
  [[nodiscard]] Topic topic_of(RecordKind kind) const noexcept;
  bool at_break(EventPage& page);  // true: there is more behind it

  const std::filesystem::path log_dir_;
  const EventFilter filter_;
  std::uint64_t next_;
  std::optional<wal::Reader> reader_;
};
// An event as a server-sent event: id, event, data.
[[nodiscard]] std::string sent_event(const EventPage& page);
}  // namespace sq::app
