#include "venues/binance/recorded_source.hpp"

#include <utility>

namespace sq::binance {
static_assert(feed::kRawPadding >= kMessagePadding);
static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= kRecordAlignment);

RecordedSource::RecordedSource(feed::RawRecording recording, const DecoderSettings& settings,
                               SourceId source, InstrumentId snapshot_of)
    : recording_{std::move(recording)},
      decoder_{settings},
      source_{source},
      snapshot_of_{snapshot_of},
      record_{std::make_unique<std::byte[]>(kRecordBytesMax)} {}

bool RecordedSource::advance() {
  feed::RawLine line;
  while (recording_.next(line) == feed::RawRecording::Read::Line) {
    ++counts_.lines;
    if (line.received < received_) note_step_back(received_ - line.received);
    received_ = line.received;
    const DecodeResult result =
        decoder_.decode(line.json, line.received, snapshot_of_, {record_.get(), kRecordBytesMax});
    if (result == DecodeResult::Decoded) {
      auto* header = reinterpret_cast<RecordHeader*>(record_.get());
      header->source = source_;
      header->source_sequence = ++sequence_;
      ready_ = true;
      return true;
    }
    if (result == DecodeResult::Malformed || result == DecodeResult::TooLarge) note_malformed();
  }
  ended_ = true;
  return false;
}

void RecordedSource::note_malformed() {
  if (counts_.first_malformed_line != 0) return;
  counts_.first_malformed_line = recording_.line();
  counts_.first_malformed_file = recording_.file();
}

void RecordedSource::note_step_back(std::int64_t step_ns) noexcept {
  ++counts_.steps_back;
  if (step_ns > counts_.step_back_ns_max) counts_.step_back_ns_max = step_ns;
}
}  // namespace sq::binance
