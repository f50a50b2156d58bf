// What a surveillance rule reports: which pattern, how sure, and the orders and trades behind it;
// and the bounded ring that keeps the last ones.
// Thread: one writer, readers on the same thread. Cost: an alert is a copy of about 550 bytes,
// rare. The ring allocates in its constructor only. Errors: none; what does not fit is counted.
// Units: prices and quantities of the venue, nanoseconds of the feed's own time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/types/fixed.hpp"
#include "engine/types/order_types.hpp"
#include "engine/types/time.hpp"

namespace sq::book::surveillance {
enum class AlertKind : std::uint8_t {  // append only
  Spoofing,
  Layering,
  QuoteStuffing,
  MomentumIgnition,
  WashPattern,  // anonymous trades that offset each other
  OwnWashTrade  // both sides of a trade are our own accounts
};
constexpr std::size_t kAlertKinds = 6;
[[nodiscard]] std::string_view name_of(AlertKind kind) noexcept;

// How soon a person should look: by the score, see severity_of().
enum class Severity : std::uint8_t { Low, Medium, High };
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;
constexpr double kMediumFrom = 0.75;
constexpr double kHighFrom = 0.9;
constexpr Severity severity_of(double score) noexcept {
  if (score >= kHighFrom) return Severity::High;
  return score >= kMediumFrom ? Severity::Medium : Severity::Low;
}

struct Evidence {
  enum class Role : std::uint8_t { Withdrawn, Executed, Trade };
  std::uint64_t id{0};  // the venue's order or trade number; 0: the feed gives none (L2 levels)
  WallTime at{};        // withdrawn, executed or traded
  WallTime placed{};    // when the order came; 0: not known, or a trade
  Price price{};
  Qty qty{};
  Role role{Role::Trade};
  Side side{Side::Buy};  // of the order; of a trade: its aggressor
};
[[nodiscard]] std::string_view name_of(Evidence::Role role) noexcept;

struct Alert {
  static constexpr std::size_t kEvidence = 12;
  AlertKind kind{AlertKind::Spoofing};
  Severity severity{Severity::Low};
  Side side{Side::Buy};  // of the orders withdrawn; of the burst; of no meaning for WashPattern
  double score{0};       // 0 to 1; its meaning is the rule's own, in the rule's header
  WallTime from{};
  WallTime until{};
  std::uint64_t messages{0};        // seen by the instrument when it was raised
  std::uint32_t evidence_count{0};  // found; only the first kEvidence are kept
  std::array<Evidence, kEvidence> evidence{};

  void add(const Evidence& item) noexcept {
    if (evidence_count < kEvidence) evidence[evidence_count] = item;
    ++evidence_count;
  }
  [[nodiscard]] std::span<const Evidence> kept() const noexcept {
    return {evidence.data(), std::min<std::size_t>(evidence_count, kEvidence)};
  }
};

class AlertRing {
 public:
  explicit AlertRing(std::uint32_t capacity) : alerts_(capacity) {}

  void push(const Alert& alert) noexcept {
    alerts_[total_ % alerts_.size()] = alert;
    ++total_;
    ++by_kind_[static_cast<std::size_t>(alert.kind)];
  }
  // 0 is the oldest one kept; i < size().
  [[nodiscard]] const Alert& operator[](std::size_t i) const noexcept {
    return alerts_[(total_ - size() + i) % alerts_.size()];
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(std::min<std::uint64_t>(total_, alerts_.size()));
  }
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] std::uint64_t overwritten() const noexcept { return total_ - size(); }
  [[nodiscard]] std::uint64_t count(AlertKind kind) const noexcept {
    return by_kind_[static_cast<std::size_t>(kind)];
  }

 private:
  std::vector<Alert> alerts_;
  std::uint64_t total_{0};
  std::array<std::uint64_t, kAlertKinds> by_kind_{};
};
}  // namespace sq::book::surveillance
