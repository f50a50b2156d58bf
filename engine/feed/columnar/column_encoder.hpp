// Writes one column of words in the cheapest of the ways its rule allows.
// A sample of 64 values and the exact bounds decide; then one pass makes quotients of `width` bits
// and lists the values that do not fit as exceptions. Any choice is exact: arithmetic is modulo
// 2^64, and what the sample did not foresee becomes an exception.
// Thread: one. Cost: 0.5 to 3 ns a value. Memory: about 4 MB, all in the constructor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/feed/columnar/format.hpp"
#include "engine/feed/columnar/schema.hpp"

namespace sq::feed::columnar {
struct ColumnPlan {
  Encoding encoding{Encoding::Packed};
  bool relative{false};
  std::uint8_t width{64};
  std::uint64_t first{0};
  std::uint64_t base{0};
  std::uint64_t scale{1};
  std::uint64_t bits{0};  // expected
};

// What the blocks before taught about a column: only each 8th block tries all encodings.
struct ColumnChoice {
  Encoding encoding{Encoding::Packed};
  bool relative{false};
  std::uint8_t blocks_left{0};  // to encode as the last one
  static constexpr std::uint8_t kBlocks = 7;
};

// A stretch of a column that is being encoded. There is room for, and may be read, up to a multiple
// of 8 values.
struct ColumnValues {
  std::span<std::uint64_t> values;
  std::span<const std::uint64_t> reference;  // as many; empty: none
  std::span<const std::uint16_t> slots;      // empty: one instrument, or not known
};

class ColumnEncoder {
 public:
  ColumnEncoder();
  // Writes header and data to `out`, which has room for words_max(n); returns the words.
  std::size_t encode(const ColumnRule& rule, const ColumnValues& column, ColumnChoice& choice,
                     std::uint64_t* out);

  // Whatever the choice, before pressing.
  [[nodiscard]] static constexpr std::size_t words_max(std::size_t count) noexcept {
    return sizeof(ColumnHeader) / 8 + 3 * (count + kLanesMax) + kDictionaryMax;
  }

 private:
  static constexpr std::size_t kLanesMax = 64;

  // What an encoding packs: the values, or differences of them, in work_ or where they lie.
  [[nodiscard]] std::span<const std::uint64_t> prepare(const ColumnValues& column,
                                                       Encoding encoding, bool relative,
                                                       std::uint64_t& first);
  [[nodiscard]] ColumnPlan choose(const ColumnRule& rule, const ColumnValues& column,
                                  ColumnChoice& choice, std::span<const std::uint64_t>& prepared);
  [[nodiscard]] bool write_dictionary(std::span<const std::uint64_t> values, ColumnHeader& header,
                                      std::uint64_t* out);
  void write_packed(std::span<const std::uint64_t> values, const ColumnPlan& plan,
                    ColumnHeader& header, std::uint64_t* out);
  template <bool Scaled>
  [[nodiscard]] bool make_quotients(std::span<const std::uint64_t> values, const ColumnPlan& plan);
  std::size_t collect_exceptions(std::span<const std::uint64_t> values, std::uint64_t base);
  [[nodiscard]] std::uint32_t write_exceptions(std::size_t count, std::uint64_t scale,
                                               ColumnHeader& header, std::uint64_t* out);

  std::vector<std::uint64_t> work_;
  std::vector<std::uint64_t> quotients_;
  std::vector<std::uint64_t> exceptions_;
  std::vector<std::uint16_t> places_;
  std::vector<std::uint64_t> slot_last_;
};
}  // namespace sq::feed::columnar
