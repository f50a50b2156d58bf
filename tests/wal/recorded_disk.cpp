#include "tests/wal/recorded_disk.hpp"

#include <fcntl.h>

#include <algorithm>
#include <stdexcept>

namespace sq::wal::test {
namespace {
using What = DiskStep::What;
constexpr std::size_t kSector = 512;
constexpr std::size_t kPage = 4096;

bool coin(std::mt19937_64& random) { return (random() & 1U) != 0; }
std::size_t below(std::mt19937_64& random, std::size_t n) { return n == 0 ? 0 : random() % n; }
bool same(const Bytes& a, const Bytes& b, std::size_t at, std::size_t n) {
  for (std::size_t i = at; i < at + n; ++i) {
    const std::byte of_a = i < a.size() ? a[i] : std::byte{0};
    const std::byte of_b = i < b.size() ? b[i] : std::byte{0};
    if (of_a != of_b) return false;
  }
  return true;
}
bool written(const Bytes& bytes, std::size_t at, std::size_t n) { return !same(bytes, {}, at, n); }
// As much of `from` as lies in both; `to` keeps its size.
void copy_range(const Bytes& from, Bytes& to, std::size_t at, std::size_t n) {
  const std::size_t end = std::min({at + n, from.size(), to.size()});
  if (at < end)
    std::copy(from.begin() + static_cast<std::ptrdiff_t>(at),
              from.begin() + static_cast<std::ptrdiff_t>(end),
              to.begin() + static_cast<std::ptrdiff_t>(at));
}
}  // namespace

DiskStep& RecordedDisk::note(What what, int fd) noexcept {
  DiskStep step;
  step.what = what;
  if (fd >= 0) step.file = open_.at(fd);
  return steps_.emplace_back(std::move(step));
}
int RecordedDisk::open(const std::filesystem::path& path, int flags, int& fd) noexcept {
  const int error = Disk::system().open(path, flags, fd);
  if (error != 0) return error;
  const std::string name = path.filename().string();
  const auto known = names_.find(name);
  if (known != names_.end()) {
    open_[fd] = known->second;
    if ((flags & O_TRUNC) != 0) note(What::Truncate, fd).at = 0;
    return 0;
  }
  names_[name] = files_;
  open_[fd] = files_++;
  note(What::Create, fd).name = name;
  return 0;
}
int RecordedDisk::write(int fd, const void* bytes, std::size_t n, std::uint64_t at,
                        std::size_t& done) noexcept {
  const int error = Disk::system().write(fd, bytes, n, at, done);
  if (error != 0) return error;
  DiskStep& step = note(What::Write, fd);
  const auto* from = static_cast<const std::byte*>(bytes);
  step.bytes.assign(from, from + done);
  step.at = at;
  return 0;
}
int RecordedDisk::sync_data(int fd) noexcept {
  note(What::Sync, fd);
  return Disk::system().sync_data(fd);
}
int RecordedDisk::allocate(int fd, std::uint64_t bytes) noexcept {
  note(What::Allocate, fd).at = bytes;
  return Disk::system().allocate(fd, bytes);
}
int RecordedDisk::truncate(int fd, std::uint64_t bytes) noexcept {
  note(What::Truncate, fd).at = bytes;
  return Disk::system().truncate(fd, bytes);
}
int RecordedDisk::rename(const std::filesystem::path& from,
                         const std::filesystem::path& to) noexcept {
  const int error = Disk::system().rename(from, to);
  if (error != 0) return error;
  DiskStep& step = note(What::Rename, -1);
  step.name = from.filename().string();
  step.to = to.filename().string();
  names_[step.to] = names_.at(step.name);
  names_.erase(step.name);
  return 0;
}
int RecordedDisk::unlink(const std::filesystem::path& path) noexcept {
  const int error = Disk::system().unlink(path);
  if (error != 0) return error;
  note(What::Unlink, -1).name = path.filename().string();
  names_.erase(path.filename().string());
  return 0;
}
int RecordedDisk::sync_directory(const std::filesystem::path& dir) noexcept {
  note(What::SyncDir, -1);
  return Disk::system().sync_directory(dir);
}
int RecordedDisk::make_directory(const std::filesystem::path& dir) noexcept {
  return Disk::system().make_directory(dir);
}
int RecordedDisk::free_bytes(const std::filesystem::path& dir, std::uint64_t& bytes) noexcept {
  return Disk::system().free_bytes(dir, bytes);
}

const char* text_of(Damage damage) noexcept {
  constexpr std::array<const char*, 8> kTexts{"lost", "kept",  "subset",  "reordered",
                                              "torn", "stale", "garbage", "misdirected"};
  return kTexts[static_cast<std::size_t>(damage)];
}

// The first n bytes of a write; all of an allocation or truncation.
void DiskModel::change(Bytes& bytes, const DiskStep& step, std::size_t n) {
  if (step.what == What::Truncate) return bytes.resize(step.at);
  if (step.what == What::Allocate)
    return bytes.resize(std::max<std::size_t>(bytes.size(), step.at));
  if (n == 0) return;
  bytes.resize(std::max<std::size_t>(bytes.size(), step.at + n));
  std::copy_n(step.bytes.begin(), n, bytes.begin() + static_cast<std::ptrdiff_t>(step.at));
}
void DiskModel::change_names(Names& names, const DiskStep& step) {
  if (step.what == What::Create) names[step.name] = step.file;
  if (step.what == What::Unlink) names.erase(step.name);
  if (step.what != What::Rename) return;
  names[step.to] = names.at(step.name);
  names.erase(step.name);
}

void DiskModel::apply(const DiskStep& step) {
  switch (step.what) {
    case What::Create:
      files_.resize(std::max(files_.size(), step.file + 1));
      [[fallthrough]];
    case What::Rename:
    case What::Unlink:
      change_names(names_, step);
      pending_names_.push_back(&step);
      return;
    case What::SyncDir:
      synced_names_ = names_;
      pending_names_.clear();
      return;
    case What::Sync:
      files_.at(step.file).synced = files_.at(step.file).now;
      files_.at(step.file).pending.clear();
      return;
    default:
      change(files_.at(step.file).now, step, step.bytes.size());
      files_.at(step.file).pending.push_back(&step);
  }
}

const Bytes* DiskModel::synced(const std::string& name) const {
  const auto known = synced_names_.find(name);
  return known == synced_names_.end() ? nullptr : &files_[known->second].synced;
}
const Bytes& DiskModel::any_synced(Random& random) const {
  return files_[below(random, files_.size())].synced;
}

Bytes DiskModel::sectors(const FileState& file, Damage damage, Random& random) const {
  Bytes result = file.synced;
  result.resize(coin(random) ? file.now.size() : std::max(file.now.size(), file.synced.size()));
  for (std::size_t at = 0; at < result.size(); at += kSector) {
    if (same(file.synced, file.now, at, kSector)) continue;
    const bool fresh = !written(file.synced, at, kSector);
    const bool keep = coin(random) || (damage == Damage::Stale && !fresh);
    if (keep) {
      copy_range(file.now, result, at, kSector);
    } else if (damage == Damage::Garbage) {
      for (std::size_t i = at; i < std::min(at + kSector, result.size()); ++i)
        result[i] = std::byte(random() & 0xFFU);
    } else if (damage == Damage::Stale) {
      const Bytes& old = any_synced(random);
      const std::size_t from = coin(random) ? at : below(random, old.size() / kSector) * kSector;
      for (std::size_t i = 0; i < kSector && at + i < result.size() && from + i < old.size(); ++i)
        result[at + i] = old[from + i];
    }
  }
  return result;
}
// A page is written back whole, as it is at that moment, and may not be written back again.
Bytes DiskModel::pages(const FileState& file, Random& random) {
  std::vector<Bytes> moments{file.synced};
  for (const DiskStep* step : file.pending) {
    moments.push_back(moments.back());
    change(moments.back(), *step, step->bytes.size());
  }
  Bytes result = moments[below(random, moments.size())];
  for (std::size_t at = 0; at < result.size(); at += kPage) {
    std::fill(result.begin() + static_cast<std::ptrdiff_t>(at),
              result.begin() + static_cast<std::ptrdiff_t>(std::min(at + kPage, result.size())),
              std::byte{0});
    copy_range(moments[below(random, moments.size())], result, at, kPage);
  }
  return result;
}
Bytes DiskModel::torn(const FileState& file, Random& random) {
  Bytes result = file.synced;
  const std::size_t whole = below(random, file.pending.size() + 1);
  for (std::size_t i = 0; i < whole; ++i)
    change(result, *file.pending[i], file.pending[i]->bytes.size());
  if (whole < file.pending.size() && file.pending[whole]->what == What::Write)
    change(result, *file.pending[whole], below(random, file.pending[whole]->bytes.size()));
  return result;
}
Bytes DiskModel::content(std::size_t number, Damage damage, Random& random) const {
  const FileState& file = files_[number];
  if (file.pending.empty() || damage == Damage::Lost) return file.synced;
  switch (damage) {
    case Damage::Kept:
      return file.now;
    case Damage::Reordered:
      return pages(file, random);
    case Damage::Torn:
      return torn(file, random);
    case Damage::Misdirected:
      return coin(random) ? file.now : file.synced;
    default:
      return sectors(file, damage, random);
  }
}

// One sector of a segment is found where another one belongs, here or in another segment.
void DiskModel::misdirect(DiskImage& image, const Names& names, Random& random) const {
  std::vector<std::string> segments;
  for (const auto& [name, file] : names) {
    if (name.ends_with(".seg") && image.at(name).size() >= 2 * kSector) segments.push_back(name);
  }
  if (segments.empty()) return;
  const Bytes from = image.at(segments[below(random, segments.size())]);
  Bytes& to = image.at(coin(random) ? segments.back() : segments[below(random, segments.size())]);
  const std::size_t source = below(random, from.size() / kSector) * kSector;
  const std::size_t target = below(random, to.size() / kSector) * kSector;
  std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(source), kSector,
              to.begin() + static_cast<std::ptrdiff_t>(target));
}

DiskImage DiskModel::after_power_loss(Damage damage, std::uint64_t seed) const {
  Random random{seed};
  Names names = synced_names_;
  std::size_t done = below(random, pending_names_.size() + 1);  // a journal keeps their order
  if (damage == Damage::Lost) done = 0;
  if (damage == Damage::Kept) done = pending_names_.size();
  for (std::size_t i = 0; i < done; ++i) change_names(names, *pending_names_[i]);
  DiskImage image;
  for (const auto& [name, file] : names) image[name] = content(file, damage, random);
  if (damage == Damage::Misdirected) misdirect(image, names, random);
  return image;
}
}  // namespace sq::wal::test
