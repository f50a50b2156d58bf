// A ring of bytes in a shared-memory file: what was copied into it and published outlives the
// process. The writer sees its pages mapped twice in a row, so that every record is contiguous.
// Thread: head belongs to the core thread, tail to the durability thread, readers only look.
// Cost: none here; see appender.hpp. Errors: LogError at start, with the setting and the sizes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "engine/wal/files.hpp"
#include "engine/wal/format.hpp"

namespace sq::wal {
// Words of a RingControl that other threads or processes look at.
[[nodiscard]] inline std::uint64_t load_acquire(const std::uint64_t& word) noexcept {
  return std::atomic_ref(const_cast<std::uint64_t&>(word)).load(std::memory_order_acquire);
}
inline void store_release(std::uint64_t& word, std::uint64_t value) noexcept {
  std::atomic_ref(word).store(value, std::memory_order_release);
}

struct RingIdentity {
  Stream stream{Stream::Order};
  std::uint64_t log_id{0};
  FixedText<16> instance{};
};

// Name of a log's ring, from the directory it really lies in: two logs never share one.
[[nodiscard]] std::filesystem::path ring_path(const std::filesystem::path& ring_dir,
                                              const std::filesystem::path& canonical_dir,
                                              const FixedText<16>& instance, Stream stream);

class Ring {
 public:
  // Replaces a dead ring of that name; refuses one that another process has locked. head and tail
  // start at `position`.
  [[nodiscard]] static Ring create(const std::filesystem::path& path, const RingIdentity& identity,
                                   std::uint64_t capacity, std::uint64_t position);
  [[nodiscard]] RingControl& control() const noexcept {
    return *reinterpret_cast<RingControl*>(control_.data());
  }
  [[nodiscard]] std::byte* bytes() const noexcept { return data_.data(); }
  [[nodiscard]] std::uint64_t mask() const noexcept { return capacity_ - 1; }
  [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] const RecordHeader& record(std::uint64_t position) const noexcept {
    return *reinterpret_cast<const RecordHeader*>(data_.data() + (position & mask()));
  }
  // False: the system's limit on locked memory is too small; pages may be swapped, not lost.
  [[nodiscard]] bool locked() const noexcept { return locked_; }

 private:
  File file_;
  Mapping control_;
  Mapping data_;
  std::uint64_t capacity_{0};
  bool locked_{false};
};

// The same file for those who only read: readers, and recovery after the writer's death.
class RingView {
 public:
  // Empty: there is none, or it belongs to another log. Throws when it is there and damaged.
  [[nodiscard]] static std::optional<RingView> open(const std::filesystem::path& path,
                                                    const RingIdentity& identity);
  [[nodiscard]] const RingControl& control() const noexcept {
    return *reinterpret_cast<const RingControl*>(mapping_.data());
  }
  [[nodiscard]] std::uint64_t head() const noexcept { return load_acquire(control().head); }
  // Before it everything is in segments. After a failed write or sync that is certain only up to
  // the durable position; the ring still has what lies behind, unless it has come round.
  [[nodiscard]] std::uint64_t tail() const noexcept {
    const std::uint64_t tail = load_acquire(control().tail);
    if (load_acquire(control().failed) == 0) return tail;
    const std::uint64_t durable = load_acquire(control().durable_position);
    return durable < tail && head() - durable <= capacity_ ? durable : tail;
  }
  [[nodiscard]] bool failed() const noexcept { return load_acquire(control().failed) != 0; }
  [[nodiscard]] RingState state() const noexcept {
    return static_cast<RingState>(load_acquire(control().state));
  }
  // n <= capacity. What the writer overwrites meanwhile is torn: compare tail() afterwards.
  void copy(std::uint64_t position, void* to, std::size_t n) const noexcept;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  RingView(Mapping mapping, std::uint64_t capacity, std::filesystem::path path)
      : mapping_{std::move(mapping)}, capacity_{capacity}, path_{std::move(path)} {}
  Mapping mapping_;
  std::uint64_t capacity_{0};
  std::filesystem::path path_;
};
}  // namespace sq::wal
