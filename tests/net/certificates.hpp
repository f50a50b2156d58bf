// Certificates made for a test: an authority, and servers with its signature, in PEM files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace sq::test {
struct Certificate {
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::string sha256;  // of the certificate, hex
};
struct CertificateWish {
  std::string name{"localhost"};     // subject and alternative name
  std::string address{"127.0.0.1"};  // alternative name; "": none
  long valid_from_s{-3'600};         // from now
  long valid_to_s{86'400};
  bool sha1{false};  // signed with SHA-1
};
class Authority {
 public:
  explicit Authority(const std::filesystem::path& folder, const std::string& name = "authority");
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] Certificate issue(const CertificateWish& wish = {});
  // Signed by itself, not by the authority.
  [[nodiscard]] Certificate issue_self_signed(const CertificateWish& wish = {});

 private:
  struct Parts;
  Certificate make(const CertificateWish& wish, bool self_signed);
  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::unique_ptr<Parts> parts_;
  int issued_{0};
};
}  // namespace sq::test
