// The key of a venue's account in a file of its own: TOML with api_key and either secret (HMAC) or
// private_key (PKCS #8 in PEM: Ed25519 or RSA).
// Thread: start-up. Errors: std::runtime_error that names the file and what would be accepted,
// never a value. Source: security 31, 35; faults G03.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/auth/signer.hpp"

namespace sq::auth {
struct VenueKey {
  std::string api_key;
  Signer signer;
};
// A regular file, no link, of this user or root, that nobody else can read or write.
[[nodiscard]] VenueKey read_key_file(const std::filesystem::path& file);
// 16 hexadecimal digits: the first 64 bits of SHA-256 of the api key, which is no secret.
[[nodiscard]] std::string key_fingerprint(std::string_view api_key);
}  // namespace sq::auth
