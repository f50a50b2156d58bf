// A folder of its own for a test's files, gone at the end; and archives made of text.
#pragma once

#include <unistd.h>
#include <zlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace sq::test {
class Folder {
 public:
  Folder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("sq_feed_files_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(const std::filesystem::path& name, std::string_view bytes) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream{path_ / name, std::ios::binary}.write(bytes.data(),
                                                        static_cast<std::streamsize>(bytes.size()));
    return path_ / name;
  }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

// window_bits: 16 + MAX_WBITS for gzip, -MAX_WBITS for the bare stream of a zip archive.
inline std::string deflated(std::string_view text, int window_bits) {
  z_stream zip{};
  deflateInit2(&zip, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string in{text};
  std::string out(text.size() + 1'000, '\0');
  zip.next_in = reinterpret_cast<unsigned char*>(in.data());
  zip.avail_in = static_cast<uInt>(in.size());
  zip.next_out = reinterpret_cast<unsigned char*>(out.data());
  zip.avail_out = static_cast<uInt>(out.size());
  deflate(&zip, Z_FINISH);
  out.resize(zip.total_out);
  deflateEnd(&zip);
  return out;
}
inline std::string gzip(std::string_view text) { return deflated(text, 16 + MAX_WBITS); }

struct Archived {
  std::string name;
  std::string text;
  bool stored{false};
};
// By the records of PKWARE's APPNOTE: local headers with the files, the directory, its end.
inline std::string zip_of(const std::vector<Archived>& files) {
  const auto put = [](std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  std::string out;
  std::string directory;
  for (const Archived& file : files) {
    const std::string data = file.stored ? file.text : deflated(file.text, -MAX_WBITS);
    const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(file.text.data()), file.text.size());
    std::string common;  // version needed to the length of the extra field
    put(common, 20, 2);
    put(common, 0, 2);
    put(common, file.stored ? 0 : 8, 2);
    put(common, 0, 4);
    put(common, crc, 4);
    put(common, data.size(), 4);
    put(common, file.text.size(), 4);
    put(common, file.name.size(), 2);
    put(common, 0, 2);
    put(directory, 0x02014B50, 4);
    put(directory, 20, 2);
    directory += common;
    put(directory, 0, 8);  // comment, disk, attributes
    put(directory, 0, 2);
    put(directory, out.size(), 4);
    directory += file.name;
    put(out, 0x04034B50, 4);
    out += common;
    out += file.name;
    out += data;
  }
  const std::size_t at = out.size();
  out += directory;
  put(out, 0x06054B50, 4);
  put(out, 0, 4);
  put(out, files.size(), 2);
  put(out, files.size(), 2);
  put(out, directory.size(), 4);
  put(out, at, 4);
  put(out, 0, 2);
  return out;
}
}  // namespace sq::test
