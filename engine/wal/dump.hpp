// Records as text and as JSON lines, with field names and decimal numbers, for people and scripts.
// Thread: any. Cost: cold. Errors: a payload shorter than its kind needs is said in the text.
#pragma once

#include <string>
#include <string_view>

#include "engine/messaging/record.hpp"

namespace sq::wal {
[[nodiscard]] std::string_view text_of(RecordKind kind) noexcept;  // "OrderSent"
// "seq=42 kind=OrderSent source=0 mono=... instrument=3 id=1.17 side=buy limit=61800.2 qty=0.5 ..."
[[nodiscard]] std::string describe(const RecordHeader& record);
// The same fields as one JSON object without line ends; decimals and 64-bit numbers
// as strings; bytes outside printable ASCII as \u00XX.
[[nodiscard]] std::string json_line(const RecordHeader& record);
}  // namespace sq::wal
