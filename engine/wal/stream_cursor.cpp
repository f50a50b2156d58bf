#include "engine/wal/stream_cursor.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "engine/wal/checksum.hpp"
#include "engine/wal/segment_writer.hpp"

namespace sq::wal {
namespace {
constexpr std::uint64_t kPrefetchBytes =
    4096;  // ahead of the record: a quarter less time (measured)
constexpr std::uint64_t kPopulateBytes = std::uint64_t{4} << 20U;

bool all_zero(const std::byte* bytes, std::size_t n) noexcept {
  return std::all_of(bytes, bytes + n, [](std::byte b) { return b == std::byte{0}; });
}
// Each slot is unused or whole; one sector, so never half written. (A live writer's are not looked
// at: it may be writing one.)
bool marks_sound(const SegmentHeader& header) noexcept {
  return std::all_of(header.marks.begin(), header.marks.end(), [&](const DurableMark& mark) {
    return mark == DurableMark{} || mark.checksum == mark_checksum(mark, header.log_id);
  });
}
}  // namespace

const char* text_of(Condition condition) noexcept {
  switch (condition) {
    case Condition::Ok:
      return "ok";
    case Condition::End:
      return "end";
    case Condition::Torn:
      return "torn";
    case Condition::Damaged:
      return "damaged";
    case Condition::LostSegment:
      return "lost-segment";
  }
  return "?";
}

StreamCursor::StreamCursor(LogView& log, Stream stream, Start start, std::uint64_t from)
    : log_{&log}, stream_{stream} {
  set_bounds();
  start_at(start, from);
}

void StreamCursor::set_bounds() {
  const std::size_t i = index_of(stream_);
  if (log_->clean()) {
    bound_ = Bound::Known;
    safe_ = log_->meta.ends[i].position;
  } else if (log_->rings[i]) {
    bound_ = Bound::Known;
    safe_ = log_->rings[i]->tail();
  } else {
    bound_ = Bound::Unknown;
    safe_ = ~std::uint64_t{0};
  }
}

void StreamCursor::start_at(Start start, std::uint64_t from) {
  at_.chain = root_of(log_->meta.log_id, stream_);
  if (start == Start::Segment) {
    if (open_segment(from)) {
      segments_ = 1;
      at_ = {header_.first_position, header_.previous_sequence, header_.chain_seed, header_.number};
    } else if (status_.condition == Condition::Ok) {
      stop(Condition::LostSegment, segment_path(log_->dir, stream_, from), 0, "missing");
    }
    return;
  }
  const auto numbers = segment_numbers(log_->dir, stream_);
  const bool from_first = start == Start::Sequence && from <= 1;
  for (std::size_t i = from_first ? std::min<std::size_t>(1, numbers.size()) : numbers.size();
       i-- > 0;) {
    if (!open_segment(numbers[i])) {
      if (status_.condition != Condition::Ok) return;
      continue;  // an empty shell behind the last segment
    }
    if (start == Start::NewestSegment ? header_.first_position <= safe_
                                      : header_.first_sequence <= from)
      break;
  }
  if (header_.number == 0) {
    const StreamEnd& end = log_->meta.ends[index_of(stream_)];
    if (start == Start::Sequence && from > end.sequence) {
      at_ = end.position > 0 ? end : at_;  // archived away; what comes may still be in the ring
      return;
    }
    if (end.position > 0)
      stop(Condition::LostSegment, segment_path(log_->dir, stream_, 1), 0,
           "all segments of the stream are missing");
    return;
  }
  if (start == Start::Sequence && header_.number > 1 &&
      header_.previous_sequence >= std::max<std::uint64_t>(from, 1)) {
    stop(Condition::LostSegment, segment_path(log_->dir, stream_, header_.number - 1), 0,
         "the log starts later than sequence " + std::to_string(from));
    return;
  }
  segments_ = 1;
  at_ = {header_.first_position, header_.previous_sequence, header_.chain_seed, header_.number};
}

void StreamCursor::stop(Condition condition, const std::filesystem::path& file,
                        std::uint64_t offset, std::string what) {
  status_ = {condition, file, offset, at_.sequence, std::move(what)};
}

// Opens and checks a segment's header; its place in the chain is the caller's to check.
bool StreamCursor::open_segment(std::uint64_t number) {
  const auto path = segment_path(log_->dir, stream_, number);
  const File file = File::open_existing(path, O_RDONLY);
  if (!file) return false;
  const std::uint64_t size = file.size();
  if (size < kHeaderBytes) {
    stop(Condition::Damaged, path, 0, "shorter than a segment header");
    return false;
  }
  Mapping mapping = Mapping::of_file(file, size, path);
  SegmentHeader header;
  std::memcpy(&header, mapping.data(), sizeof header);
  if (all_zero(mapping.data(), kHeaderBytes)) return false;
  const char* what = nullptr;
  if (header.magic != kSegmentMagic) {
    what = "not a segment";
  } else if (header.version > kFormatVersion) {
    what = "the format is newer than this program";
  } else if (header.checksum != header_checksum(header)) {
    what = "the segment header does not match its checksum";
  } else if (header.log_id != log_->meta.log_id || header.instance != log_->meta.instance) {
    what = "the segment belongs to another log";
  } else if (header.stream != stream_ || header.number != number) {
    what = "the segment has another name than in its header";
  } else if (!all_zero(mapping.data() + sizeof header, kHeaderBytes - sizeof header) ||
             (!log_->rings[index_of(stream_)] && !marks_sound(header))) {
    what = "the segment header has bytes outside its checksum that were never written";
  }
  if (what != nullptr) {
    stop(Condition::Damaged, path, 0, what);
    return false;
  }
  path_ = path;
  segment_ = std::move(mapping);
  header_ = header;
  populated_ = 0;
  ::madvise(segment_.data(), segment_.size(), MADV_SEQUENTIAL);
  return true;
}

// Page faults cost more than checksums: ask for whole windows.
void StreamCursor::populate(std::uint64_t offset) noexcept {
  const std::uint64_t end =
      bound_ == Bound::Known ? std::min<std::uint64_t>(
                                   segment_.size(), kHeaderBytes + (safe_ - header_.first_position))
                             : segment_.size();
  const std::uint64_t from = offset / kHeaderBytes * kHeaderBytes;
  populated_ = offset + kPopulateBytes;
  if (from < end)  // a hint: without it the pages fault one by one
    ::madvise(segment_.data() + from, std::min(kPopulateBytes + kHeaderBytes, end - from),
              MADV_POPULATE_READ);
}

const RecordHeader* StreamCursor::accept(const RecordHeader& record,
                                         const std::filesystem::path& file, std::uint64_t offset) {
  if (record.sequence <= at_.sequence || stream_of(record.kind) != stream_) [[unlikely]] {
    stop(Condition::Damaged, file, offset,
         "record " + std::to_string(record.sequence) +
             " has a valid checksum but the wrong sequence or stream");
    return nullptr;
  }
  at_.position += record.length;
  at_.sequence = record.sequence;
  at_.chain = record.checksum;
  status_.condition = Condition::Ok;
  return &record;
}

const RecordHeader* StreamCursor::advance() {
  if (status_.condition > Condition::End) [[unlikely]]
    return nullptr;
  if (at_.position < safe_) [[likely]]
    return next_in_segments();
  return next_in_ring();
}

// While we read the ring, the stream went on in segments we have not opened: stands in the last one
// that starts at or before our position. The chain vouches for what is read there.
void StreamCursor::find_segment() {
  read_ring_ = false;
  for (;;) {
    const std::uint64_t number = at_.segment;
    if (!open_segment(number + 1)) return;
    if (header_.first_position > at_.position) {
      static_cast<void>(open_segment(number));
      return;
    }
    at_.segment = number + 1;
    ++segments_;
  }
}

const RecordHeader* StreamCursor::next_in_segments() {
  if (read_ring_) [[unlikely]] {
    find_segment();
    if (status_.condition > Condition::End) return nullptr;
  }
  for (;;) {
    const std::uint64_t offset = kHeaderBytes + (at_.position - header_.first_position);
    if (header_.number != 0 && offset + sizeof(RecordHeader) <= segment_.size()) [[likely]] {
      if (offset >= populated_) [[unlikely]]
        populate(offset);
      const auto& record = *reinterpret_cast<const RecordHeader*>(segment_.data() + offset);
      __builtin_prefetch(segment_.data() + offset + kPrefetchBytes);
      if (plausible(record, segment_.size() - offset) &&
          chain_checksum(at_.chain, &record, record.length) == record.checksum) [[likely]] {
        return accept(record, path_, offset);
      }
    }
    if (!beyond_segment(offset)) return nullptr;
  }
}

// The bytes at `offset` are no next record: the segment is full, or something is wrong.
bool StreamCursor::beyond_segment(std::uint64_t offset) {
  const std::uint64_t number = at_.segment;
  if (header_.number !=
      0) {  // it may have grown since: cut at a close, allocated again by the next owner
    const File file = File::open_existing(path_, O_RDONLY);
    if (file && file.size() > segment_.size()) return open_segment(number);
  }
  const auto full_path = path_;
  if (header_.number != 0 && !slack_is_zero(offset) && segment_exists(number + 1)) {
    stop(Condition::Damaged, full_path, offset,
         "neither a valid record nor the zeros that end a full segment");
    return false;
  }
  if (open_segment(number + 1)) {
    if (header_.first_position == at_.position && header_.chain_seed == at_.chain) {
      at_.segment = header_.number;
      ++segments_;
      return true;
    }
    if (header_.first_position > at_.position) {
      stop(Condition::Damaged, full_path, offset,
           "the record does not match its checksum; the stream goes on in the next segment");
    } else {
      stop(Condition::Damaged, path_, 0, "the segment does not continue the one before it");
    }
    return false;
  }
  if (status_.condition > Condition::End) return false;
  const auto numbers = segment_numbers(log_->dir, stream_);
  if (!numbers.empty() && numbers.back() > number + 1) {
    stop(Condition::LostSegment, segment_path(log_->dir, stream_, number + 1), 0,
         "a segment between two others is missing");
    return false;
  }
  classify_break(offset);
  return false;
}

bool StreamCursor::slack_is_zero(std::uint64_t offset) const noexcept {
  const std::uint64_t from = std::min<std::uint64_t>(offset, segment_.size());
  return all_zero(segment_.data() + from, segment_.size() - from);
}
bool StreamCursor::segment_exists(std::uint64_t number) const {
  std::error_code error;
  return std::filesystem::exists(segment_path(log_->dir, stream_, number), error);
}

std::uint64_t StreamCursor::known_durable() {
  std::uint64_t position = log_->meta.ends[index_of(stream_)].position;
  if (header_.number == 0) return position;
  SegmentHeader header;
  std::memcpy(&header, segment_.data(), sizeof header);
  for (const DurableMark& mark : header.marks) {
    if (mark.end.position != 0 && mark.checksum == mark_checksum(mark, header_.log_id))
      position = std::max(position, mark.end.position);
  }
  return position;
}

// Looks behind a broken record for one that is whole: its predecessor's checksum is its seed, and
// the predecessor may be the broken one (by its stored or its computed checksum) or any candidate.
std::uint64_t StreamCursor::later_record(std::uint64_t offset) {
  const std::uint64_t size = segment_.size();
  const auto at = [&](std::uint64_t o) -> const RecordHeader& {
    return *reinterpret_cast<const RecordHeader*>(segment_.data() + o);
  };
  const auto possible = [&](std::uint64_t o) {
    return o + sizeof(RecordHeader) <= size && plausible(at(o), size - o) &&
           at(o).sequence > at_.sequence && stream_of(at(o).kind) == stream_ &&
           at(o).kind != RecordKind::None;
  };
  const auto follows = [&](std::uint64_t seed, std::uint64_t o) {
    return possible(o) && chain_checksum(seed, &at(o), at(o).length) == at(o).checksum;
  };
  if (offset + sizeof(RecordHeader) > size) return 0;
  const std::uint64_t broken = at(offset).checksum;
  if (plausible(at(offset), size - offset)) {
    const std::uint64_t next = offset + at(offset).length;
    if (follows(chain_checksum(at_.chain, &at(offset), at(offset).length), next)) return next;
  }
  for (std::uint64_t o = offset + kRecordAlignment; o + sizeof(RecordHeader) <= size;
       o += kRecordAlignment) {
    if (!possible(o)) continue;
    if (follows(broken, o)) return o;
    const std::uint64_t next = o + at(o).length;
    if (follows(at(o).checksum, next)) return next;
  }
  return 0;
}

void StreamCursor::classify_break(std::uint64_t offset) {
  if (bound_ == Bound::Known) {
    if (header_.number == 0)
      stop(Condition::LostSegment, segment_path(log_->dir, stream_, 1), 0, "missing");
    else
      stop(Condition::Damaged, path_, offset, "the record does not match its checksum");
    return;
  }
  if (at_.position < known_durable()) {
    stop(Condition::Damaged, path_, offset,
         "the record does not match its checksum, and was known to be on the device");
    return;
  }
  if (header_.number == 0) return stop(Condition::End, path_, offset, "");
  const std::uint64_t later = later_record(offset);
  if (later != 0) {
    const auto& record = *reinterpret_cast<const RecordHeader*>(segment_.data() + later);
    stop(Condition::Damaged, path_, offset,
         "the record does not match its checksum, and the valid record " +
             std::to_string(record.sequence) + " follows at offset " + std::to_string(later));
    return;
  }
  const std::uint64_t rest = std::min<std::uint64_t>(
      sizeof(RecordHeader), segment_.size() - std::min(offset, segment_.size()));
  if (all_zero(segment_.data() + std::min(offset, segment_.size()), rest))
    stop(Condition::End, path_, offset, "");
  else
    stop(Condition::Torn, path_, offset, "the last write was cut; nothing valid follows");
}

const RecordHeader* StreamCursor::next_in_ring() {
  auto& ring = log_->rings[index_of(stream_)];
  if (!ring) {  // it was closed; its next owner may have opened it again
    *log_ = LogView::open(log_->dir);
    set_bounds();
    if (at_.position < safe_) return next_in_segments();
    if (!ring) {
      status_.condition = Condition::End;
      return nullptr;
    }
  }
  safe_ = ring->tail();
  if (at_.position < safe_) return next_in_segments();
  const RingState state = ring->state();
  const std::uint64_t head = ring->head();
  if (at_.position >= head) {
    status_.condition = Condition::End;
    if (state == RingState::Live) return nullptr;
    *log_ = LogView::open(log_->dir);  // closed, or reopened by its next owner
    set_bounds();
    if (at_.position < safe_) return next_in_segments();
    return nullptr;
  }
  const std::uint64_t room = head - at_.position;
  RecordHeader header;
  ring->copy(at_.position, &header, sizeof header);
  const bool sound = plausible(header, room);
  if (sound) {
    buffer_.resize(header.length / sizeof(std::uint64_t));
    ring->copy(at_.position, buffer_.data(), header.length);
  }
  std::atomic_thread_fence(std::memory_order_acquire);
  safe_ = ring->tail();
  if (at_.position < safe_) return next_in_segments();  // it moved while we copied
  const auto* record = reinterpret_cast<const RecordHeader*>(buffer_.data());
  if (!sound || chain_checksum(at_.chain, record, header.length) != record->checksum) {
    stop(Condition::Damaged, ring->path(), kHeaderBytes + (at_.position % ring->control().capacity),
         "the record in the ring does not match its checksum");
    return nullptr;
  }
  read_ring_ = true;
  return accept(*record, ring->path(), kHeaderBytes + (at_.position % ring->control().capacity));
}
}  // namespace sq::wal
