// What the chain readers share: fields, numbers and moments out of text, with errors that name
// place, value and what would be accepted.
// Thread: any. Errors: ChainError, caught in read_chain(). Units: UTC nanoseconds.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/options/calendar/expiry.hpp"
#include "engine/options/surface/chain.hpp"

namespace sq::app::chain_text {
struct ChainError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
[[noreturn]] void refuse(const std::string& where, std::string_view value,
                         std::string_view accepted);

[[nodiscard]] std::vector<std::string_view> fields_of(std::string_view line);  // quotes kept out
[[nodiscard]] double number(std::string_view text, const std::string& where);
[[nodiscard]] double number_or_zero(std::string_view text, const std::string& where);  // "" is 0
// English month by its first three letters, 1 to 12.
[[nodiscard]] int month(std::string_view text, const std::string& where);

// Clock time of New York with its summer time, second Sunday of March to first of November.
[[nodiscard]] WallTime new_york(options::Date date, int minutes, const std::string& where);
// The last moment at or before `time` when Cboe's index options traded in the regular session.
[[nodiscard]] WallTime last_session(WallTime time, const std::string& where);

struct OccSymbol {
  std::string_view root;
  options::Date date{};
  options::OptionType type{options::OptionType::Call};
  double strike{0};
  WallTime expiry{};
};
// SPXW221223C03710000: root, yymmdd, C or P, strike x 1000.
[[nodiscard]] OccSymbol occ_symbol(std::string_view text, const std::string& where);

void read_cboe_csv(std::string_view text, const std::string& file, options::Chain& chain);
void read_cboe_json(std::string_view text, const std::string& file, options::Chain& chain);
void read_nse(std::string_view text, const std::string& file, options::Chain& chain);
void read_upstox(std::string_view text, const std::string& file, options::Chain& chain);
void read_deribit_csv(std::string_view text, const std::string& file, options::Chain& chain);
}  // namespace sq::app::chain_text
