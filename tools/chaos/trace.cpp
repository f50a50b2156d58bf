#include "tools/chaos/trace.hpp"

#include <fmt/format.h>

#include "engine/wal/dump.hpp"

namespace sq::chaos {
void print_message(WallTime now, const char* where, const RecordHeader& message) {
  fmt::print("{:>14.6f} {} {}\n", static_cast<double>(now.ns % kNsPerDay) / 1e9, where,
             wal::describe(message));
}
}  // namespace sq::chaos
