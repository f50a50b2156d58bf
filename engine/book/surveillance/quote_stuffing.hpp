// Quote stuffing: a burst of messages far beyond what is usual, of orders that hardly live and do
// not trade.
//
// Alarm when within window_ns (8 bins; it ends now and is 7/8 to 8/8 of window_ns long) there were
// at least messages_min messages and baseline_multiple x the usual number, at least fleeting_min of
// the orders added in it were gone within life_ns_max (cancelled or replaced), and at most
// executed_max executions came a message. The usual number is an exponential mean over the bins
// before, quiet ones too, each cut at 3 x the mean so that a burst does not become the rule.
// Score: fleeting share (at most 1) x (1 - usual / messages): the part of the burst that the usual
// flow does not explain, discounted by the orders that stayed.
// Thread: one writer. Cost: 3 ns a message. Allocates nothing. Errors: none; times that step back
// count as the last one.
// Source: Regulation (EU) 2016/522, Annex II, section 1, 4(e); Egginton, Van Ness and Van Ness,
// "Quote Stuffing", Financial Management 45(3), 2016 (bursts against the mean of the stock's own
// past).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/book/surveillance/alert.hpp"
#include "engine/book/surveillance/settings.hpp"

namespace sq::book::surveillance {
struct FleetingOrder {
  std::uint64_t id{0};
  WallTime placed{};
  WallTime at{};
  Price price{};
  Qty qty{};
  Side side{Side::Buy};
};

class QuoteStuffing {
 public:
  explicit QuoteStuffing(const StuffingSettings& settings)
      : settings_{settings},
        bin_ns_{settings.window_ns / std::int64_t{kBins}},
        messages_limit_{settings.messages_min} {}

  void on_message(WallTime at) noexcept {
    if (at.ns >= bin_end_ns_) [[unlikely]]
      turn(at.ns);
    ++bins_[current_].messages;
    ++total_.messages;
    now_ = at;
  }
  void on_added() noexcept {
    ++bins_[current_].adds;
    ++total_.adds;
  }
  void on_executed() noexcept {
    ++bins_[current_].executions;
    ++total_.executions;
  }
  void on_gone(const FleetingOrder& order) noexcept {
    if (order.at - order.placed > settings_.life_ns_max) return;
    ++bins_[current_].fleeting;
    ++total_.fleeting;
    recent_[fleeting_++ % recent_.size()] = order;
  }
  // After the message is counted.
  [[nodiscard]] bool is_burst() const noexcept {
    return total_.messages >= messages_limit_ && bins_seen_ >= warm_bins();
  }
  [[nodiscard]] std::optional<Alert> judge() const noexcept;
  // Expected messages of a whole window.
  [[nodiscard]] double usual() const noexcept { return mean_ * kBins; }

 private:
  static constexpr std::size_t kBins = 8;
  struct Counts {
    std::uint32_t messages{0};
    std::uint32_t adds{0};
    std::uint32_t executions{0};
    std::uint32_t fleeting{0};
  };
  [[nodiscard]] std::uint64_t warm_bins() const noexcept {
    return std::uint64_t{settings_.warm_windows} * kBins;
  }
  [[gnu::cold, gnu::noinline]] void turn(std::int64_t ns) noexcept;
  void learn(double messages) noexcept;

  StuffingSettings settings_;
  std::int64_t bin_ns_;
  std::int64_t bin_end_ns_{0};
  bool started_{false};
  std::size_t current_{0};
  std::array<Counts, kBins> bins_{};
  Counts total_{};
  std::uint64_t messages_limit_;
  double mean_{0};  // messages a bin
  std::uint64_t bins_seen_{0};
  WallTime now_{};
  std::array<FleetingOrder, Alert::kEvidence> recent_{};
  std::uint64_t fleeting_{0};
};
}  // namespace sq::book::surveillance
