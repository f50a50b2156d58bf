#include "engine/net/websocket/handshake.hpp"

#include <openssl/evp.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace sq::net {
namespace {
std::string base64(std::span<const unsigned char> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int n = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                  static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(n));
  return text;
}
}  // namespace

std::string websocket_key() {
  std::array<unsigned char, 16> bytes{};
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
  return base64(bytes);
}

std::string websocket_accept(std::string_view key) {
  std::string text{key};
  text.append("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");  // RFC 6455, 1.3
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  ::EVP_Digest(text.data(), text.size(), digest.data(), &length, ::EVP_sha1(), nullptr);
  return base64({digest.data(), length});
}

std::string websocket_request(std::string_view host, std::string_view target, std::string_view key,
                              const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string text;
  text.append("GET ").append(target).append(" HTTP/1.1\r\nHost: ").append(host);
  text.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ").append(key);
  text.append("\r\nSec-WebSocket-Version: 13\r\n");
  for (const auto& [name, value] : headers)
    text.append(name).append(": ").append(value).append("\r\n");
  return text.append("\r\n");
}

std::string websocket_refusal(const HttpResponseHead& answer, std::string_view key) {
  if (answer.status != 101) {
    std::string text{"the server answered "};
    return text.append(std::to_string(answer.status)).append(" instead of 101");
  }
  if (answer.minor != 1) return "the server answered in HTTP/1.0";
  if (answer.count("Upgrade") != 1 || !equal_ignoring_case(answer.field("Upgrade"), "websocket"))
    return "no \"Upgrade: websocket\" in the answer";
  if (!answer.lists("Connection", "Upgrade")) return "no \"Connection: Upgrade\" in the answer";
  if (answer.count("Sec-WebSocket-Accept") != 1 ||
      answer.field("Sec-WebSocket-Accept") != websocket_accept(key))
    return "Sec-WebSocket-Accept does not answer our key";
  if (answer.count("Sec-WebSocket-Extensions") != 0) return "an extension that was not asked for";
  if (answer.count("Sec-WebSocket-Protocol") != 0) return "a subprotocol that was not asked for";
  return {};
}
}  // namespace sq::net
