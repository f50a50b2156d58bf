#include "engine/feed/gzip_writer.hpp"

#include <zlib.h>

#include <stdexcept>
#include <string>

namespace sq::feed {
namespace {
constexpr int kLevel = 2;                 // 4 is 10 % smaller and takes 1.5 times as long
constexpr int kGzipWindow = 15 + 16;      // zlib's way to ask for the gzip format
constexpr std::size_t kChunk = 1U << 17;  // bytes
}  // namespace

GzipWriter::GzipWriter(const std::filesystem::path& path)
    : path_{path}, stream_{std::make_unique<z_stream>()}, output_(kChunk) {
  input_.reserve(kChunk);
  file_ = std::fopen(path.c_str(), "wb");
  if (file_ == nullptr) fail("cannot be created");
  if (deflateInit2(stream_.get(), kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    fail("zlib cannot start");
  }
  gz_header header{};
  header.os = 255;  // unknown
  deflateSetHeader(stream_.get(), &header);
  compress(Z_NO_FLUSH);  // takes the header in while it lives
}

GzipWriter::~GzipWriter() {
  deflateEnd(stream_.get());
  if (file_ != nullptr) std::fclose(file_);
}

void GzipWriter::fail(std::string_view what) const {
  throw std::runtime_error(path_.string() + ": " + std::string{what});
}

void GzipWriter::write(std::string_view text) {
  text_bytes_ += text.size();
  input_.insert(input_.end(), text.begin(), text.end());
  if (input_.size() >= kChunk) compress(Z_NO_FLUSH);
}

void GzipWriter::compress(int flush) {
  crc_ = static_cast<std::uint32_t>(crc32(crc_, input_.data(), static_cast<uInt>(input_.size())));
  stream_->next_in = input_.data();
  stream_->avail_in = static_cast<uInt>(input_.size());
  do {
    stream_->next_out = output_.data();
    stream_->avail_out = static_cast<uInt>(output_.size());
    deflate(stream_.get(), flush);
    const std::size_t ready = output_.size() - stream_->avail_out;
    if (std::fwrite(output_.data(), 1, ready, file_) != ready) fail("cannot be written");
    file_bytes_ += ready;
  } while (stream_->avail_out == 0);
  input_.clear();
}

void GzipWriter::flush() {
  compress(Z_SYNC_FLUSH);
  if (std::fflush(file_) != 0) fail("cannot be written");
}

void GzipWriter::close() {
  compress(Z_FINISH);
  const int closed = std::fclose(file_);
  file_ = nullptr;
  if (closed != 0) fail("cannot be closed");
}
}  // namespace sq::feed
