// Simulated days: nothing is wrong in them, the same seed is the same day, and what is planted is
// found and made small.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "tools/chaos/campaign.hpp"
#include "tools/chaos/report.hpp"
#include "tools/chaos/shrink.hpp"

using namespace sq;
using namespace sq::chaos;

namespace {
Plan short_days(std::uint64_t days) {
  Plan plan;
  plan.seed = 20'261'121;
  plan.days = days;
  plan.steps = kStepsOfDay / 20;
  plan.faults = kFaultsOfDay / 20;
  return plan;
}
Totals run_all(const Plan& plan) {
  return run(plan, [](const Totals&) {});
}
}  // namespace

TEST_CASE("in short days full of faults the engine does nothing that it must not", "[chaos]") {
  const Totals totals = run_all(short_days(8));
  CAPTURE(summary_of(short_days(8), totals, "here"));
  CHECK(totals.violations == 0);
  CHECK(totals.days == 8);
  CHECK(totals.events > 8 * 10'000);
  CHECK(totals.faults > 8 * 50);
  CHECK(totals.restarts > 8);
  CHECK(totals.fills > 0);
}

TEST_CASE("a seed is a day, to the last bit, on any number of threads", "[chaos]") {
  Plan plan = short_days(3);
  const Totals once = run_all(plan);
  plan.jobs = 2;
  const Totals again = run_all(plan);
  CHECK(once.hash == again.hash);
  CHECK(once.events == again.events);
  CHECK(once.coverage == again.coverage);
  plan.seed += 1;
  CHECK(run_all(plan).hash != once.hash);
}

TEST_CASE("a day has its faults in order, of every kind, and none right before it rests",
          "[chaos]") {
  const Script script = script_of(1, 200'000, 20'000);
  CHECK(script.faults.size() == 20'000);
  std::set<FaultKind> kinds;
  for (std::size_t i = 0; i < script.faults.size(); ++i) {
    kinds.insert(script.faults[i].kind);
    if (i > 0) CHECK(script.faults[i - 1].step <= script.faults[i].step);
    CHECK(script.faults[i].step % script.rest_every <= script.rest_every * 19 / 20);
  }
  CHECK(kinds.size() == kFaultKinds);
}

TEST_CASE("the script of a failing day leaves out what does not matter", "[chaos]") {
  // No order may be open, says this run: the day fails with its first order, whatever the faults.
  const Plan plan = short_days(1);
  const Script whole = script_of(plan, 0);
  Outcome failed;
  failed.complaint = "planted";
  failed.step = 4'000;
  const Shrunk small = shrink(whole, failed, 0);
  CHECK(small.runs == 0);
  CHECK(small.script.steps == 4'000);
  for (const Fault& fault : small.script.faults) CHECK(fault.step < 4'000);
  const std::string text = script_text(plan, 0, small.script);
  CHECK(text.find("--day 0 --until 4000 --only 0,1,2") != std::string::npos);
}

TEST_CASE("the ledger gets its header once and a line a campaign", "[chaos]") {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "sq-chaos-ledger.csv";
  std::filesystem::remove(path);
  const Plan plan = short_days(1);
  const Totals totals = run_all(plan);
  append_ledger(path, plan, totals, "commit");
  append_ledger(path, plan, totals, "commit");
  std::ifstream in{path};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("date,commit,seed,first_day,days,"));
  CHECK(lines[1] == lines[2]);
  CHECK(lines[1].find(",commit,20261121,0,1,") != std::string::npos);
  std::filesystem::remove(path);
}

TEST_CASE("two hundred days of faults leave nothing wrong", "[chaos][slow]") {
  Plan plan;
  plan.seed = 200;
  plan.days = 200;
  const Totals totals = run_all(plan);
  CAPTURE(summary_of(plan, totals, "here"));
  CHECK(totals.violations == 0);
  CHECK(totals.events_least >= 200'000);
  CHECK(totals.faults_least >= 2'000);
}
