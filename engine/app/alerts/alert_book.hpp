// The alerts that the records of a log call for: who has to act, how, and whether somebody has it
// in hand. Folded from records alone, so a restart knows what was open.
// Thread: the owner's. Memory: bounded by the configuration's scopes; the youngest that are done
// are kept. Cost: a switch a record. Errors: none; a record that is too short is left out.
// Source: control A04; faults E.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/messaging/breakers.hpp"
#include "engine/messaging/record.hpp"
#include "engine/messaging/venue_account.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
struct Alert {
  settings::AlertKind kind{settings::AlertKind::Kill};
  std::uint64_t subject{0};  // of the kind: a scope, a strategy, a venue
  std::uint64_t number{0};   // sequence of the record that raised it
  std::string text;          // what happened last
  WallTime since{};
  WallTime latest{};
  std::uint64_t times{1};   // it was called for, since
  WallTime over{};          // 0: what it is about still holds
  WallTime acknowledged{};  // 0: nobody has it in hand, and it is repeated
  std::string who;          // acknowledged, or ended what it is about by hand
  std::string reason;

  [[nodiscard]] bool in_hand() const noexcept { return acknowledged.ns != 0; }
};

class AlertBook {
 public:
  static constexpr std::size_t kDoneMax = 100;

  // Kinds without a rule in [alerts] raise nothing.
  explicit AlertBook(const settings::Config& config) : config_{config} {}

  void take(const RecordHeader& record);

  // What holds, or waits for somebody, by number; and what is over and in hand, the oldest first.
  [[nodiscard]] const std::vector<Alert>& open() const noexcept { return open_; }
  [[nodiscard]] const std::deque<Alert>& done() const noexcept { return done_; }

 private:
  using Kind = settings::AlertKind;
  void follow_people(const RecordHeader& record);
  void on_kill(const RecordHeader& record);
  void on_breaker(const RecordHeader& record);
  void on_strategy(const RecordHeader& record);
  void on_break(const RecordHeader& record);
  void on_order(const RecordHeader& record);
  void on_log(const RecordHeader& record);
  void on_day(const RecordHeader& record);
  void on_acknowledgement(const RecordHeader& record);

  // `news`: something that whoever has the open alert in hand does not know of yet.
  enum class News : std::uint8_t { More, Other };
  void raise(Kind kind, std::uint64_t subject, News news, const RecordHeader& record,
             std::string text);
  // `who` not empty: a person ended it, who has it in hand.
  void end(Kind kind, std::uint64_t subject, WallTime at, std::string_view who);
  void drop_done();
  void move_to_done(const Alert& alert);

  const settings::Config& config_;
  std::vector<Alert> open_;
  std::deque<Alert> done_;
  std::array<std::set<std::uint64_t>, 256> breaks_;  // open ones by VenueId
  std::set<std::uint64_t> unknown_orders_;
  // Whose command the decisions are that follow without a gap.
  std::string who_;
  std::uint64_t next_{0};
};
}  // namespace sq::app
