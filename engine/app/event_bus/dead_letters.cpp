#include "engine/app/event_bus/dead_letters.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "engine/wal/checksum.hpp"

namespace sq::app {
namespace {
namespace json = boost::json;
constexpr std::size_t kChecksumText = 17;  // 16 digits and a space
constexpr std::uint64_t kLinesSpare = 256;

std::string hex_of(const KeptRecord& record) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  if (record.empty()) return text;
  text.reserve(record.bytes() * 2);
  const auto* bytes = reinterpret_cast<const unsigned char*>(&record.header());
  for (std::size_t i = 0; i < record.bytes(); ++i) {
    text += kDigits[bytes[i] >> 4U];
    text += kDigits[bytes[i] & 15U];
  }
  return text;
}

// Empty: not a record.
KeptRecord record_of(std::string_view hex) {
  if (hex.size() % (2 * kRecordAlignment) != 0 || hex.size() < 2 * sizeof(RecordHeader)) return {};
  std::vector<std::uint64_t> words(hex.size() / (2 * sizeof(std::uint64_t)));
  auto* bytes = reinterpret_cast<unsigned char*>(words.data());
  for (std::size_t i = 0; i < hex.size() / 2; ++i) {
    const auto parsed = std::from_chars(&hex[2 * i], &hex[2 * i] + 2, bytes[i], 16);
    if (parsed.ec != std::errc{} || parsed.ptr != &hex[2 * i] + 2) return {};
  }
  const auto& header = *reinterpret_cast<const RecordHeader*>(words.data());
  return header.length == hex.size() / 2 ? KeptRecord{header} : KeptRecord{};
}

std::string line_of(const json::object& object) {
  const std::string text = json::serialize(object);
  return fmt::format("{:016x} {}\n", XXH3_64bits(text.data(), text.size()), text);
}
std::string line_of(const Letter& letter) {
  return line_of({{"keep", letter.id},
                  {"core", letter.from_core},
                  {"subscriber", letter.subscriber},
                  {"reason", letter.reason},
                  {"attempts", letter.attempts},
                  {"log", letter.log_id},
                  {"sequence", letter.sequence},
                  {"record", hex_of(letter.record)}});
}
std::string gone_line(std::uint64_t id) { return line_of(json::object{{"gone", id}}); }

std::uint64_t number(const json::object& object, std::string_view key) {
  return object.at(key).to_number<std::uint64_t>();
}
std::string text(const json::object& object, std::string_view key) {
  return std::string{object.at(key).as_string()};
}
}  // namespace

DeadLetters::DeadLetters(const std::filesystem::path& events_dir, LetterLimits limits)
    : path_{events_dir / "dead-letters.jsonl"}, limits_{limits} {
  load();
}

void DeadLetters::load() {
  file_ = wal::File::open(path_, O_RDWR | O_CREAT | O_CLOEXEC);
  wal::sync_directory(path_.parent_path());
  std::string all(file_.size(), '\0');
  all.resize(wal::read_all(file_, all.data(), all.size(), 0, path_));
  std::size_t at = 0;
  while (at < all.size()) {
    const std::size_t end = all.find('\n', at);
    if (end == std::string::npos) break;  // its write was cut: it was never promised
    take_line(std::string_view{all}.substr(at, end - at));
    at = end + 1;
  }
  if (at != all.size() && ::ftruncate(file_.fd(), static_cast<off_t>(at)) != 0)
    wal::throw_errno("cannot cut", path_, errno);
  file_bytes_ = at;
}

void DeadLetters::take_line(std::string_view line) {
  ++lines_;
  std::uint64_t checksum = 0;
  const std::string_view body = line.substr(std::min(line.size(), kChecksumText));
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), checksum, 16);
  if (parsed.ec != std::errc{} || checksum != XXH3_64bits(body.data(), body.size())) {
    ++counts_.damaged;
    return;
  }
  try {
    const json::value value = json::parse(body);
    const json::object& object = value.as_object();
    if (object.contains("next")) {
      next_id_ = std::max(next_id_, number(object, "next"));
    } else if (object.contains("gone")) {
      if (const auto found = at(number(object, "gone")); found != letters_.end()) forget(found);
    } else {
      Letter letter{number(object, "keep"),
                    object.at("core").as_bool(),
                    text(object, "subscriber"),
                    text(object, "reason"),
                    object.at("attempts").to_number<std::uint32_t>(),
                    number(object, "log"),
                    number(object, "sequence"),
                    record_of(object.at("record").as_string())};
      if (letter.record.empty()) throw std::runtime_error("no record");
      next_id_ = std::max(next_id_, letter.id + 1);
      if (const auto found = at(letter.id); found != letters_.end()) {
        *found = std::move(letter);
        return;
      }
      counts_.bytes += letter.record.bytes();
      letters_.push_back(std::move(letter));
    }
  } catch (const std::exception&) {  // of another version, or not ours
    ++counts_.damaged;
  }
}

std::deque<Letter>::iterator DeadLetters::at(std::uint64_t id) {
  const auto found = std::lower_bound(letters_.begin(), letters_.end(), id,
                                      [](const Letter& l, std::uint64_t i) { return l.id < i; });
  return found != letters_.end() && found->id == id ? found : letters_.end();
}

void DeadLetters::forget(std::deque<Letter>::iterator letter) {
  counts_.bytes -= letter->record.bytes();
  letters_.erase(letter);
}

void DeadLetters::append(const std::string& line) {
  if (const int error =
          wal::write_all(wal::Disk::system(), file_.fd(), line.data(), line.size(), file_bytes_);
      error != 0)
    wal::throw_errno("cannot write", path_, error);
  if (::fdatasync(file_.fd()) != 0) wal::throw_errno("cannot sync", path_, errno);
  file_bytes_ += line.size();
}

// The lines that tell of those which have to go, oldest first.
void DeadLetters::make_room(std::size_t bytes, std::string& lines) {
  std::size_t kept = letters_.size();
  std::uint64_t left = counts_.bytes;
  for (const Letter& oldest : letters_) {
    if (kept < limits_.letters_max && left + bytes <= limits_.bytes_max) break;
    lines += gone_line(oldest.id);
    --kept;
    left -= oldest.record.bytes();
  }
}

std::uint64_t DeadLetters::add(Letter letter) {
  const std::scoped_lock lock{mutex_};
  const auto same = std::find_if(letters_.begin(), letters_.end(), [&](const Letter& each) {
    return each.sequence == letter.sequence && each.log_id == letter.log_id &&
           each.from_core == letter.from_core && each.subscriber == letter.subscriber;
  });
  if (same != letters_.end()) {
    Letter renewed = *same;
    renewed.reason = std::move(letter.reason);
    renewed.attempts += letter.attempts;
    append(line_of(renewed));
    ++lines_;
    *same = std::move(renewed);
    const std::uint64_t id = same->id;
    rewrite_if_mostly_gone();
    return id;
  }
  letter.id = next_id_;
  std::string lines;
  make_room(letter.record.bytes(), lines);
  const auto out = static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
  append(lines + line_of(letter));
  ++next_id_;
  lines_ += out + 1;
  for (std::uint64_t i = 0; i < out; ++i) forget(letters_.begin());
  counts_.pushed_out += out;
  ++counts_.added;
  counts_.bytes += letter.record.bytes();
  letters_.push_back(std::move(letter));
  const std::uint64_t id = letters_.back().id;
  rewrite_if_mostly_gone();
  return id;
}

bool DeadLetters::remove(std::uint64_t id, End end) {
  const std::scoped_lock lock{mutex_};
  const auto found = at(id);
  if (found == letters_.end()) return false;
  append(gone_line(id));
  ++lines_;
  forget(found);
  ++(end == End::Replayed ? counts_.replayed : counts_.discarded);
  rewrite_if_mostly_gone();
  return true;
}

void DeadLetters::rewrite_if_mostly_gone() {
  if (lines_ < 2 * letters_.size() + kLinesSpare) return;
  std::string all = line_of(json::object{{"next", next_id_}});
  for (const Letter& letter : letters_) all += line_of(letter);
  try {
    wal::replace_file(path_, all.data(), all.size());
  } catch (const wal::LogError&) {  // the old file has everything too; tried at the next change
    return;
  }
  file_ = wal::File::open(path_, O_RDWR | O_CLOEXEC);
  file_bytes_ = all.size();
  lines_ = letters_.size() + 1;
}

std::optional<Letter> DeadLetters::find(std::uint64_t id) const {
  const std::scoped_lock lock{mutex_};
  for (const Letter& letter : letters_)
    if (letter.id == id) return letter;
  return std::nullopt;
}

std::vector<Letter> DeadLetters::list(const LetterFilter& filter, std::size_t limit) const {
  const std::scoped_lock lock{mutex_};
  std::vector<Letter> found;
  for (auto letter = letters_.rbegin(); letter != letters_.rend() && found.size() < limit;
       ++letter) {
    if (letter->id >= filter.before) continue;
    if (!filter.subscriber.empty() && letter->subscriber != filter.subscriber) continue;
    if (filter.kind && letter->record.header().kind != *filter.kind) continue;
    found.push_back(*letter);
  }
  return found;
}

LetterCounts DeadLetters::counts() const {
  const std::scoped_lock lock{mutex_};
  LetterCounts counts = counts_;
  counts.kept = letters_.size();
  return counts;
}
}  // namespace sq::app
