#include "engine/feed/raw_file.hpp"

#include <cstring>

namespace sq::feed {
RawFile::RawFile(const std::filesystem::path& path) : file_{std::fopen(path.c_str(), "rb")} {
  if (file_ == nullptr || !fill()) return;
  constexpr unsigned char kMagic[] = {0x1F, 0x8B};  // RFC 1952
  gzip_ = zip_.avail_in >= 2 && std::memcmp(zip_.next_in, kMagic, 2) == 0;
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (gzip_ && inflateInit2(&zip_, kGzipOnly) != Z_OK) file_.reset();
  in_member_ = gzip_;
}

RawFile::~RawFile() {
  if (gzip_) inflateEnd(&zip_);
}

bool RawFile::fill() {
  const std::size_t got = std::fread(input_.data(), 1, input_.size(), file_.get());
  zip_.next_in = input_.data();
  zip_.avail_in = static_cast<uInt>(got);
  return got != 0;
}

RawFileStatus RawFile::read(std::span<char> out, std::size_t& count) {
  count = 0;
  if (file_ == nullptr) return RawFileStatus::CannotOpen;
  return gzip_ ? inflate_some(out, count) : read_plain(out, count);
}

RawFileStatus RawFile::read_plain(std::span<char> out, std::size_t& count) {
  if (zip_.avail_in == 0 && !fill())
    return std::ferror(file_.get()) != 0 ? RawFileStatus::CannotRead : RawFileStatus::End;
  count = out.size() < zip_.avail_in ? out.size() : zip_.avail_in;
  std::memcpy(out.data(), zip_.next_in, count);
  zip_.next_in += count;
  zip_.avail_in -= static_cast<uInt>(count);
  return RawFileStatus::Good;
}

RawFileStatus RawFile::inflate_some(std::span<char> out, std::size_t& count) {
  zip_.next_out = reinterpret_cast<unsigned char*>(out.data());
  zip_.avail_out = static_cast<uInt>(out.size());
  while (zip_.avail_out != 0) {
    if (zip_.avail_in == 0 && !fill()) {
      count = out.size() - zip_.avail_out;
      if (count != 0) return RawFileStatus::Good;  // what there is first; the end is seen again
      if (std::ferror(file_.get()) != 0) return RawFileStatus::CannotRead;
      return in_member_ ? RawFileStatus::CutOff : RawFileStatus::End;
    }
    if (!in_member_) {
      if (inflateReset(&zip_) != Z_OK) return RawFileStatus::Damaged;
      in_member_ = true;
    }
    const int code = inflate(&zip_, Z_NO_FLUSH);
    count = out.size() - zip_.avail_out;
    if (code == Z_STREAM_END) {
      in_member_ = false;
    } else if (code != Z_OK) {
      // Not Z_BUF_ERROR: there is input and room. Bytes before the damage are given first.
      if (count != 0) return RawFileStatus::Good;
      return RawFileStatus::Damaged;
    }
  }
  return RawFileStatus::Good;
}
}  // namespace sq::feed
