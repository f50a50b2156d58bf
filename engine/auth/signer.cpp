#include "engine/auth/signer.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdexcept>

namespace sq::auth {
namespace {
struct Free {
  void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const noexcept { ::EVP_MD_CTX_free(context); }
  void operator()(EVP_MD* digest) const noexcept { ::EVP_MD_free(digest); }
  void operator()(BIO* bio) const noexcept { ::BIO_free(bio); }
};
constexpr std::size_t kBlock = 64;   // of SHA-256
constexpr std::size_t kDigest = 32;  // bytes
constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 4096;
}  // namespace

// HMAC is two hashes whose first blocks follow from the key alone: both are made ready once.
struct Signer::Parts {
  KeyKind kind{KeyKind::Hmac};
  std::unique_ptr<EVP_MD, Free> sha256;
  std::unique_ptr<EVP_MD_CTX, Free> inner;
  std::unique_ptr<EVP_MD_CTX, Free> outer;
  std::unique_ptr<EVP_MD_CTX, Free> work;
  std::unique_ptr<EVP_PKEY, Free> key;
};

std::string_view text_of(KeyKind kind) noexcept {
  switch (kind) {
    case KeyKind::Hmac:
      return "hmac";
    case KeyKind::Ed25519:
      return "ed25519";
    case KeyKind::Rsa:
      return "rsa";
  }
  return "?";
}

Signer::Signer(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Signer::~Signer() = default;  // OpenSSL wipes what it frees of keys and hash states
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
KeyKind Signer::kind() const noexcept { return parts_->kind; }

Signer Signer::hmac(std::string_view secret) {
  if (secret.empty())
    throw std::runtime_error("a secret for HMAC: accepted: at least one character");
  auto parts = std::make_unique<Parts>();
  parts->sha256.reset(::EVP_MD_fetch(nullptr, "SHA256", nullptr));
  parts->inner.reset(::EVP_MD_CTX_new());
  parts->outer.reset(::EVP_MD_CTX_new());
  parts->work.reset(::EVP_MD_CTX_new());
  std::array<unsigned char, kBlock> block{};
  unsigned length = 0;
  bool ok = parts->sha256 && parts->inner && parts->outer && parts->work;
  if (secret.size() > kBlock) {
    ok = ok && ::EVP_Digest(secret.data(), secret.size(), block.data(), &length,
                            parts->sha256.get(), nullptr) == 1;
  } else {
    std::copy(secret.begin(), secret.end(), block.begin());
  }
  const auto begin = [&](EVP_MD_CTX* context, unsigned char pad) {
    std::array<unsigned char, kBlock> padded{};
    for (std::size_t i = 0; i < kBlock; ++i) padded[i] = block[i] ^ pad;
    const bool done = ::EVP_DigestInit_ex2(context, parts->sha256.get(), nullptr) == 1 &&
                      ::EVP_DigestUpdate(context, padded.data(), padded.size()) == 1;
    ::OPENSSL_cleanse(padded.data(), padded.size());
    return done;
  };
  ok = ok && begin(parts->inner.get(), 0x36) && begin(parts->outer.get(), 0x5C);
  ::OPENSSL_cleanse(block.data(), block.size());
  if (!ok) throw std::runtime_error("HMAC-SHA256 cannot be set up");
  return Signer{std::move(parts)};
}

Signer Signer::pem(std::string_view text) {
  constexpr const char* kAccepted =
      "a private key: accepted: PKCS #8 in PEM without a passphrase, Ed25519, or RSA of 2048 to "
      "4096 bits";
  auto parts = std::make_unique<Parts>();
  const std::unique_ptr<BIO, Free> bio{
      ::BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  // Without this, a key with a passphrase would ask for it on the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  if (bio) parts->key.reset(::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  parts->work.reset(::EVP_MD_CTX_new());
  if (!parts->key || !parts->work) throw std::runtime_error(kAccepted);
  const int bits = ::EVP_PKEY_get_bits(parts->key.get());
  if (::EVP_PKEY_is_a(parts->key.get(), "ED25519") == 1) {
    parts->kind = KeyKind::Ed25519;
  } else if (::EVP_PKEY_is_a(parts->key.get(), "RSA") == 1 && bits >= kRsaBitsMin &&
             bits <= kRsaBitsMax) {
    parts->kind = KeyKind::Rsa;
  } else {
    throw std::runtime_error(kAccepted);
  }
  return Signer{std::move(parts)};
}

Signature Signer::sign(std::string_view message) const noexcept {
  Signature made;
  const Parts& p = *parts_;
  EVP_MD_CTX* const work = p.work.get();
  if (p.kind == KeyKind::Hmac) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    if (::EVP_MD_CTX_copy_ex(work, p.inner.get()) != 1 ||
        ::EVP_DigestUpdate(work, message.data(), message.size()) != 1 ||
        ::EVP_DigestFinal_ex(work, digest.data(), nullptr) != 1 ||
        ::EVP_MD_CTX_copy_ex(work, p.outer.get()) != 1 ||
        ::EVP_DigestUpdate(work, digest.data(), kDigest) != 1 ||
        ::EVP_DigestFinal_ex(work, digest.data(), nullptr) != 1)
      return made;
    for (std::size_t i = 0; i < kDigest; ++i) {
      made.chars_[2 * i] = "0123456789abcdef"[digest[i] >> 4U];
      made.chars_[2 * i + 1] = "0123456789abcdef"[digest[i] & 15U];
    }
    made.length_ = 2 * kDigest;
    return made;
  }
  std::array<unsigned char, kRsaBitsMax / 8> bytes{};
  std::size_t length = bytes.size();
  const EVP_MD* const digest = p.kind == KeyKind::Rsa ? ::EVP_sha256() : nullptr;
  ::EVP_MD_CTX_reset(work);
  if (::EVP_DigestSignInit(work, nullptr, digest, nullptr, p.key.get()) != 1 ||
      ::EVP_DigestSign(work, bytes.data(), &length,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()) != 1)
    return made;
  const int n = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(made.chars_.data()),
                                  bytes.data(), static_cast<int>(length));
  made.length_ = static_cast<std::size_t>(n);
  return made;
}
}  // namespace sq::auth
