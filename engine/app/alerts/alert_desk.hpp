// Tells people: each alert that nobody has in hand goes out on every channel, and again after the
// time its rule names, until somebody acknowledges it. What fails is tried again, sooner.
// Thread: the owner's; time comes in. Cost: cold. Errors: counted by channel, with the last reason.
// Source: control A04.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/app/alerts/alert_book.hpp"
#include "engine/app/alerts/alert_channels.hpp"

namespace sq::app {
struct AlertChannelStatus {
  std::string name;
  std::uint64_t delivered{0};
  std::uint64_t failed{0};
  std::string last_failure;  // "": the last one arrived
};

class AlertDesk {
 public:
  // A failed delivery comes again after so long, twice that each time, at most the rule's time.
  static constexpr std::int64_t kRetryNs = kNsPerSecond;

  // The configuration outlives it. Throws std::runtime_error when a channel cannot be had.
  explicit AlertDesk(const settings::Config& config);

  void take(const RecordHeader& record) { book_.take(record); }
  // True: something was done, or is being done.
  bool step(MonoTime now);
  // Every open alert went out at least once, or somebody has it in hand; nothing is under way.
  [[nodiscard]] bool told() const;

  [[nodiscard]] const AlertBook& book() const noexcept { return book_; }
  [[nodiscard]] std::uint64_t deliveries(std::uint64_t alert) const;
  [[nodiscard]] std::vector<AlertChannelStatus> channels() const;

 private:
  struct Told {
    MonoTime due{};  // 0: at once
    std::int64_t retry_ns{kRetryNs};
    std::uint64_t delivered{0};
  };
  struct Line {
    std::unique_ptr<AlertChannel> channel;
    std::map<std::uint64_t, Told> told;  // by number
    std::uint64_t under_way{0};          // 0: none
    AlertChannelStatus status;
  };
  bool finish(Line& line, MonoTime now);
  bool start(Line& line, MonoTime now);
  [[nodiscard]] AlertMessage message(const Alert& alert, std::uint64_t delivered) const;
  [[nodiscard]] const Alert* find(std::uint64_t number) const noexcept;

  const settings::Config& config_;
  AlertBook book_;
  std::vector<Line> lines_;
};
[[nodiscard]] std::string_view text_of(settings::AlertKind kind) noexcept;
}  // namespace sq::app
