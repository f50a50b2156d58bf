// The consumer's side of a subscription: events out of the queue, again when they fail, and to the
// dead letters when they keep failing.
#include <algorithm>

#include "engine/app/event_bus/subscription.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kPauseMaxNs = 10 * kNsPerSecond;

std::int64_t pause_after(std::uint32_t attempts, std::int64_t first) noexcept {
  constexpr std::uint32_t kDoublingsMax = 20;
  return std::min(first << std::min(attempts - 1, kDoublingsMax), kPauseMaxNs);
}
}  // namespace

std::size_t Subscription::deliver(std::int64_t now_ns, std::size_t events_max) {
  std::size_t n = 0;
  while (n < events_max) {
    if (in_flight_.record.empty() && !fetch()) break;
    if (!attempt(now_ns)) break;
    ++n;
  }
  return n;
}

// The next event into in_flight_; losses on the way are told. False: there is none.
bool Subscription::fetch() {
  while (true) {
    EventQueue::Entry entry;
    {
      const std::scoped_lock lock{mutex_};
      if (!replays_.empty()) {
        Letter letter = std::move(replays_.front());
        replays_.pop_front();
        in_flight_ = {std::move(letter.record), letter.id, letter.log_id, 0, 0};
        return true;
      }
      if (queue_.empty()) return false;
      entry = queue_.take();
      taken_ = entry.record.empty() ? entry.loss.last : entry.record.header().sequence;
    }
    if (!entry.record.empty()) {
      in_flight_ = {std::move(entry.record), 0, log_id_, 0, 0};
      return true;
    }
    try {
      if (consumer_.on_loss) consumer_.on_loss(entry.loss);
    } catch (const std::exception& error) {  // it was told; there is nothing to hand over again
      note(error.what());
    }
    handled_up_to(entry.loss.last);
  }
}

// False: the event waits for its next attempt.
bool Subscription::attempt(std::int64_t now_ns) {
  if (now_ns < in_flight_.retry_at) return false;
  ++in_flight_.attempts;
  std::string reason;
  try {
    consumer_.on_event({in_flight_.record.header(), in_flight_.attempts, in_flight_.letter != 0});
    finish_event(true);
    return true;
  } catch (const std::exception& error) {
    reason = error.what();
  } catch (...) {
    reason = "an exception that is not a std::exception";
  }
  {
    const std::scoped_lock lock{mutex_};
    ++status_.failures;
  }
  in_flight_.retry_at = now_ns + pause_after(in_flight_.attempts, options_.retry_pause_ns);
  if (in_flight_.attempts <= options_.retries || !bury(reason)) return false;
  finish_event(false);
  return true;
}

// To the dead letters. False: they cannot be written now, and the event is not given up.
bool Subscription::bury(const std::string& reason) {
  constexpr std::size_t kReasonMax = 500;
  try {
    // Discarded while it was being replayed: it stays discarded.
    if (in_flight_.letter != 0 && !letters_.find(in_flight_.letter)) return true;
    Letter letter;
    letter.subscriber = options_.name;
    letter.reason = reason.substr(0, kReasonMax);
    letter.attempts = in_flight_.attempts;
    letter.log_id = in_flight_.log_id;
    letter.sequence = in_flight_.record.header().sequence;
    letter.record = KeptRecord{in_flight_.record.header()};
    letters_.add(std::move(letter));
  } catch (const std::exception& error) {
    note(error.what());
    return false;
  }
  const std::scoped_lock lock{mutex_};
  if (in_flight_.letter == 0) ++status_.letters;
  return true;
}

void Subscription::finish_event(bool delivered) {
  const std::uint64_t sequence = in_flight_.record.header().sequence;
  const std::uint64_t letter = in_flight_.letter;
  in_flight_ = {};
  if (letter == 0) {
    {
      const std::scoped_lock lock{mutex_};
      if (delivered) ++status_.delivered;
    }
    return handled_up_to(sequence);
  }
  try {
    if (delivered) letters_.remove(letter, DeadLetters::End::Replayed);
  } catch (const std::exception& error) {  // the letter stays: it may come a second time
    note(error.what());
  }
  const std::scoped_lock lock{mutex_};
  if (delivered) ++status_.delivered;
  std::erase(replaying_, letter);
}

void Subscription::handled_up_to(std::uint64_t sequence) {
  const std::scoped_lock lock{mutex_};
  status_.handled = std::max(status_.handled, sequence);
  ++unsaved_;
  settle();
}

std::optional<EventQueue::Entry> Subscription::take() {
  const std::scoped_lock lock{mutex_};
  if (queue_.empty()) return std::nullopt;
  EventQueue::Entry entry = queue_.take();
  taken_ = entry.record.empty() ? entry.loss.last : entry.record.header().sequence;
  if (!entry.record.empty()) ++status_.delivered;
  return entry;
}

void Subscription::acknowledge(std::uint64_t sequence) { handled_up_to(sequence); }

bool Subscription::replay(const Letter& letter) {
  const std::scoped_lock lock{mutex_};
  if (!consumer_.on_event || letter.from_core || letter.subscriber != options_.name) return false;
  if (std::find(replaying_.begin(), replaying_.end(), letter.id) != replaying_.end()) return false;
  replaying_.push_back(letter.id);
  replays_.push_back(letter);
  return true;
}
}  // namespace sq::app
