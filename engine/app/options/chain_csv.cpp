#include <algorithm>
#include <string>
#include <unordered_map>

#include "engine/app/options/chain_text.hpp"

namespace sq::app::chain_text {
namespace {
using options::ChainQuote;
using options::Date;
using options::OptionType;

class Lines {
 public:
  explicit Lines(std::string_view text, const std::string& file) : text_{text}, file_{file} {}
  bool next(std::string_view& line) {
    if (at_ >= text_.size()) return false;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    line = text_.substr(at_, end - at_);
    at_ = end + 1;
    ++row_;
    return true;
  }
  std::string_view needed(std::string_view accepted) {
    std::string_view line;
    if (!next(line)) refuse(where(), "", accepted);
    return line;
  }
  [[nodiscard]] std::string where() const { return file_ + " line " + std::to_string(row_); }

 private:
  std::string_view text_;
  const std::string& file_;
  std::size_t at_{0};
  std::size_t row_{0};
};

std::string_view after(std::string_view text, std::string_view key, const std::string& where) {
  if (!text.starts_with(key)) refuse(where, text, std::string{key} + "...");
  text.remove_prefix(key.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

// "December 12, 2022 at 8:30 PM EST" or "June 11, 2022, 8:47 PM EDT"
WallTime cboe_moment(std::string_view text, const std::string& where) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" ,", at), text.size());
    if (end > at && text.substr(at, end - at) != "at") words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  constexpr std::string_view kAccepted = "Month day, year at hour:minute AM|PM zone";
  if (words.size() < 5) refuse(where, text, kAccepted);
  const std::size_t colon = words[3].find(':');
  if (colon == std::string_view::npos || (words[4] != "AM" && words[4] != "PM")) {
    refuse(where, text, kAccepted);
  }
  const auto whole = [&](std::string_view part) { return static_cast<int>(number(part, where)); };
  const Date date{whole(words[2]), month(words[0], where), whole(words[1])};
  const int hour = whole(words[3].substr(0, colon)) % 12 + (words[4] == "PM" ? 12 : 0);
  return new_york(date, hour * 60 + whole(words[3].substr(colon + 1)), where);
}
}  // namespace

void read_cboe_csv(std::string_view text, const std::string& file, options::Chain& chain) {
  Lines lines{text, file};
  (void)lines.needed("a line of title");
  const auto title = fields_of(lines.needed("the index, \"Last: ...\""));
  if (title.size() < 2) refuse(lines.where(), title.front(), "the index, \"Last: ...\"");
  chain.underlying = std::string{title[0]};
  chain.spot = number(after(title[1], "Last:", lines.where()), lines.where() + " Last");
  const auto dated = fields_of(lines.needed("\"Date: ...\""));
  const WallTime taken =
      cboe_moment(after(dated[0], "Date:", lines.where()), lines.where() + " Date");
  chain.time = last_session(taken, lines.where());
  const auto header = fields_of(lines.needed("the names of the columns"));
  if (header.size() != 22 || header[11] != "Strike") {
    refuse(lines.where(), header.front(), "22 columns with Strike as the twelfth");
  }
  std::string_view line;
  while (lines.next(line)) {
    const auto f = fields_of(line);
    if (f.size() == 1 && f[0].empty()) continue;
    if (f.size() != 22) refuse(lines.where(), line.substr(0, 60), "22 columns");
    for (const std::size_t side : {std::size_t{0}, std::size_t{11}}) {
      const OccSymbol symbol = occ_symbol(f[side == 0 ? 1 : 12], lines.where());
      const auto value = [&](std::size_t column) {
        return number_or_zero(f[side + column],
                              lines.where() + " " + std::string{header[side + column]});
      };
      chain.quotes.push_back(ChainQuote{.type = symbol.type,
                                        .strike = symbol.strike,
                                        .expiry = symbol.expiry,
                                        .bid = value(4),
                                        .ask = value(5),
                                        .quoted_volatility = value(7),
                                        .quoted_delta = value(8),
                                        .open_interest = value(10)});
    }
  }
}

void read_deribit_csv(std::string_view text, const std::string& file, options::Chain& chain) {
  Lines lines{text, file};
  std::unordered_map<std::string_view, std::size_t> columns;
  const auto header = fields_of(lines.needed("the names of the columns"));
  for (std::size_t i = 0; i < header.size(); ++i) columns[header[i]] = i;
  for (const std::string_view name :
       {"instrument_name", "bid_price", "ask_price", "creation_timestamp", "expire_date",
        "strike_price", "option_type", "estimated_delivery_price", "base_currency"}) {
    if (!columns.contains(name)) refuse(lines.where(), name, "a header with this column");
  }
  chain.inverse = true;
  std::string_view line;
  while (lines.next(line)) {
    const auto f = fields_of(line);
    if (f.size() == 1 && f[0].empty()) continue;
    if (f.size() != header.size()) {
      refuse(lines.where(), line.substr(0, 60), std::to_string(header.size()) + " columns");
    }
    const auto at = [&](std::string_view name) { return f[columns[name]]; };
    const auto value = [&](std::string_view name) {
      return number_or_zero(at(name), lines.where() + " " + std::string{name});
    };
    const auto date = options::parse_expiry_date(at("expire_date"));
    if (!date) refuse(lines.where(), at("expire_date"), "a date like 26JAN24");
    const auto expiry = options::expiry_time(options::ExpiryRule::Deribit, *date);
    if (!expiry) refuse(lines.where(), at("expire_date"), "a date from 1970 to 2261");
    const std::string_view side = at("option_type");
    if (side != "C" && side != "P") refuse(lines.where() + " option_type", side, "C or P");
    const WallTime taken{static_cast<std::int64_t>(value("creation_timestamp")) * kNsPerMs};
    chain.time = std::max(chain.time, taken);
    chain.spot = value("estimated_delivery_price");
    chain.underlying = std::string{at("base_currency")};
    chain.quotes.push_back(
        ChainQuote{.type = side == "C" ? OptionType::Call : OptionType::Put,
                   .strike = value("strike_price"),
                   .expiry = *expiry,
                   .bid = value("bid_price"),
                   .ask = value("ask_price"),
                   .open_interest = columns.contains("open_interest") ? value("open_interest") : 0,
                   .quoted_at = taken});
  }
}
}  // namespace sq::app::chain_text
