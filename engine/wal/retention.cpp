#include "engine/wal/retention.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <ctime>
#include <numeric>
#include <vector>

#include "engine/wal/files.hpp"
#include "engine/wal/lease.hpp"
#include "engine/wal/segment_writer.hpp"

namespace sq::wal {
namespace {
struct SegmentFile {
  std::filesystem::path path;
  std::uint64_t bytes{0};
  std::int64_t written_ns{0};  // UTC
};
std::vector<SegmentFile> segment_files(const std::filesystem::path& dir, Stream stream) {
  std::vector<SegmentFile> files;
  for (const std::uint64_t number : segment_numbers(dir, stream)) {
    SegmentFile file;
    file.path = segment_path(dir, stream, number);
    struct stat status {};
    if (::stat(file.path.c_str(), &status) != 0) continue;
    file.bytes = static_cast<std::uint64_t>(status.st_size);
    file.written_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
    files.push_back(std::move(file));
  }
  return files;
}
SegmentHeader header_of(const std::filesystem::path& path) {  // number 0: not readable
  const File file = File::open(path, O_RDONLY);
  SegmentHeader header;
  return read_all(file, &header, sizeof header, 0, path) == sizeof header ? header : SegmentHeader{};
}
std::uint64_t first_sequence(const std::filesystem::path& path) {
  return header_of(path).first_sequence;
}
}  // namespace

int apply_retention(const std::filesystem::path& dir, Stream stream, const Retention& keep,
                    std::uint64_t log_id, bool pressed, Disk& disk, std::size_t& removed) {
  removed = 0;
  if (keep.bytes == 0 && keep.age_ns == 0) return 0;
  const auto leased = first_leased(dir, log_id, stream);
  if (stream == Stream::Order && !leased) return 0;
  const bool bound = leased && !(pressed && stream == Stream::Feed);
  const auto files = segment_files(dir, stream);
  std::uint64_t total =
      std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const SegmentFile& file) { return sum + file.bytes; });
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);  // as the file system's own stamps
  const std::int64_t now = time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
  for (std::size_t i = 0; i + 1 < files.size(); ++i) {  // never the newest
    const bool many = keep.bytes != 0 && total > keep.bytes;
    const bool old = keep.age_ns != 0 && now - files[i].written_ns > keep.age_ns;
    if (!many && !old) break;
    if (bound && first_sequence(files[i + 1].path) > *leased) break;
    if (const int error = disk.unlink(files[i].path); error != 0) return error;
    total -= files[i].bytes;
    ++removed;
  }
  return 0;
}

std::uint64_t first_kept(const std::filesystem::path& dir, Stream stream, std::uint64_t log_id) {
  const std::vector<std::uint64_t> numbers = segment_numbers(dir, stream);
  if (numbers.empty() || numbers.front() <= 1) return 0;
  const SegmentHeader first = header_of(segment_path(dir, stream, numbers.front()));
  if (stream == Stream::Feed) return first.first_sequence;
  const auto leased = first_leased(dir, log_id, stream);
  return leased && *leased > first.previous_sequence ? first.first_sequence : 0;
}
}  // namespace sq::wal
