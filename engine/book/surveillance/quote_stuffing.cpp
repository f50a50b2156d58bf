#include "engine/book/surveillance/quote_stuffing.hpp"

#include <algorithm>

namespace sq::book::surveillance {
void QuoteStuffing::learn(double messages) noexcept {
  const std::uint64_t memory = std::uint64_t{settings_.baseline_windows} * kBins;
  const bool warm = bins_seen_ >= warm_bins();
  ++bins_seen_;
  // Until warm the plain mean, which has no rule to cut by yet.
  const double weight = 1.0 / static_cast<double>(std::min(bins_seen_, memory));
  const double cut = std::max(3 * mean_, 1.0);
  mean_ += weight * ((warm ? std::min(messages, cut) : messages) - mean_);
}

void QuoteStuffing::turn(std::int64_t ns) noexcept {
  if (!started_) {
    started_ = true;
    bin_end_ns_ = ns + bin_ns_;
    return;
  }
  const std::int64_t passed = (ns - bin_end_ns_) / bin_ns_ + 1;
  // Quiet bins beyond that many teach nothing that they have not taught.
  constexpr std::int64_t kQuietMax = 4'096;
  for (std::int64_t i = 0; i < std::min(passed, kQuietMax); ++i) {
    learn(bins_[current_].messages);
    current_ = (current_ + 1) % kBins;
    Counts& oldest = bins_[current_];
    total_.messages -= oldest.messages;
    total_.adds -= oldest.adds;
    total_.executions -= oldest.executions;
    total_.fleeting -= oldest.fleeting;
    oldest = {};
  }
  bin_end_ns_ += passed * bin_ns_;
  const double limit = std::min(usual() * settings_.baseline_multiple, 1e15);
  messages_limit_ =
      std::max<std::uint64_t>(settings_.messages_min, static_cast<std::uint64_t>(limit));
}

std::optional<Alert> QuoteStuffing::judge() const noexcept {
  const double messages = total_.messages;
  const double fleeting = total_.adds == 0 ? 0 : double{1} * total_.fleeting / total_.adds;
  if (total_.adds == 0 || fleeting < settings_.fleeting_min) return std::nullopt;
  if (total_.executions > settings_.executed_max * messages) return std::nullopt;
  Alert alert;
  alert.kind = AlertKind::QuoteStuffing;
  alert.score = std::min(1.0, fleeting) * (1 - std::min(1.0, usual() / messages));
  alert.severity = severity_of(alert.score);
  alert.until = now_;
  alert.from = WallTime{bin_end_ns_ - std::int64_t{kBins} * bin_ns_};
  const std::uint64_t kept = std::min<std::uint64_t>(fleeting_, recent_.size());
  for (std::uint64_t n = 0; n < kept; ++n) {
    const FleetingOrder& one = recent_[(fleeting_ - 1 - n) % recent_.size()];
    if (one.at < alert.from) break;
    alert.side = one.side;
    alert.add(
        {one.id, one.at, one.placed, one.price, one.qty, Evidence::Role::Withdrawn, one.side});
  }
  alert.evidence_count = std::max(alert.evidence_count, total_.fleeting);
  return alert;
}
}  // namespace sq::book::surveillance
