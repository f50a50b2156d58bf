// The write end of the log: one copy into shared memory and a record is safe from the death of the
// process. Picks the stream by the record's kind and chains its checksum.
// Thread: core only. Cost: about 20 ns for 128 bytes (bench wal/append_128); no system call, no
// allocation. A full ring: see WhenFull; the wait drains the ring by itself if nobody else does.
// Errors: false only when the ring is full (WhenFull::Refuse, the disk is full too, or it did not
// empty within wait_ns_max), and for a log that has failed or was closed: then no order may be
// sent. A malformed record is a bug and aborts.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/messaging/record.hpp"
#include "engine/wal/format.hpp"

namespace sq::wal {
class Drain;
class Ring;

enum class WhenFull : std::uint8_t {
  Wait,   // simulation, and the order log: nothing may be lost
  Refuse  // the live feed log: counted, the core goes on
};

class Appender {
 public:
  struct Lane {
    Ring* ring{nullptr};
    std::uint64_t chain{0};  // checksum of the last record
    WhenFull when_full{WhenFull::Wait};
    std::int64_t wait_ns_max{0};  // WhenFull::Wait: 0 waits as long as it takes
  };
  Appender(const std::array<Lane, kStreams>& lanes, Drain& drain) noexcept;
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  // Copies record.length bytes; the copy gets its checksum. When it returns true, the record
  // survives kill -9.
  [[nodiscard]] bool append(const RecordHeader& record) noexcept;

  [[nodiscard]] std::uint64_t appended() const noexcept { return appended_; }  // records
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }    // ring was full
  [[nodiscard]] std::uint64_t waits() const noexcept { return waits_; }        // ring was full

 private:
  struct alignas(64) Position {
    std::byte* bytes{nullptr};
    std::uint64_t mask{0};
    std::uint64_t head{0};
    std::uint64_t limit{0};  // head may reach it: the last tail seen plus the capacity
    std::uint64_t chain{0};
    std::uint64_t* shared_head{nullptr};
    Ring* ring{nullptr};
    WhenFull when_full{WhenFull::Wait};
    Stream stream{Stream::Order};
    std::int64_t wait_ns_max{0};
  };
  [[gnu::cold, gnu::noinline]] bool make_room(Position& at, std::uint32_t length) noexcept;

  std::array<Position, kStreams> streams_;
  std::uint64_t appended_{0};
  std::uint64_t refused_{0};
  std::uint64_t waits_{0};
  const std::atomic<bool>* shut_;
  Drain* drain_;
};
}  // namespace sq::wal
