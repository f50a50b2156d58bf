// Who may take a strategy from which state to which: one table, and its states in words.
// People may ask for any state but Warming, which only the engine gives; what guards (the kill
// switch, loss limits, breakers, reconciliation) do can only take freedom away; the engine warms
// up, settles what was asked for, and stops everything at the end. Thread: any. Cost: a table.
// Errors: unknown states may not be reached. Source: issue of the desk's needs; controls A01, A09,
// A12, A15, A16.
#pragma once

#include <string_view>

#include "engine/messaging/control.hpp"
#include "engine/types/order_types.hpp"

namespace sq::core {
enum class HandOverBy : std::uint8_t { People, Engine, Guard };

[[nodiscard]] HandOverBy hand_over_by(StateCause cause) noexcept;
[[nodiscard]] bool may_hand_over(HandOverBy by, StrategyState from, StrategyState to) noexcept;
// Warming is the engine's: people never ask for it.
[[nodiscard]] constexpr bool may_ask_for(StrategyState state) noexcept {
  return state <= StrategyState::QuoteOnly && state != StrategyState::Warming;
}
[[nodiscard]] constexpr bool may_trade(StrategyState state) noexcept {
  return state == StrategyState::Armed || state == StrategyState::ReduceOnly ||
         state == StrategyState::QuoteOnly;
}
// What the strategy may do in this state, as a sentence.
[[nodiscard]] std::string_view meaning_of(StrategyState state) noexcept;
}  // namespace sq::core
