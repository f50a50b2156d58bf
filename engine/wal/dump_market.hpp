// Orders of a venue's book and bars in a dump. Thread: any. Cost: cold.
#pragma once

#include "engine/messaging/market_data.hpp"
#include "engine/wal/fields.hpp"

namespace sq::wal {
void put(Fields& fields, const MarketOrder& payload);
void put(Fields& fields, const Candle& payload);
}  // namespace sq::wal
