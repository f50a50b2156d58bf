#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "engine/telemetry/machine_checks.hpp"

namespace sq::telemetry {
namespace {
constexpr std::string_view kCpu = "sys/devices/system/cpu/";
constexpr std::size_t kCpusWanted = 4;        // core, feed, log, everything else
constexpr std::uint64_t kIdleExitUsMax = 10;  // a deeper sleep costs more than the whole path

// "2-3" of a machine with cpus 0 to 3: all but the first half of what is needed for the rest.
std::string isolate_list(std::size_t cpus) {
  return cpus <= 2 ? "1" : fmt::format("{}-{}", cpus <= 4 ? 1 : 2, cpus - 1);
}

// A line of /proc/cpuinfo: what stands behind "model name : ".
std::string cpuinfo_field(const MachineView& view, std::string_view field) {
  const std::string text = read_text(view, "proc/cpuinfo").value_or("");
  const auto at = text.find(field);
  if (at == std::string::npos) return {};
  const auto colon = text.find(':', at);
  const auto end = std::min(text.find('\n', at), text.size());
  if (colon == std::string::npos || colon + 2 > end) return {};
  return text.substr(colon + 2, end - colon - 2);
}

// The values of one file of every cpu, each once: "performance, powersave".
std::string of_all_cpus(const MachineView& view, const std::vector<int>& cpus,
                        std::string_view file) {
  std::set<std::string> values;
  for (const int cpu : cpus)
    if (const auto value = read_text(view, fmt::format("{}cpu{}/{}", kCpu, cpu, file)))
      values.insert(*value);
  std::string joined;
  for (const auto& value : values) joined += (joined.empty() ? "" : ", ") + std::string{value};
  return joined;
}

Finding check_isolation(const MachineView& view, std::size_t cpus) {
  const auto isolated = read_text(view, std::string{kCpu} + "isolated");
  if (isolated && !isolated->empty()) return ok("isolated cpus", *isolated);
  if (cpus < 2) return ok("isolated cpus", "none, and only one cpu");
  const std::string list = isolate_list(cpus);
  return advice("isolated cpus", "none",
                fmt::format("add to GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub and "
                            "reboot: isolcpus=managed_irq,domain,{0} nohz_full={0} rcu_nocbs={0}",
                            list));
}

Finding check_tick(const MachineView& view, std::size_t cpus) {
  const std::string full = read_text(view, std::string{kCpu} + "nohz_full").value_or("");
  const bool some = full.find_first_of("0123456789") != std::string::npos;
  if (some) return ok("cpus without tick", full);
  return advice("cpus without tick", "none",
                "kernel command line: nohz_full=" + isolate_list(cpus));
}

Finding check_governor(const MachineView& view, const std::vector<int>& cpus) {
  const std::string governor = of_all_cpus(view, cpus, "cpufreq/scaling_governor");
  if (governor.empty()) return ok("cpu governor", "not ours to set (firmware or host)");
  if (governor == "performance") return ok("cpu governor", governor);
  return advice("cpu governor", governor, "cpupower frequency-set -g performance");
}

Finding check_turbo(const MachineView& view) {
  const auto no_turbo = read_text(view, std::string{kCpu} + "intel_pstate/no_turbo");
  const auto boost = read_text(view, std::string{kCpu} + "cpufreq/boost");
  if (!no_turbo && !boost) return ok("turbo", "not ours to set (firmware or host)");
  const bool on = no_turbo ? *no_turbo == "0" : *boost == "1";
  if (!on) return ok("turbo", "off");
  return advice("turbo", "on: faster, but figures vary with heat and load",
                no_turbo ? "for benchmarks: echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo"
                         : "for benchmarks: echo 0 > /sys/devices/system/cpu/cpufreq/boost");
}

// The deepest sleep a cpu may fall into, by the time it takes to wake up.
Finding check_idle(const MachineView& view) {
  std::string deepest;
  std::uint64_t longest = 0;
  for (int state = 0; state < 16; ++state) {
    const std::string folder = fmt::format("{}cpu0/cpuidle/state{}/", kCpu, state);
    const auto latency = read_text(view, folder + "latency");
    if (!latency) break;
    if (read_text(view, folder + "disable").value_or("0") == "1") continue;
    std::uint64_t us = 0;
    std::from_chars(latency->data(), latency->data() + latency->size(), us);
    if (us < longest || (us == 0 && !deepest.empty())) continue;
    longest = us;
    deepest = read_text(view, folder + "name").value_or("?");
  }
  if (deepest.empty()) return ok("idle states", "not ours to set (firmware or host)");
  const std::string value = fmt::format("deepest {}, {} us to wake", deepest, longest);
  if (longest <= kIdleExitUsMax) return ok("idle states", value);
  return advice("idle states", value, fmt::format("cpupower idle-set -D {}", kIdleExitUsMax));
}
}  // namespace

void check_cpus(const MachineView& view, Findings& out) {
  const auto online = read_text(view, std::string{kCpu} + "online");
  const std::vector<int> cpus = parse_cpu_list(online.value_or(""));
  const std::string model = cpuinfo_field(view, "model name");
  const std::string value = fmt::format("{} x {}", cpus.empty() ? "?" : std::to_string(cpus.size()),
                                        model.empty() ? "unknown processor" : model);
  out.push_back(cpus.size() >= kCpusWanted
                    ? ok("cpus", value)
                    : advice("cpus", value,
                             "4 or more: the core, a feed and the log want one each; with fewer "
                             "set idle = \"yield\" and decode = \"fused\""));
  const bool is_virtual = cpuinfo_field(view, "flags").find("hypervisor") != std::string::npos;
  out.push_back(is_virtual
                    ? advice("virtual machine", "yes: neighbours and the host show in the tails",
                             "measure and trade on bare metal")
                    : ok("virtual machine", "no"));
  out.push_back(check_isolation(view, cpus.size()));
  out.push_back(check_tick(view, cpus.size()));
  out.push_back(check_governor(view, cpus));
  out.push_back(check_turbo(view));
  const bool smt = read_text(view, std::string{kCpu} + "smt/active").value_or("0") == "1";
  out.push_back(smt ? advice("hyper-threading", "on: two threads share one core",
                             "echo off > /sys/devices/system/cpu/smt/control")
                    : ok("hyper-threading", "off"));
  out.push_back(check_idle(view));
}
}  // namespace sq::telemetry
