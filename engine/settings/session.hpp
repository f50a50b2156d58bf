// [session]: which market data, and how fast recorded time passes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types/ids.hpp"

namespace sq::settings {
// [[session.recording]]: the market data of one instrument, in the order of time.
struct Recording {
  VenueId venue{VenueId::None};
  Symbol symbol{};
  InstrumentId instrument{kNoInstrument};  // the [[instrument]] of that venue and symbol
  std::vector<std::string> files;          // relative to Session::data, at least one
  // "raw": the venue's own messages as received (Binance venues); "auto": told by name and content;
  // or a format that `shrivenquant book --formats` lists.
  std::string format{"raw"};
  std::string file_symbol;                 // its name in the file; empty: `symbol`

  friend bool operator==(const Recording&, const Recording&) = default;
};

// [session.simulated]: what the market simulator writes when `data` is not there.
struct SimulatedSession {
  std::uint64_t seed{1};                             // 0 to 2^63-1
  std::uint32_t minutes{5};                          // 1 to 1440, recorded time
  std::filesystem::path directory{"run/simulated"};  // relative to the working directory

  friend bool operator==(const SimulatedSession&, const SimulatedSession&) = default;
};

struct Session {
  static constexpr std::uint32_t kSpeedMax = 0;  // "max": as fast as the core goes
  std::uint32_t speed{kSpeedMax};                // times recorded time, 1 to 100,000
  std::filesystem::path data;  // absolute after load(); written relative to the project
  SimulatedSession simulated;
  std::vector<Recording> recordings;  // mode "recorded": at least one

  friend bool operator==(const Session&, const Session&) = default;
};
// "max" or 1 to 100000; empty for anything else. For the file and for the command line's --speed.
[[nodiscard]] std::optional<std::uint32_t> parse_speed(std::string_view text) noexcept;
[[nodiscard]] std::string speed_text(std::uint32_t speed);
}  // namespace sq::settings
