// Whatever a peer sends and however it is split: neither side of SoupBinTCP crashes or hangs, the
// packets found do not depend on the split, and sequence numbers never go back or repeat.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "engine/feed/itch/soup_session.hpp"

namespace {
using namespace sq;
using namespace sq::feed::itch;

std::vector<std::byte> whole(std::span<const std::byte> bytes) {
  std::vector<std::byte> seen;
  SoupFramer framer;
  framer.give(bytes);
  SoupPacket packet;
  while (framer.take(packet)) {
    seen.push_back(static_cast<std::byte>(packet.type));
    seen.insert(seen.end(), packet.payload.begin(), packet.payload.end());
  }
  return seen;
}
std::vector<std::byte> split(std::span<const std::byte> bytes, std::size_t step) {
  std::vector<std::byte> seen;
  SoupFramer framer;
  while (!bytes.empty()) {
    const std::size_t count = std::min(step, bytes.size());
    framer.give(bytes.first(count));
    bytes = bytes.subspan(count);
    SoupPacket packet;
    while (framer.take(packet)) {
      seen.push_back(static_cast<std::byte>(packet.type));
      seen.insert(seen.end(), packet.payload.begin(), packet.payload.end());
    }
    if (framer.broken()) break;
  }
  return seen;
}

template <class Side, class OnEvent>
void feed_side(Side& side, std::span<const std::byte> bytes, std::size_t step, OnEvent on_event) {
  MonoTime now{};
  while (!bytes.empty() && !side.finished()) {
    const std::size_t count = std::min(step, bytes.size());
    now = now + static_cast<std::int64_t>(count) * 100'000'000;
    side.receive(bytes.first(count), now);
    bytes = bytes.subspan(count);
    SoupEvent event;
    while (side.next(event)) on_event(event, now);
    side.poll(now);
    side.sent(side.output().size());
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = 1 + data[0] % 64;
  const bool accepted = (data[1] & 1U) != 0;
  const auto bytes = std::as_bytes(std::span{data + 2, size - 2});
  if (whole(bytes) != split(bytes, step)) std::abort();

  SoupClient client{{.user = FixedText<6>{"u"}, .password = FixedText<10>{"p"}, .session = {}}};
  client.connect(MonoTime{});
  SoupEvent event;
  constexpr unsigned char kAccept[] = {0,   31,  'A', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ',
                                       'S', '1', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ',
                                       ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', '1'};
  if (accepted) {
    client.receive(std::as_bytes(std::span{kAccept}), MonoTime{});
    if (!client.next(event) || client.next(event)) std::abort();
  }
  std::uint64_t next = 0;
  feed_side(client, bytes, step, [&](const SoupEvent& e, MonoTime) {
    if (e.kind == SoupEventKind::Accepted) next = e.sequence;
    if (e.kind != SoupEventKind::Sequenced) return;
    if (next != 0 && e.sequence != next) std::abort();
    next = e.sequence + 1;
  });
  SoupServer server{MonoTime{}};
  feed_side(server, bytes, step, [&](const SoupEvent& e, MonoTime now) {
    if (e.kind == SoupEventKind::LoginRequested)
      server.accept(e.login.session, std::max<std::uint64_t>(e.login.sequence, 1), now);
  });
  return 0;
}
