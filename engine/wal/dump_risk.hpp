// What the risk gate logs, as fields of `wal dump`.
// Thread: any. Errors: numbers that this program does not know are shown as numbers.
#pragma once

#include "engine/messaging/breakers.hpp"
#include "engine/messaging/control.hpp"
#include "engine/wal/fields.hpp"

namespace sq::wal {
// risk::ScopeKind and its number; nothing for 0.
void put_risk_scope(Fields& f, std::uint8_t kind, std::uint32_t number);
void put(Fields& f, const DayStarted& p);
void put(Fields& f, const FxReference& p);
// What is closed altogether needs no scope.
void put_scope(Fields& f, const KillScope& scope);
void put(Fields& f, const KillChanged& p);
void put(Fields& f, const BreakerChanged& p);
void put(Fields& f, const VenueState& p);
}  // namespace sq::wal
