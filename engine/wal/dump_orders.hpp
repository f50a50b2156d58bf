// Words for orders, amends, their reports and their fills. Thread: any. Cost: allocates.
#pragma once

#include "engine/messaging/orders.hpp"
#include "engine/wal/fields.hpp"

namespace sq::wal {
void put(Fields& f, const OrderReport& p);
void put(Fields& f, const OrderRequest& p);
void put(Fields& f, const AmendRequest& p);
void put(Fields& f, const TradeCorrected& p);
void put(Fields& f, const OrderChanged& p);
void put(Fields& f, const FillBooked& p);
}  // namespace sq::wal
