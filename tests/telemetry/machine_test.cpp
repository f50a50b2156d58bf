#include "engine/telemetry/machine.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <string>

#include "engine/telemetry/machine_checks.hpp"

using namespace sq::telemetry;
namespace fs = std::filesystem;
namespace {
constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

// Files of a well-configured server with eight cpus; tests change one of them.
class Server {
 public:
  Server() : root_{fs::temp_directory_path() / ("sq_machine_" + std::to_string(::getpid()))} {
    fs::remove_all(root_);
    set("proc/cpuinfo", "processor\t: 0\nmodel name\t: Fast CPU 9000\nflags\t\t: fpu tsc\n");
    set("sys/devices/system/cpu/online", "0-7\n");
    set("sys/devices/system/cpu/isolated", "2-7\n");
    set("sys/devices/system/cpu/nohz_full", "2-7\n");
    for (int cpu = 0; cpu < 8; ++cpu) set(governor(cpu), "performance\n");
    set("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    set("sys/devices/system/cpu/smt/active", "0\n");
    idle_state(0, "POLL", "0", "0");
    idle_state(1, "C1", "2", "0");
    idle_state(2, "C6", "133", "1");
    set("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    set("sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet acpi_pm\n");
    set("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    set("proc/sys/vm/nr_hugepages", "512\n");
    set("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n");
    set("sys/devices/system/node/online", "0-1\n");
    set("proc/sys/kernel/numa_balancing", "0\n");
    set("proc/version", "Linux version 6.1.0 #1 SMP PREEMPT_DYNAMIC\n");
    set("proc/sys/kernel/osrelease", "6.1.0\n");
    set("proc/sys/kernel/sched_rt_runtime_us", "-1\n");
    set("proc/sys/kernel/watchdog", "0\n");
    set("proc/irq/1/effective_affinity_list", "0\n");
    set("proc/irq/24/effective_affinity_list", "0-1\n");
    mount("ext4");
    view_.root = root_;
    view_.wal_dir = root_;
    view_.facts = {.invariant_tsc = true,
                   .clock_synchronised = true,
                   .memlock_bytes = kUnlimited,
                   .open_files = 65536,
                   .realtime_priority = 99,
                   .shm_bytes = std::uint64_t{8} << 30};
  }
  ~Server() { fs::remove_all(root_); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void set(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream{root_ / path} << text;
  }
  void remove(const std::string& path) { fs::remove_all(root_ / path); }
  void mount(const std::string& type) {
    set("proc/self/mountinfo", "22 1 0:5 / /proc rw - proc proc rw\n36 1 " + device() +
                                   " / / rw,relatime shared:1 - " + type + " /dev/nvme0n1 rw\n");
    disk("0", "nvme0n1");
  }
  void disk(const std::string& rotational, const std::string& name) {
    set("sys/dev/block/" + device() + "/queue/rotational", rotational + "\n");
    set("sys/dev/block/" + device() + "/uevent", "MAJOR=1\nDEVNAME=" + name + "\n");
  }
  void idle_state(int number, const std::string& name, const std::string& latency,
                  const std::string& disable) {
    const std::string folder =
        "sys/devices/system/cpu/cpu0/cpuidle/state" + std::to_string(number) + "/";
    set(folder + "name", name + "\n");
    set(folder + "latency", latency + "\n");
    set(folder + "disable", disable + "\n");
  }
  static std::string governor(int cpu) {
    return "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpufreq/scaling_governor";
  }
  SystemFacts& facts() { return view_.facts; }

  // All findings that are not Ok, but the free space of the disk the test happens to run on.
  [[nodiscard]] std::vector<Finding> complaints() const {
    std::vector<Finding> result;
    for (const Finding& finding : inspect_machine(view_))
      if (finding.status != FindingStatus::Ok && finding.name != "log disk, free")
        result.push_back(finding);
    return result;
  }
  // True if exactly the check of this name complains, with this status and a hint holding `change`.
  [[nodiscard]] bool only(const std::string& name, FindingStatus status,
                          const std::string& change) const {
    const auto found = complaints();
    for (const Finding& finding : found)
      UNSCOPED_INFO(finding.name << ": " << finding.value << " -> " << finding.change);
    return found.size() == 1 && found[0].name == name && found[0].status == status &&
           found[0].change.find(change) != std::string::npos;
  }
  [[nodiscard]] std::string value(const std::string& name) const {
    for (const Finding& finding : inspect_machine(view_))
      if (finding.name == name) return finding.value;
    return "no such check";
  }

 private:
  [[nodiscard]] std::string device() const {
    struct stat status {};
    fs::create_directories(root_);
    ::stat(root_.c_str(), &status);
    return std::to_string(gnu_dev_major(status.st_dev)) + ":" +
           std::to_string(gnu_dev_minor(status.st_dev));
  }
  fs::path root_;
  MachineView view_;
};
constexpr auto kAdvice = FindingStatus::Advice;
constexpr auto kProblem = FindingStatus::Problem;
}  // namespace

TEST_CASE("a well-configured server gets no advice", "[telemetry][doctor]") {
  const Server server;
  CHECK(server.complaints().empty());
  CHECK(server.value("cpus") == "8 x Fast CPU 9000");
  CHECK(server.value("kernel") == "6.1.0, preemption PREEMPT_DYNAMIC");
  CHECK(server.value("log disk") == "ext4 on a solid-state disk");
}

TEST_CASE("each bad cpu setting is found, alone, with the command that changes it",
          "[telemetry][doctor]") {
  Server server;
  const std::string cpu = "sys/devices/system/cpu/";
  SECTION("three cpus") {
    server.set(cpu + "online", "0-2");
    CHECK(server.only("cpus", kAdvice, "4 or more"));
    server.set(cpu + "online", "0,2,4,6");
    CHECK(server.complaints().empty());
  }
  SECTION("a virtual machine") {
    server.set("proc/cpuinfo", "model name\t: X\nflags\t\t: fpu hypervisor tsc\n");
    CHECK(server.only("virtual machine", kAdvice, "bare metal"));
  }
  SECTION("nothing isolated") {
    server.set(cpu + "isolated", "\n");
    CHECK(server.only("isolated cpus", kAdvice, "isolcpus=managed_irq,domain,2-7"));
  }
  SECTION("ticks everywhere") {
    server.set(cpu + "nohz_full", "(null)\n");
    CHECK(server.only("cpus without tick", kAdvice, "nohz_full=2-7"));
  }
  SECTION("one cpu of eight with another governor") {
    server.set(Server::governor(5), "powersave\n");
    CHECK(server.only("cpu governor", kAdvice, "cpupower frequency-set -g performance"));
    CHECK(server.value("cpu governor") == "performance, powersave");
  }
  SECTION("turbo on, Intel and AMD") {
    server.set(cpu + "intel_pstate/no_turbo", "0\n");
    CHECK(server.only("turbo", kAdvice, "no_turbo"));
    server.remove(cpu + "intel_pstate");
    server.set(cpu + "cpufreq/boost", "1\n");
    CHECK(server.only("turbo", kAdvice, "cpufreq/boost"));
    server.set(cpu + "cpufreq/boost", "0\n");
    CHECK(server.complaints().empty());
  }
  SECTION("hyper-threading") {
    server.set(cpu + "smt/active", "1\n");
    CHECK(server.only("hyper-threading", kAdvice, "smt/control"));
  }
  SECTION("a deep sleep state, on both sides of the bound") {
    server.idle_state(2, "C1E", "10", "0");
    CHECK(server.complaints().empty());
    CHECK(server.value("idle states") == "deepest C1E, 10 us to wake");
    server.idle_state(2, "C1E", "11", "0");
    CHECK(server.only("idle states", kAdvice, "cpupower idle-set -D 10"));
  }
}

TEST_CASE("each bad clock is found, alone", "[telemetry][doctor]") {
  Server server;
  const std::string folder = "sys/devices/system/clocksource/clocksource0/";
  SECTION("a slow source though a fast one is there") {
    server.set(folder + "current_clocksource", "hpet\n");
    CHECK(server.only("clock source", kProblem, "echo tsc >"));
  }
  SECTION("a slow source and no other") {
    server.set(folder + "current_clocksource", "acpi_pm\n");
    server.set(folder + "available_clocksource", "acpi_pm\n");
    CHECK(server.only("clock source", kProblem, "kernel command line"));
  }
  SECTION("no invariant counter") {
    server.facts().invariant_tsc = false;
    CHECK(server.only("invariant tsc", kAdvice, "+invtsc"));
  }
  SECTION("nobody sets the clock") {
    server.facts().clock_synchronised = false;
    CHECK(server.only("wall clock", kProblem, "chrony"));
  }
}

TEST_CASE("each bad memory setting is found, alone", "[telemetry][doctor]") {
  Server server;
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
  SECTION("no huge pages, or for everybody") {
    server.set("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
    CHECK(server.only("transparent huge pages", kAdvice, "echo madvise >"));
    server.set("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
    CHECK(server.only("transparent huge pages", kAdvice, "echo madvise >"));
  }
  SECTION("swap") {
    server.set("proc/swaps", "Filename\tType\n/dev/sda2 partition 1 0 -2\n/swap file 1 0 -3\n");
    CHECK(server.only("swap", kAdvice, "swapoff -a"));
    CHECK(server.value("swap") == "/dev/sda2, /swap");
  }
  SECTION("pages moving between nodes, which one node cannot have") {
    server.set("proc/sys/kernel/numa_balancing", "1\n");
    CHECK(server.only("numa", kAdvice, "kernel.numa_balancing=0"));
    server.set("sys/devices/system/node/online", "0\n");
    CHECK(server.complaints().empty());
  }
  SECTION("too little memory to lock") {
    server.facts().memlock_bytes = kGiB;
    CHECK(server.complaints().empty());
    server.facts().memlock_bytes = kGiB - 1;
    CHECK(server.only("lockable memory", kAdvice, "memlock unlimited"));
  }
  SECTION("a small /dev/shm") {
    server.facts().shm_bytes = kGiB;
    CHECK(server.complaints().empty());
    server.facts().shm_bytes = kGiB - 1;
    CHECK(server.only("/dev/shm", kProblem, "mount -o remount"));
  }
}

TEST_CASE("each bad kernel setting is found, alone", "[telemetry][doctor]") {
  Server server;
  SECTION("few open files") {
    server.facts().open_files = 4096;
    CHECK(server.complaints().empty());
    server.facts().open_files = 4095;
    CHECK(server.only("open files", kAdvice, "nofile"));
    CHECK(server.value("open files") == "4,095");
  }
  SECTION("no real-time priority") {
    server.facts().realtime_priority = 0;
    CHECK(server.only("real-time priority", kAdvice, "rtprio"));
  }
  SECTION("real-time threads throttled") {
    server.set("proc/sys/kernel/sched_rt_runtime_us", "950000\n");
    CHECK(server.only("real-time throttling", kAdvice, "sched_rt_runtime_us=-1"));
  }
  SECTION("the watchdog") {
    server.set("proc/sys/kernel/watchdog", "1\n");
    CHECK(server.only("kernel watchdog", kAdvice, "kernel.watchdog=0"));
  }
  SECTION("an interrupt on an isolated cpu") {
    server.set("proc/irq/24/effective_affinity_list", "1-2\n");
    CHECK(server.only("interrupts", kAdvice, "irqbalance"));
    CHECK(server.value("interrupts") == "1 of 2 on isolated cpus");
  }
}

TEST_CASE("a disk that is slow or forgets is found, a virtual one is not blamed",
          "[telemetry][doctor]") {
  Server server;
  for (const char* type : {"tmpfs", "overlay", "nfs4"}) {
    server.mount(type);
    CHECK(server.only("log disk", kProblem, "[wal] dir"));
  }
  server.mount("xfs");
  server.disk("1", "sda");
  CHECK(server.only("log disk", kAdvice, "solid-state"));
  server.disk("1", "vda");
  CHECK(server.complaints().empty());
  CHECK(server.value("log disk") == "xfs on a virtual disk");
}

TEST_CASE("a machine without any of the files is described, not refused", "[telemetry][doctor]") {
  const MachineView nothing{.root = "/nonexistent_folder", .wal_dir = "/", .facts = {}};
  const auto findings = inspect_machine(nothing);
  std::set<std::string> names;
  for (const Finding& finding : findings) {
    names.insert(finding.name);
    CHECK_FALSE(finding.value.empty());
    CHECK(finding.change.empty() == (finding.status == FindingStatus::Ok));
  }
  CHECK(names.size() == findings.size());
  CHECK(findings.size() == 25);
}

TEST_CASE("this very machine can be inspected", "[telemetry][doctor]") {
  const auto findings = inspect_machine(fs::path{"."});
  CHECK(findings.size() == 25);
  for (const Finding& finding : findings)
    CHECK(finding.change.empty() == (finding.status == FindingStatus::Ok));
}

TEST_CASE("cpu lists of the kernel are read whole", "[telemetry][doctor]") {
  CHECK(parse_cpu_list("0") == std::vector<int>{0});
  CHECK(parse_cpu_list("0-3") == std::vector<int>{0, 1, 2, 3});
  CHECK(parse_cpu_list("0-1,4,6-7") == std::vector<int>{0, 1, 4, 6, 7});
  CHECK(parse_cpu_list("").empty());
  CHECK(parse_cpu_list("(null)").empty());
}

TEST_CASE("findings are printed as a table with a count and as JSON", "[telemetry][doctor]") {
  const std::vector<Finding> findings{ok("a", "fine"), advice("bb", "so \"so\"", "do x"),
                                      problem("c", "back\\slash", "do\ty")};
  CHECK(findings_text(findings, FindingFormat::Table) ==
        "ok       a   fine\n"
        "advice   bb  so \"so\"\n"
        "             -> do x\n"
        "problem  c   back\\slash\n"
        "             -> do\ty\n"
        "3 checks: 1 ok, 1 advice, 1 problem\n");
  CHECK(findings_text(findings, FindingFormat::Json) ==
        R"([{"name":"a","value":"fine","status":"ok","change":""},)"
        R"({"name":"bb","value":"so \"so\"","status":"advice","change":"do x"},)"
        R"({"name":"c","value":"back\\slash","status":"problem","change":"do\u0009y"}])"
        "\n");
  CHECK(findings_text({}, FindingFormat::Json) == "[]\n");
}
