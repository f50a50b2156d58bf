#include "engine/feed/itch/binary_file.hpp"

#include <string>

#include "engine/feed/itch/message.hpp"

namespace sq::feed::itch {
namespace {
constexpr std::size_t kLengthBytes = 2;
}

bool BinaryFile::next(FramedMessage& out) {
  bytes_.skip(given_);
  given_ = 0;
  if (!bytes_.more(kLengthBytes)) [[unlikely]] {
    end_of_file();
    return false;
  }
  const std::size_t length = load_u16(bytes_.ahead().data());
  if (length == 0) [[unlikely]]
    return without_length(out);
  if (!bytes_.more(kLengthBytes + length)) [[unlikely]] {
    end_of_file();
    return false;
  }
  out.position = bytes_.position();
  out.bytes = {bytes_.ahead().data() + kLengthBytes, length};
  given_ = kLengthBytes + length;
  return true;
}

bool BinaryFile::without_length(FramedMessage& out) {
  if (ended_) return false;
  const std::uint64_t position = bytes_.position();
  if (!bytes_.more(kLengthBytes + 1)) {  // the end of the session is the end of the file
    bytes_.skip(kLengthBytes);
    end_of_file();
    return false;
  }
  const char type = static_cast<char>(bytes_.ahead()[kLengthBytes]);
  const std::size_t length = length_of(type);
  if (length == 0 || !bytes_.more(kLengthBytes + length)) {
    anomalies_.add(position, "bytes behind the length 0 that ends the session");
    bytes_.skip(bytes_.ahead().size());
    ended_ = true;
    return false;
  }
  if (without_length_++ == 0)
    anomalies_.add(position, "message with the length 0, expected " + std::to_string(length) +
                                 ": lengths are taken from the types of such messages");
  out.position = position;
  out.bytes = bytes_.ahead().subspan(kLengthBytes, length);
  given_ = kLengthBytes + length;
  return true;
}

void BinaryFile::end_of_file() {
  if (ended_) return;
  ended_ = true;
  const std::size_t left = bytes_.ahead().size();
  if (left != 0)
    anomalies_.add(bytes_.position(), "the file ends inside a message, " + std::to_string(left) +
                                          " bytes after the last whole one");
  bytes_.skip(left);
  if (!bytes_.problem().empty()) anomalies_.add(bytes_.position(), bytes_.problem());
}

void BinaryFile::report(FileCounters& counters) const {
  if (without_length_ != 0) counters.by_kind.emplace_back("frames without length", without_length_);
}
}  // namespace sq::feed::itch
