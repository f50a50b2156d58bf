// The fields of alerts.
// Thread: start-up.
#pragma once

#include "engine/settings/sections/fields.hpp"

namespace sq::settings {
inline constexpr std::array kAlertKindNames{Choice{"kill", AlertKind::Kill},
                                            Choice{"breaker", AlertKind::Breaker},
                                            Choice{"strategy", AlertKind::Strategy},
                                            Choice{"break", AlertKind::Break},
                                            Choice{"order", AlertKind::Order},
                                            Choice{"log", AlertKind::Log},
                                            Choice{"dead-letter", AlertKind::DeadLetter},
                                            Choice{"day", AlertKind::Day}};
extern const Codec<std::string> kSentenceCodec;
extern const Codec<std::string> kWebhookCodec;
template <class Io, Is<AlertRule> T>
void fields(Io& io, T& rule) {
  io.choice("kind", rule.kind, kAlertKindNames, Need::Required);
  io.coded("owner", rule.owner, kSentenceCodec, Need::Required);
  io.coded("action", rule.action, kSentenceCodec, Need::Required);
  io.integer("repeat_s", rule.repeat_s, 1, 86'400, "seconds", Need::Required);
}
template <class Io, Is<Alerts> T>
void fields(Io& io, T& alerts) {
  optional_field(io, "webhook", alerts.webhook, [&](std::string& webhook) {
    io.coded("webhook", webhook, kWebhookCodec, Need::Optional);
  });
  optional_field(io, "command", alerts.command, [&](std::filesystem::path& command) {
    io.coded("command", command, kPathCodec, Need::Optional);
  });
  io.duration("timeout_ms", alerts.timeout_ns, 100, 60'000, Need::Optional);
}
// Behind [admin].
void read_alerts(Reader& root, Config& config);
}  // namespace sq::settings
