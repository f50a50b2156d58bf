// Fields of changes of limits and of what is told about instruments and sessions.
// Thread: any. Cost: formatting. Payloads that are too short are zero filled.
#pragma once

#include "engine/messaging/record.hpp"
#include "engine/wal/fields.hpp"

namespace sq::wal {
void put_limits(Fields& fields, const RecordHeader& record);
}  // namespace sq::wal
