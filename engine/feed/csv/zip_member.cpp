#include "engine/feed/csv/zip_member.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "engine/feed/byte_reader.hpp"

namespace sq::feed::csv {
namespace {
constexpr std::uint32_t kLocalHeader = 0x0403'4B50;
constexpr std::uint32_t kDirectoryEntry = 0x0201'4B50;
constexpr std::uint32_t kDirectoryEnd = 0x0605'4B50;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCommentMax = 0xFFFF;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint32_t kIn64Bits = 0xFFFF'FFFF;  // the value is in a Zip64 field
constexpr std::size_t kStepMax = 1U << 30;        // zlib counts in 32 bits

template <class T>
T field(std::span<const std::byte> bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}
std::uint32_t word(std::span<const std::byte> bytes, std::size_t offset) {
  return field<std::uint32_t>(bytes, offset);
}
std::uint16_t half(std::span<const std::byte> bytes, std::size_t offset) {
  return field<std::uint16_t>(bytes, offset);
}

std::size_t find_end(const std::filesystem::path& path, std::span<const std::byte> archive) {
  if (archive.size() >= kEndBytes) {
    const std::size_t last = archive.size() - kEndBytes;
    const std::size_t first = last > kCommentMax ? last - kCommentMax : 0;
    for (std::size_t at = last + 1; at-- > first;)
      if (word(archive, at) == kDirectoryEnd) return at;
  }
  refuse_file(path, "is a zip archive without its directory: cut off or damaged");
}

// Of the directory's entries the one that is no folder.
std::size_t find_entry(const std::filesystem::path& path, std::span<const std::byte> archive) {
  const std::size_t end = find_end(path, archive);
  const std::size_t entries = half(archive, end + 10);
  std::size_t at = word(archive, end + 16);
  std::size_t found = 0;
  std::size_t files = 0;
  for (std::size_t i = 0; i < entries; ++i) {
    if (at > end || end - at < kEntryBytes || word(archive, at) != kDirectoryEntry)
      refuse_file(path, "is a zip archive with a damaged directory");
    const std::size_t name = half(archive, at + 28);
    const std::size_t bytes = kEntryBytes + name + half(archive, at + 30) + half(archive, at + 32);
    if (bytes > end - at) refuse_file(path, "is a zip archive with a damaged directory");
    const bool folder =
        name != 0 && archive[at + kEntryBytes + name - 1] == static_cast<std::byte>('/');
    if (!folder) {
      found = at;
      ++files;
    }
    at += bytes;
  }
  if (files != 1)
    refuse_file(path, "is a zip archive of " + std::to_string(files) + " files, expected one");
  return found;
}
}  // namespace

bool ZipMember::is_zip(std::span<const std::byte> head) noexcept {
  return head.size() >= 4 && (word(head, 0) == kLocalHeader || word(head, 0) == kDirectoryEnd);
}

ZipMember::ZipMember(const std::filesystem::path& path, std::span<const std::byte> archive) {
  const std::size_t entry = find_entry(path, archive);
  name_.assign(reinterpret_cast<const char*>(archive.data()) + entry + kEntryBytes,
               half(archive, entry + 28));
  method_ = half(archive, entry + 10);
  crc_expected_ = word(archive, entry + 16);
  const std::uint32_t packed = word(archive, entry + 20);
  if ((half(archive, entry + 8) & 1U) != 0) refuse_file(path, "is an encrypted zip archive");
  if (method_ != kStored && method_ != kDeflated)
    refuse_file(path, "is a zip archive with compression method " + std::to_string(method_) +
                          ", expected 0 (stored) or 8 (deflated)");
  const std::size_t local = word(archive, entry + 42);
  if (local > entry || entry - local < kLocalBytes || word(archive, local) != kLocalHeader)
    refuse_file(path, "is a zip archive with a damaged directory");
  const std::size_t skipped = kLocalBytes + half(archive, local + 26) + half(archive, local + 28);
  if (skipped > entry - local) refuse_file(path, "is a zip archive with a damaged directory");
  data_offset_ = local + skipped;
  // A deflate stream knows its end; the directory bounds it in any case.
  const std::size_t room = entry - data_offset_;
  if (packed != kIn64Bits && packed > room)
    refuse_file(path, "is a zip archive with a damaged directory");
  data_ = archive.subspan(data_offset_, packed == kIn64Bits ? room : packed);
  if (method_ == kDeflated && inflateInit2(&zip_, -MAX_WBITS) != Z_OK) throw std::bad_alloc{};
}

ZipMember::~ZipMember() {
  if (method_ == kDeflated) inflateEnd(&zip_);
}

std::uint64_t ZipMember::bytes_read() const noexcept {
  return data_offset_ + read_ - zip_.avail_in;
}

void ZipMember::refill() {
  const std::size_t step = std::min(kStepMax, data_.size() - read_);
  zip_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(data_.data() + read_));
  zip_.avail_in = static_cast<uInt>(step);
  read_ += step;
}

std::size_t ZipMember::end_of_data(std::size_t count) {
  ended_ = true;
  if (crc_ != crc_expected_) problem_ = "the zip archive's file does not have its checksum";
  return count;
}

std::size_t ZipMember::copy(std::span<char> out) {
  const std::size_t count = std::min(out.size(), data_.size() - read_);
  std::memcpy(out.data(), data_.data() + read_, count);
  read_ += count;
  crc_ =
      static_cast<std::uint32_t>(crc32_z(crc_, reinterpret_cast<const Bytef*>(out.data()), count));
  return read_ == data_.size() ? end_of_data(count) : count;
}

std::size_t ZipMember::read(std::span<char> out) {
  if (ended_ || out.empty()) return 0;
  if (method_ == kStored) return copy(out);
  const auto room = static_cast<uInt>(std::min(out.size(), kStepMax));
  zip_.next_out = reinterpret_cast<Bytef*>(out.data());
  zip_.avail_out = room;
  int code = Z_OK;
  while (zip_.avail_out != 0 && code == Z_OK) {
    if (zip_.avail_in == 0) refill();
    code = inflate(&zip_, Z_NO_FLUSH);
  }
  const std::size_t count = room - zip_.avail_out;
  crc_ =
      static_cast<std::uint32_t>(crc32_z(crc_, reinterpret_cast<const Bytef*>(out.data()), count));
  if (code == Z_STREAM_END) return end_of_data(count);
  if (code != Z_OK) {
    ended_ = true;
    problem_ = code == Z_BUF_ERROR ? "the zip archive's file is cut off"
                                   : "the zip archive's file is damaged";
  }
  return count;
}
}  // namespace sq::feed::csv
