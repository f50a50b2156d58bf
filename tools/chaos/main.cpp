// chaos: simulated days in which everything goes wrong, and an oracle that knows better. README.md.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tools/chaos/report.hpp"
#include "tools/chaos/shrink.hpp"
#include "tools/chaos/trace.hpp"

namespace {
using namespace sq::chaos;

struct Options {
  Plan plan;
  bool one_day{false};
  bool trace{false};
  bool shrinks{true};
  std::string json;
  std::string ledger;
  std::string coverage;
  std::optional<std::uint32_t> until;
  std::optional<std::string> only;
};

constexpr std::string_view kUsage =
    "chaos [--days N] [--seed S] [--first-day D] [--jobs J] [--json FILE] [--ledger FILE]\n"
    "      [--coverage FILE] [--steps N] [--faults N] [--stop] [--no-shrink]\n"
    "chaos --day D [--seed S] [--until STEP] [--only I,J,...|none] [--trace]\n"
    "Exit code 0: nothing was wrong; 1: something was, and how to see it again is printed; 2: it\n"
    "could not run.\n";

template <class Number>
Number number_of(std::string_view name, std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::runtime_error(fmt::format("chaos: {} {}: not a number in range", name, text));
  return number;
}

bool take_flag(Options& options, std::string_view name) {
  if (name == "--trace") options.trace = true;
  if (name == "--no-shrink") options.shrinks = false;
  if (name == "--stop") options.plan.stops = true;
  return name == "--trace" || name == "--no-shrink" || name == "--stop";
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (take_flag(options, name)) continue;
    if (i + 1 == argc) throw std::runtime_error(std::string(kUsage));
    const std::string_view value = argv[++i];
    if (name == "--days")
      options.plan.days = number_of<std::uint64_t>(name, value);
    else if (name == "--seed")
      options.plan.seed = number_of<std::uint64_t>(name, value);
    else if (name == "--first-day")
      options.plan.first_day = number_of<std::uint64_t>(name, value);
    else if (name == "--jobs")
      options.plan.jobs = number_of<unsigned>(name, value);
    else if (name == "--steps")
      options.plan.steps = number_of<std::uint32_t>(name, value);
    else if (name == "--faults")
      options.plan.faults = number_of<std::uint32_t>(name, value);
    else if (name == "--until")
      options.until = number_of<std::uint32_t>(name, value);
    else if (name == "--only")
      options.only = value;
    else if (name == "--json")
      options.json = value;
    else if (name == "--ledger")
      options.ledger = value;
    else if (name == "--coverage")
      options.coverage = value;
    else if (name == "--day") {
      options.plan.first_day = number_of<std::uint64_t>(name, value);
      options.one_day = true;
    } else
      throw std::runtime_error(std::string(kUsage));
  }
  if (options.plan.steps < kRests) throw std::runtime_error("chaos: --steps: too few");
  return options;
}

void keep_only(Script& script, std::string_view list) {
  std::vector<Fault> kept;
  while (list != "none" && !list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const auto at = number_of<std::size_t>("--only", list.substr(0, comma));
    if (at >= script.faults.size()) throw std::runtime_error("chaos: --only: no such fault");
    kept.push_back(script.faults[at]);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  script.faults = std::move(kept);
}

void show_progress(const Totals& totals, std::uint64_t days) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  if (!terminal && totals.days % 500 != 0) return;
  fmt::print(stderr, "{}{} of {} days, {:.1f} days/s, {} faults, {} violations{}",
             terminal ? "\r" : "", totals.days, days,
             static_cast<double>(totals.days) / totals.seconds, totals.faults, totals.violations,
             terminal ? " " : "\n");
  std::fflush(stderr);
}

int one_day(const Options& options) {
  Script script = script_of(options.plan, options.plan.first_day);
  if (options.only) keep_only(script, *options.only);
  if (options.until) script.steps = std::min(script.steps, *options.until);
  World world{script};
  if (options.trace) world.trace(print_message);
  const Outcome outcome = world.run();
  fmt::print("day {}: step {}, {} inputs, {} orders, {} fills, {} restarts, hash {:016x}\n{}",
             options.plan.first_day, outcome.step, outcome.events, outcome.orders, outcome.fills,
             outcome.restarts, outcome.hash,
             outcome.complaint.empty() ? "" : "VIOLATION " + outcome.complaint + "\n");
  return outcome.complaint.empty() ? 0 : 1;
}

int campaign(const Options& options) {
  const std::string commit = commit_here();
  const Totals totals =
      run(options.plan, [&](const Totals& now) { show_progress(now, options.plan.days); });
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{:90}\r", "");
  fmt::print("{}{}", coverage_table(totals), summary_of(options.plan, totals, commit));
  if (!options.json.empty()) write_file(options.json, json_of(options.plan, totals, commit));
  if (!options.coverage.empty()) write_file(options.coverage, coverage_table(totals));
  if (!options.ledger.empty()) append_ledger(options.ledger, options.plan, totals, commit);
  if (totals.violations == 0) return 0;
  if (options.shrinks && !options.plan.stops) {
    constexpr std::size_t kRunsMax = 400;
    const Failure& first = totals.failures.front();
    const Shrunk small = shrink(script_of(options.plan, first.day), first.outcome, kRunsMax);
    fmt::print("the first of them, after {} runs ({}):\n{}", small.runs, small.outcome.complaint,
               script_text(options.plan, first.day, small.script));
  }
  return 1;
}
}  // namespace

int main(int argc, char** argv) try {
  const Options options = parse(argc, argv);
  return options.one_day ? one_day(options) : campaign(options);
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 2;
}
