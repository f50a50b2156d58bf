#include "engine/admin/options/columns.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace sq::admin::options {
namespace {
std::string shortened(const boost::json::value& value) {
  constexpr std::size_t kLongest = 80;
  std::string text = boost::json::serialize(value);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}
std::string text_of(std::string_view text) { return {text.data(), text.size()}; }

constexpr std::string_view kCallOrPut[] = {"call", "put"};
boost::json::object one_or_rows(const boost::json::object& one) {
  return {{"oneOf", boost::json::array{one, boost::json::object{{"type", "array"},
                                                                {"items", one},
                                                                {"minItems", 1},
                                                                {"maxItems", kRowsMax}}}}};
}
boost::json::object one_of(std::span<const std::string_view> accepted, std::string_view fallback) {
  boost::json::array list;
  for (const std::string_view each : accepted) list.emplace_back(each);
  boost::json::object out{{"enum", std::move(list)}};
  if (!fallback.empty()) out["default"] = fallback;
  return out;
}
std::string listed(std::string_view first, std::span<const std::string_view> words) {
  std::string list;
  for (const std::string_view each : words) {
    list += list.empty() ? text_of(first) : ", ";
    list += text_of(each);
  }
  return list;
}

std::optional<double> finite_number(const boost::json::value& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.to_number<double>();
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}
}  // namespace

net::HttpResponse problem_response(const Problem& problem) {
  boost::json::object out{
      {"error", problem.status == 400 ? "the body is not usable" : "not accepted"},
      {"pointer", problem.pointer},
      {"value", problem.value},
      {"accepted", problem.accepted}};
  net::HttpResponse response;
  response.status = problem.status;
  response.body = boost::json::serialize(out) + "\n";
  return response;
}

Columns::Columns(const std::string& body) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(body, error);
  if (error || !value.is_object()) {
    problem_ = Problem{400, "", error ? error.message() : shortened(value), "a JSON object"};
    return;
  }
  object_ = value.get_object();
}

Columns Columns::describing() {
  Columns columns{boost::json::object{}, ""};
  columns.describing_ = true;
  return columns;
}
boost::json::object Columns::description() const {
  return {{"type", "object"},
          {"additionalProperties", false},
          {"properties", properties_},
          {"required", required_}};
}
void Columns::describe(std::string_view key, bool required, boost::json::object schema) {
  if (!describing_) return;
  properties_[key] = std::move(schema);
  if (required) required_.emplace_back(key);
}

void Columns::refuse(std::string pointer, const boost::json::value& value, std::string accepted) {
  if (problem_) return;
  problem_ = Problem{422, prefix_ + std::move(pointer), shortened(value), std::move(accepted)};
}

const boost::json::value* Columns::take(std::string_view key) {
  known_.emplace_back(key);
  return object_.if_contains(key);
}

bool Columns::take_rows(std::string_view key, std::size_t count) {
  if (count == 0 || count > kRowsMax) {
    refuse("/" + text_of(key), count, "an array of 1 to " + std::to_string(kRowsMax) + " values");
    return false;
  }
  if (arrays_ && count != rows_) {
    refuse("/" + text_of(key), count,
           "as many values as the arrays before it have: " + std::to_string(rows_));
    return false;
  }
  arrays_ = true;
  rows_ = count;
  return true;
}

NumberColumn Columns::number(std::string_view key, std::optional<double> fallback) {
  const boost::json::value* value = take(key);
  describe(key, !fallback, one_or_rows({{"type", "number"}}));
  if (value == nullptr) {
    if (!fallback) refuse("/" + text_of(key), nullptr, "a number, or an array of numbers");
    return NumberColumn{fallback.value_or(1.0)};
  }
  if (const auto one = finite_number(*value)) return NumberColumn{*one};
  if (!value->is_array()) {
    refuse("/" + text_of(key), *value, "a number, or an array of numbers");
    return NumberColumn{1.0};
  }
  const boost::json::array& array = value->get_array();
  std::vector<double> numbers;
  if (!take_rows(key, array.size())) return NumberColumn{1.0};
  for (std::size_t i = 0; i < array.size(); ++i) {
    const auto number = finite_number(array[i]);
    if (!number) refuse("/" + text_of(key) + "/" + std::to_string(i), array[i], "a number");
    numbers.push_back(number.value_or(1.0));
  }
  return NumberColumn{std::move(numbers)};
}

std::vector<double> Columns::list(std::string_view key, std::optional<double> fallback) {
  const boost::json::value* value = take(key);
  describe(key, !fallback,
           {{"type", "array"},
            {"items", {{"type", "number"}}},
            {"minItems", 1},
            {"maxItems", kRowsMax}});
  if (value == nullptr && fallback) return {*fallback};
  if (value == nullptr || !value->is_array() || value->get_array().empty() ||
      value->get_array().size() > kRowsMax) {
    refuse("/" + text_of(key), value == nullptr ? boost::json::value{} : *value,
           "an array of 1 to " + std::to_string(kRowsMax) + " numbers");
    return {0.0};
  }
  std::vector<double> numbers;
  for (std::size_t i = 0; i < value->get_array().size(); ++i) {
    const auto number = finite_number(value->get_array()[i]);
    if (!number)
      refuse("/" + text_of(key) + "/" + std::to_string(i), value->get_array()[i], "a number");
    numbers.push_back(number.value_or(0.0));
  }
  return numbers;
}

std::string_view Columns::word(std::string_view key, std::span<const std::string_view> accepted,
                               std::string_view fallback) {
  const boost::json::value* value = take(key);
  describe(key, fallback.empty(), one_of(accepted, fallback));
  if (value == nullptr && !fallback.empty()) return fallback;
  if (value != nullptr && value->is_string()) {
    const std::string_view text{value->get_string().data(), value->get_string().size()};
    for (const std::string_view each : accepted)
      if (each == text) return each;
  }
  refuse("/" + text_of(key), value == nullptr ? boost::json::value{} : *value,
         listed("one of ", accepted));
  return accepted.front();
}

std::vector<bool> Columns::calls(std::string_view key) {
  const boost::json::value* value = take(key);
  describe(key, true, one_or_rows(one_of(kCallOrPut, "")));
  const auto is_call = [](const boost::json::value& word) -> std::optional<bool> {
    if (!word.is_string()) return std::nullopt;
    if (word.get_string() == "call") return true;
    if (word.get_string() == "put") return false;
    return std::nullopt;
  };
  const std::string accepted = "call or put, or an array of them";
  if (value == nullptr || !value->is_array()) {
    const auto one = value == nullptr ? std::nullopt : is_call(*value);
    if (!one)
      refuse("/" + text_of(key), value == nullptr ? boost::json::value{} : *value, accepted);
    return {one.value_or(true)};
  }
  std::vector<bool> calls;
  if (!take_rows(key, value->get_array().size())) return {true};
  for (std::size_t i = 0; i < value->get_array().size(); ++i) {
    const auto one = is_call(value->get_array()[i]);
    if (!one)
      refuse("/" + text_of(key) + "/" + std::to_string(i), value->get_array()[i], "call or put");
    calls.push_back(one.value_or(true));
  }
  return calls;
}

std::uint32_t Columns::whole(std::string_view key, std::uint32_t low, std::uint32_t high,
                             std::uint32_t fallback) {
  const boost::json::value* value = take(key);
  describe(key, false,
           {{"type", "integer"}, {"minimum", low}, {"maximum", high}, {"default", fallback}});
  if (value == nullptr) return fallback;
  const auto number = finite_number(*value);
  if (!number || *number != std::floor(*number) || *number < low || *number > high) {
    refuse("/" + text_of(key), *value,
           "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return fallback;
  }
  return static_cast<std::uint32_t>(*number);
}

std::vector<Columns> Columns::objects(std::string_view key, std::size_t max) {
  const boost::json::value* value = take(key);
  if (value == nullptr || !value->is_array() || value->get_array().empty() ||
      value->get_array().size() > max) {
    refuse("/" + text_of(key), value == nullptr ? boost::json::value{} : *value,
           "an array of 1 to " + std::to_string(max) + " objects");
    return {};
  }
  std::vector<Columns> out;
  for (std::size_t i = 0; i < value->get_array().size(); ++i) {
    const std::string pointer = "/" + text_of(key) + "/" + std::to_string(i);
    if (!value->get_array()[i].is_object()) {
      refuse(pointer, value->get_array()[i], "an object");
      return {};
    }
    out.push_back(Columns{value->get_array()[i].get_object(), prefix_ + pointer});
  }
  return out;
}

bool Columns::is_object(std::string_view key) const {
  const boost::json::value* value = object_.if_contains(key);
  return value != nullptr && value->is_object();
}
std::optional<Columns> Columns::object(std::string_view key) {
  const boost::json::value* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    refuse("/" + text_of(key), *value, "an object");
    return std::nullopt;
  }
  return Columns{value->get_object(), prefix_ + "/" + text_of(key)};
}

std::string Columns::text(std::string_view key, std::string_view fallback) {
  const boost::json::value* value = take(key);
  describe(key, fallback.empty(), {{"type", "string"}});
  if (value == nullptr && !fallback.empty()) return text_of(fallback);
  if (value == nullptr || !value->is_string()) {
    refuse("/" + text_of(key), value == nullptr ? boost::json::value{} : *value, "a text");
    return {};
  }
  return {value->get_string().data(), value->get_string().size()};
}

std::vector<std::string> Columns::texts(std::string_view key) {
  const boost::json::value* value = take(key);
  describe(key, false, one_or_rows({{"type", "string"}}));
  if (value == nullptr) return {};
  const auto text = [](const boost::json::value& one) {
    return std::string{one.get_string().data(), one.get_string().size()};
  };
  if (value->is_string()) return {text(*value)};
  if (!value->is_array()) {
    refuse("/" + text_of(key), *value, "a text, or an array of texts");
    return {};
  }
  std::vector<std::string> texts;
  if (!take_rows(key, value->get_array().size())) return {};
  for (std::size_t i = 0; i < value->get_array().size(); ++i) {
    const boost::json::value& each = value->get_array()[i];
    if (!each.is_string()) refuse("/" + text_of(key) + "/" + std::to_string(i), each, "a text");
    texts.push_back(each.is_string() ? text(each) : std::string{});
  }
  return texts;
}

std::vector<std::string_view> Columns::words(std::string_view key,
                                             std::initializer_list<std::string_view> list) {
  const std::span accepted{list.begin(), list.size()};
  const boost::json::value* value = take(key);
  describe(key, false, {{"type", "array"}, {"items", one_of(accepted, "")}, {"uniqueItems", true}});
  if (value == nullptr) return list;
  if (!value->is_array()) {
    refuse("/" + text_of(key), *value, listed("an array of some of ", accepted));
    return {};
  }
  std::vector<std::string_view> chosen;
  for (std::size_t i = 0; i < value->get_array().size(); ++i) {
    const boost::json::value& each = value->get_array()[i];
    const auto found = std::ranges::find_if(accepted, [&](std::string_view word) {
      return each.is_string() && each.get_string() == word;
    });
    if (found == accepted.end() || std::ranges::find(chosen, *found) != chosen.end()) {
      refuse("/" + text_of(key) + "/" + std::to_string(i), each, listed("once: ", accepted));
      return {};
    }
    chosen.push_back(*found);
  }
  return chosen;
}

boost::json::value Columns::id() {
  constexpr std::size_t kLongest = 64;
  const boost::json::value* value = take("id");
  describe("id", false,
           {{"type", boost::json::array{"string", "number"}}, {"maxLength", kLongest}});
  if (value == nullptr) return nullptr;
  const bool text = value->is_string() && value->get_string().size() <= kLongest;
  if (!text && !value->is_number())
    refuse("/id", *value, "a text of at most 64 bytes, or a number");
  return *value;
}

void Columns::finish() {
  for (const auto& member : object_) {
    const std::string_view key{member.key().data(), member.key().size()};
    if (std::ranges::find(known_, key) != known_.end()) continue;
    std::string list = "one of the keys";
    for (const std::string& known : known_) list += " " + known;
    refuse("/" + text_of(key), member.value(), std::move(list));
    return;
  }
}
}  // namespace sq::admin::options
