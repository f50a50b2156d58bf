#include "engine/app/kill/control_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

namespace sq::app {
namespace {
std::filesystem::path link_path(const std::filesystem::path& log_dir) {
  return log_dir / "engine.control";
}
[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw std::runtime_error(fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno)));
}
ControlBlock* map(const std::filesystem::path& path, int fd) {
  void* const at = ::mmap(nullptr, sizeof(ControlBlock), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) fail(path, "mmap");
  return static_cast<ControlBlock*>(at);
}
}  // namespace

ControlFile::ControlFile(ControlFile&& other) noexcept
    : block_{std::exchange(other.block_, nullptr)}, left_closed_{other.left_closed_} {}

ControlFile::~ControlFile() {
  if (block_ != nullptr) ::munmap(block_, sizeof(ControlBlock));
}

std::optional<ControlFile> ControlFile::open(const std::filesystem::path& log_dir) {
  const std::filesystem::path path = link_path(log_dir);
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::error_code error;
  if (std::filesystem::file_size(path, error) != sizeof(ControlBlock) || error) {
    ::close(fd);
    return std::nullopt;
  }
  ControlBlock* const block = map(path, fd);
  ::close(fd);
  if (block->magic.load(std::memory_order_acquire) != ControlBlock::kMagic) {
    ::munmap(block, sizeof(ControlBlock));
    return std::nullopt;
  }
  return ControlFile{block};
}

ControlFile ControlFile::create(const std::filesystem::path& log_dir,
                                const std::filesystem::path& ring_dir, std::string_view instance) {
  bool left_closed = false;
  if (const auto old = open(log_dir))
    left_closed = old->block().ended.load() == 0 &&
                  (old->block().latch.closed_by_strangers() || old->block().latch.pending({}));
  const std::size_t name = std::hash<std::string>{}(std::filesystem::canonical(log_dir).string());
  const std::filesystem::path path =
      std::filesystem::canonical(ring_dir) / fmt::format("sq-{}-{:016x}.control", instance, name);
  ::unlink(path.c_str());  // who still has the old one watches a process that is gone
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) fail(path, "cannot create");
  if (::ftruncate(fd, sizeof(ControlBlock)) != 0) {
    ::close(fd);
    fail(path, "cannot resize");
  }
  ControlFile made{map(path, fd)};
  ::close(fd);
  std::construct_at(made.block_);
  made.left_closed_ = left_closed;
  made.block_->process.store(::getpid());
  made.block_->magic.store(ControlBlock::kMagic, std::memory_order_release);
  const std::filesystem::path link = link_path(log_dir);
  const std::filesystem::path next = link.string() + ".new";
  ::unlink(next.c_str());
  if (::symlink(path.c_str(), next.c_str()) != 0 || ::rename(next.c_str(), link.c_str()) != 0)
    fail(link, "cannot link");
  return made;
}
}  // namespace sq::app
