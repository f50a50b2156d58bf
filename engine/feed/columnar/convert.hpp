// Any market data file to our own format, for the command line.
// Thread: one, cold. Cost: reading the one and writing the other. Errors: those of both; records
// the format cannot hold are counted.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/feed/columnar/writer.hpp"
#include "engine/feed/market_file.hpp"

namespace sq::feed::columnar {
struct Conversion {
  std::uint64_t records{0};     // written
  std::uint64_t refused{0};     // of a kind or length that the format cannot hold
  std::uint64_t bytes_read{0};  // of the file that is read
  std::uint64_t bytes_total{0};
  std::uint64_t bytes_written{0};
};
// Reads `from` to its end, then closes `to`. `progress`, if any, is called every 2^18 records and
// at the end; false stops, and leaves a good file of what was read.
Conversion convert(MarketFile& from, Writer& to,
                   const std::function<bool(const Conversion&)>& progress = {});
}  // namespace sq::feed::columnar
