#include "engine/settings/strict/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sq::settings {
namespace {
std::string reason() { return std::generic_category().message(errno); }

std::expected<std::string, std::string> read_all(int descriptor, std::size_t bytes_max) {
  struct ::stat about {};
  if (::fstat(descriptor, &about) != 0) return std::unexpected(reason());
  if (!S_ISREG(about.st_mode)) return std::unexpected("it is no regular file");
  std::string text(bytes_max + 1, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ::ssize_t got = ::read(descriptor, text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(reason());
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  if (used > bytes_max) {
    return std::unexpected("it has " + std::to_string(about.st_size) + " bytes, at most " +
                           std::to_string(bytes_max) + " are read");
  }
  text.resize(used);
  return text;
}
}  // namespace

std::expected<std::string, std::string> read_file(const std::filesystem::path& file,
                                                  std::size_t bytes_max) {
  // Not blocking: a pipe in place of the file is refused instead of waited for.
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return std::unexpected(reason());
  auto text = read_all(descriptor, bytes_max);
  ::close(descriptor);
  return text;
}
}  // namespace sq::settings
