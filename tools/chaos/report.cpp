#include "tools/chaos/report.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace sq::chaos {
namespace {
constexpr std::array<std::string_view, kOrderStates> kStateNames{
    "none",     "pending", "open",    "cancelling", "filled",  "cancelled",
    "rejected", "expired", "notsent", "unknown",    "awaiting"};

std::string output_of(const char* command) {
  std::string text;
  std::FILE* pipe = ::popen(command, "r");
  if (pipe == nullptr) return text;
  std::array<char, 256> room{};
  while (std::fgets(room.data(), static_cast<int>(room.size()), pipe) != nullptr)
    text += room.data();
  ::pclose(pipe);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}
}  // namespace

std::string commit_here() {
  std::string commit = output_of("git rev-parse --short=12 HEAD 2>/dev/null");
  if (commit.empty()) return "unknown";
  if (!output_of("git status --porcelain --untracked-files=no 2>/dev/null").empty())
    commit += "+changes";
  return commit;
}

std::string summary_of(const Plan& plan, const Totals& t, const std::string& commit) {
  std::string text = fmt::format(
      "{} days (seed {}, from day {}, commit {}) in {:.1f} s: {:.2f} days/s on {} threads\n"
      "{} inputs (a day at least {}), {} faults (a day at least {}), {} orders, {} fills,\n"
      "{} refusals by the gate, {} restarts, {:.1f} h simulated a day, hash {:016x}\n"
      "violations: {}\n",
      t.days, plan.seed, plan.first_day, commit, t.seconds, static_cast<double>(t.days) / t.seconds,
      plan.jobs, t.events, t.events_least, t.faults, t.faults_least, t.orders, t.fills, t.refusals,
      t.restarts,
      static_cast<double>(t.simulated_ns) / 3.6e12 /
          static_cast<double>(std::max<std::uint64_t>(t.days, 1)),
      t.hash, t.violations);
  text += "refusals:";
  for (std::size_t r = 0; r < kRules; ++r)
    if (t.by_rule[r] != 0)
      text += fmt::format(" {} {}", risk::text_of(risk::Rule{static_cast<std::uint8_t>(r)}),
                          t.by_rule[r]);
  text += '\n';
  for (const Failure& each : t.failures)
    text += fmt::format("VIOLATION --seed {} --day {} step {} commit {}: {}\n", plan.seed, each.day,
                        each.outcome.step, commit, each.outcome.complaint);
  return text;
}

std::string coverage_table(const Totals& totals) {
  std::string text = fmt::format("{:<24}{:>10}", "fault met an order", "times");
  for (const std::string_view state : kStateNames) text += fmt::format("{:>11}", state);
  text += '\n';
  for (std::size_t k = 0; k < kFaultKinds; ++k) {
    text += fmt::format("{:<24}{:>10}", text_of(FaultKind{static_cast<std::uint8_t>(k)}),
                        totals.by_kind[k]);
    for (const std::uint64_t count : totals.coverage[k]) text += fmt::format("{:>11}", count);
    text += '\n';
  }
  return text;
}

std::string json_of(const Plan& plan, const Totals& t, const std::string& commit) {
  std::string text = fmt::format(
      R"({{"seed":{},"first_day":{},"days":{},"commit":"{}","seconds":{:.3f},"events":{},)"
      R"("events_least":{},"faults":{},"faults_least":{},"orders":{},"fills":{},"refusals":{},)"
      R"("restarts":{},"hash":"{:016x}","violations":{},"by_kind":{{)",
      plan.seed, plan.first_day, t.days, commit, t.seconds, t.events, t.events_least, t.faults,
      t.faults_least, t.orders, t.fills, t.refusals, t.restarts, t.hash, t.violations);
  for (std::size_t k = 0; k < kFaultKinds; ++k)
    text += fmt::format(R"({}"{}":{})", k == 0 ? "" : ",",
                        text_of(FaultKind{static_cast<std::uint8_t>(k)}), t.by_kind[k]);
  text += R"(},"failures":[)";
  for (std::size_t i = 0; i < t.failures.size(); ++i)
    text +=
        fmt::format(R"({}{{"day":{},"step":{},"complaint":"{}"}})", i == 0 ? "" : ",",
                    t.failures[i].day, t.failures[i].outcome.step, t.failures[i].outcome.complaint);
  return text + "]}\n";
}

std::string script_text(const Plan& plan, std::uint64_t day, const Script& script) {
  const Script whole = script_of(plan, day);
  std::string numbers;
  std::string lines;
  std::size_t at = 0;
  for (const Fault& fault : script.faults) {
    while (at < whole.faults.size() &&
           (whole.faults[at].step != fault.step || whole.faults[at].kind != fault.kind ||
            whole.faults[at].value != fault.value))
      ++at;
    numbers += fmt::format("{}{}", numbers.empty() ? "" : ",", at);
    lines += fmt::format("  {:>8}  {} {:x}\n", fault.step, text_of(fault.kind), fault.value);
    ++at;
  }
  if (numbers.empty()) numbers = "none";
  return fmt::format("chaos --seed {} --day {} --until {} --only {}\n{}", plan.seed, day,
                     script.steps, numbers, lines);
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out{path};
  out << text;
  if (!out.flush()) throw std::runtime_error("chaos: cannot write " + path.string());
}

void append_ledger(const std::filesystem::path& path, const Plan& plan, const Totals& t,
                   const std::string& commit) {
  std::error_code error;
  const bool fresh = !std::filesystem::exists(path, error);
  std::ofstream out{path, std::ios::app};
  if (fresh)
    out << "date,commit,seed,first_day,days,events,faults,orders,restarts,violations,hash\n";
  out << fmt::format("{:%F},{},{},{},{},{},{},{},{},{},{:016x}\n",
                     fmt::gmtime(std::chrono::system_clock::now()), commit, plan.seed,
                     plan.first_day, t.days, t.events, t.faults, t.orders, t.restarts, t.violations,
                     t.hash);
  if (!out.flush()) throw std::runtime_error("chaos: cannot write " + path.string());
}
}  // namespace sq::chaos
