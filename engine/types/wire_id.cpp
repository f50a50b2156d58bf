#include "engine/types/wire_id.hpp"

#include <charconv>

namespace sq {
namespace {
constexpr std::size_t kWireLengthMax = 20;
constexpr std::uint64_t kEpochMax = (std::uint64_t{1} << (64 - OrderId::kCounterBits)) - 1;

// A whole base-36 number in canonical form: no sign, no leading zero, lower case.
bool parse_base36(std::string_view text, std::uint64_t& out) noexcept {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  for (const char c : text)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))) return false;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out, 36);
  return result.ec == std::errc{} && result.ptr == text.data() + text.size();
}
}  // namespace

std::optional<WireId> to_wire(std::string_view instance, OrderId id) noexcept {
  if (instance.empty() || instance.size() > 8) return std::nullopt;
  char epoch[16];
  char counter[16];
  const char* const epoch_end = std::to_chars(epoch, epoch + sizeof epoch, id.epoch(), 36).ptr;
  const char* const counter_end =
      std::to_chars(counter, counter + sizeof counter, id.counter(), 36).ptr;
  WireId wire;
  std::size_t length = 0;
  const auto put = [&](std::string_view part) {
    for (const char c : part) {
      if (length < wire.chars.size()) wire.chars[length] = c;
      ++length;
    }
  };
  put(instance);
  put("E");
  put({epoch, static_cast<std::size_t>(epoch_end - epoch)});
  put("N");
  put({counter, static_cast<std::size_t>(counter_end - counter)});
  if (length > kWireLengthMax) return std::nullopt;
  return wire;
}

std::optional<OrderId> from_wire(std::string_view instance, std::string_view text) noexcept {
  if (text.size() > kWireLengthMax || !text.starts_with(instance)) return std::nullopt;
  text.remove_prefix(instance.size());
  if (text.empty() || text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  const std::size_t separator = text.find('N');
  if (separator == std::string_view::npos) return std::nullopt;
  std::uint64_t epoch = 0;
  std::uint64_t counter = 0;
  if (!parse_base36(text.substr(0, separator), epoch) ||
      !parse_base36(text.substr(separator + 1), counter))
    return std::nullopt;
  if (epoch > kEpochMax || counter >> OrderId::kCounterBits != 0) return std::nullopt;
  return OrderId::make(static_cast<std::uint32_t>(epoch), counter);
}
}  // namespace sq
