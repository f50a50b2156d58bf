#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "engine/telemetry/format.hpp"
#include "engine/telemetry/machine_checks.hpp"

namespace sq::telemetry {
namespace {
constexpr std::uint64_t kFreeBytesWanted = std::uint64_t{10} << 30;
constexpr std::string_view kMove = "set [wal] dir to a directory on a local solid-state disk";

// File system type of a device, from /proc/self/mountinfo (proc(5): the field after " - ").
std::string file_system_of(const MachineView& view, const std::string& device) {
  std::istringstream mounts{read_text(view, "proc/self/mountinfo").value_or("")};
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields{line};
    std::string id;
    std::string parent;
    std::string number;
    fields >> id >> parent >> number;
    const auto dash = line.find(" - ");
    if (number != device || dash == std::string::npos) continue;
    const std::string rest = line.substr(dash + 3);
    return rest.substr(0, rest.find(' '));
  }
  return "unknown";
}

// Whether the disk turns. A partition has no queue of its own, its disk is one folder up.
std::optional<bool> is_rotational(const MachineView& view, const std::string& device) {
  for (const char* place : {"queue/rotational", "../queue/rotational"})
    if (const auto value = read_text(view, fmt::format("sys/dev/block/{}/{}", device, place)))
      return *value == "1";
  return std::nullopt;
}

// Virtual disks call themselves turning whatever they are.
bool is_virtual_disk(const MachineView& view, const std::string& device) {
  for (const char* place : {"uevent", "../uevent"}) {
    const std::string text =
        read_text(view, fmt::format("sys/dev/block/{}/{}", device, place)).value_or("");
    if (text.find("DEVNAME=vd") != std::string::npos ||
        text.find("DEVNAME=xvd") != std::string::npos)
      return true;
  }
  return false;
}

std::string disk_text(std::optional<bool> rotational, bool is_virtual) {
  if (is_virtual) return " on a virtual disk";
  if (!rotational) return "";
  return *rotational ? " on a turning disk" : " on a solid-state disk";
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}
}  // namespace

void check_disk(const MachineView& view, Findings& out) {
  // The directory may not be there yet: the nearest one above it is.
  std::error_code error;
  std::filesystem::path dir = std::filesystem::absolute(view.wal_dir, error);
  while (!dir.empty() && dir != dir.root_path() && !std::filesystem::exists(dir, error))
    dir = dir.parent_path();
  struct stat status {};
  struct statvfs space {};
  if (::stat(dir.c_str(), &status) != 0 || ::statvfs(dir.c_str(), &space) != 0) {
    out.push_back(problem("log disk", "cannot be looked at: " + dir.string(), std::string{kMove}));
    return;
  }
  const std::string device =
      fmt::format("{}:{}", gnu_dev_major(status.st_dev), gnu_dev_minor(status.st_dev));
  const std::string type = file_system_of(view, device);
  const auto rotational = is_rotational(view, device);
  const bool is_virtual = is_virtual_disk(view, device);
  const std::string value = type + disk_text(rotational, is_virtual);
  if (is_one_of(type, {"tmpfs", "ramfs", "overlay"})) {
    out.push_back(
        problem("log disk", value + ": does not survive a power cut", std::string{kMove}));
  } else if (is_one_of(type, {"nfs", "nfs4", "cifs", "fuse", "9p", "virtiofs"})) {
    out.push_back(
        problem("log disk", value + ": the network answers when it likes", std::string{kMove}));
  } else if (rotational.value_or(false) && !is_virtual) {
    out.push_back(advice("log disk", value, std::string{kMove}));
  } else {
    out.push_back(ok("log disk", value));
  }
  const std::uint64_t free_bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
  out.push_back(free_bytes >= kFreeBytesWanted
                    ? ok("log disk, free", bytes_text(free_bytes))
                    : advice("log disk, free", bytes_text(free_bytes), "10 GiB or more"));
}
}  // namespace sq::telemetry
