#include "engine/wal/segment_proof.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/wal/segment_writer.hpp"

namespace sq::wal {
namespace {
struct Part {
  Stream stream{Stream::Order};
  std::uint64_t number{0};
  bool last{false};  // of its stream
};
struct Proof {
  bool whole{false};
  Condition condition{Condition::Ok};  // of the last part: how its stream ends
  std::uint64_t records{0};
  std::uint64_t bytes{0};
  std::uint64_t first_sequence{0};
  std::uint64_t last_sequence{0};
};

// One bit a sequence number. Parts write words of their own but for those at their edges.
class SequenceMap {
 public:
  SequenceMap(std::uint64_t first, std::uint64_t last)
      : first_{first}, words_((last - first) / 64 + 1) {}

  // Collects the bits of one word at a time; a part's numbers rise.
  class Run {
   public:
    explicit Run(SequenceMap& map) : map_{map} {}
    // False: outside of the map, or seen before.
    [[nodiscard]] bool add(std::uint64_t sequence) {
      const std::uint64_t at = sequence - map_.first_;  // wraps around when it lies before
      const std::uint64_t word = at / 64;
      if (word >= map_.words_.size()) return false;
      if (word != word_) {
        if (!flush()) return false;
        word_ = word;
      }
      bits_ |= std::uint64_t{1} << (at % 64);
      return true;
    }
    [[nodiscard]] bool flush() {
      if (bits_ == 0) return true;
      const std::uint64_t before = map_.words_[word_].fetch_or(bits_, std::memory_order_relaxed);
      return (before & std::exchange(bits_, 0)) == 0;
    }

   private:
    SequenceMap& map_;
    std::uint64_t word_{0};
    std::uint64_t bits_{0};
  };
  [[nodiscard]] std::uint64_t count() const {
    std::uint64_t n = 0;
    for (const auto& word : words_)
      n += static_cast<std::uint64_t>(std::popcount(word.load(std::memory_order_relaxed)));
    return n;
  }

 private:
  std::uint64_t first_;
  std::vector<std::atomic<std::uint64_t>> words_;
};

class Progress {
 public:
  Progress(const VerifyProgress& call, std::uint64_t total) : call_{call}, total_{total} {}
  void add(std::uint64_t bytes) {
    constexpr std::uint64_t kStep = std::uint64_t{64} << 20U;
    if (!call_) return;
    const std::lock_guard lock{mutex_};
    const std::uint64_t before = done_;
    done_ += bytes;
    if (done_ / kStep != before / kStep) call_(done_, total_);
  }
  void end() {
    if (call_) call_(done_, total_);
  }

 private:
  const VerifyProgress& call_;
  std::uint64_t total_;
  std::uint64_t done_{0};
  std::mutex mutex_;
};

std::vector<Part> parts_of(const std::filesystem::path& dir) {
  std::vector<Part> parts;
  for (const Stream stream : kBothStreams) {
    for (const std::uint64_t number : segment_numbers(dir, stream))
      parts.push_back({stream, number, false});
    if (!parts.empty() && parts.back().stream == stream) parts.back().last = true;
  }
  return parts;
}

Proof prove(const std::filesystem::path& dir, const Part& part, SequenceMap& map) {
  LogView view = LogView::open(dir);
  StreamCursor cursor{view, part.stream, StreamCursor::Start::Segment, part.number};
  SequenceMap::Run run{map};
  Proof proof;
  const RecordHeader* record = nullptr;
  while ((record = cursor.advance()) != nullptr && cursor.at().segment == part.number) {
    if (!run.add(record->sequence)) return proof;
    if (proof.records++ == 0) proof.first_sequence = record->sequence;
    proof.last_sequence = record->sequence;
    proof.bytes += record->length;
  }
  proof.condition = cursor.status().condition;
  // A part that is not the last must go on in the next one; the last ends its stream.
  proof.whole = run.flush() && (part.last ? record == nullptr && proof.condition <= Condition::End
                                          : record != nullptr);
  return proof;
}

// Of the whole log: the first record of the oldest segments to the last of the newest.
struct Range {
  std::uint64_t first{~std::uint64_t{0}};
  std::uint64_t last{0};
};
std::optional<Range> range_of(const std::filesystem::path& dir, const std::vector<Part>& parts) {
  Range range;
  for (const Part& part : parts) {
    LogView view = LogView::open(dir);
    if (!view.clean()) return std::nullopt;  // its ends are not known before it was read
    range.last = std::max(range.last, view.meta.ends[index_of(part.stream)].sequence);
    StreamCursor cursor{view, part.stream, StreamCursor::Start::Segment, part.number};
    const RecordHeader* record = cursor.advance();
    if (record == nullptr) {
      if (part.last && cursor.status().condition <= Condition::End) continue;  // without a record
      return std::nullopt;
    }
    range.first = std::min(range.first, record->sequence);
  }
  if (range.first > range.last) return std::nullopt;
  return range;
}
}  // namespace

std::optional<VerifyReport> prove_segments(const std::filesystem::path& dir, const RunAll& run_all,
                                           const VerifyProgress& progress) {
  const std::vector<Part> parts = parts_of(dir);
  const auto range = range_of(dir, parts);
  if (!range) return std::nullopt;
  SequenceMap map{range->first, range->last};
  Progress shown{progress, progress ? bytes_on_disk(dir) : 0};
  std::vector<Proof> proofs(parts.size());
  std::atomic<bool> broken{false};
  run_all(parts.size(), [&](std::size_t i) {
    if (broken.load(std::memory_order_relaxed)) return;
    proofs[i] = prove(dir, parts[i], map);
    if (!proofs[i].whole) broken.store(true, std::memory_order_relaxed);
    shown.add(proofs[i].bytes);
  });
  if (broken.load()) return std::nullopt;
  VerifyReport report;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    report.records += proofs[i].records;
    (parts[i].stream == Stream::Order ? report.orders : report.feed) += proofs[i].records;
    report.bytes += proofs[i].bytes;
  }
  // Every number of the range is in exactly one stream.
  if (report.records != range->last - range->first + 1 || map.count() != report.records)
    return std::nullopt;
  report.segments = parts.size();
  report.first_sequence = range->first;
  report.last_sequence = range->last;
  report.condition = Condition::Ok;
  report.first.condition = Condition::End;
  shown.end();
  return report;
}
}  // namespace sq::wal
