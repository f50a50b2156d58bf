// The fields of circuit breakers.
// Thread: start-up.
#pragma once

#include "engine/settings/sections/fields.hpp"

namespace sq::settings {
inline constexpr std::array kBreakerKinds{
    Choice{"loss", BreakerKind::Loss},
    Choice{"drawdown", BreakerKind::Drawdown},
    Choice{"rejects", BreakerKind::Rejects},
    Choice{"reject-rate", BreakerKind::RejectRate},
    Choice{"market-data", BreakerKind::MarketData},
    Choice{"event-lag", BreakerKind::EventLag},
    Choice{"ring-full", BreakerKind::RingFull},
    Choice{"position-mismatch", BreakerKind::PositionMismatch},
    Choice{"slippage", BreakerKind::Slippage},
    Choice{"price-speed", BreakerKind::PriceSpeed},
    Choice{"loop", BreakerKind::Loop},
    Choice{"losing-fills", BreakerKind::LosingFills}};
inline constexpr std::array kBreakerActions{Choice{"pause", BreakerAction::Pause},
                                            Choice{"reduce-only", BreakerAction::ReduceOnly},
                                            Choice{"kill", BreakerAction::Kill}};
template <class Io, Is<BreakerSettings> T>
void fields(Io& io, T& breaker) {
  io.choice("kind", breaker.kind, kBreakerKinds, Need::Required);
  io.choice("action", breaker.action, kBreakerActions, Need::Required);
  io.integer("bound", breaker.bound, 1, 1'000'000'000, "in the unit of the kind", Need::Required);
  io.duration("window_ms", breaker.window_ns, 10, 600'000, Need::Optional);
  io.integer("window_orders", breaker.window_orders, 2, 1'000, "orders", Need::Optional);
  io.duration("hold_ms", breaker.hold_ns, 100, 86'400'000, Need::Optional);
  io.boolean("rearm", breaker.rearm, Need::Optional);
}
}  // namespace sq::settings
