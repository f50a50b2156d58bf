// A connection that is always there: made again when it ends, with longer and longer waits, and
// replaced before it ends where the venue says that it will (24 hours, shutdown): the new one is up
// before the old one goes. Thread: the venue's. Cost: its line's. Errors: up() is null.
// Source: faults N03, N10, N13, N15.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "venues/binance/backoff.hpp"
#include "venues/binance/entry/line.hpp"

namespace sq::binance {
class KeptLine {
 public:
  KeptLine(LinkContext& context, const Server& server, std::string target, Greeting greeting);

  bool step(LineListener& listener);
  // May connect. A line without a target (no listen key yet) waits for one.
  void set_target(std::string target) { target_ = std::move(target); }
  // Make before break. Again while that goes on: nothing.
  void renew() noexcept { renew_ = true; }
  // Without a new one before it: what it says no longer counts.
  void drop(std::string_view why);
  void close();

  [[nodiscard]] Line* up() noexcept { return line_ && line_->up() ? line_.get() : nullptr; }
  [[nodiscard]] Line* old() noexcept { return old_ ? old_.get() : nullptr; }
  [[nodiscard]] MonoTime old_since() const noexcept { return old_since_; }
  void close_old();
  // Connections that have ended since the last call: visit(number).
  template <class Visit>
  void take_ended(Visit&& visit) {
    for (const std::uint64_t number : ended_) visit(number);
    ended_.clear();
  }
  // The one that was up has ended and no other was: something may have been missed.
  [[nodiscard]] bool take_gap() noexcept { return std::exchange(gap_, false); }

 private:
  [[nodiscard]] std::unique_ptr<Line> connect();
  void on_failed(const Line& line);
  [[nodiscard]] bool may_connect();

  LinkContext& context_;
  const Server& server_;
  std::string target_;
  Greeting greeting_;
  std::unique_ptr<Line> line_;
  std::unique_ptr<Line> next_;  // will replace line_ once it is up
  std::unique_ptr<Line> old_;   // was replaced; answers may still come
  MonoTime old_since_{};
  bool renew_{false};
  bool closed_{false};
  bool gap_{false};
  std::vector<std::uint64_t> ended_;
  std::uint64_t made_{0};
  Backoff backoff_;
  int refusals_{0};  // of the key
  MonoTime retry_at_{};
};
}  // namespace sq::binance
