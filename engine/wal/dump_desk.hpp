// Fields of what people ask for at the desk. Thread: any. Cost: formatting. Payloads that are too
// short are zero filled.
#pragma once

#include "engine/messaging/record.hpp"
#include "engine/wal/fields.hpp"

namespace sq::wal {
void put_desk(Fields& fields, const RecordHeader& record);
}  // namespace sq::wal
