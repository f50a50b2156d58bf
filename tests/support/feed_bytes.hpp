// Bytes for tests of binary formats: from hexadecimal text, built number by number, compressed, and
// in files of a folder that is gone at the end.
#pragma once

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/feed/wire_bytes.hpp"

namespace sq::test {
using Bytes = std::vector<std::byte>;

inline Bytes hex(std::string_view text) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  };
  Bytes out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<std::byte>(digit(text[i]) * 16 + digit(text[i + 1])));
  return out;
}

// Appends; returns itself.
class Builder {
 public:
  template <std::integral T>
  Builder& big(T value) {
    return put(std::byteswap(value));
  }
  template <std::integral T>
  Builder& little(T value) {
    return put(value);
  }
  Builder& text(std::string_view characters, std::size_t width, char fill = ' ') {
    for (std::size_t i = 0; i < width; ++i)
      bytes_.push_back(static_cast<std::byte>(i < characters.size() ? characters[i] : fill));
    return *this;
  }
  Builder& add(std::span<const std::byte> more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
    return *this;
  }
  Builder& framed(std::span<const std::byte> message) {  // with its length, big-endian
    return big(static_cast<std::uint16_t>(message.size())).add(message);
  }
  Builder& zeros(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  template <class T>
  Builder& put(T value) {
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof(T));
    std::memcpy(bytes_.data() + at, &value, sizeof(T));
    return *this;
  }
  Bytes bytes_;
};

inline Bytes gzip(std::span<const std::byte> plain) {
  z_stream zip{};
  if (deflateInit2(&zip, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error{"deflateInit2"};
  Bytes out(plain.size() + 1024);
  // zlib's interface is not const-correct; it does not write to its input.
  Bytes input{plain.begin(), plain.end()};
  zip.next_in = reinterpret_cast<unsigned char*>(input.data());
  zip.avail_in = static_cast<uInt>(input.size());
  zip.next_out = reinterpret_cast<unsigned char*>(out.data());
  zip.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&zip, Z_FINISH);
  out.resize(zip.total_out);
  deflateEnd(&zip);
  if (code != Z_STREAM_END) throw std::runtime_error{"deflate"};
  return out;
}
inline Bytes zstd(std::span<const std::byte> plain) {
  Bytes out(ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3);
  if (ZSTD_isError(size) != 0) throw std::runtime_error{"ZSTD_compress"};
  out.resize(size);
  return out;
}

class FeedFolder {
 public:
  FeedFolder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("sq_feed_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~FeedFolder() { std::filesystem::remove_all(path_); }
  FeedFolder(const FeedFolder&) = delete;
  FeedFolder& operator=(const FeedFolder&) = delete;
  [[nodiscard]] std::filesystem::path write(const std::string& name,
                                            std::span<const std::byte> bytes) const {
    std::ofstream{path_ / name, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                        static_cast<std::streamsize>(bytes.size()));
    return path_ / name;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The example messages of the protocol notes: their expected effect is known from there.
namespace itch_example {
constexpr std::string_view kAdd =  // ref 1001 B 300 AAPL 150.25
    "41000700001f1aced9f07b00000000000003e9420000012c4141504c202020200016ed24";
constexpr std::string_view kAddMpid =  // ref 1002 S 200 AAPL 150.30 NSDQ
    "46000700001f1aced9f07c00000000000003ea53000000c84141504c202020200016ef184e534451";
constexpr std::string_view kExecuted =  // ref 1001, 100, match 5001
    "45000700001f1aced9f07d00000000000003e9000000640000000000001389";
constexpr std::string_view kExecutedPrice =  // ref 1001, 50, match 5002, Y, 150.24
    "43000700001f1aced9f07e00000000000003e900000032000000000000138a590016ecc0";
constexpr std::string_view kCancel = "58000700001f1aced9f07f00000000000003e900000032";  // 50
constexpr std::string_view kReplace =  // 1001 becomes 1003, 80 at 150.26
    "55000700001f1aced9f08000000000000003e900000000000003eb000000500016ed88";
constexpr std::string_view kDelete = "44000700001f1aced9f08100000000000003ea";  // ref 1002
}  // namespace itch_example
inline std::vector<Bytes> itch_examples() {
  using namespace itch_example;
  return {hex(kAdd),    hex(kAddMpid), hex(kExecuted), hex(kExecutedPrice),
          hex(kCancel), hex(kReplace), hex(kDelete)};
}
}  // namespace sq::test
