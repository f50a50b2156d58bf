// Signatures against published vectors: Binance's signing pages (HMAC), RFC 4231, RFC 8032.
#include "engine/auth/signer.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <catch2/catch.hpp>
#include <memory>

using sq::auth::KeyKind;
using sq::auth::Signer;

namespace {
constexpr const char* kSecret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
constexpr const char* kApiKey = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";
constexpr const char* kFirst =
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000"
    "&timestamp=1499827319559";
// RFC 8032, 7.1, test 1
constexpr const char* kEd25519 =
    "-----BEGIN PRIVATE "
    "KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";

std::string base64(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  text.resize(static_cast<std::size_t>(::EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(text.data()),
      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()))));
  return text;
}
struct FreeKey {
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
std::string pem_of(EVP_PKEY* key) {
  BIO* bio = ::BIO_new(::BIO_s_mem());
  ::PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto n = ::BIO_get_mem_data(bio, &text);
  std::string pem{text, static_cast<std::size_t>(n)};
  ::BIO_free(bio);
  return pem;
}
}  // namespace

TEST_CASE("HMAC signatures are those Binance publishes for its requests") {
  const Signer signer = Signer::hmac(kSecret);
  CHECK(signer.kind() == KeyKind::Hmac);
  const auto check = [&](const std::string& message, const std::string& expected) {
    CHECK(signer.sign(message).view() == expected);
  };
  check(kFirst, "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71");
  check(
      "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&"
      "timeInForce=GTC"
      "&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559",
      "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3");
  check(
      "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=0.1&recvWindow=5000"
      "&timestamp=1499827319559",
      "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77");
  check(std::string{"apiKey="}.append(kApiKey) +
            "&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL&symbol=BTCUSDT"
            "&timeInForce=GTC&timestamp=1645423376532&type=LIMIT",
        "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24");
}

TEST_CASE("HMAC signatures are those of RFC 4231, also for keys longer than a block") {
  CHECK(Signer::hmac(std::string(20, '\x0b')).sign("Hi There").view() ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(Signer::hmac("Jefe").sign("what do ya want for nothing?").view() ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(Signer::hmac(std::string(131, '\xaa'))
            .sign("Test Using Larger Than Block-Size Key - Hash Key First")
            .view() == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  const Signer signer = Signer::hmac("Jefe");  // one after the other, nothing stays behind
  const std::string before{signer.sign("a").view()};
  CHECK(signer.sign(std::string(10'000, 'x')).view().size() == 64);
  CHECK(signer.sign("a").view() == before);
}

TEST_CASE("Ed25519 signatures are those of RFC 8032 and of Binance's payload") {
  const Signer signer = Signer::pem(kEd25519);
  CHECK(signer.kind() == KeyKind::Ed25519);
  CHECK(signer.sign("").view() == base64("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e0652"
                                         "24901555fb8821590a33bacc61e39701cf9"
                                         "b46bd25bf5f0595bbe24655141438e7a100b"));
  CHECK(signer.sign(kFirst).view() ==
        "3fhuDZ9nYMviDQ5OEtJBJS11jUZDTRzRQ+TQMarm+LErFiJvUiVPQjTzDoWZQe4miPX+yHk1v/Z7TWLYjIbmCA==");
  CHECK(signer.sign(std::string{"apiKey="}.append(kApiKey) + "&timestamp=1645423376532").view() ==
        "kXJdH54vpALsT6KICakQc13A1VpdjZcDc8EHLzYOMGNa3i3WQ4eCIlnE2v/3Lq6gtrrYLpvqhP7kYidVLSJyCQ==");
}

TEST_CASE("RSA signatures are verified by the public half") {
  const std::unique_ptr<EVP_PKEY, FreeKey> key{
      ::EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})};
  const Signer signer = Signer::pem(pem_of(key.get()));
  CHECK(signer.kind() == KeyKind::Rsa);
  const std::string text{signer.sign(kFirst).view()};
  REQUIRE(text.size() == 344);
  std::vector<unsigned char> bytes(260);
  REQUIRE(::EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                            344) == 258);
  EVP_MD_CTX* context = ::EVP_MD_CTX_new();
  const auto verify = [&](const std::string& message) {
    ::EVP_MD_CTX_reset(context);
    return ::EVP_DigestVerifyInit(context, nullptr, ::EVP_sha256(), nullptr, key.get()) == 1 &&
           ::EVP_DigestVerify(context, bytes.data(), 256,
                              reinterpret_cast<const unsigned char*>(message.data()),
                              message.size()) == 1;
  };
  CHECK(verify(kFirst));
  CHECK_FALSE(verify(std::string{kFirst}.append("0")));
  ::EVP_MD_CTX_free(context);
}

TEST_CASE("keys that are none, too short or of another kind are refused without being told") {
  CHECK_THROWS_WITH(Signer::hmac(""), Catch::Contains("at least one character"));
  const std::unique_ptr<EVP_PKEY, FreeKey> small{
      ::EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024})};
  const std::unique_ptr<EVP_PKEY, FreeKey> curve{
      ::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
  for (const std::string& text :
       {std::string{"secret-canary"}, pem_of(small.get()), pem_of(curve.get())}) {
    try {
      static_cast<void>(Signer::pem(text));
      FAIL("accepted");
    } catch (const std::runtime_error& error) {
      CHECK(std::string{error.what()}.find("PKCS #8") != std::string::npos);
      CHECK(std::string{error.what()}.find("canary") == std::string::npos);
    }
  }
}
