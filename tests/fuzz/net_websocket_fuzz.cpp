// Whatever a peer sends and however it is split: the session does not crash, hands out the same
// messages for every split, text is UTF-8, and what it answers is taken by a session at the other
// end.
#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "engine/net/websocket/session.hpp"

// Instead of the system's: the same input does the same each time, and quickly.
extern "C" ssize_t getrandom(void* to, std::size_t bytes, unsigned int) {
  std::memset(to, 0x5A, bytes);
  return static_cast<ssize_t>(bytes);
}

namespace {
using namespace sq;
using net::WebSocketRole;
using net::WebSocketSession;

constexpr std::size_t kLimit = 1'024;

struct Seen {
  std::string messages;
  std::uint16_t code{0};
  std::string answers;
};
// `limit`: how often next() may hand out something: a byte at least is needed for each.
Seen run(std::span<const std::byte> bytes, std::size_t step, WebSocketRole role) {
  Seen seen;
  WebSocketSession session{net::WebSocketSettings{role, kLimit, 0, kNsPerSecond}, MonoTime{0}};
  std::size_t events = 0;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const std::size_t n = std::min(step, bytes.size() - at);
    std::memcpy(session.room(n).data(), bytes.data() + at, n);
    session.received(n, MonoTime{1});
    WebSocketSession::Message message;
    while (session.next(message, MonoTime{1})) {
      seen.messages.push_back(static_cast<char>(message.opcode));
      seen.messages.append(message.text()).push_back('\n');
      if (message.payload.size() > kLimit || ++events > bytes.size()) std::abort();
      net::Utf8 utf8;
      if (message.opcode == net::Opcode::Text && (!utf8.add(message.payload) || !utf8.whole()))
        std::abort();
    }
  }
  seen.code = session.state() == net::WebSocketState::Ended ? session.end().code : 0;
  const auto out = session.out().waiting();
  seen.answers.assign(reinterpret_cast<const char*>(out.data()), out.size());
  return seen;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const WebSocketRole role = (data[0] & 1U) != 0 ? WebSocketRole::Server : WebSocketRole::Client;
  const WebSocketRole other =
      role == WebSocketRole::Server ? WebSocketRole::Client : WebSocketRole::Server;
  const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(data) + 1, size - 1};
  const Seen whole = run(bytes, bytes.size() + 1, role);
  const Seen split = run(bytes, std::size_t{1} + data[0] / 2 % 9, role);
  if (whole.messages != split.messages || whole.code != split.code ||
      whole.answers.size() != split.answers.size())
    std::abort();
  if (whole.answers.empty()) return 0;
  // Pongs and closes only: the other end finds nothing wrong with them.
  const std::span<const std::byte> answers{reinterpret_cast<const std::byte*>(whole.answers.data()),
                                           whole.answers.size()};
  const Seen heard = run(answers, answers.size() + 1, other);
  if (!heard.messages.empty() || (whole.code == 0 && heard.code != 0)) std::abort();
  return 0;
}
