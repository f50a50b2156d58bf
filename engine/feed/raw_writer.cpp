#include "engine/feed/raw_writer.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace sq::feed {
namespace {
struct Offered {
  WallTime received{};
  std::uint64_t lost{0};  // so far, before this one
};
constexpr int kMessagesAtOnce = 256;

std::string digits(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}
// 20261121T225000Z
std::string stamp_of(WallTime at) {
  const std::int64_t seconds = at.ns / kNsPerSecond;
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{seconds / 86'400}}};
  std::string text = digits(int{date.year()}, 4);
  text.append(digits(unsigned{date.month()}, 2)).append(digits(unsigned{date.day()}, 2));
  text.append("T").append(digits(seconds / 3'600 % 24, 2));
  return text.append(digits(seconds / 60 % 60, 2)).append(digits(seconds % 60, 2)).append("Z");
}
}  // namespace

RawWriter::RawWriter(RawWriterSettings settings)
    : settings_{std::move(settings)}, ring_{settings_.ring_bytes} {
  std::filesystem::create_directories(settings_.folder);
}
RawWriter::~RawWriter() = default;

bool RawWriter::offer(WallTime received, std::string_view message, std::string_view before,
                      std::string_view behind) noexcept {
  const std::size_t length = sizeof(Offered) + before.size() + message.size() + behind.size();
  const std::uint64_t lost = lost_.load(std::memory_order_relaxed);
  std::byte* room =
      length <= ring_.length_max() ? ring_.reserve(static_cast<std::uint32_t>(length)) : nullptr;
  if (room == nullptr) {
    lost_.store(lost + 1, std::memory_order_relaxed);
    return false;
  }
  const Offered head{received, lost};
  std::memcpy(room, &head, sizeof head);
  std::size_t at = sizeof head;
  for (const std::string_view piece : {before, message, behind}) {
    if (piece.empty()) continue;
    std::memcpy(room + at, piece.data(), piece.size());
    at += piece.size();
  }
  ring_.commit(static_cast<std::uint32_t>(length));
  return true;
}

bool RawWriter::write_some(MonoTime now) {
  int done = 0;
  while (done < kMessagesAtOnce) {
    const std::byte* bytes = ring_.peek_bytes();
    if (bytes == nullptr) break;
    Offered head;
    std::memcpy(&head, bytes, sizeof head);
    const std::string_view message{reinterpret_cast<const char*>(bytes) + sizeof head,
                                   ring_.length() - sizeof head};
    if (head.lost != lost_told_) {
      line_ = R"({"e":"recorderLost","count":)";
      line_.append(std::to_string(head.lost - lost_told_)).append("}");
      lost_told_ = head.lost;
      write(head.received, std::string{line_});
    }
    write(head.received, message);
    written_.store(written_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    ring_.pop();
    ++done;
  }
  if (file_ && now - flushed_ >= settings_.flush_ns) {
    file_->flush();
    flushed_ = now;
  }
  return done != 0;
}

void RawWriter::write(WallTime received, std::string_view message) {
  const bool full = file_ && (file_->text_bytes() >= settings_.file_bytes_max ||
                              received - begun_ >= settings_.file_ns_max);
  if (full) finish();
  if (!file_) open(received);
  write_line(received, message);
}

void RawWriter::write_line(WallTime received, std::string_view message) {
  last_ = received;
  line_ = std::to_string(received.ns);
  line_.append(" ").append(message);
  std::replace(line_.begin(), line_.end(), '\n', ' ');
  line_.append("\n");
  file_->write(line_);
}

// The number behind the time makes the name new, also when the clock was set back.
void RawWriter::open(WallTime first) {
  const std::string stamp = stamp_of(first);
  for (int number = 1;; ++number) {
    std::string name = settings_.name;
    name.append("-").append(stamp).append("-").append(digits(number, 4)).append(".gz");
    path_ = settings_.folder / name;
    if (!std::filesystem::exists(path_) && !std::filesystem::exists(path_.string() + ".part"))
      break;
  }
  file_ = std::make_unique<GzipWriter>(path_.string() + ".part");
  begun_ = first;
}

void RawWriter::finish() {
  if (!file_) return;
  file_->close();
  text_bytes_ += file_->text_bytes();
  file_bytes_ += file_->file_bytes();
  file_.reset();
  std::filesystem::rename(path_.string() + ".part", path_);
  files_.push_back(path_);
}

void RawWriter::close() {
  while (write_some(flushed_)) {
  }
  const std::uint64_t lost = lost_.load(std::memory_order_relaxed);
  if (lost != lost_told_ && file_) {
    std::string told = R"({"e":"recorderLost","count":)";
    told.append(std::to_string(lost - lost_told_)).append("}");
    lost_told_ = lost;
    write_line(last_, told);
  }
  finish();
}
}  // namespace sq::feed
