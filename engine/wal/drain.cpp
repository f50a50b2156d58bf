#include "engine/wal/drain.hpp"

#include <sched.h>

#include <chrono>

namespace sq::wal {
namespace {
constexpr std::int64_t kLookInterval = 20'000;  // ns
constexpr std::uint64_t kBlockBytes = std::uint64_t{1} << 20U;

std::int64_t now_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
}  // namespace

void Drain::fail(const std::string& reason) noexcept {
  try {
    if (!failed_.load(std::memory_order_relaxed)) failure_ = reason;
  } catch (...) {  // out of memory: failed without a reason is still failed
  }
  failed_.store(true, std::memory_order_release);
  shut();
}

// The feed first: whatever was before its records is then in the order ring, and moves next.
std::size_t Drain::drain_once(std::uint64_t bytes_max) noexcept {
  std::size_t total = 0;
  for (const Stream stream : {Stream::Feed, Stream::Order}) {
    const Lane& lane = lanes_[index_of(stream)];
    std::size_t moved = 0;
    if (lane.writer->drain(*lane.ring, bytes_max, moved) != 0) {
      fail(lane.writer->failure());
      return total;
    }
    total += moved;
  }
  return total;
}

// Orders first: the durable mark of the feed never covers more than that of the orders.
bool Drain::sync_streams() noexcept {
  for (const Lane& lane : lanes_) {
    if (lane.writer->sync() != 0) {
      fail(lane.writer->failure());
      return false;
    }
    RingControl& control = lane.ring->control();
    store_release(control.durable_position, lane.writer->durable().position);
    store_release(control.durable_sequence, lane.writer->durable().sequence);
  }
  return true;
}

std::size_t Drain::work() noexcept {
  if (failed_.load(std::memory_order_relaxed)) return 0;
  const std::int64_t now = now_ns();
  if (!enter()) return 0;
  std::size_t moved = 0;
  if (now - looked_ns_ >= kLookInterval) {
    looked_ns_ = now;
    moved = drain_once(kBlockBytes);
    if (moved >= kBlockBytes) looked_ns_ = 0;  // more is waiting
  }
  if (sync_interval_ns_ > 0 && now - synced_ns_ >= sync_interval_ns_) {
    while (!failed_.load(std::memory_order_relaxed)) {
      const std::size_t more = drain_once(kBlockBytes);
      moved += more;
      if (more < kBlockBytes) break;
    }
    if (!failed_.load(std::memory_order_relaxed)) sync_streams();
    synced_ns_ = now;
  }
  leave();
  return moved;
}

std::size_t Drain::drain_now() noexcept {
  if (failed_.load(std::memory_order_relaxed) || !enter()) return 0;
  const std::size_t moved = drain_once(kBlockBytes);
  leave();
  return moved;
}

bool Drain::flush() noexcept {
  while (!enter()) ::sched_yield();
  std::size_t moved = 1;
  while (moved > 0 && !failed_.load(std::memory_order_relaxed)) moved = drain_once(kBlockBytes);
  const bool ok = !failed_.load(std::memory_order_relaxed) && sync_streams();
  leave();
  return ok;
}
}  // namespace sq::wal
