// The file of a venue's key: who may read it, and what stands in it.
#include "engine/auth/key_file.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/paths.hpp"

namespace fs = std::filesystem;
using namespace sq;

namespace {
class KeyFile {
 public:
  explicit KeyFile(std::string_view text, fs::perms perms = fs::perms::owner_read) {
    fs::create_directories(folder);
    std::ofstream{path} << text;
    fs::permissions(path, perms);
  }
  ~KeyFile() { fs::remove_all(folder); }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;
  fs::path folder{test::build_dir() / "key_file_test"};
  fs::path path{folder / "key.toml"};
};
std::string refusal(const fs::path& path) {
  try {
    static_cast<void>(auth::read_key_file(path));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}
constexpr std::string_view kHmac = "api_key = \"name\"\nsecret = \"canary\"\n";
}  // namespace

TEST_CASE("a key file gives the key's name and signs with its secret", "[auth]") {
  const KeyFile file{kHmac};
  const auth::VenueKey key = auth::read_key_file(file.path);
  CHECK(key.api_key == "name");
  CHECK(key.signer.kind() == auth::KeyKind::Hmac);
  CHECK(key.signer.sign("x").view() == auth::Signer::hmac("canary").sign("x").view());
}

TEST_CASE("a private key in PEM is read from its file", "[auth]") {
  const KeyFile file{
      "api_key = \"name\"\nprivate_key = \"\"\"-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
      "-----END PRIVATE KEY-----\n\"\"\"\n"};
  CHECK(auth::read_key_file(file.path).signer.kind() == auth::KeyKind::Ed25519);
}

TEST_CASE("a key file that anybody else can read or write is refused", "[auth]") {
  using fs::perms;
  for (const perms extra : {perms::group_read, perms::group_write, perms::group_exec,
                            perms::others_read, perms::others_write, perms::others_exec}) {
    const KeyFile file{kHmac, perms::owner_read | perms::owner_write | extra};
    CHECK_THAT(refusal(file.path), Catch::Contains("chmod 600"));
  }
  const KeyFile own{kHmac, perms::owner_read | perms::owner_write};
  CHECK(refusal(own.path).empty());
}

TEST_CASE("a link, a folder or nothing is no key file", "[auth]") {
  const KeyFile file{kHmac};
  const fs::path link = file.folder / "link.toml";
  fs::create_symlink(file.path, link);
  for (const fs::path& path : {link, file.folder, file.folder / "none.toml"})
    CHECK_THAT(refusal(path), Catch::Contains(path.string()) && Catch::Contains("regular file"));
}

TEST_CASE("what a key file must hold is named, what it holds is not", "[auth]") {
  for (const std::string_view text :
       {"", "api_key = \"name\"\n", "secret = \"canary\"\n", "api_key = 1\nsecret = \"canary\"\n",
        "api_key = \"name\"\nsecret = \"\"\n", "api_key = \"name\"\nsecret = \"canary\"\nx = 1\n",
        "api_key = \"name\"\nsecret = \"canary\"\nprivate_key = \"canary\"\n",
        "api_key = \"name\"\nprivate_key = \"canary\"\n", "secret canary\n"}) {
    const KeyFile file{text};
    INFO(text);
    const std::string said = refusal(file.path);
    CHECK_THAT(said, Catch::Contains(file.path.string()) && Catch::Contains("accepted"));
    CHECK_THAT(said, !Catch::Contains("canary"));
  }
  const KeyFile large{std::string(16 * 1024 + 1, '#')};
  CHECK_THAT(refusal(large.path), Catch::Contains("16 KiB"));
}

// SHA-256 of "abc" begins ba7816bf 8f01cfea (FIPS 180-4, example).
TEST_CASE("a fingerprint is the beginning of the name's SHA-256", "[auth]") {
  CHECK(auth::key_fingerprint("abc") == "ba7816bf8f01cfea");
}
