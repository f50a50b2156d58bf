#include "engine/feed/raw_recording.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "engine/feed/raw_file.hpp"

namespace sq::feed {
std::string_view text_of(RecordingError error) noexcept {
  switch (error) {
    case RecordingError::CannotOpen:
      return "cannot be opened";
    case RecordingError::CannotRead:
      return "cannot be read";
    case RecordingError::CutOff:
      return "compressed stream is cut off";
    case RecordingError::Damaged:
      return "compressed stream is damaged";
    case RecordingError::BadLine:
      return "expected `<nanoseconds> <json>`";
    case RecordingError::LineTooLong:
      return "line is too long";
  }
  return "?";
}

std::string RecordingFailure::text() const {
  return file + ":" + std::to_string(line) + ": " + std::string{text_of(error)};
}

namespace {
RecordingError error_of(RawFileStatus status) noexcept {
  switch (status) {
    case RawFileStatus::CannotOpen:
      return RecordingError::CannotOpen;
    case RawFileStatus::CutOff:
      return RecordingError::CutOff;
    case RawFileStatus::Damaged:
      return RecordingError::Damaged;
    case RawFileStatus::Good:
    case RawFileStatus::End:
    case RawFileStatus::CannotRead:
      break;
  }
  return RecordingError::CannotRead;
}
}  // namespace

RecordedBytes::RecordedBytes(std::string_view text) : bytes_(text.size() + kRawPadding) {
  std::copy(text.begin(), text.end(), bytes_.begin());
  size_ = text.size();
}

RawRecording::RawRecording(std::vector<std::filesystem::path> files)
    : RawRecording{std::move(files), Settings{}} {}

RawRecording::RawRecording(std::vector<std::filesystem::path> files, Settings settings)
    : files_{std::move(files)},
      buffer_(settings.buffer_bytes + kRawPadding),
      begin_{buffer_.data()},
      end_{buffer_.data()},
      line_bytes_max_{settings.line_bytes_max} {}

RawRecording::RawRecording(const RecordedBytes& bytes, std::string name)
    : begin_{bytes.text().data()},
      end_{bytes.text().data() + bytes.text().size()},
      line_bytes_max_{bytes.text().size()},
      name_{std::move(name)} {}

RawRecording::~RawRecording() = default;
RawRecording::RawRecording(RawRecording&&) noexcept = default;
RawRecording& RawRecording::operator=(RawRecording&&) noexcept = default;

RawRecording::Read RawRecording::next(RawLine& out) {
  std::size_t searched = 0;  // bytes of the line at hand known to hold no line feed
  for (;;) {
    const auto unread = static_cast<std::size_t>(end_ - begin_);
    const void* found =
        unread == searched ? nullptr : std::memchr(begin_ + searched, '\n', unread - searched);
    if (found != nullptr) {
      const char* feed = static_cast<const char*>(found);
      const std::string_view line{begin_, static_cast<std::size_t>(feed - begin_)};
      begin_ = feed + 1;
      return parse(line, out);
    }
    searched = unread;
    if (unread > line_bytes_max_) return too_long();
    switch (read_more()) {
      case More::Bytes:
        break;
      case More::Failed:
        return Read::Failed;
      case More::EndOfFile:
        open_.reset();
        if (unread != 0) {
          begin_ = end_;
          return parse({end_ - unread, unread}, out);
        }
        if (next_file_ == files_.size()) return Read::End;
        open_next();
        break;
    }
  }
}

// Moves what is not read yet to the front and appends to it.
RawRecording::More RawRecording::read_more() {
  if (open_ == nullptr) return More::EndOfFile;
  const auto unread = static_cast<std::size_t>(end_ - begin_);
  if (unread + kRawPadding >= buffer_.size()) {  // one line fills it
    std::vector<char> larger(2 * buffer_.size());
    std::memcpy(larger.data(), begin_, unread);
    buffer_ = std::move(larger);
  } else if (unread != 0) {
    std::memmove(buffer_.data(), begin_, unread);
  }
  begin_ = buffer_.data();
  end_ = begin_ + unread;
  std::size_t count = 0;
  const RawFileStatus status =
      open_->read({buffer_.data() + unread, buffer_.size() - kRawPadding - unread}, count);
  end_ += count;
  if (status == RawFileStatus::Good) return More::Bytes;
  if (status == RawFileStatus::End) return More::EndOfFile;
  fail(error_of(status));
  return More::Failed;
}

// A file that cannot be opened says so when it is read.
void RawRecording::open_next() {
  const std::filesystem::path& path = files_[next_file_++];
  name_ = path.string();
  line_ = 0;
  open_ = std::make_unique<RawFile>(path);
}

// Nothing can be read after it.
RawRecording::Read RawRecording::fail(RecordingError error) {
  failure_ = RecordingFailure{error, name_, line_};
  open_.reset();
  next_file_ = files_.size();
  begin_ = end_;
  return Read::Failed;
}

RawRecording::Read RawRecording::too_long() {
  ++line_;
  return fail(RecordingError::LineTooLong);
}

RawRecording::Read RawRecording::parse(std::string_view line, RawLine& out) {
  if (line.size() > line_bytes_max_) return too_long();
  ++line_;
  const char* end = line.data() + line.size();
  if (!line.empty() && line.back() == '\r') --end;
  const auto [blank, error] = std::from_chars(line.data(), end, out.received.ns);
  const bool digits = !line.empty() && line.front() >= '0' && line.front() <= '9';
  if (!digits || error != std::errc{} || end - blank < 2 || *blank != ' ') {
    failure_ = RecordingFailure{RecordingError::BadLine, name_, line_};
    return Read::Failed;
  }
  out.json = {blank + 1, static_cast<std::size_t>(end - blank - 1)};
  return Read::Line;
}

std::expected<RecordedBytes, RecordingFailure> RawRecording::load_all(
    const std::vector<std::filesystem::path>& files) {
  RecordedBytes bytes;
  std::vector<char>& text = bytes.bytes_;
  constexpr std::size_t kStep = 1U << 20;
  for (const std::filesystem::path& path : files) {
    RawFile file{path};
    RawFileStatus status = RawFileStatus::Good;
    while (status == RawFileStatus::Good) {
      if (text.size() < bytes.size_ + kStep) text.resize(2 * text.size() + kStep);
      std::size_t count = 0;
      status = file.read({text.data() + bytes.size_, kStep}, count);
      bytes.size_ += count;
    }
    if (status != RawFileStatus::End)
      return std::unexpected(RecordingFailure{error_of(status), path.string(), 0});
    if (bytes.size_ != 0 && text[bytes.size_ - 1] != '\n') {
      text.resize(bytes.size_ + 1);
      text[bytes.size_++] = '\n';  // so that the next file starts a line
    }
  }
  text.resize(bytes.size_);
  text.resize(bytes.size_ + kRawPadding);
  return bytes;
}
}  // namespace sq::feed
