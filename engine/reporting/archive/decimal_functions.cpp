#include "engine/reporting/archive/decimal_functions.hpp"

#include <sqlite3.h>

#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "engine/types/decimal.hpp"

namespace sq::reporting {
namespace {
constexpr int kDecimalsMax = 36;

struct Decimal {
  Int128 raw{0};
  int decimals{0};
};

std::optional<Decimal> shifted(Decimal value, int decimals) noexcept {
  while (value.decimals < decimals) {
    if (__builtin_mul_overflow(value.raw, Int128{10}, &value.raw)) return std::nullopt;
    ++value.decimals;
  }
  return value;
}
Decimal shortest(Decimal value) noexcept {
  while (value.decimals > 0 && value.raw % 10 == 0) {
    value.raw /= 10;
    --value.decimals;
  }
  return value;
}

std::optional<Decimal> parse(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  Decimal value;
  bool point = false;
  bool digits = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9' || value.decimals == kDecimalsMax) return std::nullopt;
    digits = true;
    if (__builtin_mul_overflow(value.raw, Int128{10}, &value.raw) ||
        __builtin_add_overflow(value.raw, Int128{c - '0'}, &value.raw))
      return std::nullopt;
    if (point) ++value.decimals;
  }
  if (!digits) return std::nullopt;
  if (negative) value.raw = -value.raw;
  return shortest(value);
}

std::optional<Decimal> sum(Decimal a, Decimal b) noexcept {
  const int decimals = a.decimals > b.decimals ? a.decimals : b.decimals;
  const auto left = shifted(a, decimals);
  const auto right = shifted(b, decimals);
  Decimal result{0, decimals};
  if (!left || !right || __builtin_add_overflow(left->raw, right->raw, &result.raw))
    return std::nullopt;
  return shortest(result);
}
std::optional<Decimal> difference(Decimal a, Decimal b) noexcept {
  return sum(a, {-b.raw, b.decimals});
}
std::optional<Decimal> product(Decimal a, Decimal b) noexcept {
  Decimal result{0, a.decimals + b.decimals};
  if (__builtin_mul_overflow(a.raw, b.raw, &result.raw)) return std::nullopt;
  result = shortest(result);
  if (result.decimals > kDecimalsMax) return std::nullopt;
  return result;
}

std::string_view text_of_value(sqlite3_value* value) noexcept {
  const auto* text = ::sqlite3_value_text(value);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(::sqlite3_value_bytes(value))};
}
void give(sqlite3_context* context, const std::optional<Decimal>& value) {
  if (!value) {
    ::sqlite3_result_error(context, "a decimal does not fit 128 bits", -1);
    return;
  }
  const std::string text = to_text(value->raw, value->decimals);
  ::sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}
std::optional<Decimal> argument(sqlite3_context* context, sqlite3_value* value) {
  auto parsed = parse(text_of_value(value));
  if (!parsed) {
    const std::string message = "not a decimal: " + std::string{text_of_value(value)};
    ::sqlite3_result_error(context, message.c_str(), -1);
  }
  return parsed;
}

using Operation = std::optional<Decimal> (*)(Decimal, Decimal) noexcept;
template <Operation kOperation>
void binary(sqlite3_context* context, int, sqlite3_value** values) {
  if (::sqlite3_value_type(values[0]) == SQLITE_NULL ||
      ::sqlite3_value_type(values[1]) == SQLITE_NULL)
    return;
  const auto a = argument(context, values[0]);
  if (!a) return;
  const auto b = argument(context, values[1]);
  if (b) give(context, kOperation(*a, *b));
}

int order(const Decimal& a, const Decimal& b) noexcept {
  // Signs first: the difference of two far apart need not fit.
  if ((a.raw < 0) != (b.raw < 0)) return a.raw < 0 ? -1 : 1;
  const int decimals = a.decimals > b.decimals ? a.decimals : b.decimals;
  const auto left = shifted(a, decimals);
  const auto right = shifted(b, decimals);
  // What does not fit when written with more places is the larger in magnitude.
  if (!left || !right) return (!left) == (a.raw > 0) ? 1 : -1;
  return left->raw < right->raw ? -1 : left->raw > right->raw ? 1 : 0;
}
void compare(sqlite3_context* context, int, sqlite3_value** values) {
  if (::sqlite3_value_type(values[0]) == SQLITE_NULL ||
      ::sqlite3_value_type(values[1]) == SQLITE_NULL)
    return;
  const auto a = argument(context, values[0]);
  if (!a) return;
  const auto b = argument(context, values[1]);
  if (b) ::sqlite3_result_int(context, order(*a, *b));
}
int collate(void*, int left_size, const void* left, int right_size, const void* right) {
  const std::string_view a{static_cast<const char*>(left), static_cast<std::size_t>(left_size)};
  const std::string_view b{static_cast<const char*>(right), static_cast<std::size_t>(right_size)};
  const auto x = parse(a);
  const auto y = parse(b);
  if (x && y) return order(*x, *y);
  if (x || y) return x ? -1 : 1;  // numbers in front of other texts
  return a < b ? -1 : a > b ? 1 : 0;
}

// In memory that SQLite zeroes and aligns to 8 bytes only, where 128-bit numbers need 16: copied
// out and back.
struct Sum {
  Decimal value;
  bool failed;
};
void sum_step(sqlite3_context* context, int, sqlite3_value** values) {
  if (::sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  void* place = ::sqlite3_aggregate_context(context, sizeof(Sum));
  if (place == nullptr) return;
  Sum state;
  std::memcpy(&state, place, sizeof state);
  if (state.failed) return;
  const auto added = argument(context, values[0]);
  const auto total = added ? sum(state.value, *added) : std::nullopt;
  if (total) {
    state.value = *total;
  } else {
    state.failed = true;
    if (added) give(context, std::nullopt);
  }
  std::memcpy(place, &state, sizeof state);
}
void sum_end(sqlite3_context* context) {
  const void* place = ::sqlite3_aggregate_context(context, 0);
  if (place == nullptr) return give(context, Decimal{});  // no row: 0, as SQLite's own does
  Sum state;
  std::memcpy(&state, place, sizeof state);
  if (!state.failed) give(context, state.value);
}
}  // namespace

int add_decimal_functions(sqlite3* database) noexcept {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  struct Function {
    const char* name;
    void (*run)(sqlite3_context*, int, sqlite3_value**);
  };
  for (const Function& each :
       {Function{"decimal_add", binary<sum>}, Function{"decimal_sub", binary<difference>},
        Function{"decimal_mul", binary<product>}, Function{"decimal_cmp", compare}}) {
    const int code = ::sqlite3_create_function_v2(database, each.name, 2, kFlags, nullptr, each.run,
                                                  nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return code;
  }
  if (const int code = ::sqlite3_create_function_v2(database, "decimal_sum", 1, kFlags, nullptr,
                                                    nullptr, sum_step, sum_end, nullptr);
      code != SQLITE_OK)
    return code;
  return ::sqlite3_create_collation_v2(database, "decimal", SQLITE_UTF8, nullptr, collate, nullptr);
}
}  // namespace sq::reporting
