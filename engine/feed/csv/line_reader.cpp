#include "engine/feed/csv/line_reader.hpp"

#include <cstring>

namespace sq::feed::csv {
namespace {
constexpr std::size_t kZipBuffer = 1U << 18;
static_assert(kZipBuffer > 2 * kLineMax);
}  // namespace

LineReader::LineReader(const std::filesystem::path& path)
    : bytes_{path}, name_{path.filename().string()} {
  static_cast<void>(bytes_.more(4));
  if (!ZipMember::is_zip(bytes_.ahead())) return;
  if (bytes_.ahead().size() != bytes_.bytes_total())
    refuse_file(path, "is a zip archive, but no regular file");
  zip_ = std::make_unique<ZipMember>(path, bytes_.ahead());
  name_ = zip_->name();
  buffer_.resize(kZipBuffer);
}

std::string_view LineReader::ahead() const noexcept {
  if (zip_) return {buffer_.data() + begin_, end_ - begin_};
  const auto bytes = bytes_.ahead();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void LineReader::skip(std::size_t count) noexcept {
  if (zip_) {
    begin_ += count;
  } else {
    bytes_.skip(count);
  }
}

// What is ahead stays ahead, and more follows it; false: no more.
bool LineReader::more() {
  if (!zip_) return bytes_.more(bytes_.ahead().size() + 1);
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  const std::size_t count = zip_->read({buffer_.data() + end_, buffer_.size() - end_});
  end_ += count;
  return count != 0;
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = 0;
  for (;;) {
    const std::string_view text = ahead();
    const std::size_t feed = text.find('\n', searched);
    const std::size_t size = feed == std::string_view::npos ? text.size() : feed;
    if (size > kLineMax)
      refuse_file(path(), "line " + std::to_string(line_ + 1) + " is longer than " +
                              std::to_string(kLineMax) + " bytes");
    if (feed == std::string_view::npos) {
      searched = text.size();
      if (more()) continue;
      line = ahead();  // the end of the file
      if (line.empty()) return false;
    } else {
      line = text.substr(0, feed);
    }
    skip(line.size() + (feed == std::string_view::npos ? 0 : 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_;
    return true;
  }
}
}  // namespace sq::feed::csv
