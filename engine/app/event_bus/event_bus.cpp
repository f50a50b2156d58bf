#include "engine/app/event_bus/event_bus.hpp"

#include <algorithm>

namespace sq::app {
EventBus::EventBus(const std::filesystem::path& log_dir, LetterLimits limits)
    : log_dir_{log_dir}, letters_{events_dir(log_dir), limits} {}

Subscription& EventBus::subscribe(SubscriberOptions options, Consumer consumer) {
  const std::scoped_lock lock{mutex_};
  for (const auto& each : subscriptions_)
    if (each->options().name == options.name)
      throw std::invalid_argument("subscriber \"" + options.name + "\": the name is taken");
  subscriptions_.push_back(
      std::make_unique<Subscription>(std::move(options), std::move(consumer), log_dir_, letters_));
  return *subscriptions_.back();
}

void EventBus::unsubscribe(Subscription& subscription) {
  const std::scoped_lock lock{mutex_};
  std::erase_if(subscriptions_, [&](const auto& each) { return each.get() == &subscription; });
}

std::size_t EventBus::do_work(std::int64_t now_ns) {
  const std::scoped_lock lock{mutex_};
  std::size_t done = 0;
  for (const auto& each : subscriptions_) done += each->pump(now_ns);
  return done;
}

EventBus::Replay EventBus::replay(const Letter& letter) {
  const std::scoped_lock lock{mutex_};
  for (const auto& each : subscriptions_)
    if (each->options().name == letter.subscriber)
      return each->replay(letter) ? Replay::Accepted : Replay::Refused;
  return Replay::NoSubscriber;
}

std::vector<SubscriberStatus> EventBus::statuses() const {
  const std::scoped_lock lock{mutex_};
  std::vector<SubscriberStatus> all;
  all.reserve(subscriptions_.size());
  for (const auto& each : subscriptions_) all.push_back(each->status());
  return all;
}
}  // namespace sq::app
