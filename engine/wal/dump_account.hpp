// Text of what venues say about accounts. Thread: any, cold. Errors: none.
#pragma once

#include "engine/messaging/account.hpp"
#include "engine/wal/fields.hpp"

namespace sq::wal {
void put(Fields& f, const FundingSettled& p);
void put(Fields& f, const VenueAccount& p);
}  // namespace sq::wal
