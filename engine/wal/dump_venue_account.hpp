// Words for what venues say of an account and what the core makes of it: records of
// messaging/venue_account.hpp. Thread: any. Cost: allocates. Errors: a short payload is zero filled
// and named.
#pragma once

#include "engine/messaging/venue_account.hpp"
#include "engine/wal/fields.hpp"

namespace sq::wal {
void put_venue_account(Fields& fields, const RecordHeader& record);
// QuerySent: about an order, one placed outside, or an account.
void put_query(Fields& fields, const RecordHeader& record);

[[nodiscard]] std::string_view text_of(BreakKind) noexcept;
[[nodiscard]] std::string_view text_of(BreakState) noexcept;
}  // namespace sq::wal
