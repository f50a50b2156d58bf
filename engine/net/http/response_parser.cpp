#include "engine/net/http/response_parser.hpp"

#include <algorithm>
#include <charconv>

namespace sq::net {
namespace {
constexpr std::size_t kChunkDigitsMax = 16;
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_token(char c) noexcept {
  if (is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z')) return true;
  return std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return is_token(c); });
}
std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}
// No control characters but tabs; bytes above ASCII are opaque.
bool is_field_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}
// Decimal digits alone, at most 2^63 - 1.
std::optional<std::uint64_t> decimal(std::string_view text) noexcept {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || at != text.data() + text.size()) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}
}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view HttpResponseHead::field(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields)
    if (equal_ignoring_case(key, name)) return value;
  return {};
}
std::size_t HttpResponseHead::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(), [&](const auto& f) {
    return equal_ignoring_case(f.first, name);
  }));
}
bool HttpResponseHead::lists(std::string_view name, std::string_view token) const noexcept {
  for (const auto& [key, value] : fields) {
    if (!equal_ignoring_case(key, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (equal_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

std::optional<std::int64_t> retry_after_seconds(const HttpResponseHead& head) noexcept {
  const auto seconds = decimal(head.field("Retry-After"));
  if (!seconds || *seconds > 86'400ULL * 366) return std::nullopt;
  return static_cast<std::int64_t>(*seconds);
}

void HttpResponseParser::expect(bool head_request, bool upgrade) {
  *this = HttpResponseParser{limits_};
  head_request_ = head_request;
  upgrade_ = upgrade;
}

void HttpResponseParser::fail(std::string_view what) {
  state_ = State::Failed;
  failure_ = what;
  body_.clear();  // a refused answer is no answer
  keep_alive_ = false;
}
void HttpResponseParser::done() { state_ = State::Done; }

std::size_t HttpResponseParser::feed(std::span<const std::byte> bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && (state_ == State::Head || state_ == State::Body)) {
    const auto rest = bytes.subspan(used);
    const bool data = part_ == Part::Length || part_ == Part::ToEnd || part_ == Part::ChunkData;
    used += data ? take_data(rest) : take_line(rest);
  }
  return used;
}

// Bytes up to the end of a line, which is CR LF and nothing else.
std::size_t HttpResponseParser::take_line(std::span<const std::byte> bytes) {
  std::size_t used = 0;
  while (used < bytes.size()) {
    const char c = static_cast<char>(std::to_integer<unsigned char>(bytes[used++]));
    if (state_ == State::Head && ++head_bytes_ > limits_.head_bytes_max) {
      fail("a head longer than the limit");
      return used;
    }
    const bool extension = part_ == Part::Trailers || line_.size() >= kChunkDigitsMax;
    if (state_ == State::Body && extension && ++extension_bytes_ > limits_.extension_bytes_max) {
      fail("chunk extensions or trailers longer than the limit");
      return used;
    }
    if (after_cr_) {
      after_cr_ = false;
      if (c != '\n') {
        fail("a CR without its LF");
        return used;
      }
      on_line();
      line_.clear();
      return used;
    }
    if (c == '\n') {
      fail("an LF without its CR");
      return used;
    }
    if (c == '\r') {
      after_cr_ = true;
    } else {
      line_.push_back(c);
    }
  }
  return used;
}

std::size_t HttpResponseParser::take_data(std::span<const std::byte> bytes) {
  std::size_t n = bytes.size();
  if (part_ != Part::ToEnd) n = static_cast<std::size_t>(std::min<std::uint64_t>(n, left_));
  if (body_.size() + n > limits_.body_bytes_max) {
    fail("a body longer than the limit");
    return n;
  }
  body_.append(reinterpret_cast<const char*>(bytes.data()), n);
  if (part_ == Part::ToEnd) return n;
  left_ -= n;
  if (left_ != 0) return n;
  if (part_ == Part::Length) {
    done();
  } else {
    part_ = Part::ChunkDataEnd;
  }
  return n;
}

void HttpResponseParser::on_line() {
  switch (part_) {
    case Part::StatusLine:
      return on_status_line();
    case Part::Fields:
      return line_.empty() ? on_fields_end() : on_field();
    case Part::ChunkSize:
      return on_chunk_size();
    case Part::ChunkDataEnd:
      if (!line_.empty()) return fail("a chunk that is longer than it said");
      part_ = Part::ChunkSize;
      return;
    case Part::Trailers:
      return on_trailer();
    case Part::Length:
    case Part::ToEnd:
    case Part::ChunkData:
      return;
  }
}

// "HTTP/1.1 200 OK"; the reason, and the space before it, may be missing.
void HttpResponseParser::on_status_line() {
  if (line_.empty() && !blank_line_) {
    blank_line_ = true;
    return;
  }
  const std::string_view line = line_;
  const bool version = line.size() >= 12 && line.starts_with("HTTP/1.") &&
                       (line[7] == '0' || line[7] == '1') && line[8] == ' ';
  if (!version) return fail("not the status line of HTTP/1.0 or 1.1");
  const std::string_view code = line.substr(9, 3);
  if (!std::all_of(code.begin(), code.end(), is_digit) || code[0] < '1' || code[0] > '5' ||
      (line.size() > 12 && line[12] != ' '))
    return fail("a status that is not three digits from 100 to 599");
  if (line.size() > 13 && !is_field_value(line.substr(13)))
    return fail("control characters in the reason");
  head_.status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  head_.minor = line[7] - '0';
  part_ = Part::Fields;
}

void HttpResponseParser::on_field() {
  const std::string_view line = line_;
  if (line.front() == ' ' || line.front() == '\t') return fail("a folded header line");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return fail("a header line without a colon");
  if (!is_token(line.substr(0, colon))) return fail("a header name that is no token");
  const std::string_view value = trim(line.substr(colon + 1));
  if (!is_field_value(value)) return fail("control characters in a header value");
  if (head_.fields.size() == limits_.fields_max) return fail("more header lines than the limit");
  head_.fields.emplace_back(line.substr(0, colon), value);
}

void HttpResponseParser::on_fields_end() {
  if (head_.status == 101) {
    if (!upgrade_) return fail("a change of protocol that was not asked for");
    state_ = State::Upgraded;
    return;
  }
  if (head_.status < 200) {
    if (++interim_ > limits_.interim_max) return fail("too many interim answers");
    head_ = {};
    part_ = Part::StatusLine;
    blank_line_ = true;  // none between answers
    return;
  }
  state_ = State::Body;
  if (!choose_body()) return;
  keep_alive_ = part_ != Part::ToEnd && !head_.lists("Connection", "close") &&
                (head_.minor == 1 || head_.lists("Connection", "keep-alive"));
  if (part_ == Part::Length && left_ == 0) done();
}

// How long the body is. False: failed.
bool HttpResponseParser::choose_body() {
  const std::size_t codings = head_.count("Transfer-Encoding");
  const std::size_t lengths = head_.count("Content-Length");
  if (codings != 0) {
    // Nothing but plain chunks was asked for; both lengths at once is how answers are smuggled.
    if (lengths != 0) return fail("both Transfer-Encoding and Content-Length"), false;
    if (head_.minor == 0) return fail("Transfer-Encoding in HTTP/1.0"), false;
    if (codings != 1 || !equal_ignoring_case(head_.field("Transfer-Encoding"), "chunked"))
      return fail("a transfer coding other than chunked"), false;
  }
  if (lengths != 0 && !choose_length()) return false;
  if (head_request_ || head_.status == 204 || head_.status == 304) {
    part_ = Part::Length;
    left_ = 0;
  } else if (codings != 0) {
    part_ = Part::ChunkSize;
  } else {
    part_ = lengths != 0 ? Part::Length : Part::ToEnd;
  }
  return true;
}

// One length, or the same several times.
bool HttpResponseParser::choose_length() {
  std::optional<std::uint64_t> length;
  for (const auto& [name, value] : head_.fields) {
    if (!equal_ignoring_case(name, "Content-Length")) continue;
    const auto each = decimal(value);
    if (!each || (length && *length != *each))
      return fail("a Content-Length that is not one number"), false;
    length = each;
  }
  if (*length > limits_.body_bytes_max) return fail("a body longer than the limit"), false;
  left_ = *length;
  return true;
}

void HttpResponseParser::on_chunk_size() {
  const std::string_view line = line_;
  const std::size_t end = std::min(line.find(';'), line.size());
  const std::string_view digits = line.substr(0, end);
  if (digits.empty() || digits.size() > kChunkDigitsMax)
    return fail("a chunk size that is no number");
  std::uint64_t size = 0;
  const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (error != std::errc{} || at != digits.data() + digits.size())
    return fail("a chunk size that is no number");
  if (!is_field_value(line.substr(end))) return fail("control characters in a chunk extension");
  if (size > limits_.body_bytes_max - body_.size()) return fail("a body longer than the limit");
  left_ = size;
  part_ = size == 0 ? Part::Trailers : Part::ChunkData;
}

// Read and left: a trailer never becomes a header.
void HttpResponseParser::on_trailer() {
  if (line_.empty()) return done();
  const std::string_view line = line_;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      !is_field_value(line.substr(colon)))
    fail("a trailer that is no header line");
}

void HttpResponseParser::end_of_input(bool orderly) {
  if (state_ != State::Head && state_ != State::Body) return;
  if (part_ == Part::ToEnd && orderly) return done();
  fail(state_ == State::Head && head_bytes_ == 0 ? "the connection ended before an answer"
                                                 : "the connection ended inside an answer");
}
}  // namespace sq::net
