// Three strategies of a simulated day: one that quotes, one that takes, and one that does whatever
// a broken strategy could do: too large, off tick, not positive, in loops, cancels of what is dead
// or never was, orders from inside every callback, reduce-only that does not reduce. Thread: the
// core's. Cost: no allocation after construction.
#pragma once

#include <memory>

#include "engine/strategy/strategy.hpp"

namespace sq::chaos {
enum class Manner : std::uint8_t { Quotes, Takes, Breaks };
// Shared by the strategies of a day: nobody begins anything while it rests.
struct Mood {
  bool trades{true};
};
// `sizes`: the largest order that the limits allow, by instrument.
[[nodiscard]] std::unique_ptr<strategy::Strategy> make_strategy(Manner manner, std::uint64_t seed,
                                                                const Mood& mood,
                                                                std::vector<Qty> sizes);
}  // namespace sq::chaos
