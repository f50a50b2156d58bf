#include "tests/net/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace sq::test {
namespace {
struct Free {
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { ::X509_free(certificate); }
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(X509_EXTENSION* extension) const { ::X509_EXTENSION_free(extension); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Cert = std::unique_ptr<X509, Free>;

void require(bool done) {
  if (!done) throw std::runtime_error("a certificate for a test cannot be made");
}
Key new_key() {
  Key key{::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
  require(key != nullptr);
  return key;
}
void add(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  ::X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free> extension{
      ::X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str())};
  require(extension != nullptr && ::X509_add_ext(certificate, extension.get(), -1) == 1);
}
Cert new_certificate(const std::string& name, EVP_PKEY* key, int serial, long from, long to) {
  Cert made{::X509_new()};
  require(made != nullptr);
  ::X509_set_version(made.get(), X509_VERSION_3);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(made.get()), serial);
  ::X509_gmtime_adj(::X509_getm_notBefore(made.get()), from);
  ::X509_gmtime_adj(::X509_getm_notAfter(made.get()), to);
  ::X509_set_pubkey(made.get(), key);
  X509_NAME* const subject = ::X509_get_subject_name(made.get());
  ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}
template <class Write>
void write_file(const std::filesystem::path& path, Write&& write) {
  const std::unique_ptr<std::FILE, Free> file{std::fopen(path.c_str(), "wb")};
  require(file != nullptr && write(file.get()) == 1);
}
}  // namespace

struct Authority::Parts {
  Key key;
  Cert certificate;
};

Authority::Authority(const std::filesystem::path& folder, const std::string& name)
    : folder_{folder}, file_{folder / (name + ".pem")}, parts_{std::make_unique<Parts>()} {
  std::filesystem::create_directories(folder);
  parts_->key = new_key();
  parts_->certificate = new_certificate(name, parts_->key.get(), 1, -3'600, 86'400);
  X509* const own = parts_->certificate.get();
  ::X509_set_issuer_name(own, ::X509_get_subject_name(own));
  add(own, own, NID_basic_constraints, "critical,CA:TRUE");
  require(::X509_sign(own, parts_->key.get(), ::EVP_sha256()) > 0);
  write_file(file_, [&](std::FILE* file) { return ::PEM_write_X509(file, own); });
}
Authority::~Authority() = default;

Certificate Authority::make(const CertificateWish& wish, bool self_signed) {
  const Key key = new_key();
  const Cert made =
      new_certificate(wish.name, key.get(), 100 + ++issued_, wish.valid_from_s, wish.valid_to_s);
  X509* const issuer = self_signed ? made.get() : parts_->certificate.get();
  ::X509_set_issuer_name(made.get(), ::X509_get_subject_name(issuer));
  std::string names = "DNS:" + wish.name;
  if (!wish.address.empty()) names += ",IP:" + wish.address;
  add(made.get(), issuer, NID_subject_alt_name, names);
  EVP_PKEY* const signer = self_signed ? key.get() : parts_->key.get();
  require(::X509_sign(made.get(), signer, wish.sha1 ? ::EVP_sha1() : ::EVP_sha256()) > 0);
  Certificate result;
  const std::string number = std::to_string(issued_);
  result.certificate = folder_ / ("server" + number + ".pem");
  result.key = folder_ / ("server" + number + ".key");
  write_file(result.certificate,
             [&](std::FILE* file) { return ::PEM_write_X509(file, made.get()); });
  write_file(result.key, [&](std::FILE* file) {
    return ::PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  require(::X509_digest(made.get(), ::EVP_sha256(), digest.data(), &length) == 1);
  std::array<char, 3> two{};
  for (unsigned i = 0; i < length; ++i) {
    std::snprintf(two.data(), two.size(), "%02X", digest[i]);
    result.sha256 += two.data();
  }
  return result;
}
Certificate Authority::issue(const CertificateWish& wish) { return make(wish, false); }
Certificate Authority::issue_self_signed(const CertificateWish& wish) { return make(wish, true); }
}  // namespace sq::test
