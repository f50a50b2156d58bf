#include "engine/feed/itch/file_source.hpp"

#include "engine/feed/itch/binary_file.hpp"
#include "engine/feed/itch/capture_file.hpp"
#include "engine/feed/itch/decode.hpp"
#include "engine/feed/itch/soup_file.hpp"

namespace sq::feed::itch {
namespace {
// The first packet that is no debug text must accept a login.
bool looks_like_soup(std::span<const std::byte> head) {
  while (head.size() >= 3) {
    const std::size_t length = load_u16(head.data());
    if (length == 0 || head.size() - 2 < length) return false;
    const auto type = static_cast<SoupType>(head[2]);
    if (type == SoupType::LoginAccepted)
      return parse_accept(head.subspan(3, length - 1)).has_value();
    if (type != SoupType::Debug) return false;
    head = head.subspan(2 + length);
  }
  return false;
}

// The first messages, as many as there are and at most four, have the length of their type.
bool looks_like_binary_file(std::span<const std::byte> head) {
  constexpr int kEnough = 4;
  int found = 0;
  while (found < kEnough && head.size() >= 3) {
    std::size_t length = load_u16(head.data());
    const std::size_t right = length_of(static_cast<char>(head[2]));
    if (length == 0) length = right;
    if (right == 0 || length != right) return false;
    if (head.size() < 2 + length) break;
    head = head.subspan(2 + length);
    ++found;
  }
  return found != 0;
}
}  // namespace

Framing framing_of(std::span<const std::byte> head) noexcept {
  if (PcapReader::recognises(head)) return Framing::Capture;
  if (looks_like_soup(head)) return Framing::SoupBin;
  if (looks_like_binary_file(head)) return Framing::BinaryFile;
  return Framing::Unknown;
}

std::unique_ptr<FileSource> open_source(Framing framing, ByteReader& bytes, AnomalyLog& anomalies) {
  switch (framing) {
    case Framing::Capture:
      return std::make_unique<CaptureFile>(bytes, anomalies);
    case Framing::SoupBin:
      return std::make_unique<SoupFile>(bytes, anomalies);
    case Framing::BinaryFile:
    case Framing::Unknown:
      break;
  }
  return std::make_unique<BinaryFile>(bytes, anomalies);
}
}  // namespace sq::feed::itch
