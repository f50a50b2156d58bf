#include "strategies/registry.hpp"

#include <array>

namespace strategies {
// One declaration and one line below for each file of this folder.
extern const sq::strategy::StrategyKind market_maker;
extern const sq::strategy::StrategyKind order_flow_taker;

std::span<const sq::strategy::StrategyKind> registry() noexcept {
  static const std::array kKinds{
      market_maker,
      order_flow_taker,
  };
  return kKinds;
}

const sq::strategy::StrategyKind* find(std::string_view kind) noexcept {
  for (const auto& each : registry())
    if (each.name == kind) return &each;
  return nullptr;
}
}  // namespace strategies
