// The seven messages that change a book as one record, decoded without a branch on the type: a
// table says where each type has its fields. For loops over many messages that must not pay a
// mispredicted branch for each (8 ns, more than the decoding); everything else reads the views of
// messages.hpp. Thread: any. Cost: about 3 ns. Errors: none; the caller checks type and length
// (check_message). Units: as on the wire, prices in 0.0001, whole shares. Source: as messages.hpp.
#pragma once

#include "engine/feed/itch/message.hpp"

namespace sq::feed::itch {
enum class OrderChange : std::uint8_t {
  None,     // another message
  Add,      // A, F
  Execute,  // E, C
  Cancel,   // X
  Delete,   // D
  Replace   // U
};

// A field that the type does not have holds bytes of another one and means nothing.
struct OrderMessage {
  std::uint64_t order;
  std::uint64_t new_order;  // Replace
  std::uint64_t match;      // Execute
  std::uint32_t shares;     // Add, Replace: all; Execute, Cancel: by how many
  std::uint32_t price;      // Add, Replace, and Execute of type C
  std::uint16_t locate;
  OrderChange change;
  std::uint8_t side;  // Add: that of Side, 0 when the message says neither B nor S
};

struct alignas(8) OrderLayout {  // offsets; 11, the order's own reference, for what there is not
  OrderChange change{OrderChange::None};
  std::uint8_t new_order{0};
  std::uint8_t match{0};
  std::uint8_t shares{0};
  std::uint8_t price{0};
  std::uint8_t side{0};
};
inline constexpr std::array<OrderLayout, 256> kOrderLayouts = [] {
  std::array<OrderLayout, 256> layouts{};
  layouts['A'] = layouts['F'] = {OrderChange::Add, 11, 11, 20, 32, 19};
  layouts['E'] = {OrderChange::Execute, 11, 23, 19, 11, 11};
  layouts['C'] = {OrderChange::Execute, 11, 23, 19, 32, 11};
  layouts['X'] = {OrderChange::Cancel, 11, 11, 19, 11, 11};
  layouts['D'] = {OrderChange::Delete, 11, 11, 11, 11, 11};
  layouts['U'] = {OrderChange::Replace, 19, 11, 27, 31, 11};
  return layouts;
}();
inline constexpr std::array<std::uint8_t, 256> kSides = [] {
  std::array<std::uint8_t, 256> sides{};
  sides['B'] = static_cast<std::uint8_t>(Side::Buy);
  sides['S'] = static_cast<std::uint8_t>(Side::Sell);
  return sides;
}();

[[nodiscard]] constexpr OrderChange change_of(char type) noexcept {
  return kOrderLayouts[static_cast<std::uint8_t>(type)].change;
}

// `bytes` passed check_message. False, and nothing set: a message of another kind.
[[nodiscard, gnu::always_inline]] inline bool decode_order(const std::byte* bytes,
                                                           OrderMessage& message) noexcept {
  const OrderLayout& layout = kOrderLayouts[static_cast<std::uint8_t>(bytes[0])];
  if (layout.change == OrderChange::None) [[unlikely]]
    return false;
  message.order = load_u64(bytes + 11);
  message.new_order = load_u64(bytes + layout.new_order);
  message.match = load_u64(bytes + layout.match);
  message.shares = load_u32(bytes + layout.shares);
  message.price = load_u32(bytes + layout.price);
  message.locate = load_u16(bytes + 1);
  message.change = layout.change;
  message.side = kSides[static_cast<std::uint8_t>(bytes[layout.side])];
  return true;
}
}  // namespace sq::feed::itch
