#include "engine/app/event_bus/subscription.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "engine/app/event_bus/log_ends.hpp"
#include "engine/wal/meta.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kReopenNs = 200 * kNsPerMs;
constexpr std::size_t kRecordsAtOnce = 4'096;  // so that every subscriber has its turn
}  // namespace

std::string_view text_of(WhenFull policy) noexcept {
  switch (policy) {
    case WhenFull::DropOldest:
      return "drop-oldest";
    case WhenFull::Wait:
      return "wait";
    case WhenFull::Disconnect:
      return "disconnect";
  }
  return "?";
}
std::string_view text_of(SubscriberState state) noexcept {
  switch (state) {
    case SubscriberState::Active:
      return "active";
    case SubscriberState::Disconnected:
      return "disconnected";
    case SubscriberState::LogDamaged:
      return "log-damaged";
  }
  return "?";
}

Subscription::Subscription(SubscriberOptions options, Consumer consumer,
                           const std::filesystem::path& log_dir, DeadLetters& letters)
    : options_{std::move(options)},
      consumer_{std::move(consumer)},
      log_dir_{log_dir},
      position_file_{log_dir / "events" / (options_.name + ".position")},
      letters_{letters},
      queue_{options_.queue_records_max, options_.queue_bytes_max} {
  if (!is_subscriber_name(options_.name))
    throw std::invalid_argument("subscriber \"" + options_.name +
                                "\": accepted: 1 to 40 letters, digits, '-' and '_'");
  start();
}

void Subscription::start() {
  log_id_ = wal::read_meta(log_dir_).log_id;
  std::uint64_t before = 0;  // the sequence before the first to read
  const auto position = options_.durable ? load_position(position_file_) : std::nullopt;
  if (position) {
    // Of another log: all of this one is new.
    before = position->log_id == log_id_ ? position->sequence : 0;
    status_.saved = before;
  } else if (options_.from == SubscriberOptions::kFromNow) {
    before = newest_sequence(log_dir_);
  } else {
    before = options_.from == 0 ? 0 : options_.from - 1;
  }
  status_.name = options_.name;
  status_.durable = options_.durable;
  status_.when_full = options_.when_full;
  status_.read = status_.handled = taken_ = before;
}

Subscription::~Subscription() { save(0, true); }

// False: another log is there now.
bool Subscription::open(std::uint64_t from) {
  wal::ReaderOptions reading;
  reading.feed = options_.filter.wants_feed_log();
  reading.follow = true;
  reading.from_sequence = from;
  held_ = nullptr;
  reader_.emplace(log_dir_, reading);
  if (reader_->meta().log_id == log_id_) return true;
  fail(SubscriberState::LogDamaged, "another log has taken the place of this one");
  return false;
}

std::size_t Subscription::pump(std::int64_t now_ns) {
  save(now_ns, false);
  std::uint64_t read = 0;
  {
    const std::scoped_lock lock{mutex_};
    if (status_.state != SubscriberState::Active) return 0;
    read = status_.read;
  }
  std::size_t n = 0;
  try {
    if (!reader_ && (now_ns < reopen_at_ || !open(read + 1))) return 0;
    while (n < kRecordsAtOnce) {
      if (held_ == nullptr) held_ = reader_->next();
      if (held_ == nullptr) return n + at_end(now_ns);
      if (!store(*held_)) return n;
      held_ = nullptr;
      ++n;
    }
  } catch (const std::exception& error) {  // a file went away or cannot be opened: tried again
    held_ = nullptr;
    reader_.reset();
    reopen_at_ = now_ns + kReopenNs;
    note(error.what());
  }
  return n;
}

bool Subscription::store(const RecordHeader& record) {
  const std::scoped_lock lock{mutex_};
  if (options_.filter.wants(record)) {
    while (!queue_.has_room(record.length)) {
      if (options_.when_full == WhenFull::Wait) return false;
      if (options_.when_full == WhenFull::Disconnect) {
        status_.state = SubscriberState::Disconnected;
        status_.problem = fmt::format("its queue was full at record {}", record.sequence);
        return false;
      }
      status_.last_loss = queue_.drop_oldest();
      ++status_.lost;
    }
    queue_.push(record);
  }
  status_.read = record.sequence;
  settle();
  return true;
}

std::size_t Subscription::at_end(std::int64_t now_ns) {
  const wal::ReaderStatus& status = reader_->status();
  switch (status.condition) {
    case wal::Condition::Ok:
      return 0;
    case wal::Condition::End:
    case wal::Condition::Torn:
      break;
    case wal::Condition::LostSegment:
      skip_lost_segments();
      return 1;
    case wal::Condition::Damaged:
      fail(SubscriberState::LogDamaged,
           fmt::format("{} at {}:{}: {}", wal::text_of(status.condition), status.file.string(),
                       status.offset, status.what));
      return 0;
  }
  // Closed, or its process died: another may open it and go on.
  if (now_ns < reopen_at_) return 0;
  reopen_at_ = now_ns + kReopenNs;
  const wal::MetaFile meta = wal::read_meta(log_dir_);
  if (meta.state == wal::LogState::Clean && meta.log_id == log_id_ &&
      reader_->meta().state == wal::LogState::Clean)
    return 0;
  std::uint64_t read = 0;
  {
    const std::scoped_lock lock{mutex_};
    read = status_.read;
  }
  static_cast<void>(open(read + 1));
  return 0;
}

// Retention was faster than this subscriber: it goes on where the log goes on, and is told.
void Subscription::skip_lost_segments() {
  const std::string what = reader_->status().what;
  std::uint64_t read = 0;
  {
    const std::scoped_lock lock{mutex_};
    read = status_.read;
  }
  const std::uint64_t next = first_readable(log_dir_, options_.filter.wants_feed_log(), read + 1);
  if (next <= read + 1)
    return fail(SubscriberState::LogDamaged, fmt::format("{} behind record {}", what, read));
  {
    const std::scoped_lock lock{mutex_};
    const Loss loss{read + 1, next - 1, 0};
    queue_.push(loss);
    status_.last_loss = loss;
    ++status_.losses;
    status_.read = next - 1;
  }
  static_cast<void>(open(next));
}

void Subscription::settle() {
  if (queue_.empty() && taken_ <= status_.handled) status_.handled = status_.read;
}

void Subscription::save(std::int64_t now_ns, bool now) {
  if (!options_.durable) return;
  Position position{log_id_, 0};
  {
    const std::scoped_lock lock{mutex_};
    position.sequence = status_.handled;
    const bool due = now || unsaved_ >= options_.position_batch ||
                     now_ns - saved_at_ >= options_.position_interval_ns;
    if (position.sequence == status_.saved || !due) return;
    unsaved_ = 0;
  }
  saved_at_ = now_ns;
  try {
    save_position(position_file_, position);
    const std::scoped_lock lock{mutex_};
    status_.saved = position.sequence;
  } catch (const std::exception& error) {  // tried again; until then more would come twice
    note(error.what());
  }
}

void Subscription::note(const std::string& problem) {
  const std::scoped_lock lock{mutex_};
  status_.problem = problem;
}
void Subscription::fail(SubscriberState state, std::string problem) {
  const std::scoped_lock lock{mutex_};
  status_.state = state;
  status_.problem = std::move(problem);
}
SubscriberStatus Subscription::status() const {
  const std::scoped_lock lock{mutex_};
  SubscriberStatus status = status_;
  status.queued = queue_.records();
  return status;
}
}  // namespace sq::app
