// [chain.<name>]: options that are re-priced beside the core whenever quotes changed. Its options
// are all [[instrument]] of kind "option" on its underlying.
#pragma once

#include <cstdint>
#include <string>

#include "engine/settings/strategies.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::settings {
struct ChainSettings {
  std::string name;               // 1 to 24 of a-z 0-9 - _, starting with a letter
  StrategyInstrument underlying;  // one chain each; spot, equity, future or linear perpetual
  // At most one pricing in so long, at its multiples in UTC. 1 ms to 60 s. No default: it is half
  // of the age of every Greek.
  std::int64_t interval_ns{0};
  Ratio rate{};   // -1 to 1 a year, continuously compounded. No default: 0 is a choice.
  Ratio yield{};  // the same, of the underlying; a future as the underlying: its rate
  // An option's quote that is older gives no volatility. 1 ms to 1 h. Options far from the money
  // are quoted for minutes without a change.
  std::int64_t quote_age_ns_max{60 * kNsPerSecond};

  friend bool operator==(const ChainSettings&, const ChainSettings&) = default;
};
}  // namespace sq::settings
