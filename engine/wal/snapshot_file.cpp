#include "engine/wal/snapshot_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>
#include <utility>

#include "engine/wal/checksum.hpp"
#include "engine/wal/files.hpp"

namespace sq::wal {
namespace {
constexpr std::string_view kPrefix = "log.snapshot-";
constexpr std::string_view kUnfinished = ".new";
constexpr std::size_t kDigits = 20;
constexpr std::uint64_t kSnapshotBytesMax = std::uint64_t{1} << 32U;  // far above any real one

std::size_t aligned(std::size_t bytes) noexcept { return (bytes + 7) / 8 * 8; }

std::uint64_t snapshot_checksum(const std::vector<std::byte>& file) noexcept {
  constexpr std::size_t kFrom = offsetof(SnapshotHeader, version);
  return XXH3_64bits(file.data() + kFrom, file.size() - kFrom);
}

// 0: not the name of a snapshot.
std::uint64_t sequence_in(std::string_view name) noexcept {
  if (name.size() != kPrefix.size() + kDigits || !name.starts_with(kPrefix)) return 0;
  std::uint64_t sequence = 0;
  const char* end = name.data() + name.size();
  const auto [at, error] = std::from_chars(name.data() + kPrefix.size(), end, sequence);
  return error == std::errc{} && at == end ? sequence : 0;
}

// The sections of a file whose checksum is right. Null, or what is wrong.
const char* read_sections(const std::vector<std::byte>& file, Snapshot& snapshot) {
  const std::size_t count = snapshot.header.sections;
  std::size_t at = sizeof(SnapshotHeader) + count * sizeof(SnapshotEntry);
  if (count > kSnapshotSectionsMax || at > file.size()) return "its table of sections does not fit";
  for (std::size_t i = 0; i < count; ++i) {
    SnapshotEntry entry;
    std::memcpy(&entry, file.data() + sizeof(SnapshotHeader) + i * sizeof entry, sizeof entry);
    if (entry.offset != at || entry.bytes > file.size() - at)
      return "a section lies outside the file";
    SnapshotSection& section = snapshot.sections.emplace_back();
    section.kind = entry.kind;
    section.version = entry.version;
    const std::byte* from = file.data() + at;
    section.bytes.assign(from, from + entry.bytes);
    at = std::min(aligned(at + entry.bytes), file.size());
  }
  return at == file.size() ? nullptr : "it is longer than its sections";
}

std::pair<SnapshotFault, const char*> check(const std::vector<std::byte>& file,
                                            std::uint64_t sequence, std::uint64_t log_id,
                                            const FixedText<16>& instance, Snapshot& snapshot) {
  SnapshotHeader& header = snapshot.header;
  if (file.size() < sizeof header) return {SnapshotFault::Damaged, "shorter than its header"};
  std::memcpy(&header, file.data(), sizeof header);
  if (header.magic != kSnapshotMagic) return {SnapshotFault::Damaged, "not a snapshot"};
  if (header.checksum != snapshot_checksum(file))
    return {SnapshotFault::Damaged, "it does not match its checksum"};
  if (header.version > kSnapshotVersion)
    return {SnapshotFault::Newer, "its format is newer than this program"};
  if (header.log_id != log_id || header.instance != instance)
    return {SnapshotFault::Foreign, "it belongs to another log"};
  if (header.end.sequence != sequence || header.file_bytes != file.size())
    return {SnapshotFault::Damaged, "its name or size is not the one in its header"};
  const char* what = read_sections(file, snapshot);
  return {what == nullptr ? SnapshotFault::None : SnapshotFault::Damaged, what};
}
}  // namespace

const SnapshotSection* Snapshot::section(std::uint32_t kind) const noexcept {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [&](const SnapshotSection& each) { return each.kind == kind; });
  return found == sections.end() ? nullptr : &*found;
}

std::filesystem::path snapshot_path(const std::filesystem::path& dir, std::uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  std::string name{kPrefix};
  name.append(kDigits - digits.size(), '0').append(digits);
  return dir / name;
}

std::vector<std::uint64_t> snapshot_sequences(const std::filesystem::path& dir) {
  std::vector<std::uint64_t> found;
  for (const auto& entry : std::filesystem::directory_iterator{dir}) {
    const std::uint64_t sequence = sequence_in(entry.path().filename().string());
    if (sequence != 0) found.push_back(sequence);
  }
  std::sort(found.begin(), found.end(), std::greater<>{});
  return found;
}

SnapshotRead read_snapshot(const std::filesystem::path& dir, std::uint64_t sequence,
                           std::uint64_t log_id, const FixedText<16>& instance) {
  SnapshotRead result;
  const auto path = snapshot_path(dir, sequence);
  const auto refuse = [&](SnapshotFault fault, const std::string& what) {
    result.fault = fault;
    result.what = path.string() + ": " + what;
    result.snapshot.sections.clear();
    return result;
  };
  const File file = File::open_existing(path, O_RDONLY);
  if (!file) return refuse(SnapshotFault::Missing, "there is no such file");
  const std::uint64_t size = file.size();
  if (size > kSnapshotBytesMax) return refuse(SnapshotFault::Damaged, "too large for a snapshot");
  std::vector<std::byte> bytes(size);
  if (read_all(file, bytes.data(), size, 0, path) != size)
    return refuse(SnapshotFault::Damaged, "it became shorter while it was read");
  const auto [fault, what] = check(bytes, sequence, log_id, instance, result.snapshot);
  if (fault != SnapshotFault::None) return refuse(fault, what);
  return result;
}

void write_snapshot(const std::filesystem::path& dir, SnapshotHeader header,
                    std::span<const SnapshotSection> sections, Disk& disk) {
  std::size_t at = sizeof header + sections.size() * sizeof(SnapshotEntry);
  std::vector<SnapshotEntry> entries;
  for (const SnapshotSection& section : sections) {
    entries.push_back({section.kind, section.version, at, section.bytes.size()});
    at = aligned(at + section.bytes.size());
  }
  std::vector<std::byte> file(at);
  header.magic = kSnapshotMagic;
  header.version = kSnapshotVersion;
  header.sections = static_cast<std::uint32_t>(sections.size());
  header.file_bytes = file.size();
  std::memcpy(file.data(), &header, sizeof header);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::memcpy(file.data() + sizeof header + i * sizeof(SnapshotEntry), &entries[i],
                sizeof(SnapshotEntry));
    if (!sections[i].bytes.empty())
      std::memcpy(file.data() + entries[i].offset, sections[i].bytes.data(), entries[i].bytes);
  }
  header.checksum = snapshot_checksum(file);
  std::memcpy(file.data(), &header, sizeof header);
  replace_file(snapshot_path(dir, header.end.sequence), file.data(), file.size(), disk);
}

void remove_snapshots_but(const std::filesystem::path& dir, std::span<const std::uint64_t> keep,
                          Disk& disk) {
  std::vector<std::filesystem::path> old;
  for (const auto& entry : std::filesystem::directory_iterator{dir}) {
    std::string name = entry.path().filename().string();
    const bool unfinished = name.ends_with(kUnfinished);
    if (unfinished) name.resize(name.size() - kUnfinished.size());
    const std::uint64_t sequence = sequence_in(name);
    if (sequence == 0) continue;
    if (unfinished || std::find(keep.begin(), keep.end(), sequence) == keep.end())
      old.push_back(entry.path());
  }
  for (const auto& path : old) {
    if (const int error = disk.unlink(path); error != 0 && error != ENOENT)
      throw_errno("remove", path, error);
  }
}
}  // namespace sq::wal
