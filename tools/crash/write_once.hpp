// One orderly life of a log under whatever the system does to its calls: what tests put a fault
// injector around. Says at the end what it had acknowledged and what it believed to be durable.
// Thread: the caller's does everything. Errors: in the answer.
#pragma once

#include <cstdint>
#include <string>

#include "engine/wal/log.hpp"

namespace crash {
struct Written {
  std::uint64_t first{0};         // sequence of the first record of this life; 0: it never began
  std::uint64_t acknowledged{0};  // last
  std::uint64_t durable{0};       // last of the order log
  std::uint64_t refused{0};       // appends; the last of them ended this life
  std::int64_t slowest_append_ns{0};
  bool closed{false};
  std::string trouble;
};
[[nodiscard]] Written write_once(const sq::wal::LogSettings& settings, std::uint64_t records);
[[nodiscard]] std::string json_of(const Written& written);
}  // namespace crash
