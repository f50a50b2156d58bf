// What a campaign prints and writes: a summary, the table of faults by order state, JSON, a line of
// the ledger, and the script of a failing day.
// Thread: one. Cost: start and end of the program. Errors: std::runtime_error when a file cannot be
// written.
#pragma once

#include <filesystem>
#include <string>

#include "tools/chaos/campaign.hpp"

namespace sq::chaos {
// The commit this was built from, as git beside the current directory says; "unknown" without it.
[[nodiscard]] std::string commit_here();
[[nodiscard]] std::string summary_of(const Plan& plan, const Totals& totals,
                                     const std::string& commit);
[[nodiscard]] std::string coverage_table(const Totals& totals);
[[nodiscard]] std::string json_of(const Plan& plan, const Totals& totals,
                                  const std::string& commit);
// How to run it again: the options, and each fault in words.
[[nodiscard]] std::string script_text(const Plan& plan, std::uint64_t day, const Script& script);
void write_file(const std::filesystem::path& path, const std::string& text);
// Appends a line; a new file gets its header first.
void append_ledger(const std::filesystem::path& path, const Plan& plan, const Totals& totals,
                   const std::string& commit);
}  // namespace sq::chaos
