// Users of the exchange: keys and balances.
// Thread: one, the server's. Units: balances 1e-8 of the asset.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace sq::exchange {
struct Balance {
  std::int64_t free{0};
  std::int64_t locked{0};
};
struct ApiKey {
  std::string key;
  std::string hmac_secret;     // "": none
  std::string public_key_pem;  // Ed25519 or RSA; "": none
  std::uint16_t account{0};
};
struct Account {
  std::string name;
  std::uint16_t owner{0};  // of the matching engine
  std::map<std::string, Balance> balances;
  std::int64_t updated_ms{0};
};

// True: `signature` is the key's over `payload`. `base64` or hex, as the key's kind wants.
[[nodiscard]] bool verify_signature(const ApiKey& key, const std::string& payload,
                                    const std::string& signature);
}  // namespace sq::exchange
