// ITCH 5.0 bytes to order books of all symbols: decodes, keeps the books, checks them, counts.
// When many orders are live, most of the time would go to waiting for memory. So messages pass in
// groups through four steps that ask for the memory of their orders (the index and sorted levels,
// then orders and levels, then the orders beside them, then the sides that will lose a level), and
// only then are they applied, in their order. The steps change nothing, so the books do not depend
// on them.
// Thread: one. Cost: README.md of engine/book/l3. Allocates in the constructor only. Errors: a
// message that the books refuse, of a wrong length or of an unknown type is counted and skipped.
// Units: ticks of 0.0001, shares. Locate codes are the book numbers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/book/l3/l3_books.hpp"
#include "engine/feed/itch/decode.hpp"
#include "engine/feed/itch/order_message.hpp"

namespace sq::app {
namespace itch = feed::itch;
namespace l3 = book::l3;

struct ItchBooksSettings {
  std::uint32_t locates{16'384};        // the highest locate code + 1; NASDAQ's are dense from 1
  std::uint32_t orders_max{2'000'000};  // live at once, all symbols
  std::uint32_t levels_max{1'000'000};
  std::uint32_t deep_levels_max{0};  // below the best 15 of their side; 0: levels_max
};

struct ItchCounts {
  std::array<std::uint64_t, 128> by_type{};  // by the type's character; of the right length
  std::uint64_t unknown_types{0};
  std::uint64_t wrong_lengths{0};
  std::uint64_t unknown_locates{0};  // order messages beyond `locates`; not applied
  std::uint64_t bad_sides{0};        // adds that say neither B nor S; not applied
  std::uint64_t executions{0};       // of orders in the books, E and C
  std::uint64_t off_best{0};         // of these: a better price was on the order's side
  std::uint64_t off_front{0};        // of these: at the best price, but orders were ahead
  std::uint64_t crossed{0};          // adds and replaces that left bid >= ask; Observer decides

  [[nodiscard]] std::uint64_t of(char type) const noexcept {
    return by_type[static_cast<std::uint8_t>(type) & 127];
  }
  [[nodiscard]] std::uint64_t messages() const noexcept {
    std::uint64_t sum = unknown_types + wrong_lengths;
    for (const std::uint64_t count : by_type) sum += count;
    return sum;
  }
};

// What a caller may want to see of each message, in order; this one sees nothing.
struct NoItchObserver {
  static constexpr bool kCountsCrossed = false;  // a look at the other side of the book: 2 ns
  // After the message was applied or refused; `execution` is set for E and C whose order is known.
  void on_order(std::span<const std::byte>, l3::Outcome, const l3::Execution&) noexcept {}
  // Every other well-formed message.
  void on_other(std::span<const std::byte>) noexcept {}
};

class ItchBooks {
 public:
  // Throws what L3Books throws.
  explicit ItchBooks(const ItchBooksSettings& settings)
      : books_{{.pools = {.books = settings.locates,
                          .orders_max = settings.orders_max,
                          .levels_max = settings.levels_max,
                          .deep_levels_max = settings.deep_levels_max},
                .reference_step = kReferenceStep}},
        symbols_(settings.locates) {}

  // Messages, each behind its length of two bytes. Returns the bytes used: whole frames, up to
  // and with a frame of length 0 (then ended() is true).
  template <class Observer>
  std::size_t read(std::span<const std::byte> frames, Observer& observer);
  std::size_t read(std::span<const std::byte> frames) {
    NoItchObserver none;
    return read(frames, none);
  }
  // One message without a frame.
  template <class Observer>
  void apply(std::span<const std::byte> message, Observer& observer) {
    apply(
        message, [this](std::uint64_t reference) { return books_.id_of(reference); }, observer);
  }

  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] const l3::L3Books& books() const noexcept { return books_; }
  [[nodiscard]] const ItchCounts& counts() const noexcept { return counts_; }
  // Empty: no directory message for it yet.
  [[nodiscard]] std::string_view symbol(std::uint16_t locate) const noexcept {
    if (locate >= symbols_.size()) return {};
    const std::array<char, 8>& text = symbols_[locate];
    const std::string_view whole{text.data(), text.size()};
    return whole.substr(0, whole.find('\0'));
  }

 private:
  static constexpr std::uint32_t kBlock = 64;
  static constexpr std::uint32_t kReferenceStep = 4;
  // The processor's own prefetcher stops at each page; this one does not. Bytes.
  static constexpr std::size_t kStreamAhead = 2'048;
  // Below this many live orders everything is in the caches and looking ahead costs more.
  static constexpr std::uint32_t kLiveOrdersInCache = 8'192;

  static constexpr std::uint32_t kGroup = 64;
  struct Pending {
    std::span<const std::byte> message;
    itch::OrderMessage order;
    l3::OrderIndex::Key key;
    l3::L3Books::Hint hint;  // others
    l3::LevelHandle level;   // adds
    bool deep;               // adds
  };
  struct Group {
    std::uint32_t size{0};
    std::uint32_t adds{0};
    std::uint32_t others{0};
    // The places of both kinds, so that the steps have no branch on the kind of message.
    std::array<std::uint8_t, kGroup> add_at;
    std::array<std::uint8_t, kGroup> other_at;
    std::array<Pending, kGroup> messages;
  };

  template <class Observer>
  std::size_t read_ahead(std::span<const std::byte> frames, Observer& observer);
  // A few whole frames, or less; returns their bytes.
  template <class Observer>
  std::size_t read_directly(std::span<const std::byte> frames, Observer& observer);
  std::size_t take(std::span<const std::byte> frames, Group& group) noexcept;
  void look_at(Pending& pending, std::uint32_t place, Group& group) noexcept;
  void find_orders(Group& group) noexcept;
  void look_around(const Group& group) noexcept;
  // id_of(reference): the L3Books::Id of the message's own order.
  template <class IdOf, class Observer>
  void apply(std::span<const std::byte> message, IdOf id_of, Observer& observer);
  template <class Observer>
  [[gnu::noinline]] void apply_other(std::span<const std::byte> message, Observer& observer);
  [[nodiscard]] bool add(itch::AddOrder message, const l3::L3Books::Id& id,
                         l3::Outcome& outcome) noexcept;
  l3::Outcome execute(itch::OrderExecuted message, const l3::L3Books::Id& id,
                      l3::Execution& execution) noexcept;

  l3::L3Books books_;
  std::vector<std::array<char, 8>> symbols_;
  ItchCounts counts_;
  bool ended_{false};
};

template <class Observer>
inline std::size_t ItchBooks::read(std::span<const std::byte> frames, Observer& observer) {
  std::size_t used = 0;
  while (!ended_) {
    const std::span<const std::byte> rest = frames.subspan(used);
    const bool far = books_.queues().orders_live() > kLiveOrdersInCache;
    const std::size_t taken = far ? read_ahead(rest, observer) : read_directly(rest, observer);
    if (taken == 0) break;
    used += taken;
  }
  return used;
}

template <class Observer>
inline std::size_t ItchBooks::read_directly(std::span<const std::byte> frames, Observer& observer) {
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < kBlock && frames.size() - at >= 2; ++i) {
    const std::size_t length = itch::load_u16(frames.data() + at);
    if (length == 0) [[unlikely]] {
      ended_ = true;
      return at + 2;
    }
    if (frames.size() - at - 2 < length) break;
    apply(frames.subspan(at + 2, length), observer);
    at += 2 + length;
  }
  return at;
}

template <class Observer>
inline std::size_t ItchBooks::read_ahead(std::span<const std::byte> frames, Observer& observer) {
  Group group;
  const std::size_t taken = take(frames, group);
  find_orders(group);
  look_around(group);
  for (std::uint32_t i = 0; i < group.size; ++i) {
    const Pending& pending = group.messages[i];
    apply(
        pending.message,
        [&](std::uint64_t reference) {
          return l3::L3Books::Id{reference, pending.key, pending.hint};
        },
        observer);
  }
  return taken;
}

inline std::size_t ItchBooks::take(std::span<const std::byte> frames, Group& group) noexcept {
  std::size_t at = 0;
  while (group.size < kGroup && frames.size() - at >= 2 && !ended_) {
    const std::size_t length = itch::load_u16(frames.data() + at);
    if (length == 0) [[unlikely]] {
      ended_ = true;
      return at + 2;
    }
    if (frames.size() - at - 2 < length) break;
    Pending& pending = group.messages[group.size];
    pending.message = frames.subspan(at + 2, length);
    look_at(pending, group.size, group);
    ++group.size;
    at += 2 + length;
    __builtin_prefetch(frames.data() + at + kStreamAhead);
  }
  for (std::uint32_t i = 0; i < group.adds; ++i) {
    const itch::OrderMessage& order = group.messages[group.add_at[i]].order;
    books_.queues().prefetch_best_levels(order.locate, Side{order.side});
  }
  return at;
}

inline void ItchBooks::look_at(Pending& pending, std::uint32_t place, Group& group) noexcept {
  pending.hint = {};
  if (itch::check_message(pending.message) != itch::Decoded::Ok) [[unlikely]]
    return;
  itch::OrderMessage& order = pending.order;
  const bool changes = itch::decode_order(pending.message.data(), order);
  if (!changes || order.locate >= symbols_.size()) [[unlikely]]
    return;
  pending.key = books_.id_of(order.order).key;
  books_.prefetch(pending.key);
  group.add_at[group.adds] = group.other_at[group.others] = static_cast<std::uint8_t>(place);
  group.adds += order.change == itch::OrderChange::Add;
  group.others += order.change != itch::OrderChange::Add;
}

inline void ItchBooks::find_orders(Group& group) noexcept {
  const l3::OrderQueues& queues = books_.queues();
  for (std::uint32_t i = 0; i < group.others; ++i) {
    Pending& pending = group.messages[group.other_at[i]];
    pending.hint = books_.guess(pending.key);
    queues.prefetch_order(l3::OrderHandle{pending.hint.handle});
  }
  for (std::uint32_t i = 0; i < group.adds; ++i) {
    Pending& pending = group.messages[group.add_at[i]];
    const itch::OrderMessage& order = pending.order;
    pending.level = queues.find_level(order.locate, Side{order.side}, order.price);
    queues.prefetch_level(pending.level);
  }
}

inline void ItchBooks::look_around(const Group& group) noexcept {
  const l3::OrderQueues& queues = books_.queues();
  const auto other = [&](std::uint32_t i) -> const Pending& {
    return group.messages[group.other_at[i]];
  };
  for (std::uint32_t i = 0; i < group.others; ++i) {
    queues.prefetch_around(l3::OrderHandle{other(i).hint.handle});
  }
  for (std::uint32_t i = 0; i < group.adds; ++i) {
    queues.prefetch_back(group.messages[group.add_at[i]].level);
  }
  for (std::uint32_t i = 0; i < group.others; ++i) {
    queues.prefetch_side_if_alone(l3::OrderHandle{other(i).hint.handle});
  }
}

// Not a switch: its indirect jump is mispredicted for two messages in three, these branches for
// fewer, and each miss costs 8 ns. With the type known, its fields are read where they are.
template <class IdOf, class Observer>
[[gnu::always_inline]] inline void ItchBooks::apply(std::span<const std::byte> message, IdOf id_of,
                                                    Observer& observer) {
  const itch::Decoded decoded = itch::check_message(message);
  const std::byte* const bytes = message.data();
  if (decoded != itch::Decoded::Ok || itch::Message{bytes}.locate() >= symbols_.size()) [[unlikely]]
    return apply_other(message, observer);
  const char type = static_cast<char>(*bytes);
  const std::uint16_t locate = itch::Message{bytes}.locate();
  l3::Outcome outcome = l3::Outcome::Ok;
  l3::Execution execution;
  if (type == itch::AddOrder::kType || type == itch::AddOrderMpid::kType) {
    if (!add(itch::AddOrder{bytes}, id_of(itch::AddOrder{bytes}.order()), outcome)) return;
  } else if (type == itch::OrderDelete::kType) {
    outcome = books_.remove(locate, id_of(itch::OrderDelete{bytes}.order()));
  } else if (type == itch::OrderExecuted::kType || type == itch::OrderExecutedWithPrice::kType) {
    const itch::OrderExecuted executed{bytes};
    outcome = execute(executed, id_of(executed.order()), execution);
  } else if (type == itch::OrderReplace::kType) {
    const itch::OrderReplace replace{bytes};
    outcome = books_.replace(locate, id_of(replace.order()), books_.id_of(replace.new_order()),
                             replace.price_ticks(), replace.shares());
  } else if (type == itch::OrderCancel::kType) {
    const itch::OrderCancel cancel{bytes};
    outcome = books_.reduce(locate, id_of(cancel.order()), cancel.shares());
  } else {
    return apply_other(message, observer);
  }
  ++counts_.by_type[static_cast<std::uint8_t>(type)];
  if constexpr (Observer::kCountsCrossed) {
    const bool may_cross = type == 'A' || type == 'F' || type == 'U';
    counts_.crossed += may_cross && books_.crossed(locate);
  }
  observer.on_order(message, outcome, execution);
}

// False: the message says neither buy nor sell.
inline bool ItchBooks::add(itch::AddOrder message, const l3::L3Books::Id& id,
                           l3::Outcome& outcome) noexcept {
  const Side side{itch::kSides[static_cast<std::uint8_t>(message.side_code())]};
  if (side == Side{0}) [[unlikely]] {
    ++counts_.by_type[static_cast<std::uint8_t>(message.type())];
    ++counts_.bad_sides;
    return false;
  }
  outcome = books_.add(message.locate(), id, side, message.price_ticks(), message.shares());
  return true;
}

inline l3::Outcome ItchBooks::execute(itch::OrderExecuted message, const l3::L3Books::Id& id,
                                      l3::Execution& execution) noexcept {
  const l3::Outcome outcome = books_.execute(message.locate(), id, message.shares(), execution);
  if (outcome == l3::Outcome::Ok) [[likely]] {
    ++counts_.executions;
    counts_.off_best += !execution.at_best;
    counts_.off_front += execution.at_best && !execution.at_front;
  }
  return outcome;
}

// No order message, or one that cannot be applied.
template <class Observer>
void ItchBooks::apply_other(std::span<const std::byte> message, Observer& observer) {
  switch (itch::check_message(message)) {
    case itch::Decoded::Ok:
      break;
    case itch::Decoded::Empty:
    case itch::Decoded::WrongLength:
      ++counts_.wrong_lengths;
      return;
    case itch::Decoded::UnknownType:
      ++counts_.unknown_types;
      return;
  }
  const auto type = static_cast<std::uint8_t>(message[0]);
  ++counts_.by_type[type];
  if (itch::change_of(static_cast<char>(type)) != itch::OrderChange::None) {
    ++counts_.unknown_locates;
    return;
  }
  if (type == itch::StockDirectory::kType) {
    const itch::StockDirectory directory{message.data()};
    if (directory.locate() < symbols_.size()) {
      std::array<char, 8>& text = symbols_[directory.locate()];
      text.fill('\0');
      directory.symbol().copy(text.data(), text.size());
    }
  }
  observer.on_other(message);
}
}  // namespace sq::app
