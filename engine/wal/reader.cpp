#include "engine/wal/reader.hpp"

#include <algorithm>

#include "engine/wal/retention.hpp"

namespace sq::wal {
Reader::Reader(const std::filesystem::path& dir, ReaderOptions options)
    : log_{LogView::open(dir)}, options_{options} {
  for (const Stream stream : kBothStreams) {
    if (!(stream == Stream::Order ? options_.orders : options_.feed)) continue;
    std::uint64_t from = options_.from_sequence;
    if (options_.from_first_kept) from = std::max(from, first_kept(dir, stream, log_.meta.log_id));
    cursors_[index_of(stream)].emplace(log_, stream, StreamCursor::Start::Sequence, from);
  }
}

const RecordHeader* Reader::fetch(std::size_t stream) {
  auto& cursor = cursors_[stream];
  if (!cursor) return nullptr;
  const RecordHeader* record = cursor->advance();
  while (record != nullptr && record->sequence < options_.from_sequence)
    [[unlikely]] record = cursor->advance();
  return record;
}

const RecordHeader* Reader::next() {
  if (given_ < kStreams) heads_[given_] = nullptr;
  given_ = kStreams;
  // An empty stream is asked after the other one was seen: what is older than a visible record is
  // visible too, so the merged order is exact while the log is being written.
  const bool feed_first = heads_[0] == nullptr;
  if (heads_[1] == nullptr) heads_[1] = fetch(1);
  if (feed_first) {
    heads_[0] = fetch(0);
    if (heads_[0] != nullptr && heads_[1] == nullptr) heads_[1] = fetch(1);
  }
  for (const auto& cursor : cursors_) {
    if (cursor && cursor->status().condition > Condition::Torn) [[unlikely]]
      return nothing_left();
  }
  if (heads_[0] == nullptr && heads_[1] == nullptr) return nothing_left();
  given_ =
      heads_[1] == nullptr || (heads_[0] != nullptr && heads_[0]->sequence < heads_[1]->sequence)
          ? 0
          : 1;
  return heads_[given_];
}

// The worst of the two streams' conditions; damage in one ends the merged reading at once.
const RecordHeader* Reader::nothing_left() {
  status_ = {};
  for (const auto& cursor : cursors_) {
    if (cursor && cursor->status().condition > status_.condition) status_ = cursor->status();
  }
  const bool alive = !log_.clean() && (log_.rings[0] || log_.rings[1]);
  if (options_.follow && alive && status_.condition == Condition::End)
    status_.condition = Condition::Ok;
  return nullptr;
}

std::uint64_t Reader::segments() const noexcept {
  std::uint64_t n = 0;
  for (const auto& cursor : cursors_) n += cursor ? cursor->segments() : 0;
  return n;
}
}  // namespace sq::wal
