#include "engine/feed/byte_reader.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <thread>

#include "tests/support/feed_bytes.hpp"

using namespace sq;
using feed::ByteReader;
using test::Bytes;

namespace {
Bytes noise(std::size_t size) {
  std::mt19937_64 random{7};
  Bytes bytes(size);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random() % 17);
  return bytes;
}

// All of it in steps of `step` bytes; what is left at the end is shorter than a step.
Bytes read_all(ByteReader& reader, std::size_t step) {
  Bytes out;
  while (reader.more(step)) {
    CHECK(reader.position() == out.size());
    const auto part = reader.ahead().first(step);
    out.insert(out.end(), part.begin(), part.end());
    reader.skip(step);
  }
  out.insert(out.end(), reader.ahead().begin(), reader.ahead().end());
  return out;
}
}  // namespace

TEST_CASE("a plain, gzip or zstd file gives the same bytes, whatever the step", "[feed]") {
  const test::FeedFolder folder;
  const Bytes bytes = noise(3'000'000);  // more than the buffer of 1 MiB
  const auto packing = GENERATE(0, 1, 2);
  const Bytes packed = packing == 0 ? bytes : packing == 1 ? test::gzip(bytes) : test::zstd(bytes);
  const auto path = folder.write("a.bin", packed);
  const std::size_t step = GENERATE(1'000U, 999'983U, 2'100'000U);
  ByteReader reader{path};
  CHECK(read_all(reader, step) == bytes);
  CHECK(reader.problem().empty());
  reader.skip(reader.ahead().size());
  CHECK(reader.bytes_total() == packed.size());
  CHECK(reader.bytes_read() == packed.size());
}

TEST_CASE("several gzip members and zstd frames are one stream", "[feed]") {
  const test::FeedFolder folder;
  const Bytes bytes = noise(10'000);
  const auto first = std::span{bytes}.first(4'321);
  const auto rest = std::span{bytes}.subspan(4'321);
  for (const bool zstd : {false, true}) {
    const auto pack = zstd ? &test::zstd : &test::gzip;
    const auto packed = test::Builder{}.add(pack(first)).add(pack({})).add(pack(rest)).bytes();
    ByteReader reader{folder.write("two", packed)};
    CHECK(read_all(reader, 77) == bytes);
    CHECK(reader.problem().empty());
  }
}

TEST_CASE("a compressed file cut anywhere gives a front of its bytes and says that it is cut",
          "[feed]") {
  const test::FeedFolder folder;
  const Bytes bytes = noise(600);
  for (const bool zstd : {false, true}) {
    const Bytes packed = zstd ? test::zstd(bytes) : test::gzip(bytes);
    for (std::size_t cut = 4; cut < packed.size(); ++cut) {
      ByteReader reader{folder.write("cut", std::span{packed}.first(cut))};
      const Bytes got = read_all(reader, 1);
      REQUIRE(got.size() <= bytes.size());
      REQUIRE(std::equal(got.begin(), got.end(), bytes.begin()));
      REQUIRE(reader.problem() == "the compressed stream is cut off");
    }
  }
}

TEST_CASE("a damaged compressed file says so", "[feed]") {
  const test::FeedFolder folder;
  const Bytes bytes = noise(600);
  Bytes zipped = test::gzip(bytes);
  zipped[zipped.size() - 6] ^= std::byte{1};  // its checksum
  ByteReader gzip_reader{folder.write("a.gz", zipped)};
  static_cast<void>(read_all(gzip_reader, 10));
  CHECK(gzip_reader.problem() == "the compressed stream is damaged");

  const auto trailing = test::Builder{}.add(test::zstd(bytes)).text("no frame", 8).bytes();
  ByteReader zstd_reader{folder.write("a.zst", trailing)};
  CHECK(read_all(zstd_reader, 10) == bytes);
  CHECK(zstd_reader.problem() == "the compressed stream is damaged");
}

TEST_CASE("a missing file and a folder are refused by name, an empty file is at its end",
          "[feed]") {
  const test::FeedFolder folder;
  const auto missing = folder.path() / "missing";
  CHECK_THROWS_WITH(ByteReader{missing}, Catch::Contains("missing: cannot be opened"));
  CHECK_THROWS_WITH(ByteReader{folder.path()}, Catch::Contains("is a folder"));
  ByteReader empty{folder.write("empty", {})};
  CHECK_FALSE(empty.more(1));
  CHECK(empty.problem().empty());
}

TEST_CASE("a pipe is read to its end", "[feed]") {
  const test::FeedFolder folder;
  const auto path = folder.path() / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const Bytes bytes = noise(200'000);
  std::thread writer{[&] {
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                static_cast<std::streamsize>(bytes.size()));
  }};
  ByteReader reader{path};
  const Bytes got = read_all(reader, 4'096);
  writer.join();
  CHECK(got == bytes);
}
