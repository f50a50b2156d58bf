// What a soak trades with: every instrument of the local exchange, a crowd of strategies whose
// quotes follow each change of the best prices, limits that let them.
#pragma once

#include <filesystem>
#include <string>

#include "tests/app/live/local_exchange.hpp"

namespace sq::test {
struct SoakWish {
  int makers{10};                     // on each market, each on its three symbols
  int takers{2};                      // on one of the futures
  int orders_per_second_max{10'000};  // the engine's own limit, each strategy
  int admin_port{0};
};
// A configuration file for `exchange`.
[[nodiscard]] std::filesystem::path soak_config(const LocalExchange& exchange,
                                                const SoakWish& wish);
}  // namespace sq::test
