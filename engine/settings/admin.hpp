// [admin]: the HTTP port of ops.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace sq::settings {
struct Admin {
  bool enabled{false};
  std::string address{"127.0.0.1"};  // nothing else is accepted while there is no TLS and log-in
  std::uint16_t port{8099};          // 0 to 65,535; 0 takes any free one, printed at start
  std::filesystem::path token_file;  // default "<log.dir>/admin.token"; written at start, mode 0600

  friend bool operator==(const Admin&, const Admin&) = default;
};
}  // namespace sq::settings
