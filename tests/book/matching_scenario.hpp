// Scenario texts of the matching engine: commands in, events out. Prices are ticks, quantities
// lots.
//   rules post-slides halt-collects band-halts allow-self parts N reference P around N orders N
//   order ID OWNER buy|sell QTY [@ P] [market] [stop P] [ioc|fok|day|gtd T] [show Q] [post]
//   [reduce]
//         [newest|oldest|both|decrement|allow]
//   cancel ID | modify ID [qty Q] [@ P] [stop P] | cancel-all OWNER | phase NAME | uncross | time T
//   end-day | bands LOW HIGH AROUND | reference P | position OWNER Q
//   > event          what the command before it reports, all of it, in order
//   = indicative P VOLUME SURPLUS
// The instrument starts in continuous trading. Errors: std::runtime_error for a line that is not
// understood.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sq::matching {
// Differences found, with line numbers; empty: the scenario holds.
[[nodiscard]] std::vector<std::string> run_scenario(std::string_view text);
[[nodiscard]] std::vector<std::string> run_scenario_file(const std::filesystem::path& file);
}  // namespace sq::matching
