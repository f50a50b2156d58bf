// The write-ahead log of one engine: every input before it is acted on, every order before it is
// sent. One owner at a time; any number of readers (reader.hpp).
// Thread: create, open and close belong to the owner; appender() to the core thread; do_work() to
// the durability thread; the rest may be asked from anywhere.
// Cost: append about 10 ns; everything else is system calls, never on the core thread.
// Errors: create, open and close throw LogError with the file and the reason. Later ones latch:
// failed() is true for good, append() says false, and the gate must shut.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/wal/appender.hpp"
#include "engine/wal/files.hpp"
#include "engine/wal/format.hpp"
#include "engine/wal/retention.hpp"
#include "engine/wal/space.hpp"

namespace sq::wal {
enum class Durability : std::uint8_t {
  Process,  // survives the death of the process; the kernel writes back when it likes
  Group,    // fdatasync every interval or so many bytes, the durable mark is published: what is at
            // or below it survives a power loss
  Strict    // the order stream is synced as soon as it has a record; an order may leave for the
            // venue when durable_sequence() has reached its record (engine/app/durable_entry.hpp)
};

struct LogSettings {
  std::filesystem::path dir;
  std::filesystem::path ring_dir{"/dev/shm"};  // memory-backed: a file on disk stalls the core
  FixedText<16> instance{};                    // letters, digits, '-', '_'
  std::size_t order_ring_bytes{std::size_t{16} << 20U};  // power of two, from 64 KiB
  std::size_t feed_ring_bytes{std::size_t{64} << 20U};   // power of two, from 64 KiB
  std::size_t segment_bytes{std::size_t{64} << 20U};     // multiple of 4,096, from 8,192
  Durability durability{Durability::Process};
  std::int64_t group_interval_ns{1'000'000};  // longest wait for a sync; Strict: of the feed
  std::uint64_t group_bytes{std::size_t{1}
                            << 20U};  // that wait for a sync before it is due; 0: any
  // Allocated beside the next segment of the order stream, so that a full disk leaves room for
  // cancels and the kill switch. Multiple of 4,096, from 8,192; 0: none.
  std::uint64_t reserve_bytes{std::uint64_t{4} << 20U};
  Retention keep_orders{};
  Retention keep_feed{};
  WhenFull order_full{WhenFull::Wait};
  WhenFull feed_full{WhenFull::Wait};
  std::int64_t append_wait_ns_max{0};  // WhenFull::Wait; 0: as long as it takes (simulation)
  Disk* disk{nullptr};                 // null: the real one. Outlives the log
  // What else the owner keeps in `dir`, by how the names begin: a new log may be made beside it.
  std::vector<std::string> beside{};
};

// What open() found.
struct Recovery {
  bool was_clean{true};                    // closed in order; nothing else below was needed
  std::uint64_t last_sequence{0};          // of both streams: go on with the next one
  std::uint64_t from_rings{0};             // bytes that only the rings still had
  std::array<bool, kStreams> ring_lost{};  // no ring (reboot): its unwritten records are gone
  std::array<bool, kStreams> torn{};       // a cut last write was dropped
};

class Log {
  struct Parts;

 public:
  // `dir` must not exist, or be empty but for what a killed create() prepared.
  [[nodiscard]] static std::unique_ptr<Log> create(const LogSettings& settings);
  // An existing log of this instance. What a killed process left in the rings is moved to segments
  // first. Refuses when a record is damaged, names it, and changes nothing.
  [[nodiscard]] static std::unique_ptr<Log> open(const LogSettings& settings);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();  // closes, if that is still possible

  [[nodiscard]] Appender& appender() noexcept;
  std::size_t do_work() noexcept;       // bytes moved; looks at the rings at most every 20 us
  [[nodiscard]] bool flush() noexcept;  // rings to segments to the device, now; false: failed()
  void close();                         // after the last append and do_work

  [[nodiscard]] bool failed() const noexcept;
  [[nodiscard]] std::string failure() const;                    // why; empty while all is well
  [[nodiscard]] std::uint64_t bytes_appended() const noexcept;  // since the log was created
  // Of the order log: records up to it survive a power loss. Group and Strict, else 0.
  [[nodiscard]] std::uint64_t durable_sequence() const noexcept;
  // Of the fuller ring, in 1/1000: what the durability thread has not yet moved.
  [[nodiscard]] std::uint32_t rings_used() const noexcept;
  [[nodiscard]] Space space() const noexcept;
  [[nodiscard]] std::uint64_t free_bytes() const noexcept;  // of the disk; a system call
  // Time since do_work() began or ended: a thread that died, or a disk that does not answer.
  [[nodiscard]] std::int64_t heartbeat_age_ns() const noexcept;
  [[nodiscard]] std::uint64_t segments_removed() const noexcept;  // by retention
  [[nodiscard]] std::uint64_t removals_failed() const noexcept;   // files it could not remove
  // Ends the log as a failed write would: for the owner, when it cannot wait any longer.
  void fail(const std::string& reason) noexcept;
  [[nodiscard]] bool rings_locked() const noexcept;  // false: the limit on locked memory is small
  [[nodiscard]] const Recovery& recovery() const noexcept;
  [[nodiscard]] std::filesystem::path dir() const;

  // For create() and open(): nobody else has Parts.
  explicit Log(std::unique_ptr<Parts> parts);

 private:
  std::unique_ptr<Parts> parts_;
};
}  // namespace sq::wal
