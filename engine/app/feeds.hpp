// The market data of a run: which files, decoded where. Recordings when they are there, else a
// session that the market simulator writes.
// Thread: start-up; FeedThread::run on the feed's thread. Errors: std::runtime_error naming the file.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "engine/app/file_sequence.hpp"
#include "engine/feed/source.hpp"
#include "engine/messaging/record_ring.hpp"
#include "engine/settings/config.hpp"
#include "engine/telemetry/stages.hpp"
#include "venues/binance/recorded_source.hpp"

namespace sq::app {
struct SessionFiles {
  struct Entry {
    InstrumentId instrument{kNoInstrument};
    VenueId venue{VenueId::None};
    std::vector<std::filesystem::path> files;
    std::string format;       // settings::Recording::format
    std::string file_symbol;  // the instrument's name in the files
  };
  std::vector<Entry> entries;  // in the order of the configuration
  bool simulated{false};       // written by the market simulator
  std::string origin;          // a sentence for the summary
};

// The recordings that the configuration names, or the simulated session when none of them exists.
// Some but not all present is an error that names the missing file.
[[nodiscard]] SessionFiles find_session(const settings::Config& config);

// One recording as a source that times how long each record takes from the file's bytes.
class DecodedSource final : public feed::Source {
 public:
  // The venue's own messages.
  DecodedSource(std::unique_ptr<binance::RecordedSource> source, telemetry::StageTimers* stages)
      : source_{std::move(source)},
        raw_{static_cast<const binance::RecordedSource*>(source_.get())},
        stages_{stages} {}
  // Files in another format.
  DecodedSource(std::unique_ptr<FileSequence> source, telemetry::StageTimers* stages)
      : source_{std::move(source)},
        files_{static_cast<const FileSequence*>(source_.get())},
        stages_{stages} {}
  [[nodiscard]] RecordHeader* peek() override;
  void pop() override {
    waiting_ = false;
    source_->pop();
  }
  // What was wrong with the files so far, a sentence each. After the source has ended.
  void report(std::vector<std::string>& warnings) const;

 private:
  std::unique_ptr<feed::Source> source_;
  const binance::RecordedSource* raw_{nullptr};
  const FileSequence* files_{nullptr};
  telemetry::StageTimers* stages_;
  bool waiting_{false};  // the next record is already decoded
};

// The core's end of a ring that a feed thread fills. peek() waits for a record or the end.
class RingSource final : public feed::Source {
 public:
  static constexpr std::uint64_t kRingBytes = 8U << 20;
  RingSource() : ring_{kRingBytes} {}
  [[nodiscard]] RecordHeader* peek() override;
  void pop() override { ring_.pop(); }

 private:
  friend class FeedThread;
  RecordRing ring_;
  std::atomic<bool> ended_{false};
};

// Decodes several sources into their rings, whichever has room. Full ring: waits, because recorded
// data can; nothing is lost.
class FeedThread {
 public:
  void add(std::unique_ptr<DecodedSource> source, RingSource& ring) {
    lanes_.push_back({std::move(source), &ring});
  }
  void run() noexcept;  // until all sources ended or stop()
  void stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool empty() const noexcept { return lanes_.empty(); }

 private:
  struct Lane {
    std::unique_ptr<DecodedSource> source;
    RingSource* ring;
    bool done{false};
  };
  bool work(Lane& lane);

  std::vector<Lane> lanes_;
  std::atomic<bool> stop_{false};
};

// One source a recording, in the order of the configuration: decoded by `thread`, or in place when
// `thread` is null. Same records either way.
[[nodiscard]] std::vector<std::unique_ptr<feed::Source>> open_sources(
    const settings::Config& config, const SessionFiles& session, FeedThread* thread,
    telemetry::StageTimers* stages, std::vector<const DecodedSource*>* opened);
}  // namespace sq::app
