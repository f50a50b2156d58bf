// What was offered is what a recording gives back, byte for byte, over rotation and losses.
#include "engine/feed/raw_writer.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/feed/raw_recording.hpp"

using namespace sq;
using namespace sq::feed;

namespace {
constexpr WallTime kStart{1'795'301'999 * kNsPerSecond};  // 2026-11-21T22:59:59Z
struct Folder {
  std::filesystem::path path{std::filesystem::temp_directory_path() /
                             ("sq-raw-writer-" + std::to_string(::getpid()))};
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};
using Lines = std::vector<std::pair<std::int64_t, std::string>>;
Lines read_all(const std::vector<std::filesystem::path>& files) {
  Lines lines;
  RawRecording recording{files};
  RawLine line;
  while (recording.next(line) == RawRecording::Read::Line)
    lines.emplace_back(line.received.ns, line.json);
  CHECK_FALSE(recording.failure());
  return lines;
}
}  // namespace

TEST_CASE("a recording gives back what was offered, from files of the wished size",
          "[feed][raw_writer]") {
  const Folder folder;
  RawWriter writer{{.folder = folder.path, .name = "spot", .file_bytes_max = 20'000}};
  std::mt19937_64 random{42};
  Lines offered;
  for (int i = 0; i < 2'000; ++i) {
    std::string json{R"({"e":"x","v":")"};
    json.append(random() % 200, static_cast<char>('!' + random() % 90)).append("\"}");
    const WallTime at = kStart + i * 1'000'003;
    REQUIRE(writer.offer(at, json));
    offered.emplace_back(at.ns, json);
    if (random() % 4 == 0) writer.write_some(MonoTime{i});
  }
  writer.close();
  CHECK(read_all(writer.files()) == offered);
  CHECK(writer.written() == 2'000);
  CHECK(writer.lost() == 0);
  CHECK(writer.files().size() > 8);
  for (const auto& file : writer.files()) CHECK(std::filesystem::file_size(file) < 20'400);
}

TEST_CASE("files are named by the time of their first message and begun anew by age",
          "[feed][raw_writer]") {
  const Folder folder;
  RawWriter writer{{.folder = folder.path, .name = "usdm", .file_ns_max = 10 * kNsPerSecond}};
  for (const std::int64_t second : {0, 9, 10, 19, 20, 31})
    REQUIRE(writer.offer(kStart + second * kNsPerSecond, "{}"));
  writer.close();
  std::vector<std::string> names;
  for (const auto& file : writer.files()) names.push_back(file.filename().string());
  CHECK(names ==
        std::vector<std::string>{"usdm-20261121T225959Z-0001.gz", "usdm-20261121T230009Z-0001.gz",
                                 "usdm-20261121T230019Z-0001.gz", "usdm-20261121T230030Z-0001.gz"});
  RawWriter again{{.folder = folder.path, .name = "usdm"}};
  again.offer(kStart, "{}");
  again.close();
  REQUIRE(again.files().size() == 1);
  CHECK(again.files()[0].filename() == "usdm-20261121T225959Z-0002.gz");
}

TEST_CASE("messages that found no room are told where they are missing", "[feed][raw_writer]") {
  const Folder folder;
  RawWriter writer{{.folder = folder.path, .name = "x", .ring_bytes = 4'096}};
  const std::string json{R"({"k":")" + std::string(200, 'a') + "\"}"};
  int kept = 0;
  while (writer.offer(kStart, json)) ++kept;
  CHECK_FALSE(writer.offer(kStart, json));
  CHECK_FALSE(writer.offer(kStart, std::string(10'000, 'x')));  // never fits
  while (writer.write_some(MonoTime{0})) {
  }
  REQUIRE(writer.offer(kStart + 1, "{}"));
  REQUIRE_FALSE(writer.offer(kStart + 2, std::string(10'000, 'x')));
  writer.close();
  const Lines lines = read_all(writer.files());
  REQUIRE(lines.size() == static_cast<std::size_t>(kept) + 3);
  CHECK(lines[lines.size() - 3].second == R"({"e":"recorderLost","count":3})");
  CHECK(lines[lines.size() - 2].second == "{}");
  CHECK(lines.back().second == R"({"e":"recorderLost","count":1})");
  CHECK(writer.lost() == 4);
}

TEST_CASE("pieces are one message, and a line feed in it does not cut it", "[feed][raw_writer]") {
  const Folder folder;
  RawWriter writer{{.folder = folder.path, .name = "x"}};
  writer.offer(kStart, "{\n\"a\":1}", R"({"stream":"s","data":)", "}");
  writer.close();
  CHECK(read_all(writer.files()) == Lines{{kStart.ns, R"({"stream":"s","data":{ "a":1}})"}});
}

TEST_CASE("what was flushed can be read although the file was never finished",
          "[feed][raw_writer]") {
  const Folder folder;
  RawWriter writer{{.folder = folder.path, .name = "x", .flush_ns = 5}};
  writer.offer(kStart, "{\"n\":1}");
  writer.write_some(MonoTime{10});
  writer.offer(kStart, "{\"n\":2}");
  writer.write_some(MonoTime{11});  // not due yet
  RawRecording recording{{folder.path / "x-20261121T225959Z-0001.gz.part"}};
  RawLine line;
  REQUIRE(recording.next(line) == RawRecording::Read::Line);
  CHECK(line.json == "{\"n\":1}");
  CHECK(recording.next(line) == RawRecording::Read::Failed);
  REQUIRE(recording.failure());
  CHECK(recording.failure()->error == RecordingError::CutOff);
}

TEST_CASE("a writer's thread keeps up with a venue's", "[feed][raw_writer]") {
  const Folder folder;
  RawWriter writer{{.folder = folder.path, .name = "x", .file_bytes_max = 100'000}};
  std::atomic<bool> ended{false};
  std::thread other{[&] {
    while (!ended.load(std::memory_order_acquire)) writer.write_some(MonoTime{0});
    writer.close();
  }};
  Lines offered;
  for (int i = 0; i < 20'000; ++i) {
    std::string json{"{\"n\":"};
    json.append(std::to_string(i)).append("}");
    REQUIRE(writer.offer(kStart + i, json));
    offered.emplace_back(kStart.ns + i, json);
  }
  ended.store(true, std::memory_order_release);
  other.join();
  CHECK(read_all(writer.files()) == offered);
}
