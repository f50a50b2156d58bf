#include "engine/feed/byte_reader.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "engine/feed/raw_file.hpp"

namespace sq::feed {
namespace {
constexpr std::size_t kBufferBytes = 1U << 20;

std::string_view text_of(RawFileStatus status) {
  switch (status) {
    case RawFileStatus::Good:
    case RawFileStatus::End:
      return "";
    case RawFileStatus::CannotOpen:
      return "cannot be opened";
    case RawFileStatus::CannotRead:
      return "cannot be read";
    case RawFileStatus::CutOff:
      return "the compressed stream is cut off";
    case RawFileStatus::Damaged:
      return "the compressed stream is damaged";
  }
  return "";
}
}  // namespace

void refuse_file(const std::filesystem::path& path, const std::string& reason) {
  throw std::runtime_error{path.string() + ": " + reason};
}

ByteReader::ByteReader(const std::filesystem::path& path) : path_{path} {
  if (std::error_code error; std::filesystem::is_directory(path, error))
    refuse_file(path, "is a folder, expected a file");
  file_ = std::make_unique<RawFile>(path);
  total_ = file_->bytes_total();
  if (file_->packing() == Packing::Plain && map()) {
    file_.reset();
    return;
  }
  buffer_.resize(kBufferBytes);
  start_ = begin_ = end_ = buffer_.data();
  if (!more(1) && problem_ == text_of(RawFileStatus::CannotOpen))
    refuse_file(path, problem_ + " (" + std::generic_category().message(errno) + ")");
}

ByteReader::~ByteReader() {
  if (mapping_ != nullptr) ::munmap(mapping_, total_);
}

std::uint64_t ByteReader::bytes_read() const noexcept {
  if (mapping_ != nullptr) return position();
  return file_ == nullptr ? total_ : file_->bytes_read();
}

// Only regular files; a pipe is read.
bool ByteReader::map() {
  if (std::error_code error; !std::filesystem::is_regular_file(path_, error)) return false;
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct stat status {};
  const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  if (regular && status.st_size > 0) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (memory != MAP_FAILED) {
      static_cast<void>(::madvise(memory, size, MADV_SEQUENTIAL));
      mapping_ = memory;
      total_ = size;
      start_ = begin_ = static_cast<const std::byte*>(memory);
      end_ = begin_ + size;
    }
  }
  ::close(descriptor);
  return mapping_ != nullptr;
}

bool ByteReader::read_more(std::size_t wanted) {
  if (file_ == nullptr) return false;
  auto unread = static_cast<std::size_t>(end_ - begin_);
  base_ = position();
  if (wanted > buffer_.size()) {
    std::vector<std::byte> larger(std::max(wanted, 2 * buffer_.size()));
    if (unread != 0) std::memcpy(larger.data(), begin_, unread);
    buffer_ = std::move(larger);
  } else if (unread != 0) {
    std::memmove(buffer_.data(), begin_, unread);
  }
  start_ = begin_ = buffer_.data();
  while (unread < wanted) {
    std::size_t count = 0;
    const RawFileStatus status = file_->read(
        {reinterpret_cast<char*>(buffer_.data()) + unread, buffer_.size() - unread}, count);
    unread += count;
    if (status == RawFileStatus::Good) continue;
    problem_ = text_of(status);
    total_ = std::max(total_, file_->bytes_read());
    file_.reset();
    break;
  }
  end_ = begin_ + unread;
  return unread >= wanted;
}
}  // namespace sq::feed
