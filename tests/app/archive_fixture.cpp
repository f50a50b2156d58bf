#include "tests/app/archive_fixture.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/reporting/stores.hpp"

namespace sq::test {
namespace {
struct Run {
  std::filesystem::path log;
  std::filesystem::path summary;
};
const Run& one_run() {
  static const Run run_once = [] {
    Run made{scratch() / "archived", scratch() / "archived.json"};
    const auto config = write_config("archived", {{"# kind = \"sqlite\"", "kind = \"off\""}});
    const Finished finished = run(
        "shrivenquant",
        {"run", config.string(), "--log-dir", made.log.string(), "--json", made.summary.string()});
    INFO(finished.output);
    REQUIRE(finished.status == 0);
    return made;
  }();
  return run_once;
}
}  // namespace

const std::filesystem::path& run_log() { return one_run().log; }
boost::json::value run_summary() { return read_json(one_run().summary); }
boost::json::value run_state() {
  const auto file = scratch() / "archived-state.json";
  REQUIRE(
      run("shrivenquant", {"wal", "state", run_log().string(), "--json", file.string()}).status ==
      0);
  return read_json(file);
}

std::unique_ptr<app::Archiver> make_archiver(std::unique_ptr<reporting::Store> store,
                                             std::uint32_t batch_records) {
  app::ArchiverOptions options;
  options.log_dir = run_log();
  options.batch_records = batch_records;
  return std::make_unique<app::Archiver>(options, app::archive_names(run_log()), std::move(store));
}

void archive_all(app::Archiver& archiver, std::int64_t& clock) {
  archiver.hurry();
  constexpr int kIdleMax = 1'000;
  for (int idle = 0; !archiver.caught_up();) {
    if (archiver.do_work(clock) != 0) continue;
    clock += kNsPerSecond;
    INFO(archiver.status().error);
    REQUIRE(++idle < kIdleMax);
  }
}

const std::vector<std::vector<std::string>>& undisturbed() {
  static const auto rows = [] {
    const auto place = reporting::test::sqlite_place(scratch() / "undisturbed.sqlite");
    std::int64_t clock = 0;
    const auto archiver = make_archiver(place->store(), 1'000'000);
    archive_all(*archiver, clock);
    return reporting::test::everything(*place);
  }();
  return rows;
}
}  // namespace sq::test
