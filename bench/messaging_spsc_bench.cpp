// The rings against the two best known and against the bare cache line, all in one run.
// Messages are 64 bytes. In MessageRing eight of them are its sequence number; the peers keep
// theirs elsewhere. `_record` carries a whole 120-byte order request (header and payload).
#include <readerwriterqueue/readerwriterqueue.h>

#include <array>
#include <bit>
#include <memory>

#include "bench/ping_pong.hpp"
#include "engine/messaging/message_ring.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/messaging/record_ring.hpp"

namespace {
using namespace sq;

constexpr std::size_t kCapacity = 1024;  // messages

template <std::size_t Words>
struct Message {
  std::array<std::uint64_t, Words> words{};
};

// The well-known ring with an index on each side and a cached copy of the other's (Rigtorp,
// SPSCQueue; Lamport 1983). Written here for comparison.
template <class T>
class CachedIndexRing {
 public:
  explicit CachedIndexRing(std::size_t capacity) : slots_(capacity), mask_{capacity - 1} {}
  bool try_push(const T& message) noexcept {
    const std::uint64_t at = write_.load(std::memory_order_relaxed);
    if (at - cached_read_ > mask_) {
      cached_read_ = read_.load(std::memory_order_acquire);
      if (at - cached_read_ > mask_) return false;
    }
    slots_[at & mask_] = message;
    write_.store(at + 1, std::memory_order_release);
    return true;
  }
  bool try_pop(T& message) noexcept {
    const std::uint64_t at = read_.load(std::memory_order_relaxed);
    if (at == cached_write_) {
      cached_write_ = write_.load(std::memory_order_acquire);
      if (at == cached_write_) return false;
    }
    message = slots_[at & mask_];
    read_.store(at + 1, std::memory_order_release);
    return true;
  }

 private:
  std::vector<T> slots_;
  std::uint64_t mask_;
  alignas(kNoSharing) std::atomic<std::uint64_t> write_{0};
  std::uint64_t cached_read_{0};
  alignas(kNoSharing) std::atomic<std::uint64_t> read_{0};
  std::uint64_t cached_write_{0};
};

template <class T>
class LibraryQueue {
 public:
  explicit LibraryQueue(std::size_t capacity) : queue_{capacity} {}
  bool try_push(const T& message) noexcept { return queue_.try_enqueue(message); }
  bool try_pop(T& message) noexcept { return queue_.try_dequeue(message); }

 private:
  moodycamel::ReaderWriterQueue<T> queue_;
};

template <class Ring, class T>
class MessageLink {
 public:
  void send(std::uint64_t n) noexcept {
    out_.words[0] = n;
    while (!ring_.try_push(out_)) spin_pause();
  }
  std::uint64_t receive() noexcept {
    T in;
    while (!ring_.try_pop(in)) spin_pause();
    bench::keep(in);
    return in.words[0];
  }

 private:
  Ring ring_{kCapacity};
  alignas(kNoSharing) T out_{};
};

class RecordLink {
 public:
  void send(std::uint64_t n) noexcept {
    out_.header.source_sequence = n;
    while (!ring_.try_push(out_.header)) spin_pause();
  }
  std::uint64_t receive() noexcept {
    const RecordHeader* header = nullptr;
    while ((header = ring_.peek()) == nullptr) spin_pause();
    const std::uint64_t n = header->source_sequence;
    bench::keep(payload_of<OrderRequest>(*header).approval);
    ring_.pop();
    return n;
  }

 private:
  RecordRing ring_{kCapacity * 128};
  alignas(kNoSharing) Record<OrderRequest> out_ = make_record(RecordKind::OrderSent,
                                                              OrderRequest{});
};

template <class Link>
void round_trip(bench::Session& session, std::string_view name, std::string_view input) {
  if (!session.wanted(name)) return;
  std::vector<double> ns = bench::round_trips<Link>(session);
  session.report_samples(name, {.input = input, .floor = "floor/cache_line_ping_pong"}, ns, 0);
}

template <class Link>
void streaming(bench::Session& session, std::string_view name, std::string_view input) {
  if (!session.wanted(name)) return;
  const std::size_t count = session.smoke() ? 5'000 : 1'000'000;
  std::vector<double> passes;
  for (int pass = 0; pass < (session.smoke() ? 1 : 15); ++pass) {
    const auto link = std::make_unique<Link>();
    passes.push_back(bench::stream(session, *link, count));
  }
  session.report_rate(name, {.input = input}, count, passes, 0);
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  if (!bench::two_cpus()) {
    std::printf("messaging_spsc_bench: needs two cpus\n");
    return session.finish();
  }
  using Ring = MessageLink<MessageRing<Message<7>>, Message<7>>;
  using FullLine = MessageLink<MessageRing<Message<8>>, Message<8>>;
  using CachedIndex = MessageLink<CachedIndexRing<Message<8>>, Message<8>>;
  using Library = MessageLink<LibraryQueue<Message<8>>, Message<8>>;

  round_trip<bench::BareLine>(session, "floor/cache_line_ping_pong", "two lines, 12 placements");
  round_trip<Ring>(session, "messaging/spsc_round_trip", "MessageRing, 8 + 56 bytes");
  round_trip<FullLine>(session, "messaging/spsc_round_trip_72", "MessageRing, 8 + 64 bytes");
  round_trip<RecordLink>(session, "messaging/spsc_round_trip_record", "RecordRing, 120 bytes");
  round_trip<CachedIndex>(session, "peer/cached_index_round_trip", "as rigtorp, 64 bytes");
  round_trip<Library>(session, "peer/readerwriterqueue_round_trip", "moodycamel, 64 bytes");

  streaming<Ring>(session, "messaging/spsc_stream", "MessageRing, 8 + 56 bytes");
  streaming<FullLine>(session, "messaging/spsc_stream_72", "MessageRing, 8 + 64 bytes");
  streaming<RecordLink>(session, "messaging/spsc_stream_record", "RecordRing, 120 bytes");
  streaming<CachedIndex>(session, "peer/cached_index_stream", "as rigtorp, 64 bytes");
  streaming<Library>(session, "peer/readerwriterqueue_stream", "moodycamel, 64 bytes");
  return session.finish();
}
