#include <stdexcept>

#include "engine/book/matching/engine.hpp"

namespace sq::matching {
const Settings& checked(const Settings& settings) {
  const auto require = [](bool holds, const char* rule) {
    if (!holds) throw std::invalid_argument(rule);
  };
  require(settings.orders_max >= 1 && settings.orders_max <= 1U << 24,
          "matching: orders_max must be 1 to 2^24");
  require(settings.owners_max >= 1 && settings.owners_max <= 1U << 16,
          "matching: owners_max must be 1 to 65536");
  require(settings.rules.qty_max.raw() <= (std::int64_t{1} << 62) / settings.orders_max,
          "matching: qty_max times orders_max must be at most 2^62 raw units");
  return settings;
}
}  // namespace sq::matching
