// The doctor: what this machine is set to, what that costs a trading process, and the command that
// changes it. Reads /proc, /sys and limits; changes nothing.
// Thread: any cold one. Cost: milliseconds. Errors: what cannot be read is "unknown", never a
// failure. Source: the kernel's Documentation/admin-guide (kernel-parameters, sysctl, cpuidle).
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sq::telemetry {
enum class FindingStatus : std::uint8_t {
  Ok,
  Advice,  // costs latency or makes figures vary
  Problem  // costs much, or correctness: wrong clock, a log that is not durable
};
[[nodiscard]] std::string_view text_of(FindingStatus) noexcept;  // "advice"

struct Finding {
  std::string name;   // "cpu governor"
  std::string value;  // as found
  FindingStatus status{FindingStatus::Ok};
  std::string change;  // exact command or setting, empty when Ok
};

// What is not in a file. Filled by system_facts(); tests make their own.
struct SystemFacts {
  bool invariant_tsc{false};
  bool clock_synchronised{false};  // by NTP or PTP, as the kernel knows it
  std::uint64_t memlock_bytes{0};  // limits; the maximum is unlimited
  std::uint64_t open_files{0};
  std::uint64_t realtime_priority{0};
  std::uint64_t shm_bytes{0};  // size of /dev/shm; 0 when there is none
};
[[nodiscard]] SystemFacts system_facts();

struct MachineView {
  std::filesystem::path root{"/"};     // where proc and sys are; tests make a folder of files
  std::filesystem::path wal_dir{"."};  // the directory whose disk is looked at
  SystemFacts facts{};
};

// In a fixed order, each name once.
[[nodiscard]] std::vector<Finding> inspect_machine(const MachineView& view);
[[nodiscard]] std::vector<Finding> inspect_machine(const std::filesystem::path& wal_dir = ".");

enum class FindingFormat : std::uint8_t { Table, Json };
[[nodiscard]] std::string findings_text(const std::vector<Finding>& findings, FindingFormat format);
void print_findings(std::FILE* out, const std::vector<Finding>& findings,
                    FindingFormat format = FindingFormat::Table);
}  // namespace sq::telemetry
