// Whatever packets arrive on the lines: the arbiter neither crashes nor hangs, gives numbered
// messages in rising order with exactly the missing ones left out, and each with the bytes of a
// packet that had it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "engine/feed/itch/arbiter.hpp"

namespace {
using namespace sq;
using namespace sq::feed::itch;

class Checker {
 public:
  void take(Arbiter& arbiter) {
    ArbiterMessage message;
    while (arbiter.next(message)) {
      if (message.sequence == 0) continue;
      const bool content = message.bytes.size() == 8 + message.sequence % 5 &&
                           feed::load_big<std::uint64_t>(message.bytes.data()) == message.sequence;
      if (made_ && !content) std::abort();
      const std::uint64_t changes = arbiter.counters().session_changes;
      if (changes == session_ && last_ != 0 && message.sequence <= last_) std::abort();
      session_ = changes;
      last_ = message.sequence;
    }
  }
  void only_made(bool made) { made_ = made; }

 private:
  std::uint64_t last_{0};
  std::uint64_t session_{0};
  bool made_{true};
};

// One packet of the stream as it would be sent, from three bytes of the input.
void send_made(Arbiter& arbiter, Checker& checker, const std::uint8_t* data, MonoTime now) {
  MoldWriter writer{mold_session((data[0] & 0x80U) != 0 ? "B" : "A"), 4'096};
  const std::uint64_t first = 1 + data[1];
  writer.begin(first);
  std::byte bytes[16]{};
  for (std::uint64_t i = 0; i < data[2] % 9U; ++i) {
    feed::store_big(bytes, first + i);
    if (!writer.add({bytes, 8 + (first + i) % 5})) std::abort();
  }
  const auto packet = parse_mold(data[2] == 255 ? writer.end_of_session(first) : writer.packet());
  if (!packet) std::abort();
  arbiter.receive(data[0] % 2U, *packet, now);
  checker.take(arbiter);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  Arbiter arbiter{{.lines = 2,
                   .first_sequence = data[0] % 3U,
                   .window_messages = 64,
                   .message_bytes_max = 16,
                   .gap_wait_ns = 20,
                   .requests_outstanding_max = data[0] % 5U,
                   .request_after_ns = 3,
                   .request_timeout_ns = 7,
                   .request_messages_max = 4}};
  Checker checker;
  MonoTime now{};
  for (std::size_t i = 1; i + 3 <= size; i += 3) {
    now = now + data[i] % 16U;
    arbiter.poll(now);
    checker.take(arbiter);
    send_made(arbiter, checker, data + i, now);
    for (int asked = 0; const auto request = arbiter.next_request(now); ++asked) {
      if (asked > 64 || request->count == 0) std::abort();
    }
  }
  arbiter.finish();
  checker.take(arbiter);
  if (arbiter.gap_open()) std::abort();
  // The input itself as one packet, and as a request.
  checker.only_made(false);
  const auto raw = std::as_bytes(std::span{data, size});
  if (const auto packet = parse_mold(raw)) {
    Arbiter fresh{{.window_messages = 64}};
    fresh.receive(0, *packet, now);
    checker = {};
    checker.only_made(false);
    checker.take(fresh);
  }
  if (const auto request = parse_mold_request(raw)) {
    if (parse_mold_request(encode(*request)) != *request) std::abort();
  }
  return 0;
}
