#include "tools/chaos/shrink.hpp"

#include <algorithm>

namespace sq::chaos {
namespace {
class Shrinker {
 public:
  Shrinker(Script script, const Outcome& failed, std::size_t runs_max)
      : runs_max_{runs_max}, best_{std::move(script), failed, 0} {
    shorten();
  }

  void drop_kinds() {
    for (std::size_t k = 0; k < kFaultKinds; ++k) {
      Script without = best_.script;
      std::erase_if(without.faults, [&](const Fault& fault) {
        return fault.kind == FaultKind{static_cast<std::uint8_t>(k)};
      });
      if (without.faults.size() != best_.script.faults.size())
        static_cast<void>(still_fails(without));
    }
  }
  // Leaves out ever smaller parts of the list.
  void drop_parts() {
    for (std::size_t part = std::max<std::size_t>(best_.script.faults.size() / 2, 1);; part /= 2) {
      for (std::size_t at = 0; at < best_.script.faults.size();) {
        Script without = best_.script;
        const auto first = without.faults.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t n = std::min(part, without.faults.size() - at);
        without.faults.erase(first, first + static_cast<std::ptrdiff_t>(n));
        if (!still_fails(without)) at += part;
      }
      if (part <= 1) return;
    }
  }
  [[nodiscard]] Shrunk result() const { return best_; }

 private:
  bool still_fails(const Script& script) {
    if (best_.runs >= runs_max_) return false;
    ++best_.runs;
    World world{script};
    const Outcome outcome = world.run();
    if (outcome.complaint.empty()) return false;
    best_.script = script;
    best_.outcome = outcome;
    shorten();
    return true;
  }
  // What comes after the failure does not matter.
  void shorten() {
    best_.script.steps = std::min(best_.script.steps, best_.outcome.step);
    std::erase_if(best_.script.faults,
                  [&](const Fault& fault) { return fault.step >= best_.script.steps; });
  }

  std::size_t runs_max_;
  Shrunk best_;
};
}  // namespace

Shrunk shrink(Script script, const Outcome& failed, std::size_t runs_max) {
  Shrinker shrinker{std::move(script), failed, runs_max};
  shrinker.drop_kinds();
  shrinker.drop_parts();
  return shrinker.result();
}
}  // namespace sq::chaos
