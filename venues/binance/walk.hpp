// Reads the fields of a message in the order in which the venue writes them, on a StructuralIndex.
// Nothing branches on what is read but the shape of numbers: each piece that is not as it must be
// is remembered and asked for once, in ended(). Until then values may be garbage, reads never leave
// the message and its 64 bytes of padding.
// Meant to live in registers: keep it a local variable, everything here is inlined.
// Thread: one. Errors: ended() and levels() false: this is not what the venue writes, read it by
// other means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "engine/messaging/market_data.hpp"
#include "engine/types/decimal.hpp"
#include "venues/binance/digits.hpp"
#include "venues/binance/structural_index.hpp"

#define SQ_INLINE [[gnu::always_inline]] inline

namespace sq::binance {
template <std::size_t N>
struct Literal {
  char chars[N]{};
  consteval Literal(
      const char (&text)[N]) noexcept {  // NOLINT(google-explicit-constructor): <"text">
    for (std::size_t i = 0; i < N; ++i) chars[i] = text[i];
  }
  static constexpr std::size_t kSize = N - 1;
  [[nodiscard]] consteval unsigned structurals() const noexcept {
    unsigned n = 0;
    for (std::size_t i = 0; i < kSize; ++i) n += chars[i] == '"' || chars[i] == '.' ? 1 : 0;
    return n;
  }
  // Eight characters from `first` as one word, zero behind the end.
  [[nodiscard]] consteval std::uint64_t word(std::size_t first) const noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8 && first + i < kSize; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(chars[first + i])} << (8 * i);
    return value;
  }
};

[[nodiscard]] inline std::uint64_t load_word(const char* from) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// 0 when `text` starts with the literal. Reads at most 8 bytes, or the literal's length.
template <Literal L>
[[nodiscard]] inline std::uint64_t differs(const char* text) noexcept {
  constexpr std::size_t kSize = L.kSize;
  if constexpr (kSize < 8) {
    constexpr std::uint64_t kMask = (std::uint64_t{1} << (8 * kSize)) - 1;
    return (load_word(text) ^ L.word(0)) & kMask;
  } else {
    std::uint64_t different = load_word(text + kSize - 8) ^ L.word(kSize - 8);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((different |= load_word(text + 8 * I) ^ L.word(8 * I)), ...);
    }
    (std::make_index_sequence<kSize / 8>{});
    return different;
  }
}

class Walk {
 public:
  Walk(std::string_view text, const std::uint16_t* structurals, std::size_t count) noexcept
      : base_{text.data()},
        end_{text.data() + text.size()},
        here_{text.data()},
        next_{structurals},
        last_{structurals + count} {}

  [[nodiscard]] const char* here() const noexcept { return here_; }
  // Where the string that starts here ends (its closing quote, if it has no point).
  [[nodiscard]] const char* next_structural() const noexcept { return base_ + *next_; }

  template <Literal L>
  SQ_INLINE void literal() noexcept {
    different_ |= differs<L>(here_);
    here_ += L.kSize;
    next_ += L.structurals();
  }
  // The characters up to the closing quote, which stays.
  [[nodiscard]] SQ_INLINE std::string_view string() noexcept {
    const char* first = here_;
    here_ = next_structural();
    different_ |= std::uint64_t{here_ < first};
    return {first, static_cast<std::size_t>(here_ < first ? 0 : here_ - first)};
  }
  // An integer before a comma and the next key; the comma stays.
  [[nodiscard]] SQ_INLINE std::uint64_t integer() noexcept {
    return integer_until(next_structural() - 1);
  }
  // An integer before the closing braces of the message.
  [[nodiscard]] SQ_INLINE std::uint64_t last_integer(unsigned braces) noexcept {
    return integer_until(end_ - braces);
  }
  [[nodiscard]] SQ_INLINE bool boolean() noexcept {
    const bool no = *here_ == 'f';
    different_ |= no ? differs<"false">(here_) : differs<"true">(here_);
    here_ += no ? 5 : 4;
    return !no;
  }
  // `price","Q":"qty` where the literal stands between them; the last closing quote stays.
  template <Literal Between>
  SQ_INLINE void decimals(Level& out) noexcept {
    const Decimal price = decimal();
    literal<Between>();
    const Decimal qty = decimal();
    convert(price, qty, out);
  }
  // The inside of `[["price","qty"],...]` and the closing bracket. False: not as expected, or more
  // than fit before `limit`. Moves `out` behind the last level.
  [[nodiscard]] SQ_INLINE bool levels(Level*& out, const Level* limit) noexcept;

  // Everything was as expected and the message ends here.
  [[nodiscard]] bool ended() const noexcept {
    return different_ == 0 && here_ == end_ && digits_.only_digits();
  }

 private:
  struct Decimal {
    DecimalAt at{};
    const char* last{nullptr};  // closing quote
    bool wide{false};           // does not fit Shape
  };

  [[nodiscard]] SQ_INLINE std::uint64_t integer_until(const char* last) noexcept {
    const char* first = here_;
    here_ = last;
    const auto count = static_cast<std::size_t>(last - first);
    // More than 16 digits, or a leading zero, which JSON forbids.
    if (count - 1 >= kIntegerDigitsMax || (*first == '0' && count != 1)) [[unlikely]] {
      different_ |= 1;
      return 0;
    }
    return to_integer(first, static_cast<unsigned>(count), digits_);
  }
  [[nodiscard]] SQ_INLINE Decimal decimal() noexcept {
    const char* first = here_;
    const char* point = next_structural();
    const bool pointed = *point == '.';
    if (pointed) ++next_;
    here_ = next_structural();
    const auto whole = static_cast<std::size_t>(point - first);
    const auto places = pointed ? static_cast<std::size_t>(here_ - point - 1) : 0;
    const bool wide = whole - 1 > 6 || places > 8 || (pointed && places == 0);
    const Shape shape{static_cast<std::uint32_t>(whole), static_cast<std::uint32_t>(places)};
    return {{first, wide ? Shape{} : shape}, here_, wide};
  }
  SQ_INLINE void convert(const Decimal& price, const Decimal& qty, Level& out) noexcept {
    if (price.wide || qty.wide) [[unlikely]] {
      different_ |= std::uint64_t{!convert_wide(price.at.first, price.last, out.price) ||
                                  !convert_wide(qty.at.first, qty.last, out.qty)};
      return;
    }
    to_level(price.at, qty.at, &out, digits_);
  }
  // By value, and not inlined: what it takes stays in registers on the other path.
  template <class F>
  [[nodiscard, gnu::noinline]] static bool convert_wide(const char* first, const char* last,
                                                        F& out) noexcept {
    if (last <= first || *first == '-') return false;
    const auto value = parse_fixed<F>({first, last});
    if (value) out = *value;
    return value.has_value();
  }
  [[nodiscard]] SQ_INLINE bool two_plain_decimals(Level& out) noexcept;

  const char* base_;
  const char* end_;
  const char* here_;
  const std::uint16_t* next_;  // first structural at or after here_
  const std::uint16_t* last_;
  std::uint64_t different_{0};
  DigitCheck digits_{};
};

// A level whose numbers both have a point and fit Shape, in one piece: nearly every one.
SQ_INLINE bool Walk::two_plain_decimals(Level& out) noexcept {
  const auto first = static_cast<std::uint32_t>(here_ - base_);
  const std::uint32_t point = next_[0];
  const std::uint32_t middle = next_[1];  // closing quote of the price
  const std::uint32_t second = middle + 3;
  const std::uint32_t second_point = next_[3];
  const std::uint32_t end = next_[4];
  const Shape price{point - first, middle - point - 1};
  const Shape qty{second_point - second, end - second_point - 1};
  // Beyond 7 in any term: not 1 to 7 digits before or not 1 to 8 behind the point.
  const std::uint32_t odd = price.whole | (price.whole - 1) | (price.places - 1) | qty.whole |
                            (qty.whole - 1) | (qty.places - 1);
  const bool pointless = (base_[point] != '.') | (base_[second_point] != '.');
  if ((odd | (std::uint32_t{pointless} << 3)) > 7) [[unlikely]]
    return false;
  different_ |= differs<"\",\"">(base_ + middle);
  to_level({base_ + first, price}, {base_ + second, qty}, &out, digits_);
  here_ = base_ + end;
  next_ += 4;
  return true;
}

SQ_INLINE bool Walk::levels(Level*& out, const Level* limit) noexcept {
  if (*here_ == ']') {
    ++here_;
    return true;
  }
  literal<"[\"">();
  for (;;) {
    if (out >= limit || next_ >= last_) return false;
    if (!two_plain_decimals(*out)) decimals<"\",\"">(*out);
    ++out;
    if (differs<"\"],[\"">(here_) == 0) {
      here_ += 5;
      next_ += 2;
      continue;
    }
    if (differs<"\"]]">(here_) != 0) return false;
    here_ += 3;
    next_ += 1;
    return true;
  }
}
}  // namespace sq::binance
#undef SQ_INLINE
