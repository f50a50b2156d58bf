// Snapshot files: whole or not used, and never in the way of each other.
#include "engine/wal/snapshot_file.hpp"

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
constexpr std::uint64_t kLog = 0x1122'3344'5566'7788;
const FixedText<16> kInstance{"test"};

SnapshotHeader header_at(std::uint64_t sequence) {
  SnapshotHeader header;
  header.log_id = kLog;
  header.instance = kInstance;
  header.identity = 99;
  header.end = {1'000 * sequence, sequence, 0xABCD, 3};
  header.wall = WallTime{1'700'000'000'000'000'000};
  return header;
}
std::vector<SnapshotSection> sections() {
  const auto bytes = [](std::size_t n) {
    std::vector<std::byte> made;
    for (std::size_t i = 0; i < n; ++i) made.push_back(static_cast<std::byte>(i * 37 + n));
    return made;
  };
  return {{1, 1, bytes(13)}, {2, 5, bytes(0)}, {7, 1, bytes(64)}};
}
SnapshotRead read(const std::filesystem::path& dir, std::uint64_t sequence) {
  return read_snapshot(dir, sequence, kLog, kInstance);
}
template <class T>
T at(const std::vector<std::byte>& bytes, std::size_t offset) {
  T value{};
  REQUIRE(bytes.size() >= offset + sizeof value);
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// The real disk until its n-th call, which fails and, if it is a write, writes half.
class FailingDisk final : public Disk {
 public:
  explicit FailingDisk(int nth) : left_{nth} {}
  int open(const std::filesystem::path& path, int flags, int& fd) noexcept override {
    return fails() ? EIO : real_.open(path, flags, fd);
  }
  int write(int fd, const void* bytes, std::size_t n, std::uint64_t from,
            std::size_t& written) noexcept override {
    if (!fails()) return real_.write(fd, bytes, n, from, written);
    static_cast<void>(real_.write(fd, bytes, n / 2, from, written));
    return ENOSPC;
  }
  int sync_data(int fd) noexcept override { return fails() ? EIO : real_.sync_data(fd); }
  int allocate(int fd, std::uint64_t bytes) noexcept override {
    return fails() ? EIO : real_.allocate(fd, bytes);
  }
  int truncate(int fd, std::uint64_t bytes) noexcept override {
    return fails() ? EIO : real_.truncate(fd, bytes);
  }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) noexcept override {
    return fails() ? EIO : real_.rename(from, to);
  }
  int unlink(const std::filesystem::path& path) noexcept override {
    return fails() ? EIO : real_.unlink(path);
  }
  int sync_directory(const std::filesystem::path& dir) noexcept override {
    return fails() ? EIO : real_.sync_directory(dir);
  }
  int make_directory(const std::filesystem::path& dir) noexcept override {
    return fails() ? EIO : real_.make_directory(dir);
  }
  int free_bytes(const std::filesystem::path& dir, std::uint64_t& bytes) noexcept override {
    return real_.free_bytes(dir, bytes);
  }
  [[nodiscard]] bool failed() const noexcept { return left_ <= 0; }

 private:
  [[nodiscard]] bool fails() noexcept { return --left_ == 0; }
  Disk& real_{Disk::system()};
  int left_;
};
}  // namespace

TEST_CASE("a snapshot reads back as it was written", "[wal][snapshot]") {
  const TemporaryDir dir;
  write_snapshot(dir.path(), header_at(42), sections());
  CHECK(std::filesystem::exists(dir.path() / "log.snapshot-00000000000000000042"));
  const SnapshotRead back = read(dir.path(), 42);
  REQUIRE(back.fault == SnapshotFault::None);
  CHECK(back.what.empty());
  CHECK(back.snapshot.header.identity == 99);
  CHECK(back.snapshot.header.end == header_at(42).end);
  REQUIRE(back.snapshot.sections.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(back.snapshot.sections[i].kind == sections()[i].kind);
    CHECK(back.snapshot.sections[i].version == sections()[i].version);
    CHECK(back.snapshot.sections[i].bytes == sections()[i].bytes);
  }
  CHECK(back.snapshot.section(7)->bytes.size() == 64);
  CHECK(back.snapshot.section(3) == nullptr);
}

TEST_CASE("every byte of a snapshot lies where the format's page says", "[wal][snapshot]") {
  const TemporaryDir dir;
  write_snapshot(dir.path(), header_at(42), sections());
  const auto file = bytes_of(snapshot_path(dir.path(), 42));
  REQUIRE(file.size() == 112 + 3 * 24 + 16 + 0 + 64);
  CHECK(std::memcmp(file.data(), "SQWALSNP", 8) == 0);
  CHECK(at<std::uint32_t>(file, 16) == 1);
  CHECK(at<std::uint32_t>(file, 20) == 3);
  CHECK(at<std::uint64_t>(file, 24) == kLog);
  CHECK(std::memcmp(file.data() + 32, "test\0\0\0\0\0\0\0\0\0\0\0\0", 16) == 0);
  CHECK(at<std::uint64_t>(file, 48) == 99);
  CHECK(at<std::uint64_t>(file, 56) == 42'000);
  CHECK(at<std::uint64_t>(file, 64) == 42);
  CHECK(at<std::uint64_t>(file, 72) == 0xABCD);
  CHECK(at<std::uint64_t>(file, 80) == 3);
  CHECK(at<std::int64_t>(file, 88) == 1'700'000'000'000'000'000);
  CHECK(at<std::uint64_t>(file, 96) == file.size());
  CHECK(at<std::uint64_t>(file, 104) == 0);
  CHECK(at<std::uint32_t>(file, 112 + 24) == 2);  // second entry: kind, version, offset, bytes
  CHECK(at<std::uint32_t>(file, 112 + 24 + 4) == 5);
  CHECK(at<std::uint64_t>(file, 112 + 24 + 8) == 112 + 3 * 24 + 16);
  CHECK(at<std::uint64_t>(file, 112 + 24 + 16) == 0);
  CHECK(static_cast<int>(file[112 + 3 * 24]) == 13);      // the first byte of the first section
  CHECK(static_cast<int>(file[112 + 3 * 24 + 13]) == 0);  // padding
}

TEST_CASE("every flipped bit and every shorter length of a snapshot is found", "[wal][snapshot]") {
  const TemporaryDir dir;
  write_snapshot(dir.path(), header_at(42), sections());
  const auto path = snapshot_path(dir.path(), 42);
  const auto good = bytes_of(path);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    write_bytes(path, bad);
    REQUIRE(read(dir.path(), 42).fault == SnapshotFault::Damaged);
  }
  for (std::size_t n = 0; n < good.size(); ++n) {
    write_bytes(path, {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n)});
    REQUIRE(read(dir.path(), 42).fault == SnapshotFault::Damaged);
  }
  auto longer = good;
  longer.resize(good.size() + 8);
  write_bytes(path, longer);
  CHECK(read(dir.path(), 42).fault == SnapshotFault::Damaged);
  write_bytes(path, good);
  CHECK(read(dir.path(), 42).fault == SnapshotFault::None);
}

TEST_CASE("a snapshot of another log, instance, name or program is told apart", "[wal][snapshot]") {
  const TemporaryDir dir;
  write_snapshot(dir.path(), header_at(42), sections());
  CHECK(read_snapshot(dir.path(), 42, kLog + 1, kInstance).fault == SnapshotFault::Foreign);
  CHECK(read_snapshot(dir.path(), 42, kLog, FixedText<16>{"tess"}).fault == SnapshotFault::Foreign);
  CHECK(read(dir.path(), 43).fault == SnapshotFault::Missing);
  std::filesystem::copy_file(snapshot_path(dir.path(), 42), snapshot_path(dir.path(), 43));
  const SnapshotRead renamed = read(dir.path(), 43);
  CHECK(renamed.fault == SnapshotFault::Damaged);
  CHECK_THAT(renamed.what,
             Catch::Matchers::Contains("log.snapshot-00000000000000000043: its name"));
}

TEST_CASE("snapshots are listed newest first, and only what bears their whole name",
          "[wal][snapshot]") {
  const TemporaryDir dir;
  for (const std::uint64_t n : {5U, 1'000U, 70U})
    write_snapshot(dir.path(), header_at(n), sections());
  for (const char* other : {"log.snapshot-00000000000000000009.new", "log.snapshot-9", "log.meta",
                            "log.snapshot-0000000000000000000x", "orders-000001.seg"})
    write_bytes(dir.path() / other, {std::byte{1}});
  CHECK(snapshot_sequences(dir.path()) == std::vector<std::uint64_t>{1'000, 70, 5});
  const std::array<std::uint64_t, 2> keep{70, 0};
  remove_snapshots_but(dir.path(), keep);
  CHECK(snapshot_sequences(dir.path()) == std::vector<std::uint64_t>{70});
  CHECK_FALSE(std::filesystem::exists(dir.path() / "log.snapshot-00000000000000000009.new"));
  for (const char* other : {"log.snapshot-9", "log.meta", "orders-000001.seg"})
    CHECK(std::filesystem::exists(dir.path() / other));
}

TEST_CASE("a write that fails at any of its calls leaves the older snapshot as it was",
          "[wal][snapshot]") {
  int calls = 0;
  for (int nth = 1;; ++nth) {
    const TemporaryDir dir;
    write_snapshot(dir.path(), header_at(10), sections());
    FailingDisk disk{nth};
    bool threw = false;
    try {
      write_snapshot(dir.path(), header_at(20), sections(), disk);
      const std::array<std::uint64_t, 2> keep{20, 0};
      remove_snapshots_but(dir.path(), keep, disk);
    } catch (const LogError&) {
      threw = true;
    }
    if (!threw) {
      CHECK(snapshot_sequences(dir.path()) == std::vector<std::uint64_t>{20});
      break;
    }
    ++calls;
    REQUIRE(disk.failed());
    // Old or new or both, never neither, and nothing half written under a name that is read.
    const auto left = snapshot_sequences(dir.path());
    REQUIRE_FALSE(left.empty());
    for (const std::uint64_t sequence : left)
      CHECK(read(dir.path(), sequence).fault == SnapshotFault::None);
    CHECK(left.back() == 10);
  }
  CHECK(calls >= 5);  // open, write, sync, rename, sync of the directory, remove
}
