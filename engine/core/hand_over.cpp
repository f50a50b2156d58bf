#include "engine/core/hand_over.hpp"

#include <array>

namespace sq::core {
namespace {
constexpr std::size_t kStates = 7;
// p: people, e: the engine, g: guards. Rows: from; columns: to, both in the order of StrategyState.
constexpr std::array<std::array<std::string_view, kStates>, kStates> kTable{{
    // Stopped, Warming, Shadow, Armed, ReduceOnly, Paused, QuoteOnly
    {"", "e", "p", "p", "p", "pe", "p"},        // Stopped
    {"pe", "", "pe", "pe", "pe", "peg", "pe"},  // Warming
    {"pe", "e", "", "p", "p", "peg", "p"},      // Shadow
    {"pe", "e", "p", "", "pg", "peg", "p"},     // Armed
    {"pe", "e", "p", "p", "", "peg", "p"},      // ReduceOnly
    {"pe", "e", "p", "p", "p", "", "p"},        // Paused
    {"pe", "e", "p", "p", "pg", "peg", ""},     // QuoteOnly
}};
}  // namespace

HandOverBy hand_over_by(StateCause cause) noexcept {
  switch (cause) {
    case StateCause::Command:
      return HandOverBy::People;
    case StateCause::Start:
    case StateCause::Warm:
    case StateCause::Recovery:
    case StateCause::Shutdown:
      return HandOverBy::Engine;
    default:
      return HandOverBy::Guard;
  }
}

bool may_hand_over(HandOverBy by, StrategyState from, StrategyState to) noexcept {
  const auto row = static_cast<std::size_t>(from);
  const auto column = static_cast<std::size_t>(to);
  if (row >= kStates || column >= kStates) return false;
  const char who = by == HandOverBy::People ? 'p' : by == HandOverBy::Engine ? 'e' : 'g';
  return kTable[row][column].find(who) != std::string_view::npos;
}

std::string_view meaning_of(StrategyState state) noexcept {
  switch (state) {
    case StrategyState::Stopped:
      return "gets no events and may not trade; arm it to start it";
    case StrategyState::Warming:
      return "gets events and may not trade until it has seen enough and the venue was compared";
    case StrategyState::Shadow:
      return "gets events; its orders are refused and counted";
    case StrategyState::Armed:
      return "trades within its limits";
    case StrategyState::ReduceOnly:
      return "may only send orders that shrink its position";
    case StrategyState::Paused:
      return "gets events and may not trade; its orders were cancelled; arm it to go on";
    case StrategyState::QuoteOnly:
      return "trades with post-only orders alone; it never takes";
  }
  return "?";
}
}  // namespace sq::core
