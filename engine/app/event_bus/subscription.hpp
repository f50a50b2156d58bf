// One consumer of the log: reads on from where it stands, keeps what it wants in a bounded queue,
// and hands it over in log order on the consumer's own thread.
// Thread: pump() the bus'; deliver(), or take() and acknowledge(), one consumer's; the rest any.
// Cost: none to the core, which does not know of it. Memory: the queue.
// Errors: an event whose handler throws is tried again, then goes to the dead letters, and the next
// one follows. Where records are lost the consumer is told their first and last sequence.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "engine/app/event_bus/dead_letters.hpp"
#include "engine/app/event_bus/event_queue.hpp"
#include "engine/app/event_bus/position_file.hpp"
#include "engine/app/event_bus/topic.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
// What a full queue does. Never does it stop the core, nor another subscriber.
enum class WhenFull : std::uint8_t {
  DropOldest,  // counted, and told to the consumer before the next event
  Wait,        // the bus reads on for this subscriber when there is room; the log keeps the rest
  Disconnect   // ends the subscription; status() says where
};
[[nodiscard]] std::string_view text_of(WhenFull policy) noexcept;

struct SubscriberOptions {
  static constexpr std::uint64_t kFromNow = ~std::uint64_t{0};

  std::string name;     // 1 to 40 letters, digits, '-', '_'; one subscriber a name
  bool durable{false};  // goes on behind what it had handled, also after a crash: at least once
  std::uint64_t from{kFromNow};  // first sequence; of a durable one only without a position
  EventFilter filter;
  WhenFull when_full{WhenFull::Wait};
  std::size_t queue_records_max{1'024};
  std::size_t queue_bytes_max{std::size_t{4} << 20U};
  std::uint32_t retries{3};                    // after the first attempt
  std::int64_t retry_pause_ns{10 * kNsPerMs};  // doubles at each
  std::uint32_t position_batch{256};           // handled events that wait for a sync at most
  std::int64_t position_interval_ns{100 * kNsPerMs};
};

struct Delivery {
  const RecordHeader& record;
  std::uint32_t attempt;  // 1 is the first
  bool replayed;          // from the dead letters: later than its place in the log
};
struct Consumer {
  std::function<void(const Delivery&)> on_event;  // throws: the event was not handled
  std::function<void(const Loss&)> on_loss;       // may be empty
};

enum class SubscriberState : std::uint8_t {
  Active,
  Disconnected,  // its queue was full
  LogDamaged     // the log cannot be read on; `problem` says where
};
[[nodiscard]] std::string_view text_of(SubscriberState state) noexcept;
struct SubscriberStatus {
  std::string name;
  SubscriberState state{SubscriberState::Active};
  bool durable{false};
  WhenFull when_full{WhenFull::Wait};
  std::uint64_t read{0};     // last sequence looked at
  std::uint64_t handled{0};  // everything up to here was handled
  std::uint64_t saved{0};    // durable: what a crash would go on behind
  std::uint64_t queued{0};
  std::uint64_t delivered{0};
  std::uint64_t failures{0};  // calls that threw
  std::uint64_t letters{0};   // events that went to the dead letters
  std::uint64_t lost{0};      // records dropped by a full queue
  std::uint64_t losses{0};    // stretches of the log that were gone before they were read
  std::optional<Loss> last_loss;
  std::string problem;
};

class Subscription {
 public:
  // LogError when there is no log in `log_dir`; std::invalid_argument for a bad name.
  Subscription(SubscriberOptions options, Consumer consumer, const std::filesystem::path& log_dir,
               DeadLetters& letters);
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription();  // saves the position

  // Bus: reads on, saves the position when it is due. What it did, 0: nothing to do now.
  std::size_t pump(std::int64_t now_ns);
  // Consumer with a handler: at most so many events. What it did, 0: nothing to do now.
  std::size_t deliver(std::int64_t now_ns, std::size_t events_max);

  // Consumer without one: the next event, or the notice of a loss; empty: nothing yet. It counts as
  // handled with acknowledge() of the event's sequence, or the loss' last; one may cover several.
  [[nodiscard]] std::optional<EventQueue::Entry> take();
  void acknowledge(std::uint64_t sequence);

  // Hands a dead letter to the handler again, before the next event; it is removed when that
  // succeeds. False: no handler, not active, or already on its way.
  [[nodiscard]] bool replay(const Letter& letter);

  [[nodiscard]] SubscriberStatus status() const;
  [[nodiscard]] const SubscriberOptions& options() const noexcept { return options_; }

 private:
  struct InFlight {
    KeptRecord record;
    std::uint64_t letter{0};  // its id when it is a replay
    std::uint64_t log_id{0};
    std::uint32_t attempts{0};
    std::int64_t retry_at{0};
  };
  void start();
  bool open(std::uint64_t from);
  [[nodiscard]] bool store(const RecordHeader& record);  // false: it waits for room
  std::size_t at_end(std::int64_t now_ns);
  void skip_lost_segments();
  void save(std::int64_t now_ns, bool now);
  void handled_up_to(std::uint64_t sequence);
  void settle();  // under the lock: nothing waits, so what was read is handled
  bool fetch();
  bool attempt(std::int64_t now_ns);
  bool bury(const std::string& reason);
  void finish_event(bool delivered);
  void note(const std::string& problem);
  void fail(SubscriberState state, std::string problem);

  const SubscriberOptions options_;
  const Consumer consumer_;
  const std::filesystem::path log_dir_;
  const std::filesystem::path position_file_;
  DeadLetters& letters_;

  // The bus thread's.
  std::optional<wal::Reader> reader_;
  const RecordHeader* held_{nullptr};  // read, not stored yet
  std::uint64_t log_id_{0};
  std::int64_t reopen_at_{0};
  std::int64_t saved_at_{0};
  // The consumer's.
  InFlight in_flight_;

  mutable std::mutex mutex_;
  EventQueue queue_;
  std::deque<Letter> replays_;
  std::vector<std::uint64_t> replaying_;  // letters in replays_ and in flight
  std::uint64_t taken_{0};                // last sequence out of the queue
  std::uint32_t unsaved_{0};              // handled events since the last save
  SubscriberStatus status_;
};
}  // namespace sq::app
