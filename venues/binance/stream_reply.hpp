// The answer of a stream connection to SUBSCRIBE and its like, in JSON whatever the streams are in.
// Thread: any. Cost: about 1 us, cold. Errors: empty for what is no such answer.
// Source: protocol facts of binance_spot 5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sq::binance {
struct StreamReply {
  std::int64_t id{0};
  bool good{false};
  std::string problem;  // the venue's words, when not good
};
[[nodiscard]] std::optional<StreamReply> read_stream_reply(std::string_view text);
}  // namespace sq::binance
