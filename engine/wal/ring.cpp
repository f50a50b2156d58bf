#include "engine/wal/ring.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "engine/wal/checksum.hpp"

namespace sq::wal {
namespace {
std::string hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4U) text[i] = "0123456789abcdef"[value & 15U];
  return text;
}

std::byte* map_at(void* where, std::size_t size, int protection, int flags, int fd, off_t offset,
                  const std::filesystem::path& path) {
  void* data = ::mmap(where, size, protection, flags, fd, offset);
  if (data == MAP_FAILED) throw_errno("map ring", path, errno);
  return static_cast<std::byte*>(data);
}

// Takes the memory now: a page that is missing later would kill the process in mid-append.
void reserve(const File& file, std::uint64_t bytes, Stream stream,
             const std::filesystem::path& path) {
  const int error = ::posix_fallocate(file.fd(), 0, static_cast<off_t>(bytes));
  if (error == 0) return;
  struct statvfs space {};
  std::string free_text = "unknown";
  if (::fstatvfs(file.fd(), &space) == 0)
    free_text = std::to_string(space.f_bavail * space.f_frsize);
  ::unlink(path.c_str());
  throw LogError(std::string(stream == Stream::Order ? "order" : "feed") +
                 "_ring_bytes: cannot reserve " + std::to_string(bytes) + " bytes for " +
                 path.string() + ": " + std::strerror(error) + "; free there: " + free_text +
                 " bytes. Make the ring smaller or the file system of ring_dir larger");
}
}  // namespace

std::filesystem::path ring_path(const std::filesystem::path& ring_dir,
                                const std::filesystem::path& canonical_dir,
                                const FixedText<16>& instance, Stream stream) {
  const std::string key = canonical_dir.string() + '\n' + std::string(instance.view());
  return ring_dir /
         ("sq-" + std::string(instance.view()) + '-' + hex(XXH3_64bits(key.data(), key.size())) +
          (stream == Stream::Order ? "-orders.ring" : "-feed.ring"));
}

Ring Ring::create(const std::filesystem::path& path, const RingIdentity& identity,
                  std::uint64_t capacity, std::uint64_t position) {
  if (const File old = File::open_existing(path, O_RDWR); old) {
    if (::flock(old.fd(), LOCK_EX | LOCK_NB) != 0)
      throw_log_error(path, "this ring is in use by another process");
    ::unlink(path.c_str());
  }
  Ring ring;
  ring.capacity_ = capacity;
  ring.file_ = File::open(path, O_RDWR | O_CREAT | O_EXCL);
  if (::flock(ring.file_.fd(), LOCK_EX | LOCK_NB) != 0) throw_errno("lock", path, errno);
  reserve(ring.file_, kHeaderBytes + capacity, identity.stream, path);

  const int fd = ring.file_.fd();
  constexpr int kReadWrite = PROT_READ | PROT_WRITE;
  std::byte* room =
      map_at(nullptr, 2 * capacity, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, path);
  ring.data_ = Mapping{room, 2 * capacity};
  constexpr int kFixed = MAP_SHARED | MAP_FIXED | MAP_POPULATE;
  map_at(room, capacity, kReadWrite, kFixed, fd, kHeaderBytes, path);
  map_at(room + capacity, capacity, kReadWrite, kFixed, fd, kHeaderBytes, path);
  ring.control_ =
      Mapping{map_at(nullptr, kHeaderBytes, kReadWrite, MAP_SHARED | MAP_POPULATE, fd, 0, path),
              kHeaderBytes};
  ring.locked_ = ::mlock(room, 2 * capacity) == 0 && ::mlock(&ring.control(), kHeaderBytes) == 0;

  RingControl& control = ring.control();
  control.stream = identity.stream;
  control.log_id = identity.log_id;
  control.capacity = capacity;
  control.instance = identity.instance;
  control.version = kFormatVersion;
  control.head = position;
  control.tail = position;
  control.durable_position = position;  // what was found was synced before
  control.checksum = header_checksum(control);
  store_release(control.magic, kRingMagic);  // last: until then it is not a ring
  return ring;
}

std::optional<RingView> RingView::open(const std::filesystem::path& path,
                                       const RingIdentity& identity) {
  const File file = File::open_existing(path, O_RDONLY);
  if (!file) return std::nullopt;
  const std::uint64_t size = file.size();
  if (size < kHeaderBytes) return std::nullopt;  // its creator died before it was a ring
  Mapping mapping = Mapping::of_file(file, size, path);
  RingView view{std::move(mapping), size - kHeaderBytes, path};
  const RingControl& control = view.control();
  if (load_acquire(control.magic) == 0) return std::nullopt;
  if (control.magic != kRingMagic || control.checksum != header_checksum(control))
    throw_log_error(path, "the ring's header is damaged");
  if (control.log_id != identity.log_id || control.stream != identity.stream) return std::nullopt;
  std::uint64_t tail = 0;
  std::uint64_t head = 0;
  do {  // a pair from one moment: the writer may be alive
    tail = view.tail();
    head = view.head();
  } while (tail != view.tail());
  if (control.version != kFormatVersion || control.capacity != view.capacity_ || head < tail ||
      head - tail > view.capacity_)
    throw_log_error(path, "the ring's header contradicts itself");
  return view;
}

void RingView::copy(std::uint64_t position, void* to, std::size_t n) const noexcept {
  const std::byte* data = mapping_.data() + kHeaderBytes;
  const std::size_t offset = position & (capacity_ - 1);
  const std::size_t first = n < capacity_ - offset ? n : capacity_ - offset;
  std::memcpy(to, data + offset, first);
  std::memcpy(static_cast<std::byte*>(to) + first, data, n - first);
}
}  // namespace sq::wal
