// A recording of one venue's raw messages as a source of records.
// Thread: one consumer, which may also be a thread that runs ahead. Cost: peek after pop decodes
// one message (market_data.hpp) and reads on in the file when its buffer is used up. Errors:
// messages that are not decoded are counted and stepped over; a failure of the recording itself
// (raw_recording.hpp) ends the source: whoever runs it asks failure() at the end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/feed/raw_recording.hpp"
#include "engine/feed/source.hpp"
#include "venues/binance/market_data.hpp"

namespace sq::binance {
struct RecordedCounts {
  std::uint64_t lines{0};
  std::uint64_t steps_back{0};  // lines received earlier than the line before: the clock was set
  std::int64_t step_back_ns_max{0};
  std::uint64_t first_malformed_line{0};  // 0: none; in first_malformed_file
  std::string first_malformed_file;
};

class RecordedSource final : public feed::Source {
 public:
  // `snapshot_of`: whose book the snapshots without symbol in this recording are.
  // Throws what MarketDataDecoder throws.
  RecordedSource(feed::RawRecording recording, const DecoderSettings& settings, SourceId source,
                 InstrumentId snapshot_of);

  [[nodiscard]] RecordHeader* peek() override {
    if (ready_ || (!ended_ && advance())) [[likely]]
      return reinterpret_cast<RecordHeader*>(record_.get());
    return nullptr;
  }
  void pop() override { ready_ = false; }

  [[nodiscard]] const std::optional<feed::RecordingFailure>& failure() const noexcept {
    return recording_.failure();
  }
  [[nodiscard]] const RecordedCounts& counts() const noexcept { return counts_; }
  [[nodiscard]] const DecodeCounts& decoded() const noexcept { return decoder_.counts(); }

 private:
  bool advance();  // to the next record; false: there is none
  [[gnu::cold]] void note_malformed();
  [[gnu::cold]] void note_step_back(std::int64_t step_ns) noexcept;

  feed::RawRecording recording_;
  MarketDataDecoder decoder_;
  SourceId source_;
  InstrumentId snapshot_of_;
  std::uint64_t sequence_{0};
  WallTime received_{};  // of the last line
  bool ready_{false};
  bool ended_{false};
  std::unique_ptr<std::byte[]> record_;  // kRecordBytesMax
  RecordedCounts counts_;
};
}  // namespace sq::binance
