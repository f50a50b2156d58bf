// From the configuration to what a fold of its log is built from.
#include "engine/app/core_setup.hpp"
#include "engine/app/log_fold.hpp"

namespace sq::app {
FoldSetup fold_setup(const settings::Config& config) {
  settings::Config copy = config;  // core_setup() completes its parameters
  FoldSetup setup;
  setup.ledger = core::ledger_setup(core_setup(copy));
  std::vector<std::string> names;
  for (const auto& each : config.strategies) names.push_back(each.name + " of " + each.kind);
  setup.identity = core::identity_of(setup.ledger, names);
  return setup;
}
}  // namespace sq::app
