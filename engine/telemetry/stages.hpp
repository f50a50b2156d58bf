// How long each stage of an event takes. The core writes and never reads: what is measured cannot
// change a decision, and is not part of the hash.
// Thread: one writer; any thread may take snapshots. A feed's thread has timers of its own; readers
// merge the snapshots. Cost: a clock read (9 ns) and a
// record (README.md) a stamp on a timed event, a branch on the others.
// Units: recorded in ticks, reported in nanoseconds.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/telemetry/histogram.hpp"
#include "engine/telemetry/tick_clock.hpp"

namespace sq::telemetry {
enum class Stage : std::uint8_t {
  Decode,  // bytes of the venue to a record
  Queue,   // from the ring's one end to the other
  Log,     // append to the write-ahead log
  Book,
  Strategy,  // the callback, with what it called
  Risk,      // the gate
  Order,     // the order life cycle
  Exchange,  // the simulated one
  Portfolio,
  Event,       // one input event, from the sequencer to the last decision
  TickToOrder  // from the input event to the request handed to the venue
};
constexpr std::size_t kStageCount = 11;
[[nodiscard]] std::string_view text_of(Stage) noexcept;  // "tick-to-order"

class StageTimers {
 public:
  // Times every `sample_every`-th event; 0 is none.
  StageTimers(const TickClock& clock, std::uint32_t sample_every) noexcept
      : clock_{clock}, sample_every_{sample_every}, timed_{sample_every != 0} {}
  StageTimers(const StageTimers&) = delete;
  StageTimers& operator=(const StageTimers&) = delete;

  // At the start of an input event (a StageStamp of Stage::Event does it): decides whether the
  // stamps up to the next call are taken. The first event is.
  void begin_event() noexcept {
    timed_ = left_ == 0 && sample_every_ != 0;
    left_ = timed_ ? sample_every_ - 1 : left_ - 1;
  }
  [[nodiscard]] bool timed() const noexcept { return timed_; }
  [[nodiscard]] std::uint64_t now() const noexcept { return clock_.now(); }
  void record(Stage stage, std::uint64_t ticks) noexcept {
    histograms_[static_cast<std::size_t>(stage)].record(ticks);
  }
  // `begin`: from now(), earlier in the same event; of an event that is not timed it is ignored.
  void record_since(Stage stage, std::uint64_t begin) noexcept {
    if (timed_) record(stage, now() - begin);
  }

  // Any thread.
  [[nodiscard]] const Histogram& histogram(Stage stage) const noexcept {
    return histograms_[static_cast<std::size_t>(stage)];
  }
  [[nodiscard]] Percentiles percentiles_ns(Stage stage) const {
    return histogram(stage).snapshot().percentiles(clock_.ns_per_tick());
  }
  [[nodiscard]] const TickClock& clock() const noexcept { return clock_; }
  [[nodiscard]] std::uint32_t sample_every() const noexcept { return sample_every_; }

 private:
  TickClock clock_;
  std::uint32_t sample_every_;
  std::uint32_t left_{0};  // events until the next timed one
  bool timed_;
  std::array<Histogram, kStageCount> histograms_{};
};

// Times a scope as one stage, or several that follow each other with one clock read between:
//   StageStamp stamp{&timers, Stage::Log};
//   log.append(record);
//   stamp.next(Stage::Book);
//   book.apply(record);
// Nothing happens without timers (null) or when they do not time this event.
class StageStamp {
 public:
  StageStamp(StageTimers* timers, Stage stage) noexcept : timers_{timers}, stage_{stage} {
    if (timers_ == nullptr) return;
    if (stage == Stage::Event) timers_->begin_event();
    if (!timers_->timed()) {
      timers_ = nullptr;
      return;
    }
    begin_ = timers_->now();
  }
  StageStamp(const StageStamp&) = delete;
  StageStamp& operator=(const StageStamp&) = delete;
  ~StageStamp() {
    if (timers_ != nullptr) timers_->record_since(stage_, begin_);
  }
  // Ticks at its begin, for a stage that ends elsewhere (record_since); 0 when not timed.
  [[nodiscard]] std::uint64_t start() const noexcept { return begin_; }
  void next(Stage stage) noexcept {
    if (timers_ != nullptr) {
      const std::uint64_t now = timers_->now();
      timers_->record(stage_, now - begin_);
      begin_ = now;
    }
    stage_ = stage;
  }

 private:
  StageTimers* timers_;  // null: this event is not timed
  std::uint64_t begin_{0};
  Stage stage_;
};
}  // namespace sq::telemetry
