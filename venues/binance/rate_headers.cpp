#include "venues/binance/rate_headers.hpp"

#include <charconv>

namespace sq::binance {
namespace {
constexpr int kTooMany = 429;
constexpr int kBanned = 418;

bool number(std::string_view text, std::int64_t& out) noexcept {
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && last == end && out >= 0;
}
bool starts_with(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() &&
         net::equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}
std::int64_t unit_ns(char letter) noexcept {
  switch (letter) {
    case 'S':
    case 's':
      return kNsPerSecond;
    case 'M':
    case 'm':
      return 60 * kNsPerSecond;
    case 'H':
    case 'h':
      return 3'600 * kNsPerSecond;
    case 'D':
    case 'd':
      return kNsPerDay;
    default:
      return 0;
  }
}
}  // namespace

std::optional<UsageName> usage_name(std::string_view field) noexcept {
  constexpr std::string_view kWeight = "X-MBX-USED-WEIGHT-";
  constexpr std::string_view kOrders = "X-MBX-ORDER-COUNT-";
  UsageName name;
  if (starts_with(field, kOrders)) {
    name.kind = RateKind::Orders;
  } else if (!starts_with(field, kWeight)) {
    return std::nullopt;
  }
  static_assert(kWeight.size() == kOrders.size());
  const std::string_view interval = field.substr(kWeight.size());
  std::int64_t count = 0;
  if (interval.size() < 2 || !number(interval.substr(0, interval.size() - 1), count) || count < 1 ||
      count > 1'000)
    return std::nullopt;
  name.interval_ns = count * unit_ns(interval.back());
  if (name.interval_ns == 0) return std::nullopt;
  return name;
}

void note_limits(RateGovernor& governor, const net::HttpResponseHead& head, WallTime now) noexcept {
  for (const auto& [field, value] : head.fields) {
    const auto name = usage_name(field);
    std::int64_t used = 0;
    if (name && number(value, used)) governor.on_used(name->kind, name->interval_ns, used, now);
  }
  if (head.status == kTooMany || head.status == kBanned) {
    governor.on_limited(head.status == kBanned, net::retry_after_seconds(head).value_or(-1), now);
  } else if (head.status != 0) {
    governor.on_answered();
  }
}
}  // namespace sq::binance
