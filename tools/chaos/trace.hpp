// A message of the order connection, or an input of the core, as a line of text.
#pragma once

#include "engine/messaging/record.hpp"

namespace sq::chaos {
void print_message(WallTime now, const char* where, const RecordHeader& message);
}  // namespace sq::chaos
