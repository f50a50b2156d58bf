// [alerts] and its grammars.
#include <algorithm>
#include <charconv>

#include "engine/settings/sections/alert_fields.hpp"

namespace sq::settings {
namespace {
std::string same(const std::string& text) { return text; }
std::optional<std::string> parse_sentence(std::string_view text) {
  const auto printable = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; };
  if (text.empty() || text.size() > 120 || !std::ranges::all_of(text, printable))
    return std::nullopt;
  return std::string{text};
}
// No user and no password: the configuration goes into the log.
std::optional<std::string> parse_webhook(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with("https://"))
    rest.remove_prefix(8);
  else if (rest.starts_with("http://"))
    rest.remove_prefix(7);
  else
    return std::nullopt;
  const auto plain = [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  if (text.size() > 1'024 || !std::ranges::all_of(rest, plain)) return std::nullopt;
  const std::size_t slash = rest.find('/');
  if (slash == 0 || slash == std::string_view::npos) return std::nullopt;
  const std::string_view authority = rest.substr(0, slash);
  const std::size_t colon = authority.find(':');
  const auto host_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  if (colon == 0 || !std::ranges::all_of(authority.substr(0, colon), host_part))
    return std::nullopt;
  if (colon != std::string_view::npos) {
    const std::string_view digits = authority.substr(colon + 1);
    std::uint32_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port < 1 || port > 65'535)
      return std::nullopt;
  }
  return std::string{text};
}
}  // namespace

const Codec<std::string> kSentenceCodec{"1 to 120 printable characters", parse_sentence, same};
const Codec<std::string> kWebhookCodec{
    "http:// or https://, a host of a-z 0-9 . -, perhaps a port, and a path; without user and "
    "password",
    parse_webhook, same};

void read_alerts(Reader& root, Config& config) {
  Alerts& alerts = config.alerts;
  auto reader = root.table("alerts", Need::Optional);
  if (!reader) return;
  fields(*reader, alerts);
  for (Reader& each : reader->tables("rule", Need::Required)) {
    AlertRule rule;
    fields(each, rule);
    if (each.sound() && alerts.rule(rule.kind) != nullptr) each.refuse("kind", "one of each kind");
    each.finish();
    alerts.rules.push_back(std::move(rule));
  }
  if (reader->sound() && !alerts.webhook && !alerts.command)
    reader->refuse("command", "webhook or command: somebody has to hear of it");
  if (reader->sound() && alerts.command && alerts.command->is_relative())
    reader->refuse("command", "a path from the root: it does not depend on the folder of the start");
  if (reader->sound() && !config.admin.enabled)
    reader->refuse("rule", "[admin] enabled = true: an alert is repeated until acknowledged there");
  reader->finish();
}
}  // namespace sq::settings
