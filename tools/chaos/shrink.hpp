// Makes a failing day small: shorter, without whole kinds of faults, then without single ones, as
// long as something is still wrong.
// Thread: one. Cost: some hundred days. Errors: none; a script that does not fail stays as it is.
#pragma once

#include "tools/chaos/world.hpp"

namespace sq::chaos {
struct Shrunk {
  Script script;
  Outcome outcome;  // of the small script
  std::size_t runs{0};
};
[[nodiscard]] Shrunk shrink(Script script, const Outcome& failed, std::size_t runs_max);
}  // namespace sq::chaos
