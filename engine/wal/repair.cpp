#include "engine/wal/repair.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/wal/checksum.hpp"
#include "engine/wal/lease.hpp"
#include "engine/wal/meta.hpp"
#include "engine/wal/segment_writer.hpp"

namespace sq::wal {
namespace {
File lock_log(const std::filesystem::path& dir) {
  File lock = File::open(dir, O_RDONLY | O_DIRECTORY);
  if (::flock(lock.fd(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) throw_log_error(dir, "another engine is using this log");
  throw_errno("lock", dir, errno);
}
bool all_zero(std::span<const std::byte> bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}
bool is_sound(const SegmentHeader& header) noexcept {
  return header.magic == kSegmentMagic && header.checksum == header_checksum(header);
}
std::string name_of(Stream stream) { return stream == Stream::Order ? "order" : "feed"; }
}  // namespace

Repair::Repair(const std::filesystem::path& dir) : lock_{lock_log(dir)} {
  dir_ = std::filesystem::canonical(dir);
  load_segments();
  find_meta();
  find_rings();
  for (const Stream stream : kBothStreams) look(stream);
  plan_.needed = meta_lost_ || streams_[0].damaged || streams_[1].damaged;
  if (!plan_.needed) return;
  for (const Stream stream : kBothStreams) search(stream);
  find_lost();
  compare_orders();
  look_at_snapshots();
}

void Repair::load_segments() {
  for (const Stream stream : kBothStreams)
    for (const std::uint64_t number : segment_numbers(dir_, stream)) add_segment(stream, number);
  for (auto& state : streams_)
    std::stable_sort(state.sources.begin(), state.sources.end(),
                     [](const auto& a, const auto& b) { return a->number < b->number; });
}

// Its header says what a file is; the name only where the header is not readable.
void Repair::add_segment(Stream named, std::uint64_t number) {
  auto source = std::make_unique<Source>();
  source->path = segment_path(dir_, named, number);
  source->stream = named;
  source->number = number;
  source->base = kHeaderBytes;
  const File file = File::open(source->path, O_RDONLY);
  const std::uint64_t size = file.size();
  if (size < kHeaderBytes) {
    plan_.damage.push_back({source->path, 0, size, 0, "shorter than a segment header"});
    return;
  }
  source->mapping = Mapping::of_file(file, size, source->path);
  SegmentHeader header;
  std::memcpy(&header, source->mapping.data(), sizeof header);
  if (is_sound(header)) {
    if (header.version > kFormatVersion)
      throw_log_error(source->path, "the format is newer than this program");
    source->header = header;
    source->stream = header.stream;
    source->number = header.number;
    if (header.stream != named || header.number != number)
      plan_.notes.push_back(source->path.string() + " is segment " + std::to_string(header.number) +
                            " of the " + name_of(header.stream) + " stream by its header");
  } else if (all_zero({source->mapping.data(), size})) {
    return;  // made, and never used
  } else {
    plan_.damage.push_back(
        {source->path, 0, kHeaderBytes, 0, "the segment header is not readable"});
  }
  streams_[index_of(source->stream)].sources.push_back(std::move(source));
}

void Repair::find_meta() {
  view_.dir = dir_;
  try {
    view_.meta = read_meta(dir_);
  } catch (const LogError& error) {
    guess_meta();
    plan_.notes.push_back(std::string(error.what()) + "; what it said is taken from the segments");
    meta_lost_ = true;
  }
  for (auto& state : streams_) {
    std::erase_if(state.sources, [&](const auto& source) {
      if (source->header.number == 0 || (source->header.log_id == view_.meta.log_id &&
                                         source->header.instance == view_.meta.instance))
        return false;
      plan_.notes.push_back(source->path.string() + " belongs to another log: set aside");
      return true;
    });
  }
}

void Repair::guess_meta() {
  const auto path = meta_path(dir_);
  if (const File file = File::open_existing(path, O_RDONLY); file) {
    MetaFile stated;
    if (read_all(file, &stated, sizeof stated, 0, path) == sizeof stated &&
        stated.magic == kMetaMagic && stated.version > kFormatVersion)
      static_cast<void>(read_meta(dir_));  // throws: newer, or damaged where it says so
  }
  std::map<std::uint64_t, std::size_t> votes;
  for (const auto& state : streams_)
    for (const auto& source : state.sources)
      if (source->header.number != 0) ++votes[source->header.log_id];
  const auto most = std::max_element(
      votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == votes.end())
    throw_log_error(dir_, "neither log.meta nor any segment header says which log this is");
  view_.meta = {};
  view_.meta.log_id = most->first;
  for (const auto& state : streams_) {
    for (const auto& source : state.sources) {
      if (source->header.log_id != most->first || source->header.number == 0) continue;
      view_.meta.instance = source->header.instance;
      view_.meta.segment_bytes = source->header.segment_bytes;
    }
  }
  for (const Stream stream : kBothStreams)
    set_ring_path(view_.meta, stream, ring_path("/dev/shm", dir_, view_.meta.instance, stream));
}

void Repair::find_rings() {
  if (view_.clean()) return;
  for (const Stream stream : kBothStreams) {
    const auto path = ring_path_of(view_.meta, stream);
    auto& ring = view_.rings[index_of(stream)];
    const auto expected = ring_path("", dir_, view_.meta.instance, stream);
    if (path.filename() != expected.filename()) {
      plan_.notes.push_back("this is a copy, or was moved: the ring " + path.string() +
                            " belongs to the original and is not looked at");
      continue;
    }
    try {
      ring = RingView::open(path, {stream, view_.meta.log_id, view_.meta.instance});
    } catch (const LogError& error) {
      plan_.notes.emplace_back(error.what());
      streams_[index_of(stream)].damaged = true;
    }
    if (!ring)
      plan_.notes.push_back("the " + name_of(stream) + " stream was not closed and its ring " +
                            path.string() + " is gone: what only the ring had is lost");
  }
}

// Where reading has to start: 0, or behind the segments that retention removed. Orders are removed
// only behind a lease.
std::uint64_t Repair::first_sequence(Stream stream) const {
  const auto& sources = streams_[index_of(stream)].sources;
  if (sources.empty() || sources.front()->header.number <= 1) return 0;
  const SegmentHeader& first = sources.front()->header;
  if (stream == Stream::Feed) return first.first_sequence;
  const auto leased = first_leased(dir_, view_.meta.log_id, stream);
  return leased && *leased > first.previous_sequence ? first.first_sequence : 0;
}

// Reads a stream as the engine would, up to where that stops.
void Repair::look(Stream stream) {
  const std::size_t i = index_of(stream);
  StreamState& state = streams_[i];
  known_[i] = view_.meta.ends[i].sequence;
  if (stream == Stream::Feed && state.sources.empty() && !view_.rings[i] && !state.damaged) {
    state.unchanged = view_.meta.ends[i];  // archived away: it may start anew
    state.starts_later = true;
    return;
  }
  const std::uint64_t from = first_sequence(stream);
  state.starts_later = from > 0;
  StreamCursor cursor{view_, stream, StreamCursor::Start::Sequence, from};
  StreamEnd start = cursor.at();
  start.segment -= start.segment > 0 ? 1 : 0;
  state.unchanged = cursor.at();
  const std::uint64_t tail = view_.rings[i] ? view_.rings[i]->tail() : ~std::uint64_t{0};
  for (StreamEnd before = cursor.at(); cursor.advance() != nullptr; before = cursor.at()) {
    if (cursor.at().segment != before.segment) start = before;
    if (cursor.at().position <= tail) state.unchanged = cursor.at();
  }
  plan_.first[i] = cursor.status();
  state.damaged = state.damaged || cursor.status().condition > Condition::End;
  if (state.damaged) state.unchanged = start;
  if (state.damaged && start.position > 0 && start.segment == 0) state.unchanged = {};
}

void Repair::search(Stream stream) {
  const std::size_t i = index_of(stream);
  StreamState& state = streams_[i];
  std::optional<std::uint64_t> chain = root_of(view_.meta.log_id, stream);
  std::uint64_t number = 0;
  for (const auto& source : state.sources) {
    const SegmentHeader& header = source->header;
    if (source->number != number + 1) chain.reset();
    number = source->number;
    if (header.number != 0) chain = header.chain_seed;
    for (const DurableMark& mark : header.marks)
      if (mark.end.position != 0 && mark.checksum == mark_checksum(mark, header.log_id))
        known_[i] = std::max(known_[i], mark.end.sequence);
    known_[i] = std::max(known_[i], header.previous_sequence);
    source->found =
        salvage({source->mapping.data() + kHeaderBytes, source->mapping.size() - kHeaderBytes},
                stream, chain);
    chain = source->found.chain;
  }
  if (view_.rings[i]) search_ring(stream, chain);
  for (const auto& source : state.sources) {
    const Salvage& found = source->found;
    if (!source->quiet) plan_.healed += found.healed;
    state.pieces.insert(state.pieces.end(), found.pieces.begin(), found.pieces.end());
    for (const Hole& hole : found.holes) {
      if (!source->quiet)
        plan_.damage.push_back({source->path, source->base + hole.offset, hole.length,
                                hole.after_sequence, "no record here is proven"});
    }
  }
  std::stable_sort(state.pieces.begin(), state.pieces.end(), [](const Piece& a, const Piece& b) {
    return a.first_sequence < b.first_sequence;
  });
}

// What segments do not have yet; and, for a damaged stream, all that the ring still shows.
void Repair::search_ring(Stream stream, std::optional<std::uint64_t> chain) {
  const std::size_t i = index_of(stream);
  const RingView& ring = *view_.rings[i];
  const std::uint64_t head = ring.head();
  const std::uint64_t capacity = ring.control().capacity;
  const std::uint64_t oldest = head > capacity ? head - capacity : 0;
  for (const bool quiet : {false, true}) {
    const std::uint64_t from = quiet ? oldest : std::max(oldest, ring.tail());
    if (from == head || (quiet && !streams_[i].damaged)) continue;
    auto source = std::make_unique<Source>();
    source->path = ring.path();
    source->stream = stream;
    source->quiet = quiet;
    source->base = kHeaderBytes + from % capacity;
    source->copy.resize(head - from);
    ring.copy(from, source->copy.data(), source->copy.size());
    if (quiet) chain.reset();
    source->found = salvage(source->copy, stream, chain);
    streams_[i].sources.push_back(std::move(source));
  }
}

void Repair::each_kept(Stream stream, const Look& look) const {
  std::uint64_t last = 0;
  std::uint64_t chain = root_of(view_.meta.log_id, stream);
  for (const Piece& piece : streams_[index_of(stream)].pieces) {
    if (piece.last_sequence <= last) continue;
    std::uint64_t seed = piece.seed;
    for (std::uint64_t at = 0; at < piece.length;) {
      const auto& record = *reinterpret_cast<const RecordHeader*>(piece.bytes + at);
      at += record.length;
      const std::uint64_t own = at == piece.length ? piece.chain : record.checksum;
      if (record.sequence > last) {
        const bool first_of_rest = last == 0 && streams_[index_of(stream)].starts_later;
        look(record, seed == chain || first_of_rest);
        last = record.sequence;
        chain = own;
      }
      seed = own;
    }
  }
}
}  // namespace sq::wal
