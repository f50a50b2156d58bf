#include "engine/feed/raw_file.hpp"

#include <zstd.h>

#include <cstring>
#include <system_error>

namespace sq::feed {
RawFile::RawFile(const std::filesystem::path& path) : file_{std::fopen(path.c_str(), "rb")} {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error) size_ = size;
  if (file_ == nullptr || !fill()) return;
  constexpr unsigned char kGzip[] = {0x1F, 0x8B};
  constexpr unsigned char kZstd[] = {0x28, 0xB5, 0x2F, 0xFD};
  if (zip_.avail_in >= 2 && std::memcmp(zip_.next_in, kGzip, 2) == 0) {
    packing_ = Packing::Gzip;
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&zip_, kGzipOnly) != Z_OK) file_.reset();
  } else if (zip_.avail_in >= 4 && std::memcmp(zip_.next_in, kZstd, 4) == 0) {
    packing_ = Packing::Zstd;
    zstd_ = ZSTD_createDCtx();
    if (zstd_ == nullptr) file_.reset();
  }
  inside_ = packing_ != Packing::Plain;
}

RawFile::~RawFile() {
  if (packing_ == Packing::Gzip) inflateEnd(&zip_);
  ZSTD_freeDCtx(zstd_);
}

bool RawFile::fill() {
  const std::size_t got = std::fread(input_.data(), 1, input_.size(), file_.get());
  zip_.next_in = input_.data();
  zip_.avail_in = static_cast<uInt>(got);
  fetched_ += got;
  return got != 0;
}

RawFileStatus RawFile::no_more() const {
  if (std::ferror(file_.get()) != 0) return RawFileStatus::CannotRead;
  return inside_ ? RawFileStatus::CutOff : RawFileStatus::End;
}

RawFileStatus RawFile::read(std::span<char> out, std::size_t& count) {
  count = 0;
  if (file_ == nullptr) return RawFileStatus::CannotOpen;
  switch (packing_) {
    case Packing::Gzip:
      return inflate_some(out, count);
    case Packing::Zstd:
      return unpack_zstd(out, count);
    case Packing::Plain:
      break;
  }
  return read_plain(out, count);
}

RawFileStatus RawFile::read_plain(std::span<char> out, std::size_t& count) {
  if (zip_.avail_in == 0 && !fill()) return no_more();
  count = out.size() < zip_.avail_in ? out.size() : zip_.avail_in;
  std::memcpy(out.data(), zip_.next_in, count);
  zip_.next_in += count;
  zip_.avail_in -= static_cast<uInt>(count);
  return RawFileStatus::Good;
}

// What there is comes first: an end or damage behind it is seen again by the next call.
RawFileStatus RawFile::inflate_some(std::span<char> out, std::size_t& count) {
  zip_.next_out = reinterpret_cast<unsigned char*>(out.data());
  zip_.avail_out = static_cast<uInt>(out.size());
  while (zip_.avail_out != 0) {
    if (zip_.avail_in == 0 && !fill()) {
      count = out.size() - zip_.avail_out;
      return count != 0 ? RawFileStatus::Good : no_more();
    }
    if (!inside_) {
      if (inflateReset(&zip_) != Z_OK) return RawFileStatus::Damaged;
      inside_ = true;
    }
    const int code = inflate(&zip_, Z_NO_FLUSH);
    count = out.size() - zip_.avail_out;
    if (code == Z_STREAM_END) {
      inside_ = false;
    } else if (code != Z_OK) {
      // Not Z_BUF_ERROR: there is input and room.
      return count != 0 ? RawFileStatus::Good : RawFileStatus::Damaged;
    }
  }
  return RawFileStatus::Good;
}

RawFileStatus RawFile::unpack_zstd(std::span<char> out, std::size_t& count) {
  ZSTD_outBuffer room{out.data(), out.size(), 0};
  while (room.pos != room.size) {
    // All input taken: the decoder may still hold bytes of the frame, so it is asked before.
    ZSTD_inBuffer input{zip_.next_in, zip_.avail_in, 0};
    const std::size_t before = room.pos;
    const bool ask = input.size != 0 || inside_;
    const std::size_t code = ask ? ZSTD_decompressStream(zstd_, &room, &input) : 0;
    count = room.pos;
    if (ZSTD_isError(code) != 0) return count != 0 ? RawFileStatus::Good : RawFileStatus::Damaged;
    zip_.next_in += input.pos;
    zip_.avail_in -= static_cast<uInt>(input.pos);
    if (input.pos != 0 || room.pos != before) {
      inside_ = code != 0;  // 0: the frame is complete and flushed
      continue;
    }
    if (!fill()) return count != 0 ? RawFileStatus::Good : no_more();
  }
  return RawFileStatus::Good;
}
}  // namespace sq::feed
