// Logs of real runs for the tests of the archive, and archivers that are stepped by hand.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/app/archiver.hpp"
#include "tests/app/engine_process.hpp"

namespace sq::test {
// The log of one run of the demo on a simulated session, without an archive; made once.
[[nodiscard]] const std::filesystem::path& run_log();
[[nodiscard]] boost::json::value run_summary();  // its --json
[[nodiscard]] boost::json::value run_state();    // `wal state --json` of it

[[nodiscard]] std::unique_ptr<app::Archiver> make_archiver(std::unique_ptr<reporting::Store> store,
                                                           std::uint32_t batch_records);
// Steps until everything is archived; `clock` goes on by a second a step without work.
void archive_all(app::Archiver& archiver, std::int64_t& clock);

// The rows of an archive of run_log() in SQLite, by one archiver without trouble; made once.
[[nodiscard]] const std::vector<std::vector<std::string>>& undisturbed();
}  // namespace sq::test
