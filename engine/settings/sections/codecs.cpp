#include "engine/settings/sections/codecs.hpp"

#include <algorithm>
#include <charconv>

#include "engine/types/text.hpp"

namespace sq::settings {
namespace {
bool upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool name_part(char c) { return lower(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

template <class Part>
bool made_of(std::string_view text, std::size_t length_max, Part part) {
  return !text.empty() && text.size() <= length_max && std::ranges::all_of(text, part);
}
std::string same(const std::string& text) { return text; }

std::optional<std::string> parse_instance(std::string_view text) {
  if (!made_of(text, 8, upper_or_digit)) return std::nullopt;
  return std::string{text};
}
std::optional<std::string> parse_name(std::string_view text) {
  if (!made_of(text, 24, name_part) || !lower(text.front())) return std::nullopt;
  return std::string{text};
}
std::optional<std::string> parse_address(std::string_view text) {
  if (text != "127.0.0.1") return std::nullopt;
  return std::string{text};
}
constexpr std::size_t kPathLengthMax = 1024;
bool printable(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; }
std::optional<std::filesystem::path> parse_path(std::string_view text) {
  if (!made_of(text, kPathLengthMax, printable)) return std::nullopt;
  return std::filesystem::path{text}.lexically_normal();
}
std::optional<std::string> parse_file(std::string_view text) {
  if (!made_of(text, kPathLengthMax, printable)) return std::nullopt;
  const auto path = std::filesystem::path{text}.lexically_normal();
  if (path.is_absolute() || !path.has_filename() || *path.begin() == "..") return std::nullopt;
  return path.string();
}
std::optional<std::string> parse_file_symbol(std::string_view text) {
  if (!made_of(text, 64, printable)) return std::nullopt;
  return std::string{text};
}
std::optional<VenueId> parse_venue(std::string_view text) {
  const VenueId venue = venue_from(text);
  if (venue == VenueId::None) return std::nullopt;
  return venue;
}
std::string print_venue(const VenueId& venue) { return std::string{text_of(venue)}; }

std::optional<Symbol> parse_symbol(std::string_view text) {
  const auto part = [](char c) {
    return upper_or_digit(c) || lower(c) || c == '-' || c == '_' || c == '.' || c == '&';
  };
  if (!made_of(text, 24, part)) return std::nullopt;
  return Symbol{text};
}
std::optional<StrategyInstrument> parse_strategy_instrument(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto venue = parse_venue(text.substr(0, colon));
  const auto symbol = parse_symbol(text.substr(colon + 1));
  if (!venue || !symbol) return std::nullopt;
  return StrategyInstrument{*venue, *symbol, kNoInstrument};
}
std::optional<std::uint32_t> parse_speed_codec(std::string_view text) { return parse_speed(text); }
}  // namespace

std::optional<std::uint32_t> parse_speed(std::string_view text) noexcept {
  constexpr std::uint32_t kFastest = 100'000;
  if (text == "max") return Session::kSpeedMax;
  std::uint32_t speed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || speed < 1 || speed > kFastest) return std::nullopt;
  return speed;
}
std::string speed_text(std::uint32_t speed) {
  return speed == Session::kSpeedMax ? std::string{"max"} : std::to_string(speed);
}

const Codec<std::string> kInstanceCodec{"1 to 8 characters of A-Z 0-9 in quotes", parse_instance,
                                        same};
const Codec<std::string> kStrategyNameCodec{
    "a name of 1 to 24 characters of a-z 0-9 - _ that starts with a letter", parse_name, same};
const Codec<std::string> kKindCodec{
    "a kind of strategy: 1 to 24 characters of a-z 0-9 - _ that start with a letter", parse_name,
    same};
const Codec<std::string> kAddressCodec{"\"127.0.0.1\", the only address without TLS and log-in",
                                       parse_address, same};
const Codec<std::string> kFileCodec{"a file name relative to session.data that stays inside it",
                                    parse_file, same};
const Codec<std::string> kFormatCodec{
    "\"raw\", \"auto\" or a format that `shrivenquant book --formats` lists", parse_name, same};
const Codec<std::string> kFileSymbolCodec{
    "the symbol as the file writes it, 1 to 64 printable characters in quotes", parse_file_symbol,
    same};
const Codec<std::filesystem::path> kPathCodec{
    "a path in quotes, 1 to 1024 characters without control characters", parse_path,
    [](const std::filesystem::path& path) { return path.string(); }};
const Codec<std::uint32_t> kSpeedCodec{
    "\"max\" or a whole number from 1 to 100000 (times recorded time)", parse_speed_codec,
    [](const std::uint32_t& speed) { return speed_text(speed); }, true};
const Codec<VenueId> kVenueCodec{
    "one of \"binance-spot\", \"binance-usdm\", \"kite\", \"simulated\"", parse_venue, print_venue};
const Codec<Symbol> kSymbolCodec{
    "the venue's symbol: 1 to 24 characters of A-Z a-z 0-9 - _ . & in quotes", parse_symbol,
    [](const Symbol& symbol) { return std::string{symbol.view()}; }};
const Codec<Currency> kCurrencyCodec{
    "a currency code: 1 to 8 characters of A-Z 0-9 in quotes",
    [](std::string_view text) { return Currency::parse(text); },
    [](const Currency& currency) { return std::string{currency.text()}; }};
const Codec<StrategyInstrument> kStrategyInstrumentCodec{
    "\"<venue>:<symbol>\", for example \"binance-usdm:BTCUSDT\"", parse_strategy_instrument,
    [](const StrategyInstrument& item) {
      return print_venue(item.venue) + ":" + std::string{item.symbol.view()};
    }};
}  // namespace sq::settings
