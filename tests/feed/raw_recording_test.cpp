#include "engine/feed/raw_recording.hpp"

#include <unistd.h>
#include <zlib.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace sq;
using feed::RawLine;
using feed::RawRecording;
using feed::RecordingError;
using Read = RawRecording::Read;

namespace {
namespace fs = std::filesystem;

// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() {
    static int count = 0;
    path_ = fs::temp_directory_path() /
            ("sq_raw_recording_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream{path_ / name, std::ios::binary} << bytes;
    return path_ / name;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string gzip(const std::string& text) {
  z_stream zip{};
  REQUIRE(deflateInit2(&zip, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(text.size() + 1'000, '\0');
  std::string in = text;
  zip.next_in = reinterpret_cast<unsigned char*>(in.data());
  zip.avail_in = static_cast<uInt>(in.size());
  zip.next_out = reinterpret_cast<unsigned char*>(out.data());
  zip.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&zip, Z_FINISH) == Z_STREAM_END);
  const std::size_t size = zip.total_out;
  deflateEnd(&zip);
  return out.substr(0, size);
}

struct Got {
  std::vector<std::pair<std::int64_t, std::string>> lines;
  Read last{Read::Line};
};
Got read_all(RawRecording& recording) {
  Got got;
  RawLine line;
  while ((got.last = recording.next(line)) == Read::Line)
    got.lines.emplace_back(line.received.ns, std::string{line.json});
  return got;
}

std::string many_lines(int count, int first) {
  std::string text;
  for (int i = first; i < first + count; ++i) {
    text += std::to_string(1'700'000'000'000'000'000 + i);
    text += " {\"n\":" + std::to_string(i) + ",\"x\":\"";
    text.append(static_cast<std::size_t>(i * 37 % 200), 'x');
    text += "\"}\n";
  }
  return text;
}
}  // namespace

TEST_CASE("plain and gzip files give the same lines, whatever the size of the buffer", "[feed]") {
  const Folder folder;
  const std::string text = many_lines(500, 0);
  const fs::path plain = folder.write("a.txt", text);
  const fs::path zipped = folder.write("a.gz", gzip(text));
  RawRecording reference{std::vector{plain}};
  const Got expected = read_all(reference);
  REQUIRE(expected.lines.size() == 500);
  CHECK(expected.lines[7].first == 1'700'000'000'000'000'007);
  CHECK(expected.lines[7].second.starts_with("{\"n\":7,\"x\":\"xxx"));
  for (const std::size_t buffer : {1U, 63U, 64U, 200U, 4'096U, 1U << 20}) {
    for (const fs::path& path : {plain, zipped}) {
      RawRecording recording{{path}, {buffer, 1U << 20}};
      const Got got = read_all(recording);
      INFO(path << " " << buffer);
      CHECK(got.last == Read::End);
      CHECK(got.lines == expected.lines);
      CHECK_FALSE(recording.failure());
    }
  }
}

TEST_CASE("files are chained as one, also without a line feed at the end of the first", "[feed]") {
  const Folder folder;
  const fs::path first = folder.write("1.gz", gzip("1 {\"a\":1}\n2 {\"b\":2}"));
  const fs::path empty = folder.write("2.txt", "");
  const fs::path second = folder.write("3.txt", "3 {\"c\":3}\n");
  RawRecording recording{{first, empty, second}};
  RawLine line;
  REQUIRE(recording.next(line) == Read::Line);
  CHECK(recording.file() == first.string());
  REQUIRE(recording.next(line) == Read::Line);
  CHECK(line.json == "{\"b\":2}");
  CHECK(recording.line() == 2);
  REQUIRE(recording.next(line) == Read::Line);
  CHECK(line.received == WallTime{3});
  CHECK(recording.file() == second.string());
  CHECK(recording.line() == 1);
  CHECK(recording.next(line) == Read::End);
  CHECK(recording.next(line) == Read::End);

  const auto bytes = RawRecording::load_all({first, empty, second});
  REQUIRE(bytes);
  CHECK(bytes->text() == "1 {\"a\":1}\n2 {\"b\":2}\n3 {\"c\":3}\n");
  RawRecording in_memory{*bytes, "memory"};
  CHECK(read_all(in_memory).lines.size() == 3);
}

TEST_CASE("a gzip file of several members is read to its end", "[feed]") {
  const Folder folder;
  const fs::path path = folder.write("a.gz", gzip("1 {}\n2 {") + gzip("}\n3 {}\n"));
  RawRecording recording{{path}};
  CHECK(read_all(recording).lines.size() == 3);
}

TEST_CASE("64 bytes behind every message can be read", "[feed]") {
  const Folder folder;
  const fs::path path = folder.write("a.txt", "1 {}\n2 {}");
  const auto touch = [](RawRecording& recording) {
    RawLine line;
    int sum = 0;
    while (recording.next(line) == Read::Line) {
      for (std::size_t i = 0; i < feed::kRawPadding; ++i)
        sum += line.json.data()[line.json.size() + i];
    }
    return sum;
  };
  RawRecording from_file{{path}, {1, 1'000}};
  RawRecording again{{path}, {1, 1'000}};
  CHECK(touch(from_file) == touch(again));  // with a sanitizer: and none is out of bounds
  const feed::RecordedBytes bytes{"1 {}\n2 {}"};
  RawRecording in_memory{bytes, "memory"};
  CHECK(touch(in_memory) == '\n' + '2' + ' ' + '{' + '}');
}

TEST_CASE("a gzip file cut anywhere gives whole lines, then an error that names file and line",
          "[feed]") {
  const Folder folder;
  const std::string text = many_lines(300, 0);
  const std::string zipped = gzip(text);
  for (std::size_t cut = 2; cut < zipped.size(); cut += 1 + zipped.size() / 97) {
    const fs::path path = folder.write("cut.gz", zipped.substr(0, cut));
    RawRecording recording{{path}};
    const Got got = read_all(recording);
    INFO("cut at " << cut << " of " << zipped.size());
    REQUIRE(got.last == Read::Failed);
    REQUIRE(recording.failure());
    CHECK(recording.failure()->error == RecordingError::CutOff);
    CHECK(recording.failure()->file == path.string());
    CHECK(recording.failure()->line == got.lines.size());
    CHECK(recording.failure()->text() ==
          path.string() + ":" + std::to_string(got.lines.size()) + ": compressed stream is cut off");
    for (std::size_t i = 0; i < got.lines.size(); ++i) REQUIRE(got.lines[i].second.back() == '}');
    const auto bytes = RawRecording::load_all({path});
    REQUIRE_FALSE(bytes);
    CHECK(bytes.error().error == RecordingError::CutOff);
  }
}

TEST_CASE("a damaged gzip file is an error, also when only its checksum is wrong", "[feed]") {
  const Folder folder;
  std::string zipped = gzip(many_lines(50, 0));
  std::string checksum = zipped;
  checksum[checksum.size() - 8] = static_cast<char>(checksum[checksum.size() - 8] ^ 1);
  std::string middle = zipped;
  for (std::size_t i = 0; i < 16; ++i) middle[middle.size() / 2 + i] = static_cast<char>(0xFF);
  for (const std::string& bytes : {checksum, middle, zipped + "tail"}) {
    RawRecording recording{{folder.write("bad.gz", bytes)}};
    CHECK(read_all(recording).last == Read::Failed);
    REQUIRE(recording.failure());
    CHECK(recording.failure()->error == RecordingError::Damaged);
  }
}

TEST_CASE("a bad line is an error that names it, and can be stepped over", "[feed]") {
  const Folder folder;
  for (const std::string bad : {"", " {}", "{}", "x {}", "12", "12 ", "12{}", "-5 {}", "+5 {}",
                                "1.5 {}", "9223372036854775808 {}", "12\t{}"}) {
    const fs::path path =
        folder.write("a.txt", "1 {}\n" + bad + "\n9223372036854775807 {\"a\":1}\n");
    RawRecording recording{{path}};
    RawLine line;
    INFO(bad);
    REQUIRE(recording.next(line) == Read::Line);
    REQUIRE(recording.next(line) == Read::Failed);
    REQUIRE(recording.failure());
    CHECK(recording.failure()->error == RecordingError::BadLine);
    CHECK(recording.failure()->line == 2);
    CHECK(recording.failure()->file == path.string());
    REQUIRE(recording.next(line) == Read::Line);
    CHECK(line.received == WallTime{9'223'372'036'854'775'807});
    CHECK(recording.line() == 3);
    CHECK(recording.next(line) == Read::End);
  }
}

TEST_CASE("lines that end in carriage return and line feed are read without either", "[feed]") {
  const feed::RecordedBytes bytes{"1 {}\r\n2 {\"a\":1}\r\n"};
  RawRecording recording{bytes, "memory"};
  const Got got = read_all(recording);
  REQUIRE(got.lines.size() == 2);
  CHECK(got.lines[1].second == "{\"a\":1}");
}

TEST_CASE("a line as long as allowed is read, a longer one ends the recording", "[feed]") {
  const Folder folder;
  const std::string longest = "2 " + std::string(9'998, 'x');
  const fs::path good = folder.write("good.txt", "1 {}\n" + longest + "\n3 {}\n");
  const fs::path bad = folder.write("bad.txt", "1 {}\n" + longest + "x\n3 {}\n");
  for (const std::size_t buffer : {100U, 1U << 20}) {
    RawRecording whole{{good}, {buffer, 10'000}};
    CHECK(read_all(whole).lines.size() == 3);
    RawRecording cut{{bad}, {buffer, 10'000}};
    const Got got = read_all(cut);
    CHECK(got.lines.size() == 1);
    REQUIRE(cut.failure());
    CHECK(cut.failure()->error == RecordingError::LineTooLong);
    CHECK(cut.failure()->line == 2);
    RawLine line;
    CHECK(cut.next(line) == Read::End);
  }
}

TEST_CASE("a file that is not there or is a folder ends the recording with its name", "[feed]") {
  const Folder folder;
  const fs::path good = folder.write("good.txt", "1 {}\n");
  RawRecording missing{{good, folder.path() / "missing.gz", good}};
  const Got got = read_all(missing);
  CHECK(got.lines.size() == 1);
  REQUIRE(missing.failure());
  CHECK(missing.failure()->error == RecordingError::CannotOpen);
  CHECK(missing.failure()->file == (folder.path() / "missing.gz").string());
  RawRecording directory{{folder.path()}};
  CHECK(read_all(directory).last == Read::Failed);
  CHECK(directory.failure()->error == RecordingError::CannotRead);
  CHECK_FALSE(RawRecording::load_all({folder.path() / "missing.gz"}));
}
