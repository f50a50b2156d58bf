#include "engine/app/alerts/alert_desk.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/app/moment_text.hpp"

namespace sq::app {
std::string_view text_of(settings::AlertKind kind) noexcept {
  switch (kind) {
    case settings::AlertKind::Kill:
      return "kill";
    case settings::AlertKind::Breaker:
      return "breaker";
    case settings::AlertKind::Strategy:
      return "strategy";
    case settings::AlertKind::Break:
      return "break";
    case settings::AlertKind::Order:
      return "order";
    case settings::AlertKind::Log:
      return "log";
    case settings::AlertKind::DeadLetter:
      return "dead-letter";
    case settings::AlertKind::Day:
      return "day";
  }
  return "?";
}

AlertDesk::AlertDesk(const settings::Config& config) : config_{config}, book_{config} {
  const settings::Alerts& alerts = config.alerts;
  const auto add = [this](std::unique_ptr<AlertChannel> channel) {
    Line line;
    line.status.name = std::string{channel->name()};
    line.channel = std::move(channel);
    lines_.push_back(std::move(line));
  };
  if (alerts.webhook) add(std::make_unique<WebhookChannel>(*alerts.webhook, alerts.timeout_ns));
  if (alerts.command) add(std::make_unique<CommandChannel>(*alerts.command, alerts.timeout_ns));
}

const Alert* AlertDesk::find(std::uint64_t number) const noexcept {
  const auto found = std::ranges::find(book_.open(), number, &Alert::number);
  return found == book_.open().end() ? nullptr : &*found;
}

bool AlertDesk::step(MonoTime now) {
  bool busy = false;
  for (Line& line : lines_) {
    std::erase_if(line.told, [&](const auto& each) {
      return each.first != line.under_way && find(each.first) == nullptr;
    });
    busy |= finish(line, now);
    busy |= start(line, now);
  }
  return busy;
}

// The end of what is under way.
bool AlertDesk::finish(Line& line, MonoTime now) {
  if (line.under_way == 0) return false;
  const AlertChannel::State state = line.channel->step(now);
  if (state == AlertChannel::State::Busy) return true;
  Told& told = line.told[line.under_way];
  const Alert* const alert = find(line.under_way);
  line.under_way = 0;
  const settings::AlertRule* const rule =
      alert != nullptr ? config_.alerts.rule(alert->kind) : nullptr;
  const std::int64_t repeat_ns =
      rule != nullptr ? std::int64_t{rule->repeat_s} * kNsPerSecond : kRetryNs;
  if (state == AlertChannel::State::Delivered) {
    ++told.delivered;
    ++line.status.delivered;
    line.status.last_failure.clear();
    told.due = now + repeat_ns;
    told.retry_ns = kRetryNs;
    return true;
  }
  ++line.status.failed;
  line.status.last_failure = line.channel->why();
  told.due = now + std::min(told.retry_ns, repeat_ns);
  told.retry_ns = std::min(told.retry_ns * 2, repeat_ns);
  return true;
}

// What waits longest; what was never told comes first.
bool AlertDesk::start(Line& line, MonoTime now) {
  if (line.under_way != 0) return true;
  const Alert* chosen = nullptr;
  MonoTime due{};
  for (const Alert& each : book_.open()) {
    if (each.in_hand()) continue;
    const MonoTime its = line.told[each.number].due;
    if (its > now || (chosen != nullptr && its >= due)) continue;
    chosen = &each;
    due = its;
  }
  if (chosen == nullptr) return false;
  line.under_way = chosen->number;
  line.channel->begin(message(*chosen, line.told[chosen->number].delivered), now);
  return true;
}

bool AlertDesk::told() const {
  for (const Line& line : lines_) {
    if (line.under_way != 0) return false;
    for (const Alert& each : book_.open()) {
      const auto found = line.told.find(each.number);
      if (!each.in_hand() && (found == line.told.end() || found->second.delivered == 0))
        return false;
    }
  }
  return true;
}

std::uint64_t AlertDesk::deliveries(std::uint64_t alert) const {
  std::uint64_t total = 0;
  for (const Line& line : lines_)
    if (const auto found = line.told.find(alert); found != line.told.end())
      total += found->second.delivered;
  return total;
}

std::vector<AlertChannelStatus> AlertDesk::channels() const {
  std::vector<AlertChannelStatus> all;
  for (const Line& line : lines_) all.push_back(line.status);
  return all;
}

AlertMessage AlertDesk::message(const Alert& alert, std::uint64_t delivered) const {
  const settings::AlertRule& rule = *config_.alerts.rule(alert.kind);
  const std::string number = std::to_string(alert.number);
  boost::json::object shown{{"instance", config_.engine.instance},
                            {"alert", number},
                            {"kind", text_of(alert.kind)},
                            {"owner", rule.owner},
                            {"action", rule.action},
                            {"text", alert.text},
                            {"since", moment_text(alert.since)},
                            {"times", alert.times},
                            {"told_before", delivered}};
  if (alert.over.ns != 0) shown["over"] = moment_text(alert.over);
  AlertMessage made;
  made.json = boost::json::serialize(shown);
  made.arguments = {std::string{text_of(alert.kind)}, number, rule.owner, rule.action, alert.text};
  return made;
}
}  // namespace sq::app
