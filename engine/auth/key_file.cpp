#include "engine/auth/key_file.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace sq::auth {
namespace {
constexpr std::size_t kBytesMax = 16U << 10U;

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view accepted) {
  throw std::runtime_error("key file " + file.string() + ": accepted: " + std::string{accepted});
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

std::string read_private(const std::filesystem::path& file) {
  const Descriptor fd{::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  struct ::stat about {};
  if (fd.get() < 0 || ::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode))
    refuse(file, "a regular file that can be read, no link");
  if ((about.st_uid != 0 && about.st_uid != ::geteuid()) || (about.st_mode & 077U) != 0)
    refuse(file, "a file of this user (or root) that nobody else can read or write: chmod 600");
  if (about.st_size > static_cast<off_t>(kBytesMax)) refuse(file, "at most 16 KiB");
  std::string text(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t n = ::read(fd.get(), text.data() + filled, text.size() - filled);
    if (n <= 0) refuse(file, "a file that can be read to its end");
    filled += static_cast<std::size_t>(n);
  }
  return text;
}

std::optional<std::string> text_of(const std::filesystem::path& file, const toml::table& table,
                                   std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value<std::string>();
  if (!value || value->empty()) refuse(file, std::string{key} + " as a text in quotes");
  return value;
}
}  // namespace

VenueKey read_key_file(const std::filesystem::path& file) {
  std::string text = read_private(file);
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error&) {  // its words may quote the file
    refuse(file, "TOML with api_key and secret, or api_key and private_key");
  }
  OPENSSL_cleanse(text.data(), text.size());
  for (const auto& [key, value] : table)
    if (key != "api_key" && key != "secret" && key != "private_key")
      refuse(file, "the keys api_key, and secret or private_key, no others");
  auto api_key = text_of(file, table, "api_key");
  const auto secret = text_of(file, table, "secret");
  const auto pem = text_of(file, table, "private_key");
  if (!api_key || secret.has_value() == pem.has_value())
    refuse(file, "api_key and secret, or api_key and private_key");
  try {
    return {*std::move(api_key), secret ? Signer::hmac(*secret) : Signer::pem(*pem)};
  } catch (const std::runtime_error& error) {
    refuse(file, error.what());
  }
}

std::string key_fingerprint(std::string_view api_key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(api_key.data(), api_key.size(), digest.data(), &length, EVP_sha256(), nullptr) !=
      1)
    throw std::runtime_error("SHA-256 is not available");
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    out += kHex[digest[i] >> 4U];
    out += kHex[digest[i] & 15U];
  }
  return out;
}
}  // namespace sq::auth
