#include "engine/wal/segment_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

#include "engine/wal/checksum.hpp"

namespace sq::wal {
namespace {
constexpr std::size_t kNumberDigits = 6;  // more when they are needed
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

SegmentWriter::SegmentWriter(Settings settings, const StreamEnd& end)
    : settings_{std::move(settings)}, end_{end}, durable_{end} {
  failure_.reserve(512);
  unsynced_.reserve(1024);
  for (const std::uint64_t number : segment_numbers(settings_.dir, settings_.stream)) {
    const auto later = segment_path(settings_.dir, settings_.stream, number);
    if (number > end.segment && ::unlink(later.c_str()) != 0) throw_errno("remove", later, errno);
  }
  if (end.segment == 0) return;
  const auto path = segment_path(settings_.dir, settings_.stream, end.segment);
  file_ = File::open_existing(path, O_RDWR);
  if (!file_) return;  // a feed segment that was archived away: go on with the next number
  SegmentHeader header;
  if (read_all(file_, &header, sizeof header, 0, path) != sizeof header)
    throw_log_error(path, "too short for a segment header");
  first_position_ = header.first_position;
  room_end_ = first_position_ + header.segment_bytes - kHeaderBytes;
  const std::uint64_t used = kHeaderBytes + (end.position - first_position_);
  if (::ftruncate(file_.fd(), static_cast<off_t>(used)) != 0) throw_errno("cut", path, errno);
  if (used < header.segment_bytes) {
    const int error = ::posix_fallocate(file_.fd(), 0, static_cast<off_t>(header.segment_bytes));
    if (error != 0) throw_errno("allocate (segment_bytes)", path, error);
  }
  if (::fsync(file_.fd()) != 0) throw_errno("sync", path, errno);
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

int SegmentWriter::create_segment(const SegmentHeader& header,
                                  const std::filesystem::path& path) noexcept {
  // Under its own name only when its header is whole.
  std::filesystem::path unfinished = path;
  unfinished += ".new";
  file_ = File{::open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!file_) return fail("create", unfinished, errno);
  const int error = ::posix_fallocate(file_.fd(), 0, static_cast<off_t>(header.segment_bytes));
  if (error != 0) return fail("allocate (segment_bytes)", path, error);
  if (const int bad = write_all(file_.fd(), &header, sizeof header, 0); bad != 0)
    return fail("write", path, bad);
  if (settings_.marks && ::fsync(file_.fd()) != 0) return fail("sync", unfinished, errno);
  if (::access(path.c_str(), F_OK) == 0) return fail("create", path, EEXIST);
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return fail("create", path, errno);
  if (settings_.marks) {
    const File dir{::open(settings_.dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!dir || ::fsync(dir.fd()) != 0) return fail("sync directory", settings_.dir, errno);
  }
  return 0;
}

// A full segment: synced now when a group waits for it, else left to the kernel's write-back.
int SegmentWriter::retire_current() noexcept {
  if (!file_) return 0;
  const auto path = segment_path(settings_.dir, settings_.stream, end_.segment);
  if (settings_.marks) {
    if (::fdatasync(file_.fd()) != 0) return fail("sync", path, errno);
    return 0;
  }
  unsynced_.push_back(end_.segment);
  return 0;
}

int SegmentWriter::open_next(const RecordHeader& first) noexcept try {
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
  constexpr std::uint64_t kPage = 4096;
  header.segment_bytes = std::max(  // a record larger than a segment gets one of its own
      settings_.segment_bytes, (kHeaderBytes + first.length + kPage - 1) / kPage * kPage);
  header.checksum = header_checksum(header);
  if (durable_.position > 0) {
    header.marks[0].end = durable_;
    header.marks[0].checksum = mark_checksum(header.marks[0], settings_.log_id);
    next_mark_ = 1;
  }
  const auto path = segment_path(settings_.dir, settings_.stream, header.number);
  if (const int error = create_segment(header, path); error != 0) return error;
  end_.segment = header.number;
  first_position_ = end_.position;
  room_end_ = first_position_ + header.segment_bytes - kHeaderBytes;
  return 0;
} catch (...) {
  return ENOMEM;
}

int SegmentWriter::store(const std::byte* records, std::uint64_t n, std::size_t& moved) noexcept {
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
  if (const int error = write_all(file_.fd(), records, done, at); error != 0)
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
  if (error == 0) store_release(ring.control().tail, end_.position);
  return error;
}

int SegmentWriter::write_mark() noexcept {
  if (durable_.position <= first_position_) return 0;
  DurableMark mark{durable_, 0};
  mark.checksum = mark_checksum(mark, settings_.log_id);
  const std::uint64_t at = offsetof(SegmentHeader, marks) + next_mark_ * sizeof mark;
  next_mark_ ^= 1U;
  return write_all(file_.fd(), &mark, sizeof mark, at);
}

int SegmentWriter::sync() noexcept try {
  if (!file_ || durable_.position == end_.position) return 0;
  for (const std::uint64_t number : unsynced_) {
    const auto path = segment_path(settings_.dir, settings_.stream, number);
    const File file = File::open(path, O_RDWR);
    if (::fdatasync(file.fd()) != 0) return fail("sync", path, errno);
  }
  unsynced_.clear();
  int error = settings_.marks ? write_mark() : 0;
  if (error == 0 && ::fdatasync(file_.fd()) != 0) error = errno;
  if (error != 0)
    return fail("sync", segment_path(settings_.dir, settings_.stream, end_.segment), error);
  durable_ = end_;
  return 0;
} catch (const std::exception& error) {
  failure_ = error.what();
  return EIO;
}

int SegmentWriter::finish() noexcept {
  if (const int error = sync(); error != 0 || !file_) return error;
  const auto path = segment_path(settings_.dir, settings_.stream, end_.segment);
  const std::uint64_t used = kHeaderBytes + (end_.position - first_position_);
  if (::ftruncate(file_.fd(), static_cast<off_t>(used)) != 0) return fail("cut", path, errno);
  if (::fsync(file_.fd()) != 0) return fail("sync", path, errno);
  return 0;
}
}  // namespace sq::wal
