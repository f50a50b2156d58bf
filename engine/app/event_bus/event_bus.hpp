// The event bus: typed topics over the records of a log, for consumers in this process that are not
// on the core's path. Every subscriber reads the log by itself, so none waits for another, and the
// core for none.
// Thread: do_work() one; subscribe, find, statuses and replay any. A subscription ends with the bus
// or by unsubscribe(), which nobody may call while somebody still uses it.
// Cost: a read of the log a subscriber; of the market data only where they are wanted.
// Errors: std::invalid_argument for a name that is bad or taken; LogError when there is no log.
#pragma once

#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "engine/app/event_bus/dead_letters.hpp"
#include "engine/app/event_bus/subscription.hpp"

namespace sq::app {
template <class P>
struct Event {
  const RecordHeader& header;
  const P& payload;
  std::uint32_t attempt;
  bool replayed;
};

class EventBus {
 public:
  explicit EventBus(const std::filesystem::path& log_dir, LetterLimits limits = {});

  // With a handler: Subscription::deliver() calls it. Without: take() and acknowledge().
  Subscription& subscribe(SubscriberOptions options, Consumer consumer = {});
  // Only records with payload P, whatever options.filter says of topics. A record that is too short
  // for P is a failure like any other: it goes to the dead letters.
  template <class P>
  Subscription& subscribe(SubscriberOptions options, std::function<void(const Event<P>&)> on_event,
                          std::function<void(const Loss&)> on_loss = {}) {
    options.filter.kinds = KindsOf<P>::list();
    return subscribe(std::move(options), Consumer{typed<P>(std::move(on_event)), on_loss});
  }
  void unsubscribe(Subscription& subscription);

  // Reads on for every subscriber. What it did, 0: nothing to do now.
  std::size_t do_work(std::int64_t now_ns);

  enum class Replay : std::uint8_t { Accepted, NoSubscriber, Refused };
  // Hands a subscriber's letter to it again.
  Replay replay(const Letter& letter);

  [[nodiscard]] std::vector<SubscriberStatus> statuses() const;
  [[nodiscard]] DeadLetters& letters() noexcept { return letters_; }
  [[nodiscard]] const std::filesystem::path& log_dir() const noexcept { return log_dir_; }

 private:
  template <class P>
  static std::function<void(const Delivery&)> typed(std::function<void(const Event<P>&)> called) {
    return [handler = std::move(called)](const Delivery& delivery) {
      if (!holds<P>(delivery.record))
        throw std::runtime_error("the record is too short for its payload");
      handler(
          {delivery.record, payload_of<P>(delivery.record), delivery.attempt, delivery.replayed});
    };
  }

  const std::filesystem::path log_dir_;
  DeadLetters letters_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
};
}  // namespace sq::app
