#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "engine/telemetry/format.hpp"
#include "engine/telemetry/machine_checks.hpp"

namespace sq::telemetry {
namespace {
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kOpenFilesWanted = 4096;
constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
constexpr std::string_view kLimitsFile = "/etc/security/limits.d/shrivenquant.conf";

std::string limit_text(std::uint64_t limit, bool bytes) {
  if (limit == kUnlimited) return "unlimited";
  return bytes ? bytes_text(limit) : with_separators(limit);
}
std::string limit_change(std::string_view item, std::string_view value) {
  return fmt::format("echo '* - {} {}' >> {} and log in again", item, value, kLimitsFile);
}

// What stands in brackets: "always [madvise] never".
std::string chosen(const std::string& text) {
  const auto open = text.find('[');
  const auto close = text.find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return text;
  return text.substr(open + 1, close - open - 1);
}

Finding check_huge_pages(const MachineView& view) {
  const auto mode = read_text(view, "sys/kernel/mm/transparent_hugepage/enabled");
  if (!mode) return ok("transparent huge pages", "unknown");
  const std::string value = chosen(*mode);
  const std::string change = "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled";
  if (value == "madvise") return ok("transparent huge pages", value);
  return advice("transparent huge pages",
                value == "always" ? "always: the kernel moves pages of everybody" : value, change);
}

Finding check_swap(const MachineView& view) {
  std::istringstream swaps{read_text(view, "proc/swaps").value_or("")};
  std::string devices;
  std::string line;
  std::getline(swaps, line);  // heading
  while (std::getline(swaps, line)) {
    if (!devices.empty()) devices += ", ";
    devices += line.substr(0, line.find_first_of(" \t"));
  }
  if (devices.empty()) return ok("swap", "none");
  return advice("swap", devices, "swapoff -a, and remove it from /etc/fstab");
}

Finding check_numa(const MachineView& view) {
  const auto nodes =
      parse_cpu_list(read_text(view, "sys/devices/system/node/online").value_or("0"));
  if (nodes.size() < 2) return ok("numa", "one node");
  const std::string value = fmt::format("{} nodes", nodes.size());
  if (read_text(view, "proc/sys/kernel/numa_balancing").value_or("0") == "0")
    return ok("numa", value + ", balancing off");
  return advice("numa", value + ", balancing on: the kernel moves pages while we run",
                "sysctl -w kernel.numa_balancing=0, and pin all threads to cpus of one node");
}

// Interrupts that may land on a cpu which was isolated for us.
Finding check_interrupts(const MachineView& view) {
  const auto isolated =
      parse_cpu_list(read_text(view, "sys/devices/system/cpu/isolated").value_or(""));
  std::size_t all = 0;
  std::size_t disturbing = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{view.root / "proc/irq", error}) {
    const auto list = read_text(
        view, fmt::format("proc/irq/{}/effective_affinity_list", entry.path().filename().string()));
    if (!list || list->empty()) continue;
    ++all;
    const auto cpus = parse_cpu_list(*list);
    const bool hits = std::any_of(cpus.begin(), cpus.end(), [&](int cpu) {
      return std::find(isolated.begin(), isolated.end(), cpu) != isolated.end();
    });
    disturbing += hits ? 1U : 0U;
  }
  if (isolated.empty()) return ok("interrupts", fmt::format("{}, on any cpu", all));
  if (disturbing == 0) return ok("interrupts", fmt::format("{}, none on isolated cpus", all));
  return advice("interrupts", fmt::format("{} of {} on isolated cpus", disturbing, all),
                "systemctl disable --now irqbalance; for f in /proc/irq/*/smp_affinity_list; do "
                "echo 0 > $f; done");
}

std::string preemption_of(const std::string& version) {
  for (const char* kind : {"PREEMPT_RT", "PREEMPT_DYNAMIC", "PREEMPT"})
    if (version.find(kind) != std::string::npos) return kind;
  return "none or voluntary";
}
}  // namespace

void check_clocks(const MachineView& view, Findings& out) {
  const std::string folder = "sys/devices/system/clocksource/clocksource0/";
  const std::string source = read_text(view, folder + "current_clocksource").value_or("unknown");
  const std::string available = read_text(view, folder + "available_clocksource").value_or("");
  if (source == "tsc" || source == "kvm-clock" || source.starts_with("arch_")) {
    out.push_back(ok("clock source", source));
  } else if (available.find("tsc") != std::string::npos) {
    out.push_back(
        problem("clock source", source + ": each reading is a system call or slower",
                "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource"));
  } else {
    out.push_back(problem("clock source", source + ": each reading is a system call or slower",
                          "kernel command line: tsc=reliable clocksource=tsc"));
  }
  out.push_back(view.facts.invariant_tsc
                    ? ok("invariant tsc", "yes")
                    : advice("invariant tsc", "no: stage times come from the monotonic clock",
                             "in a virtual machine ask the host for it (QEMU: -cpu host,+invtsc)"));
  out.push_back(view.facts.clock_synchronised
                    ? ok("wall clock", "synchronised")
                    : problem("wall clock",
                              "not synchronised: venues refuse requests with a wrong time",
                              "apt-get install chrony && systemctl enable --now chrony"));
}

void check_memory(const MachineView& view, Findings& out) {
  out.push_back(check_huge_pages(view));
  out.push_back(
      ok("reserved huge pages", read_text(view, "proc/sys/vm/nr_hugepages").value_or("0")));
  out.push_back(check_swap(view));
  out.push_back(check_numa(view));
  const std::string locked = limit_text(view.facts.memlock_bytes, true);
  out.push_back(view.facts.memlock_bytes >= kGiB
                    ? ok("lockable memory", locked)
                    : advice("lockable memory", locked, limit_change("memlock", "unlimited")));
  const std::string shm = bytes_text(view.facts.shm_bytes);
  out.push_back(view.facts.shm_bytes >= kGiB
                    ? ok("/dev/shm", shm)
                    : problem("/dev/shm", shm + ": the log's ring lies there",
                              "mount -o remount,size=2G /dev/shm"));
}

void check_kernel(const MachineView& view, Findings& out) {
  const std::string version = read_text(view, "proc/version").value_or("unknown");
  out.push_back(ok("kernel", fmt::format("{}, preemption {}",
                                         read_text(view, "proc/sys/kernel/osrelease").value_or("?"),
                                         preemption_of(version))));
  const std::string files = limit_text(view.facts.open_files, false);
  out.push_back(view.facts.open_files >= kOpenFilesWanted
                    ? ok("open files", files)
                    : advice("open files", files, limit_change("nofile", "65536")));
  const std::string priority = limit_text(view.facts.realtime_priority, false);
  out.push_back(view.facts.realtime_priority > 0
                    ? ok("real-time priority", priority)
                    : advice("real-time priority", "not allowed", limit_change("rtprio", "90")));
  const std::string runtime = read_text(view, "proc/sys/kernel/sched_rt_runtime_us").value_or("-1");
  out.push_back(runtime == "-1"
                    ? ok("real-time throttling", "off")
                    : advice("real-time throttling", runtime + " us of each second at most",
                             "sysctl -w kernel.sched_rt_runtime_us=-1"));
  const bool watchdog = read_text(view, "proc/sys/kernel/watchdog").value_or("0") == "1";
  out.push_back(watchdog ? advice("kernel watchdog", "on: interrupts every cpu",
                                  "sysctl -w kernel.watchdog=0")
                         : ok("kernel watchdog", "off"));
  out.push_back(check_interrupts(view));
}
}  // namespace sq::telemetry
