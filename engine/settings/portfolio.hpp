// [portfolio]: what the accounts hold when a simulated session starts.
#pragma once

#include <vector>

#include "engine/types/amount.hpp"
#include "engine/types/ids.hpp"

namespace sq::settings {
// [[portfolio.balance]]: at most one for a venue and currency.
struct Balance {
  VenueId venue{VenueId::None};
  Amount amount{};  // >= 0; no default

  friend bool operator==(const Balance&, const Balance&) = default;
};
struct Portfolio {
  std::vector<Balance> balances;  // in the order of the file

  friend bool operator==(const Portfolio&, const Portfolio&) = default;
};
}  // namespace sq::settings
