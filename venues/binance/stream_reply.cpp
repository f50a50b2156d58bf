#include "venues/binance/stream_reply.hpp"

#include <simdjson.h>

namespace sq::binance {
namespace {
namespace dom = simdjson::dom;

// {"code":2,"msg":"..."}, also inside `error`.
std::string words_of(const dom::object& of) {
  std::string_view message;
  std::int64_t code = 0;
  std::string words = "no code";
  if (of["code"].get(code) == simdjson::SUCCESS) words = "code " + std::to_string(code);
  if (of["msg"].get(message) == simdjson::SUCCESS) words.append(": ").append(message);
  return words;
}
}  // namespace

std::optional<StreamReply> read_stream_reply(std::string_view text) {
  dom::parser parser;
  dom::element root;
  dom::object object;
  if (parser.parse(simdjson::padded_string{text}).get(root) != simdjson::SUCCESS ||
      root.get(object) != simdjson::SUCCESS)
    return std::nullopt;
  StreamReply reply;
  const bool numbered = object["id"].get(reply.id) == simdjson::SUCCESS;
  dom::object error;
  if (object["error"].get(error) == simdjson::SUCCESS) {
    reply.problem = words_of(error);
    return reply;
  }
  if (object["code"].error() == simdjson::SUCCESS) {
    reply.problem = words_of(object);
    return reply;
  }
  if (object["result"].error() != simdjson::SUCCESS || !numbered) return std::nullopt;
  reply.good = true;
  return reply;
}
}  // namespace sq::binance
