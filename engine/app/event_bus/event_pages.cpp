#include "engine/app/event_bus/event_pages.hpp"

#include <fmt/format.h>

#include "engine/app/event_bus/log_ends.hpp"
#include "engine/app/event_bus/subscription.hpp"
#include "engine/wal/dump.hpp"

namespace sq::app {
EventPages::EventPages(const std::filesystem::path& log_dir, EventFilter filter, std::uint64_t from)
    : log_dir_{log_dir},
      filter_{std::move(filter)},
      next_{from == SubscriberOptions::kFromNow ? newest_sequence(log_dir) + 1
                                                : std::max<std::uint64_t>(from, 1)} {
  open();
}

void EventPages::open() {
  wal::ReaderOptions reading;
  reading.feed = filter_.wants_feed_log();
  reading.follow = true;
  reading.from_sequence = next_;
  reader_.emplace(log_dir_, reading);
}

Topic EventPages::topic_of(RecordKind kind) const noexcept {
  const TopicSet topics = topics_of(kind);
  for (std::size_t t = 0; t < kTopics; ++t) {
    const auto topic = static_cast<Topic>(t);
    if (topics.has(topic) && filter_.topics.has(topic)) return topic;
  }
  return Topic::Run;
}

bool EventPages::at_break(EventPage& page) {
  const wal::ReaderStatus& status = reader_->status();
  if (status.condition == wal::Condition::LostSegment && !page.lost && page.rows.empty()) {
    const std::uint64_t goes_on = first_readable(log_dir_, filter_.wants_feed_log(), next_);
    if (goes_on > next_) {
      page.lost = Loss{next_, goes_on - 1, 0};
      next_ = goes_on;
      open();
      return true;
    }
  }
  page.at_end = true;
  // Rows first: what is broken behind them, the next page says.
  if (status.condition > wal::Condition::Torn && page.rows.empty())
    page.problem = fmt::format("{} at {}:{}: {}", wal::text_of(status.condition),
                               status.file.string(), status.offset, status.what);
  return false;
}

EventPage EventPages::next(std::size_t rows_max) {
  constexpr std::size_t kRecordsMax = 200'000;
  EventPage page;
  for (std::size_t n = 0; n < kRecordsMax && page.rows.size() < rows_max; ++n) {
    const RecordHeader* record = reader_->next();
    if (record == nullptr) {
      if (at_break(page)) continue;
      break;
    }
    next_ = record->sequence + 1;
    if (!filter_.wants(*record)) continue;
    page.rows.push_back({record->sequence, topic_of(record->kind), wal::json_line(*record)});
  }
  page.next = next_;
  return page;
}

std::string sent_event(const EventPage& page) {
  std::string text;
  if (page.lost)
    text += fmt::format("id: {}\nevent: lost\ndata: {{\"first\":{},\"last\":{}}}\n\n",
                        page.lost->last, page.lost->first, page.lost->last);
  for (const EventPage::Row& row : page.rows)
    text +=
        fmt::format("id: {}\nevent: {}\ndata: {}\n\n", row.sequence, text_of(row.topic), row.json);
  return text;
}
}  // namespace sq::app
