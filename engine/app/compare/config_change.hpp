// A configuration with some values changed by name, and what differs between two of them. Keys are
// dotted, as in the canonical text: "strategy.maker.quote_qty", "simulation.order_latency_us";
// elements of lists of tables are named by what they are of: "instrument.binance-usdm:BTCUSDT.lot",
// "risk.strategy.maker.open_orders_max", "portfolio.balance.binance-spot:BTC.amount".
// Thread: one. Cost: cold. Errors: std::runtime_error for a key that there is not, with the nearest
// keys; settings::ConfigError for a value that is not accepted.
#pragma once

#include <string>
#include <vector>

#include "engine/settings/config.hpp"

namespace sq::app {
struct ConfigChange {
  std::string key;
  std::string from;  // as in the text; "" when it has none there
  std::string to;
};
// What `changed` has other than `base`, in the order of the text. Sections that no decision depends
// on when the market data are given (session, log, archive, admin, telemetry) are left out.
[[nodiscard]] std::vector<ConfigChange> changes_between(const settings::Config& base,
                                                        const settings::Config& changed);
// `assignments`: "key=value"; a value of text may leave its quotes out.
[[nodiscard]] settings::Config with_changes(const settings::Config& base,
                                            const std::vector<std::string>& assignments,
                                            const std::filesystem::path& base_dir);
}  // namespace sq::app
