// Any bytes: decoding frames touches only what it was given (the sanitizers watch), shows exactly
// the messages that their lengths allow, and gives the same however the bytes are cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/feed/itch/decode.hpp"

namespace {
using namespace sq::feed::itch;

// Reads every byte of a message through the views' own accessors, most of them by their last field.
class Reader {
 public:
  template <class View>
  void operator()(const View& m) {
    ++messages_;
    add(static_cast<std::uint64_t>(m.type()) + m.locate() + m.tracking() + m.time_ns());
    if constexpr (requires { m.symbol(); }) text(m.symbol());
    if constexpr (requires { m.mpid(); }) text(m.mpid());
    if constexpr (requires { m.reason(); }) text(m.reason());
    if constexpr (requires { m.order(); }) add(m.order());
    if constexpr (requires { m.new_order(); }) add(m.new_order());
    if constexpr (requires { m.match(); }) add(m.match());
    if constexpr (requires { m.shares(); }) add(m.shares());
    if constexpr (requires { m.price(); }) price(m.price());
    if constexpr (requires { m.price_ticks(); }) add(m.price_ticks());
    if constexpr (requires { m.level_3(); }) price(m.level_3().value_or(sq::Price{}));
    if constexpr (requires { m.collar_upper(); }) price(m.collar_upper());
    if constexpr (requires { m.extensions(); }) add(m.extensions());
    if constexpr (requires { m.variation(); }) add(static_cast<std::uint64_t>(m.variation()));
    if constexpr (requires { m.inverse(); }) add(m.inverse());
    if constexpr (requires { m.ipo_price(); }) price(m.ipo_price());
    if constexpr (requires { m.cross_type(); }) add(static_cast<std::uint64_t>(m.cross_type()));
    if constexpr (requires { m.state(); }) add(static_cast<std::uint64_t>(m.state()));
    if constexpr (requires { m.code(); }) add(static_cast<std::uint64_t>(m.code()));
    if constexpr (requires { m.interest(); }) add(static_cast<std::uint64_t>(m.interest()));
    if constexpr (requires { m.action(); }) add(static_cast<std::uint64_t>(m.action()));
  }
  [[nodiscard]] std::uint64_t sum() const { return sum_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  void add(std::uint64_t value) { sum_ = (sum_ ^ value) * 0x9E37'79B9'7F4A'7C15ULL; }
  void price(sq::Price value) { add(static_cast<std::uint64_t>(value.raw())); }
  void text(std::string_view value) {
    for (const char c : value) add(static_cast<std::uint8_t>(c));
  }
  std::uint64_t sum_{0};
  std::uint64_t messages_{0};
};

// A copy of its own size, so that a read past its end is seen.
FramesDecoded decode(const std::uint8_t* data, std::size_t size, Reader& reader) {
  std::vector<std::byte> bytes(size);
  if (size > 0) std::memcpy(bytes.data(), data, size);
  return decode_frames(bytes, reader);
}

// As a reader of the specification would count them.
std::uint64_t whole_frames(const std::uint8_t* data, std::size_t size) {
  std::uint64_t count = 0;
  while (size >= 2) {
    const std::size_t length = std::size_t{data[0]} * 256 + data[1];
    if (length == 0 || size - 2 < length) break;
    ++count;
    data += 2 + length;
    size -= 2 + length;
  }
  return count;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader whole;
  const FramesDecoded all = decode(data, size, whole);
  if (all.bytes > size || all.messages != whole.messages()) std::abort();
  if (all.messages + all.unknown_types + all.wrong_lengths != whole_frames(data, size)) {
    std::abort();
  }
  Reader parts;
  const std::size_t cut = size == 0 ? 0 : data[0] % (size + 1);
  const FramesDecoded first = decode(data, cut, parts);
  if (!first.ended) decode(data + first.bytes, size - first.bytes, parts);
  if (parts.sum() != whole.sum() || parts.messages() != whole.messages()) std::abort();

  Reader single;  // without a frame
  const std::vector<std::byte> message(reinterpret_cast<const std::byte*>(data),
                                       reinterpret_cast<const std::byte*>(data) + size);
  const bool ok = decode_message(message, single) == Decoded::Ok;
  if (ok != (size > 0 && size == length_of(static_cast<char>(data[0])))) std::abort();
  return 0;
}
