// Scenario files: what happens at the simulated exchange, and each report it must give, in text.
//
//   # comment
//   instrument 0 usdm BTCUSDT BTC USDT tick 0.1 lot 0.001 notional 5 maker 0.0002 taker 0.0005
//   set queue power 3            set consumed|partial|fees|filters off
//   balance spot USDT 1000
//   10 book bid 100.0 5 99.9 3 ask 100.1 4          snapshot; the number is the time in us
//   20 depth bid 100.0 4 ask 100.1 0                absolute quantities, 0 removes
//   30 top bid 100.0 4 ask 100.2 1                  best prices
//   40 trade sell 3 @ 100.0                         the aggressor's side
//   50 order 1 buy 2 @ 100.0 gtc|ioc|fok|post [reduce]      or: order 1 buy 2 market
//   60 cancel 1        70 query 1
//   80 l3 add 7 buy 100.0 5   l3 exec 7 2   l3 cut 7 1   l3 drop 7       orders of others, by id;
//                                                   needs `instrument ... orders 100` (room for them)
//   80 halt            90 resume                    the venue stops and resumes trading
//   > accepted 1                                    a report the event above must have caused
//   = ahead 1 5        = balance usdm USDT 9999.96  = position 0 -2
// Options at the end of an event: on N (instrument), stamp T (venue's time in us, default: the
// event's), stamp none, id N (update id, default: one more than before).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sq::test {
// Differences found, with line numbers; empty: the scenario holds. Throws std::runtime_error for a
// line it cannot read.
[[nodiscard]] std::vector<std::string> run_scenario(std::string_view text);
[[nodiscard]] std::vector<std::string> run_scenario_file(const std::filesystem::path& file);
}  // namespace sq::test
