// The opening handshake: the client's request and its judgement of the answer; the server's
// judgement of a request and its answer. No subprotocols, no extensions. Thread: any. Cost: a
// SHA-1. Errors: what is wrong, in words; "" is none. Source: RFC 6455, 4; security: no redirect is
// followed, nothing unasked is accepted.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/net/http/response_parser.hpp"

namespace sq::net {
// 16 random bytes in base64: one for each connection.
[[nodiscard]] std::string websocket_key();
// "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" for "dGhlIHNhbXBsZSBub25jZQ==".
[[nodiscard]] std::string websocket_accept(std::string_view key);

// `host`: with the port when it is not the scheme's. `headers`: further ones, already sound.
[[nodiscard]] std::string websocket_request(
    std::string_view host, std::string_view target, std::string_view key,
    const std::vector<std::pair<std::string, std::string>>& headers = {});
// `answer`: whole head of the answer. "": the connection is open.
[[nodiscard]] std::string websocket_refusal(const HttpResponseHead& answer, std::string_view key);
}  // namespace sq::net
