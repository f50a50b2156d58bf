// Places where a test may end the process as if it were killed: SQ_KILL_AT=name:n raises SIGKILL
// the n-th time (from 1) the point `name` is passed, "*:n" at the n-th point of any name.
// Thread: any. Cost: nothing unless built with SQ_KILL_POINTS, which only test builds are; the
// macro is for .cpp files, so that one program has one meaning of it.
// Names: "<what>.before" and "<what>.after" of every call of the real Disk, and "ring.tail",
// "ring.head": the stores that publish records to other processes.
#pragma once

#ifdef SQ_KILL_POINTS
#include <signal.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace sq::wal {
class KillPoint {
 public:
  // The environment is read when the first point is passed.
  static KillPoint& chosen() noexcept {
    static KillPoint point;
    return point;
  }
  // For a child of fork(), whose parent has passed points. `name` outlives the process.
  void choose(std::string_view name, std::uint64_t nth) noexcept {
    name_ = name;
    nth_ = nth;
    passed_.store(0, std::memory_order_relaxed);
  }
  void pass(std::string_view name) noexcept {
    if (nth_ == 0 || (name_ != "*" && name_ != name)) return;
    if (passed_.fetch_add(1, std::memory_order_relaxed) + 1 == nth_) ::raise(SIGKILL);
  }

 private:
  KillPoint() noexcept {
    const char* text = std::getenv("SQ_KILL_AT");
    if (text == nullptr) return;
    const std::string_view wanted{text};
    const std::size_t colon = wanted.rfind(':');
    if (colon == std::string_view::npos) return;
    name_ = wanted.substr(0, colon);
    nth_ = std::strtoull(text + colon + 1, nullptr, 10);
  }
  std::string_view name_;
  std::uint64_t nth_{0};  // 0: never
  std::atomic<std::uint64_t> passed_{0};
};
}  // namespace sq::wal
#define SQ_KILL_POINT(name) ::sq::wal::KillPoint::chosen().pass(name)
#else
#define SQ_KILL_POINT(name) static_cast<void>(0)
#endif
