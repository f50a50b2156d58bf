// A real log, written record by record, with what tests of the event bus need to say about it.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "engine/app/event_bus/event_bus.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/wal/log.hpp"
#include "tests/app/log_history.hpp"

namespace sq::test {
class EventLog {
 public:
  EventLog() : settings_{small_log(dir_.path())}, log_{wal::Log::create(settings_)} {}
  explicit EventLog(wal::Retention keep_feed) : settings_{small_log(dir_.path())} {
    settings_.keep_feed = keep_feed;
    log_ = wal::Log::create(settings_);
  }

  // The sequence it got. The durability thread's work is done in between.
  template <class P>
  std::uint64_t append(RecordKind kind, const P& payload, InstrumentId instrument = kNoInstrument) {
    auto record = make_record(kind, payload);
    record.header.instrument = instrument;
    record.header.wall = WallTime{1'722'470'400'000'000'000 + static_cast<std::int64_t>(sequence_)};
    return append(record.header);
  }
  std::uint64_t append(RecordHeader& record) {
    record.sequence = ++sequence_;
    if (!log_->appender().append(record)) throw std::runtime_error("append refused");
    log_->do_work();
    return sequence_;
  }
  std::uint64_t order(std::uint16_t strategy = 0, std::uint32_t instrument = 0) {
    OrderRequest request;
    request.id = OrderId::make(1, sequence_ + 1);
    request.strategy = StrategyId{strategy};
    return append(RecordKind::OrderSent, request, InstrumentId{instrument});
  }
  std::uint64_t fill(std::uint16_t strategy = 0, std::uint32_t instrument = 0) {
    FillBooked fill;
    fill.strategy = StrategyId{strategy};
    return append(RecordKind::FillBooked, fill, InstrumentId{instrument});
  }
  std::uint64_t trade(std::uint32_t instrument = 0) {
    return append(RecordKind::TradePrint, TradePrint{}, InstrumentId{instrument});
  }
  std::uint64_t command(Command what, std::uint16_t strategy = 0xFFFF) {
    AdminCommand command;
    command.command = what;
    command.strategy = StrategyId{strategy};
    return append(RecordKind::AdminCommand, command);
  }
  // The core's decision that `input` was for nobody.
  std::uint64_t dead_letter(std::uint64_t input, DeadLetterReason reason) {
    return append(RecordKind::DeadLetter, DeadLetter{input, reason, {}});
  }
  void flush() {
    if (!log_->flush()) throw std::runtime_error(log_->failure());
  }
  [[nodiscard]] const std::filesystem::path& dir() const { return settings_.dir; }
  [[nodiscard]] std::uint64_t last() const { return sequence_; }
  [[nodiscard]] wal::Log& log() { return *log_; }

 private:
  TemporaryDir dir_;
  wal::LogSettings settings_;
  std::unique_ptr<wal::Log> log_;
  std::uint64_t sequence_{0};
};

inline app::SubscriberOptions named(const std::string& name, app::TopicSet topics,
                                    std::uint64_t from = 0) {
  app::SubscriberOptions options;
  options.name = name;
  options.filter.topics = topics;
  options.from = from;
  return options;
}
// Puts down what it is told.
struct Notebook {
  std::vector<std::uint64_t> sequences;
  std::vector<app::Loss> losses;
  [[nodiscard]] app::Consumer consumer() {
    return {[this](const app::Delivery& event) { sequences.push_back(event.record.sequence); },
            [this](const app::Loss& loss) { losses.push_back(loss); }};
  }
};
// Until neither the bus nor the subscriber has anything to do, time standing still.
inline void settle(app::EventBus& bus, app::Subscription& subscription, std::int64_t now = 0) {
  while (bus.do_work(now) + subscription.deliver(now, 100) != 0) {
  }
}
}  // namespace sq::test
