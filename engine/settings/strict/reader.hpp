// Strict typed reads from one table. Each key is taken by one read with its range and unit;
// finish() refuses what nobody took and names the nearest key that somebody would have. Thread:
// start-up. Errors: collected in Problems; a refused read leaves `out` as it was, so that the rest
// of the file is still checked. Money and quantities are exact decimals in quotes; a number without
// quotes is refused.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/settings/problem.hpp"
#include "engine/settings/strict/codec.hpp"
#include "engine/settings/strict/document.hpp"
#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::settings {
// Optional: without the key, `out` keeps its value, which is the default.
enum class Need : std::uint8_t { Required, Optional };

// The unit in a key: "_us", "_ms" or "_s" at its end or before a qualifier ("age_ms_max").
struct DurationUnit {
  std::string_view name;
  std::int64_t ns;
};
[[nodiscard]] DurationUnit unit_of_key(std::string_view key);

struct Problems {
  std::string file;
  std::vector<Problem> list;
};

class Reader {
 public:
  Reader(const Value& table, std::string path, Problems& problems);

  template <class T>
  void integer(std::string_view key, T& out, std::int64_t min, std::int64_t max,
               std::string_view unit, Need need) {
    if (const auto value = read_integer(key, min, max, unit, need)) out = static_cast<T>(*value);
  }
  // Nanoseconds from a whole number of the unit that the key names. Bounds in that unit.
  void duration(std::string_view key, std::int64_t& out_ns, std::int64_t min, std::int64_t max,
                Need need);
  void boolean(std::string_view key, bool& out, Need need);
  template <class E, std::size_t N>
  void choice(std::string_view key, E& out, const std::array<Choice<E>, N>& choices, Need need) {
    std::vector<std::string_view> words;
    words.reserve(N);
    for (const auto& choice : choices) words.push_back(choice.word);
    if (const auto index = read_choice(key, words, need)) out = choices[*index].value;
  }
  template <class F>
  void fixed(std::string_view key, F& out, F min, F max, std::string_view unit, Need need) {
    const auto raw = read_decimal(key, F::kDecimals, min.raw(), max.raw(), unit, need);
    if (raw) out = F::from_raw(*raw);
  }
  // Bounds in 1e-8 units of the currency; the currency itself is not read and stays.
  void amount(std::string_view key, std::int64_t& out_raw, std::int64_t min, std::int64_t max,
              std::string_view unit, Need need) {
    if (const auto raw = read_decimal(key, Amount::kDecimals, min, max, unit, need)) out_raw = *raw;
  }
  template <class T>
  void coded(std::string_view key, T& out, const Codec<T>& codec, Need need) {
    const Value* value = take(key, need, codec.accepted);
    if (value == nullptr) return;
    std::optional<T> parsed;
    if (value->kind == ValueKind::Text) parsed = codec.parse(value->text);
    if (value->kind == ValueKind::Integer && codec.numbers)
      parsed = codec.parse(std::to_string(value->integer));
    if (parsed) {
      out = *std::move(parsed);
    } else {
      refuse(key, codec.accepted);
    }
  }
  // A list of values of one codec, count_min to count_max of them, none twice.
  template <class T>
  void coded_list(std::string_view key, std::vector<T>& out, const Codec<T>& codec,
                  std::size_t count_min, std::size_t count_max, Need need) {
    std::vector<T> parsed;
    for (const Value* value : read_list(key, codec.accepted, count_min, count_max, need)) {
      auto element = codec.parse(value->text);
      if (element) {
        parsed.push_back(*std::move(element));
      } else {
        refuse_value(key, *value, codec.accepted);
      }
    }
    if (!parsed.empty()) out = std::move(parsed);
  }
  // A list of rows of whole numbers, `columns` wide. Empty when absent or refused.
  [[nodiscard]] std::vector<std::vector<std::int64_t>> rows(std::string_view key,
                                                            std::size_t columns,
                                                            std::string_view accepted, Need need);

  // Sub-tables. Empty when the key is absent (a problem when required) or no table.
  [[nodiscard]] std::optional<Reader> table(std::string_view key, Need need);
  [[nodiscard]] std::vector<Reader> tables(std::string_view key, Need need);
  // Takes every key that is left, each as a table of its own: [strategy.<name>].
  struct Named;
  [[nodiscard]] std::vector<Named> rest_as_tables(std::string_view accepted);
  // Takes every key that is left, whatever it holds.
  [[nodiscard]] std::vector<const Item*> rest();

  // Every key that no read asked for is a problem.
  void finish();

  [[nodiscard]] bool has(std::string_view key) const noexcept { return find(key) != nullptr; }
  // A problem with the value of a key, or with the table when the key is not there.
  void refuse(std::string_view key, std::string_view accepted);
  // The same for later, when other tables are known.
  [[nodiscard]] Problem problem_at(std::string_view key, std::string_view accepted) const;
  // True while no read of this table was refused.
  [[nodiscard]] bool sound() const noexcept { return sound_; }
  [[nodiscard]] Place at() const noexcept { return table_->at; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::string& file() const noexcept { return problems_->file; }
  void report(Problem problem);  // one that was found elsewhere, in this table's name

 private:
  [[nodiscard]] const Item* find(std::string_view key) const noexcept;
  // The value, marked as taken; null when absent.
  [[nodiscard]] const Value* take(std::string_view key, Need need, std::string_view accepted);
  [[nodiscard]] std::optional<std::int64_t> read_integer(std::string_view key, std::int64_t min,
                                                         std::int64_t max, std::string_view unit,
                                                         Need need);
  [[nodiscard]] std::optional<std::int64_t> read_decimal(std::string_view key, int decimals,
                                                         std::int64_t min, std::int64_t max,
                                                         std::string_view unit, Need need);
  [[nodiscard]] std::optional<std::size_t> read_choice(std::string_view key,
                                                       std::span<const std::string_view> words,
                                                       Need need);
  [[nodiscard]] std::vector<const Value*> read_list(std::string_view key, std::string_view accepted,
                                                    std::size_t count_min, std::size_t count_max,
                                                    Need need);
  void refuse_value(std::string_view key, const Value& value, std::string_view accepted);
  void unknown(const Item& item);
  [[nodiscard]] std::string path_of(std::string_view key) const;

  const Value* table_;
  std::string path_;
  Problems* problems_;
  std::vector<std::string> asked_;  // keys that a read knows
  bool sound_{true};
};
struct Reader::Named {
  std::string name;
  Reader table;
};
}  // namespace sq::settings
