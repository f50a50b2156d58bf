// Signs requests with the key of an account. Three kinds: HMAC-SHA256 in lower-case hex, Ed25519
// and RSASSA-PKCS1-v1_5 with SHA-256 in base64. Thread: one at a time. Cost: HMAC about a
// microsecond for a request, without allocation; the others are slow. Errors: making one throws
// std::runtime_error that says what is accepted, never the key; signing cannot fail but for lack of
// memory (then the text is empty). Source: RFC 2104, 8032, 8017; Binance's signing pages (protocol
// facts of binance_spot 3).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sq::auth {
enum class KeyKind : std::uint8_t { Hmac, Ed25519, Rsa };
[[nodiscard]] std::string_view text_of(KeyKind kind) noexcept;

class Signature {
 public:
  [[nodiscard]] std::string_view view() const noexcept { return {chars_.data(), length_}; }
  [[nodiscard]] bool empty() const noexcept { return length_ == 0; }

 private:
  friend class Signer;
  std::array<char, 704> chars_{};  // base64 of 4096 bits
  std::size_t length_{0};
};

class Signer {
 public:
  [[nodiscard]] static Signer hmac(std::string_view secret);
  // PKCS #8 in PEM: an Ed25519 key, or an RSA key of 2048 to 4096 bits.
  [[nodiscard]] static Signer pem(std::string_view text);
  ~Signer();
  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;

  [[nodiscard]] KeyKind kind() const noexcept;
  [[nodiscard]] Signature sign(std::string_view message) const noexcept;

 private:
  struct Parts;
  explicit Signer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};
}  // namespace sq::auth
