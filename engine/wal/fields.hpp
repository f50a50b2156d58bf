// Writes named fields one after the other, as text or as a JSON object. For dump.cpp.
// Thread: any. Cost: cold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/types/amount.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"

namespace sq::wal {
class Fields {
 public:
  enum class Style : std::uint8_t { Text, Json };
  explicit Fields(Style style) : style_{style} {
    if (json()) out_ = "{";
  }
  [[nodiscard]] bool json() const noexcept { return style_ == Style::Json; }
  [[nodiscard]] std::string finish() && { return json() ? out_ + "}" : out_; }

  // A number that every JSON reader keeps exactly: below 2^53.
  void number(std::string_view name, std::uint64_t value) {
    put(name, std::to_string(value), false);
  }
  void big(std::string_view name, std::uint64_t value) { put(name, std::to_string(value), true); }
  void big(std::string_view name, std::int64_t value) { put(name, std::to_string(value), true); }
  void text(std::string_view name, std::string_view value) { put(name, value, true); }
  void flag(std::string_view name, bool value) { put(name, value ? "true" : "false", false); }
  template <class Tag, int Decimals>
  void decimal(std::string_view name, Fixed<Tag, Decimals> value) {
    put(name, to_text(value), true);
  }
  void decimal(std::string_view name, std::int64_t raw, int decimals) {
    put(name, to_text(Int128{raw}, decimals), true);
  }
  void amount(std::string_view name, const Amount& value) {
    put(name, to_text(Int128{value.raw}, Amount::kDecimals), true);
    put(std::string(name) + "_currency", value.currency.text(), true);
  }
  void order(std::string_view name, OrderId id) {  // epoch.counter, or 0
    put(name, id.value == 0 ? "0" : std::to_string(id.epoch()) + '.' + std::to_string(id.counter()),
        true);
  }
  void strategy(std::string_view name, StrategyId id) {
    if (id == kNoStrategy)
      put(name, "none", true);
    else
      number(name, index_of(id));
  }
  void account(AccountId id) { number("account", static_cast<std::uint16_t>(id)); }

 private:
  void put(std::string_view name, std::string_view value, bool quoted);
  Style style_;
  std::string out_;
};
}  // namespace sq::wal
