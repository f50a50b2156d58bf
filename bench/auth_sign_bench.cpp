// What a signature of an order request costs: HMAC for each request, Ed25519 once a session.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>

#include "bench/harness.hpp"
#include "engine/auth/signer.hpp"

namespace {
constexpr const char* kSecret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
// RFC 8032, 7.1, test 1
constexpr const char* kEd25519 =
    "-----BEGIN PRIVATE "
    "KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
}  // namespace

int main(int argc, char** argv) {
  sq::bench::Session session{argc, argv};
  std::array<std::string, 64> requests;
  for (std::size_t i = 0; i < requests.size(); ++i)
    requests[i] = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.00" +
                  std::to_string(i + 100) + "&price=61800.2&recvWindow=5000&timestamp=14998273195" +
                  std::to_string(i + 10);
  const auto hmac = sq::auth::Signer::hmac(kSecret);
  const auto ed25519 = sq::auth::Signer::pem(kEd25519);
  session.run_batched(
      "floor/openssl_hmac",
      {.samples = 5'000, .input = "HMAC() of OpenSSL, key set up each time, without hex"},
      [&](std::size_t i) {
        const std::string& text = requests[i % requests.size()];
        std::array<unsigned char, 32> digest{};
        unsigned length = 0;
        ::HMAC(::EVP_sha256(), kSecret, 64, reinterpret_cast<const unsigned char*>(text.data()),
               text.size(), digest.data(), &length);
        sq::bench::keep(digest[0]);
      });
  session.run_batched(
      "auth/sign_hmac",
      {.samples = 5'000, .input = "an order request of 130 bytes", .floor = "floor/openssl_hmac"},
      [&](std::size_t i) {
        const auto made = hmac.sign(requests[i % requests.size()]);
        sq::bench::keep(made.view().data());
      });
  session.run_single("auth/sign_ed25519", {.samples = 2'000, .input = "the same"},
                     [&](std::size_t i) {
                       const auto made = ed25519.sign(requests[i % requests.size()]);
                       sq::bench::keep(made.view().data());
                     });
  return session.finish();
}
