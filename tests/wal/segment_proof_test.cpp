// The segments of a log proven at the same time: the report must be the one of a walk in order.
#include "engine/wal/segment_proof.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "engine/wal/meta.hpp"
#include "engine/wal/segment_writer.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"

namespace sq::wal {
namespace {
using test::append_samples;
using test::bytes_of;
using test::small_settings;
using test::TemporaryDir;
using test::write_bytes;

void on_two_threads(std::size_t n, const std::function<void(std::size_t)>& body) {
  std::thread other{[&] {
    for (std::size_t i = 1; i < n; i += 2) body(i);
  }};
  for (std::size_t i = 0; i < n; i += 2) body(i);
  other.join();
}

LogSettings closed_log(const TemporaryDir& dir, std::uint64_t records) {
  LogSettings settings = small_settings(dir);
  settings.segment_bytes = 8192;
  const auto log = Log::create(settings);
  for (std::uint64_t at = 1; at <= records; at += 20) {
    append_samples(*log, at, std::min(records, at + 19));
    REQUIRE(log->flush());
  }
  log->close();
  return settings;
}

void check_equal(const VerifyReport& proven, const VerifyReport& walked) {
  CHECK(proven.condition == walked.condition);
  CHECK(proven.records == walked.records);
  CHECK(proven.orders == walked.orders);
  CHECK(proven.feed == walked.feed);
  CHECK(proven.bytes == walked.bytes);
  CHECK(proven.segments == walked.segments);
  CHECK(proven.first_sequence == walked.first_sequence);
  CHECK(proven.last_sequence == walked.last_sequence);
  CHECK(proven.missing == walked.missing);
  CHECK(proven.first_missing == walked.first_missing);
  CHECK(proven.first.file == walked.first.file);
  CHECK(proven.first.offset == walked.first.offset);
}
}  // namespace

TEST_CASE("a whole closed log is proven segment by segment, with the report of a walk in order") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 400);
  const VerifyReport walked = verify(settings.dir);
  REQUIRE(walked.condition == Condition::Ok);
  REQUIRE(walked.segments > 10);
  const auto proven = prove_segments(settings.dir, on_two_threads, {});
  REQUIRE(proven);
  CHECK(proven->records == walked.records);
  CHECK(proven->orders == walked.orders);
  CHECK(proven->bytes == walked.bytes);
  CHECK(proven->segments == walked.segments);
  CHECK(proven->last_sequence == walked.last_sequence);
  std::uint64_t told = 0;
  std::uint64_t calls = 0;
  static_cast<void>(verify(
      settings.dir,
      [&](std::uint64_t done, std::uint64_t) {
        told = done;
        ++calls;
      },
      on_two_threads));
  CHECK(told == walked.bytes);
  CHECK(calls == 1);  // less than 64 MiB: only the end is told
}

TEST_CASE("no flipped bit of any segment is proven whole") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 60);
  std::uint64_t proven = 0;
  std::uint64_t tried = 0;
  for (const Stream stream : kBothStreams) {
    for (const std::uint64_t number : segment_numbers(settings.dir, stream)) {
      const auto path = segment_path(settings.dir, stream, number);
      const auto original = bytes_of(path);
      for (std::size_t bit = number * 7 % 61; bit < original.size() * 8; bit += 61) {
        auto bytes = original;
        bytes[bit / 8] ^= std::byte(1U << (bit % 8));
        write_bytes(path, bytes);
        ++tried;
        if (prove_segments(settings.dir, on_two_threads, {})) ++proven;
      }
      write_bytes(path, original);
    }
  }
  CHECK(tried > 1'000);
  CHECK(proven == 0);
  CHECK(prove_segments(settings.dir, on_two_threads, {}));
}

TEST_CASE("a damaged log is reported as a walk in order reports it") {
  const TemporaryDir dir;
  const auto settings = closed_log(dir, 120);
  const auto numbers = segment_numbers(settings.dir, Stream::Order);
  REQUIRE(numbers.size() > 3);
  const auto path = segment_path(settings.dir, Stream::Order, numbers[2]);
  const auto original = bytes_of(path);
  SECTION("a flipped bit in the middle") {
    auto bytes = original;
    bytes[kHeaderBytes + 700] ^= std::byte{4};
    write_bytes(path, bytes);
  }
  SECTION("a segment between two others is missing") { std::filesystem::remove(path); }
  SECTION("the last segment is missing") {
    std::filesystem::remove(segment_path(settings.dir, Stream::Order, numbers.back()));
  }
  SECTION("the last segment is cut in a record") {
    const auto last = segment_path(settings.dir, Stream::Order, numbers.back());
    std::filesystem::resize_file(last, std::filesystem::file_size(last) - 8);
  }
  SECTION("two segments are swapped") {
    const auto other = segment_path(settings.dir, Stream::Order, numbers[1]);
    write_bytes(path, bytes_of(other));
    write_bytes(other, original);
  }
  SECTION("the oldest segments were removed: still whole") {
    std::filesystem::remove(segment_path(settings.dir, Stream::Order, numbers[0]));
  }
  check_equal(verify(settings.dir, {}, on_two_threads), verify(settings.dir));
}

TEST_CASE("a log that is being written, or whose owner was killed, is walked in order") {
  const TemporaryDir dir;
  LogSettings settings = small_settings(dir);
  const auto log = Log::create(settings);
  append_samples(*log, 1, 40);
  CHECK_FALSE(prove_segments(settings.dir, on_two_threads, {}));
  check_equal(verify(settings.dir, {}, on_two_threads), verify(settings.dir));
}

TEST_CASE("a log that holds nothing is no proof, and no failure") {
  const TemporaryDir dir;
  LogSettings settings = small_settings(dir);
  Log::create(settings)->close();
  check_equal(verify(settings.dir, {}, on_two_threads), verify(settings.dir));
}
}  // namespace sq::wal
