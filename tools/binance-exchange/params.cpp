#include "tools/binance-exchange/params.hpp"

#include <charconv>

#include "engine/types/decimal.hpp"

namespace sq::exchange {
Failure missing(std::string_view name) {
  std::string text{"Mandatory parameter '"};
  text.append(name).append("' was not sent, was empty/null, or malformed.");
  return {400, -1102, text, {}};
}
Failure bad_value(std::string_view name) {
  std::string text{"Data sent for parameter '"};
  text.append(name).append("' is not valid.");
  return {400, -1130, text, {}};
}

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
            text.data() + i + 3) {
      plain.push_back(static_cast<char>(value));
      i += 2;
    } else {
      plain.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return plain;
}

Params::Params(std::string_view query, std::string_view body) {
  parse(query);
  parse(body);
}
Params Params::of_json(const boost::json::object& members) {
  Params made;
  for (const auto& member : members) {
    const boost::json::value& value = member.value();
    made.add(std::string{member.key()},
             value.is_string() ? std::string{value.get_string()} : boost::json::serialize(value));
  }
  return made;
}
void Params::parse(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    const std::size_t equal = std::min(pair.find('='), pair.size());
    std::string name = percent_decoded(pair.substr(0, equal));
    if (!name.empty() && find(name) == nullptr)
      list_.emplace_back(std::move(name),
                         percent_decoded(pair.substr(std::min(equal + 1, pair.size()))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}
const std::string* Params::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : list_)
    if (key == name) return &value;
  return nullptr;
}
std::string Params::get(std::string_view name, std::string_view fallback) const {
  const std::string* found = find(name);
  return found != nullptr ? *found : std::string{fallback};
}
std::string Params::need(std::string_view name) const {
  const std::string* found = find(name);
  if (found == nullptr || found->empty()) throw missing(name);
  return *found;
}
std::int64_t Params::integer(std::string_view name, std::int64_t fallback) const {
  const std::string* found = find(name);
  if (found == nullptr) return fallback;
  std::int64_t value = 0;
  const char* end = found->data() + found->size();
  const auto [at, error] = std::from_chars(found->data(), end, value);
  if (error != std::errc{} || at != end) throw missing(name);
  return value;
}
std::int64_t Params::need_integer(std::string_view name) const {
  static_cast<void>(need(name));
  return integer(name, 0);
}
namespace {
std::int64_t decimal8(const std::string& text, std::string_view name) {
  const auto raw = parse_decimal(text, 8);
  if (raw) return *raw;
  if (raw.error() == DecimalError::TooManyDecimals)
    throw Failure{400, -1111, "Precision is over the maximum defined for this asset.", {}};
  throw missing(name);
}
}  // namespace
Price Params::price(std::string_view name) const {
  const std::int64_t raw = decimal8(need(name), name);
  if (raw > Price::max().raw() / 10) throw missing(name);
  return Price::from_raw(raw * 10);
}
Qty Params::qty(std::string_view name) const { return Qty::from_raw(decimal8(need(name), name)); }

std::string padded(std::int64_t raw, int decimals) {
  const bool negative = raw < 0;
  std::string digits = std::to_string(negative ? -raw : raw);
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, 1, '.');
  return negative ? "-" + digits : digits;
}
}  // namespace sq::exchange
