#include "engine/settings/sections/codecs.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

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
std::optional<std::string> parse_database_url(std::string_view text) {
  if (!made_of(text, kPathLengthMax, printable)) return std::nullopt;
  if (text.find("password") != std::string_view::npos) return std::nullopt;
  // postgresql://user:secret@host/database
  if (const std::size_t host = text.find("://"); host != std::string_view::npos) {
    const std::string_view authority = text.substr(host + 3, text.find('/', host + 3) - host - 3);
    const std::string_view user = authority.substr(0, authority.rfind('@') + 1);
    if (user.find(':') != std::string_view::npos) return std::nullopt;
  }
  return std::string{text};
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
// "2026-12-25T08:00:00Z"
constexpr std::string_view kMomentShape = "dddd-dd-ddTdd:dd:ddZ";
std::optional<WallTime> parse_moment(std::string_view text) {
  if (text.size() != kMomentShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kMomentShape[i] == 'd' ? !digit : text[i] != kMomentShape[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  const bool in_range = date.ok() && number(0, 4) >= 1971 && number(0, 4) <= 2261;
  if (!in_range || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return WallTime{(days * 86'400 + hour * 3'600 + minute * 60 + second) * kNsPerSecond};
}
std::string print_moment(const WallTime& moment) {
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::int64_t day = utc_day(moment);
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  const std::int64_t second = (moment.ns - day * kNsPerDay) / kNsPerSecond;
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) +
         "T" + two(second / 3'600) + ":" + two(second / 60 % 60) + ":" + two(second % 60) + "Z";
}
std::optional<std::uint32_t> parse_speed_codec(std::string_view text) { return parse_speed(text); }
std::optional<std::string> parse_url_of(std::string_view text, std::string_view scheme) {
  if (!text.starts_with(scheme) || !parse_url(text)) return std::nullopt;
  return std::string{text};
}
std::optional<std::string> parse_fingerprint(std::string_view text) {
  if (text.size() != 16 || text.find_first_not_of("0123456789abcdef") != std::string_view::npos)
    return std::nullopt;
  return std::string{text};
}
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
const Codec<std::string> kDatabaseUrlCodec{
    "a connection string of libpq in quotes, without a password: ~/.pgpass or PGPASSFILE hold it",
    parse_database_url, same};
const Codec<std::string> kHttpUrlCodec{
    "an address like \"https://api.example.com\" or \"http://127.0.0.1:8080\"",
    [](std::string_view text) { return parse_url_of(text, "http"); }, same};
const Codec<std::string> kWebSocketUrlCodec{
    "an address like \"wss://stream.example.com:9443\" or \"ws://127.0.0.1:8080/ws-api/v3\"",
    [](std::string_view text) { return parse_url_of(text, "ws"); }, same};
const Codec<std::string> kFingerprintCodec{"16 characters of 0-9 a-f in quotes", parse_fingerprint,
                                           same};
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
const Codec<WallTime> kMomentCodec{
    "a moment in UTC like \"2026-12-25T08:00:00Z\", from 1971 to 2261", parse_moment, print_moment};
const Codec<StrategyInstrument> kStrategyInstrumentCodec{
    "\"<venue>:<symbol>\", for example \"binance-usdm:BTCUSDT\"", parse_strategy_instrument,
    [](const StrategyInstrument& item) {
      return print_venue(item.venue) + ":" + std::string{item.symbol.view()};
    }};
}  // namespace sq::settings
