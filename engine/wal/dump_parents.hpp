// Parent, conditional, linked and multi-leg orders in a dump. Thread: any. Cost: cold.
// Unknown values of enums give "?": they come from newer or damaged logs.
#pragma once

#include <string_view>

#include "engine/messaging/parents.hpp"
#include "engine/wal/fields.hpp"

namespace sq::wal {
[[nodiscard]] std::string_view text_of(ParentState) noexcept;
[[nodiscard]] std::string_view text_of(ParentCause) noexcept;
[[nodiscard]] std::string_view text_of(ParentWork) noexcept;
[[nodiscard]] std::string_view text_of(TriggerKind) noexcept;
[[nodiscard]] std::string_view text_of(TriggerSource) noexcept;
[[nodiscard]] std::string_view text_of(TriggerState) noexcept;
[[nodiscard]] std::string_view text_of(TriggerCause) noexcept;
[[nodiscard]] std::string_view text_of(LinkKind) noexcept;
[[nodiscard]] std::string_view text_of(LinkState) noexcept;
[[nodiscard]] std::string_view text_of(LinkCause) noexcept;
[[nodiscard]] std::string_view text_of(LegsState) noexcept;
[[nodiscard]] std::string_view text_of(LegsCause) noexcept;
// ParentChanged, ConditionalChanged, LinkChanged, LegsChanged.
void put_parents(Fields& fields, const RecordHeader& record);
}  // namespace sq::wal
