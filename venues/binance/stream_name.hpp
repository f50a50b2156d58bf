// What a stream's name in the wrapper of combined streams says that its event does not.
#pragma once

#include <string_view>

namespace sq::binance {
// `btcusdt@depth`, `btcusdt@depth@100ms`: every change of the book. Not `@depth20`, a cut of its
// top, nor `@rpiDepth`, another book: on futures their events look the same.
[[nodiscard]] constexpr bool is_full_depth_stream(std::string_view name) noexcept {
  constexpr std::string_view kDepth = "@depth";
  const std::size_t at = name.find('@');
  if (at == std::string_view::npos || !name.substr(at).starts_with(kDepth)) return false;
  const std::string_view rest = name.substr(at + kDepth.size());
  return rest.empty() || rest.front() == '@';
}
// Of a recorded answer to a depth request, which names no symbol: `BTCUSDT@depthSnapshot`. Empty:
// not such a name. The venue has no stream of that name.
constexpr std::string_view kSnapshotName = "@depthSnapshot";
[[nodiscard]] constexpr std::string_view symbol_of_snapshot(std::string_view name) noexcept {
  return name.ends_with(kSnapshotName) ? name.substr(0, name.size() - kSnapshotName.size())
                                       : std::string_view{};
}
}  // namespace sq::binance
