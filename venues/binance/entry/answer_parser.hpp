// simdjson for AnswerReader: internal to this folder. Thread: its owner's. Cost: a copy and a
// parse.
#pragma once

#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "venues/binance/entry/answer_reader.hpp"
#include "venues/binance/entry/json_fields.hpp"

namespace sq::binance {
// What is parsed lies in `padded`; elements are valid until the next one.
struct AnswerReader::Parser {
  simdjson::dom::parser parser;
  std::vector<char> padded;

  [[nodiscard]] bool parse(std::string_view text, simdjson::dom::element& root) {
    const std::size_t room = text.size() + simdjson::SIMDJSON_PADDING;
    if (padded.size() < room) padded.resize(2 * room);
    std::memcpy(padded.data(), text.data(), text.size());
    return parser.parse(padded.data(), text.size(), false).get(root) == simdjson::SUCCESS;
  }
  // Empty: not that kind of JSON.
  [[nodiscard]] std::optional<JsonFields> object(std::string_view text) {
    simdjson::dom::element root;
    if (!parse(text, root) || !root.is_object()) return std::nullopt;
    return JsonFields{root};
  }
  [[nodiscard]] std::optional<simdjson::dom::array> array(std::string_view text) {
    simdjson::dom::element root;
    simdjson::dom::array all;
    if (!parse(text, root) || root.get_array().get(all) != simdjson::SUCCESS) return std::nullopt;
    return all;
  }
};
}  // namespace sq::binance
