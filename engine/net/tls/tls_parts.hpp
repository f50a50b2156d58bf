// What contexts and sessions share of OpenSSL. Internal to this folder.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "engine/net/tls/tls_context.hpp"

namespace sq::net {
struct FreeSsl {
  void operator()(SSL* ssl) const noexcept { ::SSL_free(ssl); }
  void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const noexcept { ::SSL_SESSION_free(session); }
  void operator()(BIO_METHOD* method) const noexcept { ::BIO_meth_free(method); }
};

// The newest error of this thread, and none after it.
[[nodiscard]] std::string take_tls_error();

struct TlsContext::Parts {
  std::unique_ptr<SSL_CTX, FreeSsl> context;
  bool client{true};
  std::string pin;
  std::map<std::string, std::unique_ptr<SSL_SESSION, FreeSsl>> sessions;  // by host, the newest
};
}  // namespace sq::net
