// The parity report as one page that opens in any browser without a network: score, parts, first
// difference, P&L over time of both sessions, differences of fill prices, distributions of
// latencies. Thread: any. Cost: cold.
#pragma once

#include <optional>
#include <string>

#include "engine/app/compare/first_difference.hpp"
#include "engine/app/parity.hpp"

namespace sq::app {
[[nodiscard]] std::string parity_page(const SessionFacts& log, const SessionFacts& made,
                                      const Parity& parity,
                                      const std::optional<Difference>& difference);
}  // namespace sq::app
