#include "engine/net/tls/tls_session.hpp"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/net/tls/tls_parts.hpp"

namespace sq::net {
struct TlsSession::Parts {
  TlsContext::Parts* shared{nullptr};
  std::string host;
  std::unique_ptr<SSL, FreeSsl> ssl;
  std::vector<std::byte> in = std::vector<std::byte>(std::size_t{32} << 10U);
  std::size_t begin{0};  // of the ciphertext that OpenSSL has not taken
  std::size_t end{0};
  SendBuffer out;
  TlsState state{TlsState::Handshake};
  std::string failure;
  bool input_ended{false};

  void fail(std::string what) {
    if (state == TlsState::Failed) return;
    state = TlsState::Failed;
    failure = std::move(what);
  }
  [[nodiscard]] std::string pin_of_peer() const;
  void verified();
  bool handshake();
  void on_error(int result);
};

namespace {
// OpenSSL reads and writes through these: our buffers, no system call.
TlsSession::Parts* parts_of(BIO* bio);

int bio_read(BIO* bio, char* to, int wanted);
int bio_write(BIO* bio, const char* from, int length);
long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_PUSH || command == BIO_CTRL_POP ? 1 : 0;
}
const BIO_METHOD* bio_method() {
  static const std::unique_ptr<BIO_METHOD, FreeSsl> kMethod = [] {
    std::unique_ptr<BIO_METHOD, FreeSsl> method{
        ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sq buffers")};
    ::BIO_meth_set_read(method.get(), &bio_read);
    ::BIO_meth_set_write(method.get(), &bio_write);
    ::BIO_meth_set_ctrl(method.get(), &bio_control);
    return method;
  }();
  return kMethod.get();
}
TlsSession::Parts* parts_of(BIO* bio) {
  return static_cast<TlsSession::Parts*>(::BIO_get_data(bio));
}

int bio_read(BIO* bio, char* to, int wanted) {
  TlsSession::Parts& parts = *parts_of(bio);
  ::BIO_clear_retry_flags(bio);
  const std::size_t n = std::min(static_cast<std::size_t>(wanted), parts.end - parts.begin);
  if (n == 0) {
    if (parts.input_ended) return 0;
    ::BIO_set_retry_read(bio);
    return -1;
  }
  std::memcpy(to, parts.in.data() + parts.begin, n);
  parts.begin += n;
  return static_cast<int>(n);
}
int bio_write(BIO* bio, const char* from, int length) {
  TlsSession::Parts& parts = *parts_of(bio);
  ::BIO_clear_retry_flags(bio);
  parts.out.append({reinterpret_cast<const std::byte*>(from), static_cast<std::size_t>(length)});
  return length;
}

// The newest session of a host is kept for the next connection to it.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* parts = static_cast<TlsSession::Parts*>(::SSL_get_ex_data(ssl, 0));
  if (parts == nullptr) return 0;
  parts->shared->sessions[parts->host].reset(session);
  return 1;  // it is ours now
}

bool is_address(const std::string& host) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}
}  // namespace

TlsSession::TlsSession(TlsContext& context, const std::string& host)
    : parts_{std::make_unique<Parts>()} {
  parts_->shared = context.parts_.get();
  parts_->host = host;
  SSL_CTX* const shared = context.parts_->context.get();
  parts_->ssl.reset(::SSL_new(shared));
  SSL* const ssl = parts_->ssl.get();
  BIO* const bio = ssl != nullptr ? ::BIO_new(bio_method()) : nullptr;
  if (bio == nullptr) throw std::runtime_error("TLS: " + take_tls_error());
  ::BIO_set_data(bio, parts_.get());
  ::BIO_set_init(bio, 1);
  ::SSL_set_bio(ssl, bio, bio);
  ::SSL_set_ex_data(ssl, 0, parts_.get());
  if (!context.parts_->client) {
    ::SSL_set_accept_state(ssl);
    return;
  }
  ::SSL_CTX_sess_set_new_cb(shared, &on_new_session);
  ::SSL_set_connect_state(ssl);
  const bool address = is_address(host);
  if (address) {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), host.c_str());
  } else {
    ::SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ::SSL_set1_host(ssl, host.c_str());
    ::SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, parts_->host.data());
  }
  const auto known = context.parts_->sessions.find(host);
  if (known != context.parts_->sessions.end()) ::SSL_set_session(ssl, known->second.get());
}
TlsSession::~TlsSession() {
  SSL* const ssl = parts_->ssl.get();
  if (ssl == nullptr) return;
  ::SSL_set_ex_data(ssl, 0, nullptr);
  // Else OpenSSL would drop the session of a connection that ended without a word.
  if (parts_->state != TlsState::Failed)
    ::SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

std::span<std::byte> TlsSession::room(std::size_t bytes_min) {
  Parts& p = *parts_;
  if (p.begin == p.end) p.begin = p.end = 0;
  if (p.in.size() - p.end < bytes_min) {
    std::memmove(p.in.data(), p.in.data() + p.begin, p.end - p.begin);
    p.end -= p.begin;
    p.begin = 0;
    if (p.in.size() - p.end < bytes_min) p.in.resize(std::max(2 * p.in.size(), p.end + bytes_min));
  }
  return {p.in.data() + p.end, p.in.size() - p.end};
}
void TlsSession::received(std::size_t bytes) { parts_->end += bytes; }
void TlsSession::end_of_input() { parts_->input_ended = true; }
SendBuffer& TlsSession::out() noexcept { return parts_->out; }
const SendBuffer& TlsSession::out() const noexcept { return parts_->out; }

std::string TlsSession::Parts::pin_of_peer() const {
  X509* const certificate = ::SSL_get0_peer_certificate(ssl.get());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (certificate == nullptr ||
      ::X509_digest(certificate, ::EVP_sha256(), digest.data(), &length) != 1)
    return {};
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text.push_back("0123456789abcdef"[digest[i] >> 4U]);
    text.push_back("0123456789abcdef"[digest[i] & 15U]);
  }
  return text;
}

void TlsSession::Parts::verified() {
  state = TlsState::Open;
  if (!shared->client) return;
  if (::SSL_get_verify_result(ssl.get()) != X509_V_OK)
    return fail(::X509_verify_cert_error_string(::SSL_get_verify_result(ssl.get())));
  if (!shared->pin.empty() && pin_of_peer() != shared->pin)
    fail("the server's certificate is not the pinned one");
}

bool TlsSession::Parts::handshake() {
  ::ERR_clear_error();
  const int result = ::SSL_do_handshake(ssl.get());
  if (result == 1) {
    verified();
    return state == TlsState::Open;
  }
  on_error(result);
  return false;
}

void TlsSession::Parts::on_error(int result) {
  switch (::SSL_get_error(ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return;
    case SSL_ERROR_ZERO_RETURN:
      state = TlsState::Ended;
      return;
    default:
      break;
  }
  const long verify = ::SSL_get_verify_result(ssl.get());
  const bool eof = input_ended && begin == end;
  std::string reason = take_tls_error();
  if (state == TlsState::Handshake && shared->client && verify != X509_V_OK)
    return fail(std::string{"the server's certificate is refused: "}.append(
        ::X509_verify_cert_error_string(verify)));
  if (eof && (reason.empty() || reason.find("unexpected eof") != std::string::npos)) {
    if (state == TlsState::Open) {
      state = TlsState::Truncated;
      failure = "the connection ended without close_notify";
      return;
    }
    return fail("the connection ended inside the TLS handshake");
  }
  fail(reason.empty() ? "TLS failed" : std::move(reason));
}

std::size_t TlsSession::read(std::span<std::byte> to) {
  Parts& p = *parts_;
  if (p.state == TlsState::Handshake && !p.handshake()) return 0;
  if (p.state != TlsState::Open || to.empty()) return 0;
  ::ERR_clear_error();
  std::size_t got = 0;
  const int result = ::SSL_read_ex(p.ssl.get(), to.data(), to.size(), &got);
  if (result == 1) return got;
  p.on_error(result);
  return 0;
}

bool TlsSession::may_have_plaintext() const noexcept {
  const Parts& p = *parts_;
  return p.state != TlsState::Open || p.begin != p.end || p.input_ended ||
         ::SSL_has_pending(p.ssl.get()) == 1;
}

bool TlsSession::write(std::span<const std::byte> from) {
  Parts& p = *parts_;
  while (p.state == TlsState::Open && !from.empty()) {
    std::size_t wrote = 0;
    ::ERR_clear_error();
    const int result = ::SSL_write_ex(p.ssl.get(), from.data(), from.size(), &wrote);
    if (result != 1) {
      p.on_error(result);
      if (p.state == TlsState::Open) p.fail("TLS cannot write");
      return false;
    }
    from = from.subspan(wrote);
  }
  return p.state == TlsState::Open;
}

void TlsSession::close() {
  if (parts_->state == TlsState::Open) static_cast<void>(::SSL_shutdown(parts_->ssl.get()));
}
TlsState TlsSession::state() const noexcept { return parts_->state; }
std::string_view TlsSession::failure() const noexcept { return parts_->failure; }
bool TlsSession::resumed() const noexcept { return ::SSL_session_reused(parts_->ssl.get()) == 1; }
std::string_view TlsSession::version() const noexcept {
  return ::SSL_get_version(parts_->ssl.get());
}
}  // namespace sq::net
