#include "engine/wal/segment_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

#include "engine/wal/checksum.hpp"
#include "engine/wal/kill_point.hpp"

namespace sq::wal {
namespace {
constexpr std::size_t kNumberDigits = 6;           // more when they are needed
constexpr std::int64_t kSpaceRetry = 100'000'000;  // ns
// A mark lies in another block than the records: with one in each sync a commit of 64 KiB takes 1.25
// times the raw write and sync, with one in four 1.1 times.
constexpr std::uint32_t kSyncsAMark = 4;
std::string prefix_of(Stream stream) { return stream == Stream::Order ? "orders-" : "feed-"; }
}  // namespace

std::filesystem::path segment_path(const std::filesystem::path& dir, Stream stream,
                                   std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < kNumberDigits) digits.insert(0, kNumberDigits - digits.size(), '0');
  return dir / (prefix_of(stream) + digits + ".seg");
}

std::vector<std::uint64_t> segment_numbers(const std::filesystem::path& dir, Stream stream) {
  std::vector<std::uint64_t> numbers;
  const std::string prefix = prefix_of(stream);
  std::error_code error;
  for (std::filesystem::directory_iterator it{dir, error}, last; !error && it != last;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(".seg")) continue;
    std::uint64_t number = 0;
    const char* first = name.data() + prefix.size();
    const char* end = name.data() + name.size() - 4;
    const auto [at, problem] = std::from_chars(first, end, number);
    if (problem == std::errc{} && at == end && number > 0) numbers.push_back(number);
  }
  if (error) throw_errno("list", dir, error.value());
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::filesystem::path next_path(const std::filesystem::path& dir, Stream stream) {
  return dir / (stream == Stream::Order ? "orders.next" : "feed.next");
}
std::filesystem::path reserve_path(const std::filesystem::path& dir, Stream stream) {
  return dir / (stream == Stream::Order ? "orders.reserve" : "feed.reserve");
}

SegmentWriter::SegmentWriter(Settings settings, const StreamEnd& end)
    : settings_{std::move(settings)},
      end_{end},
      durable_{end},
      marked_{end.position},
      next_{next_path(settings_.dir, settings_.stream), settings_.segment_bytes,
            settings_.written ? PreparedFile::Blocks::Written : PreparedFile::Blocks::Allocated,
            *settings_.disk},
      reserve_{reserve_path(settings_.dir, settings_.stream), settings_.reserve_bytes,
               PreparedFile::Blocks::Allocated, *settings_.disk} {
  failure_.reserve(512);
  std::error_code ignored;  // without it a new one is made later
  if (std::filesystem::exists(reserve_.path(), ignored)) {
    if (const int error = reserve_.step(); error != 0 && !is_space_error(error))
      throw_errno("open", reserve_.path(), error);
  }
  unsynced_.reserve(1024);
  // Newest first, and for good before anything is cut: a power loss must leave neither a hole
  // between segments nor a later one behind a shorter one.
  const auto numbers = segment_numbers(settings_.dir, settings_.stream);
  bool removed = false;
  for (std::size_t i = numbers.size(); i-- > 0 && numbers[i] > end.segment; removed = true) {
    const auto later = segment_path(settings_.dir, settings_.stream, numbers[i]);
    if (const int error = settings_.disk->unlink(later); error != 0)
      throw_errno("remove", later, error);
  }
  if (removed) sync_directory(settings_.dir, *settings_.disk);
  if (end.segment == 0) return;
  const auto path = segment_path(settings_.dir, settings_.stream, end.segment);
  Disk& disk = *settings_.disk;
  int error = 0;
  file_ = File::open(disk, path, O_RDWR, error);
  if (error != 0 && error != ENOENT) throw_errno("open", path, error);
  if (!file_) return;  // a feed segment that was archived away: go on with the next number
  SegmentHeader header;
  if (read_all(file_, &header, sizeof header, 0, path) != sizeof header)
    throw_log_error(path, "too short for a segment header");
  first_position_ = header.first_position;
  room_end_ = first_position_ + header.segment_bytes - kHeaderBytes;
  const std::uint64_t used = kHeaderBytes + (end.position - first_position_);
  error = disk.truncate(file_.fd(), used);
  if (error != 0) throw_errno("cut", path, error);
  if (used < header.segment_bytes) error = disk.allocate(file_.fd(), header.segment_bytes);
  if (is_space_error(error)) {  // full as it is: the next one, or the reserve, goes on
    room_end_ = end.position;
    error = 0;
  }
  if (error != 0) throw_errno("allocate (segment_bytes)", path, error);
  error = disk.sync_data(file_.fd());
  if (error != 0) throw_errno("sync", path, error);
}

int SegmentWriter::fail(const char* tried, const std::filesystem::path& path, int error) noexcept {
  try {
    failure_ = "cannot " + std::string(tried) + " " + path.string() + ": " +
               std::generic_category().message(error);
  } catch (...) {  // out of memory: the errno alone must do
    failure_.clear();
  }
  return error;
}

// Makes `from` the segment of `header`: under its own name only when its header is whole.
int SegmentWriter::name_segment(PreparedFile& from, SegmentHeader& header,
                                std::uint32_t first_length) noexcept {
  Disk& disk = *settings_.disk;
  const auto path = segment_path(settings_.dir, settings_.stream, header.number);
  constexpr std::uint64_t kPage = 4096;
  header.segment_bytes = std::max(  // a record larger than a segment gets one of its own
      from.bytes(), (kHeaderBytes + first_length + kPage - 1) / kPage * kPage);
  header.checksum = header_checksum(header);
  const int fd = from.file().fd();
  int error = 0;
  if (header.segment_bytes > from.bytes()) error = disk.allocate(fd, header.segment_bytes);
  if (error != 0) return fail("allocate (segment_bytes)", path, error);
  error = write_all(disk, fd, &header, sizeof header, 0);
  if (error != 0) return fail("write", path, error);
  if (settings_.marks) error = disk.sync_data(fd);
  if (error != 0) return fail("sync", from.path(), error);
  if (::access(path.c_str(), F_OK) == 0) return fail("create", path, EEXIST);
  error = disk.rename(from.path(), path);
  if (error != 0) return fail("create", path, error);
  file_ = from.take();
  if (settings_.marks) error = disk.sync_directory(settings_.dir);
  return error == 0 ? 0 : fail("sync directory", settings_.dir, error);
}

// A full segment: synced now when a group waits for it, else left to the kernel's write-back.
int SegmentWriter::retire_current() noexcept {
  if (!file_) return 0;
  const auto path = segment_path(settings_.dir, settings_.stream, end_.segment);
  if (settings_.marks) {
    const int error = settings_.disk->sync_data(file_.fd());
    if (error != 0) return fail("sync", path, error);
    durable_ = end_;
    return 0;
  }
  unsynced_.push_back(end_.segment);
  return 0;
}

int SegmentWriter::open_next(const RecordHeader& first) noexcept try {
  PreparedFile* from = &next_;
  if (const int error = next_.complete(); error != 0) {
    if (!is_space_error(error) || !reserve_.ready())
      return fail("allocate (segment_bytes)", next_.path(), error);
    short_of_ = error;
    from = &reserve_;
  }
  if (const int error = retire_current(); error != 0) return error;
  SegmentHeader header;
  header.stream = settings_.stream;
  header.log_id = settings_.log_id;
  header.instance = settings_.instance;
  header.number = end_.segment + 1;
  header.first_position = end_.position;
  header.first_sequence = first.sequence;
  header.previous_sequence = end_.sequence;
  header.chain_seed = end_.position == 0 ? root_of(settings_.log_id, settings_.stream) : end_.chain;
  if (durable_.position > 0) {
    header.marks[0].end = durable_;
    header.marks[0].end.segment = 0;
    header.marks[0].checksum = mark_checksum(header.marks[0], settings_.log_id);
    next_mark_ = 1;
    marked_ = durable_.position;
  }
  if (const int error = name_segment(*from, header, first.length); error != 0) return error;
  end_.segment = header.number;
  first_position_ = end_.position;
  room_end_ = first_position_ + header.segment_bytes - kHeaderBytes;
  ++opened_;
  return 0;
} catch (...) {
  return ENOMEM;
}

int SegmentWriter::prepare(bool idle, std::int64_t now_ns) noexcept {
  if (next_.ready() && (reserve_.ready() || reserve_.bytes() == 0)) {
    short_of_ = 0;
    return 0;
  }
  if (short_of_ != 0 && now_ns - tried_ns_ < kSpaceRetry) return 0;
  PreparedFile& wanted = next_.ready() ? reserve_ : next_;
  if (&wanted == &next_ && next_.file() && file_) {
    // Zeros at twice the pace of the records, in idle moments; at their pace in any case.
    const std::uint64_t used = end_.position - first_position_;
    if (next_.done() >= (idle ? 2 * used : used)) return 0;
  }
  const int error = wanted.step();
  if (error != 0 && !is_space_error(error)) return fail("prepare", wanted.path(), error);
  if (error != 0) tried_ns_ = now_ns;
  if (error != 0 || (next_.ready() && reserve_.ready())) short_of_ = error;
  return 0;
}

int SegmentWriter::prepare_all() noexcept {
  for (PreparedFile* file : {&next_, &reserve_}) {
    if (file->bytes() == 0) continue;
    if (const int error = file->complete(); error != 0)
      return fail("allocate (segment_bytes, reserve_bytes)", file->path(), error);
  }
  return 0;
}

Space SegmentWriter::space() const noexcept {
  if (starved_) return Space::Full;
  return short_of_ != 0 ? Space::Reserve : Space::Normal;
}

int SegmentWriter::store(const std::byte* records, std::uint64_t n, std::size_t& moved) noexcept {
  const int error = store_whole(records, n, moved);
  starved_ = is_space_error(error);
  return error;
}

int SegmentWriter::store_whole(const std::byte* records, std::uint64_t n,
                               std::size_t& moved) noexcept {
  moved = 0;
  const auto record_at = [&](std::uint64_t offset) -> const RecordHeader& {
    return *reinterpret_cast<const RecordHeader*>(records + offset);
  };
  if (!file_ || end_.position + record_at(0).length > room_end_) {
    if (const int error = open_next(record_at(0)); error != 0) return error;
  }
  StreamEnd to = end_;
  std::uint64_t done = 0;
  while (done < n) {
    const RecordHeader& record = record_at(done);
    if (to.position + record.length > room_end_) break;
    to.position += record.length;
    to.sequence = record.sequence;
    to.chain = record.checksum;
    done += record.length;
  }
  const std::uint64_t at = kHeaderBytes + (end_.position - first_position_);
  if (const int error = write_all(*settings_.disk, file_.fd(), records, done, at); error != 0)
    return fail("write", segment_path(settings_.dir, settings_.stream, end_.segment), error);
  end_ = to;
  moved = done;
  return 0;
}

int SegmentWriter::drain(Ring& ring, std::uint64_t bytes_max, std::size_t& moved) noexcept {
  moved = 0;
  const std::uint64_t head = load_acquire(ring.control().head);
  std::uint64_t to = end_.position;
  while (to < head && to - end_.position < bytes_max) to += ring.record(to).length;
  if (to == end_.position) return 0;
  const auto* from = reinterpret_cast<const std::byte*>(&ring.record(end_.position));
  const int error = store(from, to - end_.position, moved);
  if (error != 0) return error;
  SQ_KILL_POINT("ring.tail.before");
  store_release(ring.control().tail, end_.position);
  SQ_KILL_POINT("ring.tail.after");
  return 0;
}

int SegmentWriter::write_mark() noexcept {
  if (durable_.position <= first_position_) return 0;
  DurableMark mark{durable_, 0};
  mark.end.segment = 0;
  mark.checksum = mark_checksum(mark, settings_.log_id);
  const std::uint64_t at = offsetof(SegmentHeader, marks) + next_mark_ * sizeof mark;
  next_mark_ ^= 1U;
  marked_ = durable_.position;
  unmarked_syncs_ = 0;
  return write_all(*settings_.disk, file_.fd(), &mark, sizeof mark, at);
}

int SegmentWriter::sync() noexcept try {
  if (!file_ || durable_.position == end_.position) return 0;
  for (const std::uint64_t number : unsynced_) {
    const auto path = segment_path(settings_.dir, settings_.stream, number);
    int error = 0;
    const File file = File::open(*settings_.disk, path, O_RDWR, error);
    if (error == ENOENT) continue;  // retention was faster
    if (error == 0) error = settings_.disk->sync_data(file.fd());
    if (error != 0) return fail("sync", path, error);
  }
  unsynced_.clear();
  int error = settings_.marks && ++unmarked_syncs_ >= kSyncsAMark ? write_mark() : 0;
  if (error == 0) error = settings_.disk->sync_data(file_.fd());
  if (error != 0)
    return fail("sync", segment_path(settings_.dir, settings_.stream, end_.segment), error);
  durable_ = end_;
  return 0;
} catch (const std::exception& error) {
  failure_ = error.what();
  return EIO;
}

bool SegmentWriter::mark_behind() const noexcept {
  return settings_.marks && file_ && durable_.position > first_position_ &&
         marked_ != durable_.position;
}
int SegmentWriter::sync_mark() noexcept {
  if (!mark_behind()) return 0;
  int error = write_mark();
  if (error == 0) error = settings_.disk->sync_data(file_.fd());
  return error == 0
             ? 0
             : fail("sync", segment_path(settings_.dir, settings_.stream, end_.segment), error);
}

int SegmentWriter::finish() noexcept {
  for (PreparedFile* file : {&next_, &reserve_}) {
    if (const int error = file->remove(); error != 0) return fail("remove", file->path(), error);
  }
  if (const int error = sync(); error != 0 || !file_) return error;
  const auto path = segment_path(settings_.dir, settings_.stream, end_.segment);
  const std::uint64_t used = kHeaderBytes + (end_.position - first_position_);
  if (const int error = settings_.disk->truncate(file_.fd(), used); error != 0)
    return fail("cut", path, error);
  const int error = settings_.disk->sync_data(file_.fd());
  return error == 0 ? 0 : fail("sync", path, error);
}
}  // namespace sq::wal
