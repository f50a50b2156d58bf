#include "engine/wal/log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <iterator>
#include <string>
#include <vector>

#include "engine/telemetry/tick_clock.hpp"
#include "engine/wal/drain.hpp"
#include "engine/wal/meta.hpp"
#include "engine/wal/recovery.hpp"
#include "engine/wal/ring.hpp"
#include "engine/wal/segment_writer.hpp"

namespace sq::wal {
namespace {
constexpr std::size_t kRingBytesMin = std::size_t{64} << 10U;

void check_settings(const LogSettings& settings) {
  const auto refuse = [&](const std::string& what) { throw_log_error(settings.dir, what); };
  const auto check_ring = [&](const char* name, std::size_t bytes) {
    if (!std::has_single_bit(bytes) || bytes < kRingBytesMin)
      refuse(std::string(name) + " = " + std::to_string(bytes) + ": must be a power of two, from " +
             std::to_string(kRingBytesMin));
  };
  check_ring("order_ring_bytes", settings.order_ring_bytes);
  check_ring("feed_ring_bytes", settings.feed_ring_bytes);
  if (settings.segment_bytes < 2 * kHeaderBytes || settings.segment_bytes % kHeaderBytes != 0)
    refuse("segment_bytes = " + std::to_string(settings.segment_bytes) +
           ": must be a multiple of 4096, from 8192");
  if (settings.reserve_bytes != 0 &&
      (settings.reserve_bytes < 2 * kHeaderBytes || settings.reserve_bytes % kHeaderBytes != 0))
    refuse("reserve_bytes = " + std::to_string(settings.reserve_bytes) +
           ": must be 0 or a multiple of 4096, from 8192");
  if (settings.durability != Durability::Process && settings.group_interval_ns <= 0)
    refuse("group_interval_ns must be positive");
  const auto name = settings.instance.view();
  if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789-_") != std::string_view::npos)
    refuse("instance: 1 to 16 letters, digits, '-' and '_'");
}

// Takes the directory for this process alone.
File lock_directory(const std::filesystem::path& dir) {
  struct stat status {};
  if (::lstat(dir.c_str(), &status) != 0) {
    if (errno == ENOENT) throw_log_error(dir, "there is no such directory");
    throw_errno("look at", dir, errno);
  }
  if (S_ISLNK(status.st_mode))
    throw_log_error(dir, "is a symbolic link: name the directory itself");
  if (!S_ISDIR(status.st_mode)) throw_log_error(dir, "is not a directory");
  if (status.st_uid != ::geteuid()) throw_log_error(dir, "belongs to another user");
  if ((status.st_mode & S_IWOTH) != 0) throw_log_error(dir, "everybody may write there (mode o+w)");
  File lock = File::open(dir, O_RDONLY | O_DIRECTORY);
  if (::faccessat(AT_FDCWD, dir.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    throw_errno("write to", dir, errno);
  if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) throw_log_error(dir, "another engine is using this log");
    throw_errno("lock", dir, errno);
  }
  return lock;
}

// A directory that holds no log. Files a killed create() had prepared before there was a log.meta
// are taken away, what the owner keeps beside it stays; anything else is not ours to touch.
void remove_unfinished(const std::filesystem::path& dir, const std::vector<std::string>& beside,
                       Disk& disk) {
  const std::filesystem::path ours[]{
      next_path(dir, Stream::Order), next_path(dir, Stream::Feed), reserve_path(dir, Stream::Order),
      reserve_path(dir, Stream::Feed), meta_path(dir).concat(".new")};
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it{dir, error}, last; !error && it != last;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (std::any_of(beside.begin(), beside.end(),
                    [&](const std::string& known) { return name.starts_with(known); }))
      continue;
    if (std::find(std::begin(ours), std::end(ours), it->path()) == std::end(ours))
      throw_log_error(dir, "is not empty: it holds " + name);
    found.push_back(it->path());
  }
  if (error) throw_errno("list", dir, error.value());
  for (const auto& path : found) {
    if (const int problem = disk.unlink(path); problem != 0) throw_errno("remove", path, problem);
  }
}

std::uint64_t new_log_id(const std::filesystem::path& dir) {
  std::uint64_t id = 0;
  if (::getrandom(&id, sizeof id, 0) != sizeof id) throw_errno("get random bytes for", dir, errno);
  return id;
}
}  // namespace

struct Log::Parts final : Drain::Housekeeping {
  LogSettings settings;
  File lock;
  MetaFile meta;
  Recovery recovery;
  std::array<Ring, kStreams> rings;
  std::unique_ptr<SegmentWriter> writers[kStreams];
  std::unique_ptr<Drain> drain;
  std::unique_ptr<Appender> appender;
  bool closed{false};
  std::atomic<std::uint64_t> segments_removed{0};
  std::atomic<std::uint64_t> removals_failed{0};

  Disk& disk() const noexcept { return settings.disk != nullptr ? *settings.disk : Disk::system(); }
  bool syncs() const noexcept { return settings.durability != Durability::Process; }
  SegmentWriter::Settings writer_settings(Stream stream) const {
    SegmentWriter::Settings made;
    made.dir = settings.dir;
    made.stream = stream;
    made.log_id = meta.log_id;
    made.instance = meta.instance;
    made.segment_bytes = settings.segment_bytes;
    made.marks = syncs();
    if (stream == Stream::Order) {
      made.reserve_bytes = settings.reserve_bytes;
      made.written = syncs();  // the feed is too much to be written twice
    }
    made.disk = &disk();
    return made;
  }
  SyncPolicy sync_policy() const noexcept {
    if (!syncs()) return {};
    return {settings.group_interval_ns, settings.group_bytes,
            settings.durability == Durability::Strict};
  }
  void tidy(Stream stream, bool pressed) noexcept override;
  void start();
};

// Writers stand at the ends; makes the rings, says so in the meta file, opens for business.
void Log::Parts::start() {
  meta.state = LogState::Open;
  meta.segment_bytes = settings.segment_bytes;
  meta.ring_bytes = {settings.order_ring_bytes, settings.feed_ring_bytes};
  const auto canonical = std::filesystem::canonical(settings.dir);
  const auto ring_dir = std::filesystem::canonical(settings.ring_dir);
  for (const Stream stream : kBothStreams) {
    const std::size_t i = index_of(stream);
    const auto path = ring_path(ring_dir, canonical, meta.instance, stream);
    set_ring_path(meta, stream, path);
    meta.ends[i] = writers[i]->end();
    rings[i] = Ring::create(path, {stream, meta.log_id, meta.instance}, meta.ring_bytes[i],
                            meta.ends[i].position);
    if (syncs())  // what was found was synced by its writer
      rings[i].control().durable_sequence = meta.ends[i].sequence;
  }
  write_meta(settings.dir, meta, disk());
  drain = std::make_unique<Drain>(Drain::Lane{&rings[0], writers[0].get()},
                                  Drain::Lane{&rings[1], writers[1].get()}, sync_policy(), this);
  const auto chain = [&](Stream stream) {
    const StreamEnd& end = meta.ends[index_of(stream)];
    return end.position == 0 ? root_of(meta.log_id, stream) : end.chain;
  };
  appender = std::make_unique<Appender>(
      std::array<Appender::Lane, kStreams>{
          Appender::Lane{&rings[0], chain(Stream::Order), settings.order_full,
                         settings.append_wait_ns_max},
          Appender::Lane{&rings[1], chain(Stream::Feed), settings.feed_full,
                         settings.append_wait_ns_max}},
      *drain);
}

void Log::Parts::tidy(Stream stream, bool pressed) noexcept try {
  const Retention& keep = stream == Stream::Order ? settings.keep_orders : settings.keep_feed;
  std::size_t removed = 0;
  const int error =
      apply_retention(settings.dir, stream, keep, meta.log_id, pressed, disk(), removed);
  segments_removed += removed;
  if (error != 0) ++removals_failed;
} catch (const std::exception&) {  // the directory could not be read: tried again with the next one
  ++removals_failed;
}

std::unique_ptr<Log> Log::create(const LogSettings& settings) {
  check_settings(settings);
  std::error_code error;
  std::filesystem::create_directories(settings.dir, error);
  if (error && !std::filesystem::is_directory(settings.dir))
    throw_errno("create directory", settings.dir, error.value());
  auto parts = std::make_unique<Parts>();
  parts->settings = settings;
  parts->lock = lock_directory(settings.dir);
  remove_unfinished(settings.dir, settings.beside, parts->disk());
  parts->meta.log_id = new_log_id(settings.dir);
  parts->meta.instance = settings.instance;
  for (const Stream stream : kBothStreams)
    parts->writers[index_of(stream)] =
        std::make_unique<SegmentWriter>(parts->writer_settings(stream), StreamEnd{});
  for (const auto& writer : parts->writers)  // a disk that is full now refuses the start
    if (writer->prepare_all() != 0) throw LogError(writer->failure());
  parts->start();
  return std::make_unique<Log>(std::move(parts));
}

std::unique_ptr<Log> Log::open(const LogSettings& settings) {
  check_settings(settings);
  auto parts = std::make_unique<Parts>();
  parts->settings = settings;
  parts->lock = lock_directory(settings.dir);
  RecoveredLog found = recover(settings.dir, settings.instance);
  parts->meta = found.view.meta;
  parts->recovery = found.recovery;
  for (const Stream stream : kBothStreams) {
    auto& writer = parts->writers[index_of(stream)];
    const RecoveredStream& rest = found.streams[index_of(stream)];
    writer = std::make_unique<SegmentWriter>(parts->writer_settings(stream), rest.in_segments);
    move_to_segments(rest, *writer);
  }
  for (auto& ring : found.view.rings)
    if (ring) retire(*ring);
  parts->start();
  return std::make_unique<Log>(std::move(parts));
}

Log::Log(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Log::~Log() {
  try {
    close();
  } catch (const LogError&) {  // stays open on disk: the next open() recovers it
  }
}

Appender& Log::appender() noexcept { return *parts_->appender; }
std::size_t Log::do_work() noexcept { return parts_->closed ? 0 : parts_->drain->work(); }
bool Log::flush() noexcept { return !parts_->closed && parts_->drain->flush(); }

void Log::close() {
  Parts& parts = *parts_;
  if (parts.closed) return;
  parts.closed = true;
  parts.drain->shut();
  if (!parts.drain->flush()) {
    if (failed()) throw LogError(failure());
    const SegmentWriter& full = *parts.writers[parts.drain->full(Stream::Order) ? 0 : 1];
    throw LogError(full.failure() + "; the log stays open, its ring holds the last records");
  }
  for (const Stream stream : kBothStreams) {
    SegmentWriter& writer = *parts.writers[index_of(stream)];
    if (writer.finish() != 0) {
      parts.drain->fail(writer.failure());
      throw LogError(failure());
    }
    parts.meta.ends[index_of(stream)] = writer.end();
  }
  sync_directory(parts.settings.dir, parts.disk());
  parts.meta.state = LogState::Clean;
  write_meta(parts.settings.dir, parts.meta, parts.disk());
  for (const Stream stream : kBothStreams) {
    store_release(parts.rings[index_of(stream)].control().state,
                  static_cast<std::uint64_t>(RingState::Closed));
    ::unlink(ring_path_of(parts.meta, stream).c_str());
  }
}

bool Log::failed() const noexcept { return parts_->drain->failed(); }
void Log::fail(const std::string& reason) noexcept { parts_->drain->fail(reason); }
Space Log::space() const noexcept { return parts_->drain->space(); }
std::uint64_t Log::free_bytes() const noexcept {
  std::uint64_t bytes = 0;
  return parts_->disk().free_bytes(parts_->settings.dir, bytes) == 0 ? bytes : 0;
}
std::int64_t Log::heartbeat_age_ns() const noexcept {
  return telemetry::monotonic_ns() - parts_->drain->beat_ns();
}
std::uint64_t Log::segments_removed() const noexcept { return parts_->segments_removed; }
std::uint64_t Log::removals_failed() const noexcept { return parts_->removals_failed; }
std::string Log::failure() const { return failed() ? parts_->drain->failure() : std::string{}; }
std::uint64_t Log::bytes_appended() const noexcept {
  return load_acquire(parts_->rings[0].control().head) +
         load_acquire(parts_->rings[1].control().head);
}
std::uint32_t Log::rings_used() const noexcept {
  std::uint64_t used = 0;
  for (const Ring& ring : parts_->rings) {
    const std::uint64_t tail = load_acquire(ring.control().tail);
    const std::uint64_t head = load_acquire(ring.control().head);
    used = std::max(used, (head - tail) * 1'000 / (ring.mask() + 1));
  }
  return static_cast<std::uint32_t>(used);
}
std::uint64_t Log::durable_sequence() const noexcept {
  return load_acquire(parts_->rings[0].control().durable_sequence);
}
bool Log::rings_locked() const noexcept {
  return parts_->rings[0].locked() && parts_->rings[1].locked();
}
const Recovery& Log::recovery() const noexcept { return parts_->recovery; }
std::filesystem::path Log::dir() const { return parts_->settings.dir; }
}  // namespace sq::wal
