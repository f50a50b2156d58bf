#include "engine/telemetry/machine.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <sstream>

#include "engine/telemetry/log.hpp"
#include "engine/telemetry/machine_checks.hpp"
#include "engine/telemetry/tick_clock.hpp"

namespace sq::telemetry {
namespace {
std::uint64_t soft_limit(int resource) {
  rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return 0;
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<std::uint64_t>::max()
                                         : std::uint64_t{limit.rlim_cur};
}

// A bit of CapEff in /proc/self/status, whatever the limits say (capabilities(7)).
bool has_capability(int bit) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("CapEff:"))
      return (std::stoull(line.substr(7), nullptr, 16) >> bit & 1) != 0;
  return false;
}
constexpr int kCapIpcLock = 14;
constexpr int kCapSysNice = 23;

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string as_json(const std::vector<Finding>& findings) {
  std::string out = "[";
  for (const Finding& finding : findings) {
    if (out.size() > 1) out += ",";
    out += fmt::format(R"({{"name":{},"value":{},"status":"{}","change":{}}})",
                       json_string(finding.name), json_string(finding.value),
                       text_of(finding.status), json_string(finding.change));
  }
  return out + "]\n";
}

// One line a check, and below it, indented, what to change.
std::string as_table(const std::vector<Finding>& findings) {
  std::size_t name_width = 0;
  for (const Finding& finding : findings) name_width = std::max(name_width, finding.name.size());
  std::string out;
  std::size_t advised = 0;
  std::size_t problems = 0;
  for (const Finding& finding : findings) {
    advised += finding.status == FindingStatus::Advice ? 1U : 0U;
    problems += finding.status == FindingStatus::Problem ? 1U : 0U;
    out += fmt::format("{:<7}  {:<{}}  {}\n", text_of(finding.status), finding.name, name_width,
                       finding.value);
    if (!finding.change.empty())
      out += fmt::format("{:<7}  {:<{}}  -> {}\n", "", "", name_width, finding.change);
  }
  return out + fmt::format("{} checks: {} ok, {} advice, {} problem{}\n", findings.size(),
                           findings.size() - advised - problems, advised, problems,
                           problems == 1 ? "" : "s");
}
}  // namespace

std::string_view text_of(FindingStatus status) noexcept {
  switch (status) {
    case FindingStatus::Ok:
      return "ok";
    case FindingStatus::Advice:
      return "advice";
    case FindingStatus::Problem:
      return "problem";
  }
  return "?";
}

SystemFacts system_facts() {
  SystemFacts facts;
  facts.invariant_tsc = has_invariant_tsc();
  timex state{};
  const int clock = ::ntp_adjtime(&state);  // reads only: no mode is set
  facts.clock_synchronised = clock >= 0 && (state.status & STA_UNSYNC) == 0;
  constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
  facts.memlock_bytes = has_capability(kCapIpcLock) ? kUnlimited : soft_limit(RLIMIT_MEMLOCK);
  facts.open_files = soft_limit(RLIMIT_NOFILE);
  facts.realtime_priority = has_capability(kCapSysNice) ? kUnlimited : soft_limit(RLIMIT_RTPRIO);
  struct statvfs shm {};
  if (::statvfs("/dev/shm", &shm) == 0)
    facts.shm_bytes = std::uint64_t{shm.f_blocks} * shm.f_frsize;
  return facts;
}

std::optional<std::string> read_text(const MachineView& view, std::string_view path) {
  std::ifstream file{view.root / path};
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  std::string result = text.str();
  result.erase(result.find_last_not_of(" \n") + 1);
  return result;
}

std::vector<int> parse_cpu_list(std::string_view list) {
  std::vector<int> cpus;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const std::string_view part = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    int first = 0;
    const auto begin = std::from_chars(part.data(), part.data() + part.size(), first);
    if (begin.ec != std::errc{}) continue;
    int last = first;
    if (begin.ptr != part.data() + part.size() && *begin.ptr == '-')
      std::from_chars(begin.ptr + 1, part.data() + part.size(), last);
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::vector<Finding> inspect_machine(const MachineView& view) {
  Findings findings;
  check_cpus(view, findings);
  check_clocks(view, findings);
  check_memory(view, findings);
  check_kernel(view, findings);
  check_disk(view, findings);
  for (Finding& finding : findings) finding.value = escaped(finding.value);
  return findings;
}
std::vector<Finding> inspect_machine(const std::filesystem::path& wal_dir) {
  return inspect_machine({.root = "/", .wal_dir = wal_dir, .facts = system_facts()});
}

std::string findings_text(const std::vector<Finding>& findings, FindingFormat format) {
  return format == FindingFormat::Json ? as_json(findings) : as_table(findings);
}
void print_findings(std::FILE* out, const std::vector<Finding>& findings, FindingFormat format) {
  const std::string text = findings_text(findings, format);
  std::fwrite(text.data(), 1, text.size(), out);
}
}  // namespace sq::telemetry
