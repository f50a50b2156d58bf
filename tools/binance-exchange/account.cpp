#include "tools/binance-exchange/account.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>

#include "engine/auth/signer.hpp"

namespace sq::exchange {
namespace {
struct Free {
  void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const noexcept { ::EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const noexcept { ::BIO_free(bio); }
};

bool verify_hmac(const std::string& secret, const std::string& payload, std::string signature) {
  std::transform(signature.begin(), signature.end(), signature.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto made = auth::Signer::hmac(secret).sign(payload);
  return signature.size() == made.view().size() &&
         ::CRYPTO_memcmp(signature.data(), made.view().data(), signature.size()) == 0;
}

bool verify_public(const std::string& pem, const std::string& payload, const std::string& base64) {
  const std::unique_ptr<BIO, Free> bio{::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const std::unique_ptr<EVP_PKEY, Free> key{
      ::PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)};
  if (!key || base64.empty() || base64.size() % 4 != 0) return false;
  std::string bytes(base64.size() / 4 * 3, '\0');
  const int n = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                  reinterpret_cast<const unsigned char*>(base64.data()),
                                  static_cast<int>(base64.size()));
  if (n < 0) return false;
  const std::size_t padding = base64.ends_with("==") ? 2 : base64.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(n) - padding);
  const std::unique_ptr<EVP_MD_CTX, Free> context{::EVP_MD_CTX_new()};
  const EVP_MD* const digest = ::EVP_PKEY_is_a(key.get(), "RSA") == 1 ? ::EVP_sha256() : nullptr;
  return ::EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.get()) == 1 &&
         ::EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                            bytes.size(), reinterpret_cast<const unsigned char*>(payload.data()),
                            payload.size()) == 1;
}
}  // namespace

bool verify_signature(const ApiKey& key, const std::string& payload, const std::string& signature) {
  if (!key.hmac_secret.empty() && verify_hmac(key.hmac_secret, payload, signature)) return true;
  return !key.public_key_pem.empty() && verify_public(key.public_key_pem, payload, signature);
}
}  // namespace sq::exchange
