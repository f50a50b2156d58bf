// [alerts] and its grammars.
#include <algorithm>
#include <utility>

#include "engine/settings/sections/alert_fields.hpp"
#include "engine/settings/webhook.hpp"

namespace sq::settings {
namespace {
std::string same(const std::string& text) { return text; }
std::optional<std::string> parse_sentence(std::string_view text) {
  const auto printable = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; };
  if (text.empty() || text.size() > 120 || !std::ranges::all_of(text, printable))
    return std::nullopt;
  return std::string{text};
}
std::optional<std::string> webhook_text(std::string_view text) {
  if (!parse_webhook(text)) return std::nullopt;
  return std::string{text};
}
}  // namespace

const Codec<std::string> kSentenceCodec{"1 to 120 printable characters", parse_sentence, same};
const Codec<std::string> kWebhookCodec{
    "http:// or https://, a host of a-z 0-9 . -, perhaps a port, and a path; without user and "
    "password",
    webhook_text, same};

std::optional<Webhook> parse_webhook(std::string_view text) {
  const auto plain = [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  const std::size_t scheme = text.find("://");
  if (text.size() > 1'024 || !text.starts_with("http") || scheme == std::string_view::npos ||
      !std::ranges::all_of(text, plain))
    return std::nullopt;
  const std::size_t slash = text.find('/', scheme + 3);
  if (slash == std::string_view::npos) return std::nullopt;
  auto server = parse_url(text.substr(0, slash));
  if (!server) return std::nullopt;
  return Webhook{std::move(*server), std::string{text.substr(slash)}};
}

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
    reader->refuse("command",
                   "a path from the root: it does not depend on the folder of the start");
  if (reader->sound() && !config.admin.enabled)
    reader->refuse("rule", "[admin] enabled = true: an alert is repeated until acknowledged there");
  reader->finish();
}
}  // namespace sq::settings
