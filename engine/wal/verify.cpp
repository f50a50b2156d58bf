#include "engine/wal/verify.hpp"

#include <system_error>

#include "engine/wal/reader.hpp"
#include "engine/wal/segment_proof.hpp"
#include "engine/wal/segment_writer.hpp"

namespace sq::wal {
std::uint64_t bytes_on_disk(const std::filesystem::path& dir) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const Stream stream : kBothStreams) {
    for (const std::uint64_t number : segment_numbers(dir, stream)) {
      const auto size = std::filesystem::file_size(segment_path(dir, stream, number), error);
      if (!error) bytes += size;
    }
  }
  return bytes;
}

VerifyReport verify(const std::filesystem::path& dir, const VerifyProgress& progress,
                    const RunAll& run_all) {
  constexpr std::uint64_t kStep = std::uint64_t{64} << 20U;
  if (run_all) {
    if (const auto proven = prove_segments(dir, run_all, progress)) return *proven;
  }
  VerifyReport report;
  ReaderOptions options;
  options.from_first_kept = true;
  Reader reader{dir, options};
  const std::uint64_t total = progress ? bytes_on_disk(dir) : 0;
  std::uint64_t next_call = kStep;
  while (const RecordHeader* record = reader.next()) {
    if (report.records == 0) {
      report.first_sequence = record->sequence;
    } else if (record->sequence != report.last_sequence + 1) {
      if (report.missing == 0) report.first_missing = report.last_sequence + 1;
      report.missing += record->sequence - report.last_sequence - 1;
    }
    report.last_sequence = record->sequence;
    ++report.records;
    ++(stream_of(record->kind) == Stream::Order ? report.orders : report.feed);
    report.bytes += record->length;
    if (progress && report.bytes >= next_call) {
      progress(report.bytes, total);
      next_call += kStep;
    }
  }
  report.segments = reader.segments();
  report.first = reader.status();
  report.condition = report.first.condition;
  if (report.condition == Condition::End && reader.meta().state == LogState::Clean)
    report.condition = Condition::Ok;
  if (progress) progress(report.bytes, total);
  return report;
}

std::string text_of(const VerifyReport& report) {
  const auto n = [](std::uint64_t value) { return std::to_string(value); };
  std::string text = "records " + n(report.records) + " (orders " + n(report.orders) + ", feed " +
                     n(report.feed) + "), bytes " + n(report.bytes) + ", segments " +
                     n(report.segments) + ", sequence " + n(report.first_sequence) + " to " +
                     n(report.last_sequence) + "\n";
  if (report.first_sequence > 1)
    text += "what is before sequence " + n(report.first_sequence) + " was removed, as [log] keep_* says\n";
  if (report.missing > 0)
    text += n(report.missing) + " sequence numbers are in neither stream, the first is " +
            n(report.first_missing) + "\n";
  switch (report.condition) {
    case Condition::Ok:
      return text + "whole, closed in order\n";
    case Condition::End:
      return text + "whole, not closed: in use, or its owner was killed\n";
    case Condition::Torn:
      text += "TORN: ";
      break;
    case Condition::Damaged:
      text += "DAMAGED: ";
      break;
    case Condition::LostSegment:
      text += "SEGMENT MISSING: ";
      break;
  }
  return text + report.first.file.string() + " offset " + n(report.first.offset) +
         ", after sequence " + n(report.first.sequence) + ": " + report.first.what + "\n";
}
}  // namespace sq::wal
