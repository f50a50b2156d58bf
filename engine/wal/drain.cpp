#include "engine/wal/drain.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>

namespace sq::wal {
namespace {
constexpr std::int64_t kLookInterval = 20'000;         // ns
constexpr std::int64_t kStarvedInterval = 10'000'000;  // ns between two tries on a full disk
constexpr std::int64_t kTidyInterval = 100'000'000;    // ns, while space is short
constexpr std::int64_t kMarkInterval = 10'000'000;     // ns without a record: the mark catches up
constexpr std::uint64_t kBlockBytes = std::uint64_t{1} << 20U;

std::int64_t now_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
}  // namespace

Drain::Drain(Lane orders, Lane feed, SyncPolicy policy, Housekeeping* housekeeping) noexcept
    : lanes_{orders, feed}, policy_{policy}, housekeeping_{housekeeping}, beat_ns_{now_ns()} {}

void Drain::fail(const std::string& reason) noexcept {
  try {
    if (!failed_.load(std::memory_order_relaxed)) failure_ = reason;
  } catch (...) {  // out of memory: failed without a reason is still failed
  }
  for (const Lane& lane : lanes_) store_release(lane.ring->control().failed, 1);
  failed_.store(true, std::memory_order_release);
  shut();
}

// The feed first: whatever was before its records is then in the order ring, and moves next.
std::size_t Drain::drain_once(std::uint64_t bytes_max) noexcept {
  std::size_t total = 0;
  for (const Stream stream : {Stream::Feed, Stream::Order}) {
    const std::size_t i = index_of(stream);
    const Lane& lane = lanes_[i];
    if (starved_ns_[i] != 0 && now_ns() - starved_ns_[i] < kStarvedInterval) continue;
    std::size_t moved = 0;
    const int error = lane.writer->drain(*lane.ring, bytes_max, moved);
    if (error != 0 && !is_space_error(error)) {
      fail(lane.writer->failure());
      return total;
    }
    starved_ns_[i] = error != 0 ? now_ns() : 0;
    full_[i].store(error != 0, std::memory_order_release);
    total += moved;
  }
  return total;
}

// Up to where the heads are now, however fast the core goes on.
std::size_t Drain::drain_all() noexcept {
  std::array<std::uint64_t, kStreams> heads{};
  for (std::size_t i = 0; i < kStreams; ++i)
    heads[i] = load_acquire(lanes_[i].ring->control().head);
  std::size_t total = 0;
  while (!failed_.load(std::memory_order_relaxed) &&
         (lanes_[0].writer->end().position < heads[0] ||
          lanes_[1].writer->end().position < heads[1])) {
    const std::size_t moved = drain_once(kBlockBytes);
    total += moved;
    if (moved == 0) break;  // no room
  }
  return total;
}

bool Drain::sync_stream(Stream stream) noexcept {
  const Lane& lane = lanes_[index_of(stream)];
  if (lane.writer->sync() != 0) {
    fail(lane.writer->failure());
    return false;
  }
  RingControl& control = lane.ring->control();
  store_release(control.durable_position, lane.writer->durable().position);
  store_release(control.durable_sequence, lane.writer->durable().sequence);
  return true;
}

std::uint64_t Drain::not_durable(Stream stream) const noexcept {
  const Lane& lane = lanes_[index_of(stream)];
  return load_acquire(lane.ring->control().head) - lane.writer->durable().position;
}

// Orders first: the durable mark of the feed never covers more than that of the orders.
std::size_t Drain::sync_if_due(std::int64_t now, bool looked) noexcept {
  const bool due = now - synced_ns_ >= policy_.interval_ns;
  bool early = policy_.at_once && not_durable(Stream::Order) > 0;
  if (!early && looked && policy_.bytes > 0)
    early = not_durable(Stream::Order) + not_durable(Stream::Feed) >= policy_.bytes;
  if (!due && !early) return 0;
  const std::size_t moved = drain_all();
  const bool waiting = not_durable(Stream::Order) + not_durable(Stream::Feed) > 0;
  if (waiting) data_synced_ns_ = now;
  if (failed_.load(std::memory_order_relaxed) || !sync_stream(Stream::Order)) return moved;
  if (due || !policy_.at_once) {
    if (!sync_stream(Stream::Feed)) return moved;
    synced_ns_ = now;
  }
  if (!waiting) sync_marks(now);
  return moved;
}

void Drain::sync_marks(std::int64_t now) noexcept {
  if (now - data_synced_ns_ < kMarkInterval) return;
  for (const Lane& lane : lanes_) {
    if (lane.writer->sync_mark() != 0) return fail(lane.writer->failure());
  }
}

void Drain::prepare(std::int64_t now, bool idle) noexcept {
  Space worst = Space::Normal;
  for (const Stream stream : kBothStreams) {
    const std::size_t i = index_of(stream);
    SegmentWriter& writer = *lanes_[i].writer;
    if (writer.prepare(idle, now) != 0) return fail(writer.failure());
    Space space = writer.space();
    if (stream == Stream::Feed)
      space = std::min(space, Space::Reserve);  // trading needs the orders
    worst = std::max(worst, space);
    const bool pressed = writer.space() != Space::Normal;
    if (housekeeping_ == nullptr) continue;
    if (writer.opened() == tidied_at_[i] && (!pressed || now - tidied_ns_[i] < kTidyInterval))
      continue;
    tidied_at_[i] = writer.opened();
    tidied_ns_[i] = now;
    housekeeping_->tidy(stream, pressed);
  }
  space_.store(worst, std::memory_order_release);
}

std::size_t Drain::work() noexcept {
  const std::int64_t now = now_ns();
  beat_ns_.store(now, std::memory_order_release);
  if (failed_.load(std::memory_order_relaxed)) return 0;
  if (!enter()) return 0;
  std::size_t moved = 0;
  const bool look = now - looked_ns_ >= kLookInterval;
  if (look) {
    looked_ns_ = now;
    moved = drain_once(kBlockBytes);
    if (moved >= kBlockBytes) looked_ns_ = 0;  // more is waiting
  }
  if (policy_.interval_ns > 0 && !failed_.load(std::memory_order_relaxed))
    moved += sync_if_due(now, look);
  if (!failed_.load(std::memory_order_relaxed)) prepare(now, moved == 0);
  leave();
  beat_ns_.store(now_ns(), std::memory_order_release);
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
  const std::uint64_t wanted[kStreams]{load_acquire(lanes_[0].ring->control().head),
                                       load_acquire(lanes_[1].ring->control().head)};
  starved_ns_ = {};  // one more try
  drain_all();
  const bool ok = !failed_.load(std::memory_order_relaxed) && sync_stream(Stream::Order) &&
                  sync_stream(Stream::Feed) && lanes_[0].writer->durable().position >= wanted[0] &&
                  lanes_[1].writer->durable().position >= wanted[1];
  leave();
  return ok;
}
}  // namespace sq::wal
