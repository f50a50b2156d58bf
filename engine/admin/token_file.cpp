#include "engine/admin/token_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sq::admin {
namespace {
[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
  throw std::runtime_error(std::string{"admin.token_file "} + file.string() + ": " + what + ": " +
                           std::strerror(errno));
}
}  // namespace

std::string write_token_file(const std::filesystem::path& file) {
  std::array<unsigned char, 32> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    fail(file, "no random bytes");
  std::string token;
  for (const unsigned char byte : random) {
    constexpr char kHex[] = "0123456789abcdef";
    token += kHex[byte >> 4];
    token += kHex[byte & 15];
  }
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) fail(file, "cannot replace it");
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) fail(file, "cannot create it");
  const std::string line = token + "\n";
  const ssize_t written = ::write(fd, line.data(), line.size());
  ::close(fd);
  if (written != static_cast<ssize_t>(line.size())) fail(file, "cannot write it");
  return token;
}
}  // namespace sq::admin
