#include "engine/net/tls/tls_context.hpp"

#include <algorithm>

#include "engine/net/tls/tls_parts.hpp"

namespace sq::net {
namespace {
constexpr const char* kTls12Ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kTls13Ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

void require(bool done, const std::string& what) {
  if (done) return;
  const std::string reason = take_tls_error();
  throw std::runtime_error(reason.empty() ? what : what + ": " + reason);
}
SSL_CTX* common(const SSL_METHOD* method) {
  SSL_CTX* context = ::SSL_CTX_new(method);
  require(context != nullptr, "TLS cannot be set up");
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  require(::SSL_CTX_set_cipher_list(context, kTls12Ciphers) == 1 &&
              ::SSL_CTX_set_ciphersuites(context, kTls13Ciphers) == 1,
          "TLS ciphers");
  return context;
}
}  // namespace

std::string take_tls_error() {
  std::string text;
  std::array<char, 256> line{};
  for (unsigned long code = ::ERR_get_error(); code != 0; code = ::ERR_get_error()) {
    ::ERR_error_string_n(code, line.data(), line.size());
    text = line.data();
  }
  return text;
}

TlsContext::TlsContext(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
TlsContext::~TlsContext() = default;
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;

TlsContext TlsContext::client(const TlsClientSettings& settings) {
  auto parts = std::make_unique<Parts>();
  parts->context.reset(common(::TLS_client_method()));
  SSL_CTX* const context = parts->context.get();
  if (settings.authorities.empty()) {
    require(::SSL_CTX_set_default_verify_paths(context) == 1, "the system's authorities");
  } else {
    require(::SSL_CTX_load_verify_file(context, settings.authorities.c_str()) == 1,
            settings.authorities.string());
  }
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  static constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  ::SSL_CTX_set_alpn_protos(context, kHttp11.data(), kHttp11.size());
  parts->pin = settings.pin_sha256;
  std::transform(parts->pin.begin(), parts->pin.end(), parts->pin.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (!parts->pin.empty() &&
      (parts->pin.size() != 64 ||
       parts->pin.find_first_not_of("0123456789abcdef") != std::string::npos))
    throw std::runtime_error("a certificate's pin: accepted: 64 hex digits (SHA-256)");
  return TlsContext{std::move(parts)};
}

TlsContext TlsContext::server(const TlsServerSettings& settings) {
  auto parts = std::make_unique<Parts>();
  parts->client = false;
  parts->context.reset(common(::TLS_server_method()));
  SSL_CTX* const context = parts->context.get();
  require(::SSL_CTX_use_certificate_chain_file(context, settings.certificate.c_str()) == 1,
          settings.certificate.string());
  require(::SSL_CTX_use_PrivateKey_file(context, settings.key.c_str(), SSL_FILETYPE_PEM) == 1,
          settings.key.string());
  require(::SSL_CTX_check_private_key(context) == 1, "the key is not the certificate's");
  static constexpr std::array<unsigned char, 6> kIdentity{'v', 'e', 'n', 'u', 'e', '1'};
  ::SSL_CTX_set_session_id_context(context, kIdentity.data(), kIdentity.size());
  return TlsContext{std::move(parts)};
}
}  // namespace sq::net
