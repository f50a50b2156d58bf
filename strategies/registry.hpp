// The strategies that a configuration may name. Registration is this visible table: static
// constructors in a static library would be dropped by the linker.
#pragma once

#include <span>
#include <string_view>

#include "engine/strategy/strategy.hpp"

namespace strategies {
[[nodiscard]] std::span<const sq::strategy::StrategyKind> registry() noexcept;
// Null when there is none of that name.
[[nodiscard]] const sq::strategy::StrategyKind* find(std::string_view kind) noexcept;
}  // namespace strategies
