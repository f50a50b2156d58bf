// What all TLS connections of one kind share: whom to believe, which versions and ciphers, and the
// sessions that let a new connection to the same host start with one round trip less.
// Thread: one makes and uses it. Cost: start-up; reads certificates. Errors: std::runtime_error
// with the file and OpenSSL's reason. Source: TLS 1.2 with AEAD and forward secrecy, or 1.3; faults
// N07, D15; security: server certificates are always verified against name and authorities, there
// is no way to switch that off.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_session_st;

namespace sq::net {
struct TlsClientSettings {
  std::filesystem::path authorities{};  // PEM; empty: the system's
  // SHA-256 of the server's certificate, 64 hex digits; empty: any that verifies.
  std::string pin_sha256{};
};
struct TlsServerSettings {
  std::filesystem::path certificate;  // PEM, the chain
  std::filesystem::path key;          // PEM
};

class TlsContext {
 public:
  [[nodiscard]] static TlsContext client(const TlsClientSettings& settings);
  [[nodiscard]] static TlsContext server(const TlsServerSettings& settings);
  ~TlsContext();
  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;

 private:
  friend class TlsSession;
  struct Parts;
  explicit TlsContext(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};
}  // namespace sq::net
