// [alerts]: of what people are told at once, who has to act and how, and how they are reached.
// Without the section nobody is told: the start says so. Source: controls A04.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/types/time.hpp"

namespace sq::settings {
enum class AlertKind : std::uint8_t {
  Kill = 1,        // the kill switch closed a scope
  Breaker = 2,     // a circuit breaker opened
  Strategy = 3,    // a guard took a strategy out of trading
  Break = 4,       // books and venue differ
  Order = 5,       // what became of an order is not known
  Log = 6,         // the log is short of room, stalled or has failed
  DeadLetter = 7,  // an input that nobody could handle
  Day = 8          // a venue's day was closed late, or with positions that have no price
};
// [[alerts.rule]], at most one of each kind. Of a kind without a rule nobody is told.
struct AlertRule {
  AlertKind kind{AlertKind::Kill};
  std::string owner;          // who has to act: 1 to 120 characters
  std::string action;         // what is to be done: the same
  std::uint32_t repeat_s{0};  // until somebody has it in hand; 1 to 86,400

  friend bool operator==(const AlertRule&, const AlertRule&) = default;
};
struct Alerts {
  // One of them at least where there is a rule. The configuration goes into the log, so a webhook
  // that has a secret in its address belongs behind a command.
  std::optional<std::string> webhook;            // "http(s)://host[:port]/path": POST, JSON
  std::optional<std::filesystem::path> command;  // a program: called with kind, owner, action, text
  std::int64_t timeout_ns{10 * kNsPerSecond};    // 100 ms to 60 s: for one delivery
  std::vector<AlertRule> rules;

  [[nodiscard]] bool on() const noexcept { return !rules.empty(); }
  [[nodiscard]] const AlertRule* rule(AlertKind kind) const noexcept {
    for (const AlertRule& each : rules)
      if (each.kind == kind) return &each;
    return nullptr;
  }
  friend bool operator==(const Alerts&, const Alerts&) = default;
};
}  // namespace sq::settings
