// One venue that the core compares its books with: its answer so far, and what differed last time.
// Thread: the core's. Cost: no allocation after construction.
#pragma once

#include <vector>

#include "engine/oms/reconciliation.hpp"
#include "engine/types/time.hpp"

namespace sq::core {
struct CoreSetup;

struct Reconciling {
  explicit Reconciling(oms::Reconciliation made) : answer{std::move(made)} {
    candidates.reserve(oms::Reconciliation::kDifferencesMax);
    next.reserve(oms::Reconciliation::kDifferencesMax);
  }
  oms::Reconciliation answer;
  std::vector<oms::Difference> candidates;  // differed in the comparison before
  std::vector<oms::Difference> next;        // of the comparison that is being made
  MonoTime due{};                           // when to ask, or to ask again
  std::int64_t patience_ns{0};              // with an answer that does not come
  bool ready{false};                        // agreed, or accepted, since the start
  bool undecided{false};                    // something could not be compared this time
};
// One per venue; none when the setup wants no comparisons.
[[nodiscard]] std::vector<Reconciling> reconciling_of(const CoreSetup& setup);
}  // namespace sq::core
