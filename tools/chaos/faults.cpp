#include "tools/chaos/faults.hpp"

#include <algorithm>

#include "tools/chaos/draws.hpp"

namespace sq::chaos {
namespace {
// In a day of 10,000; what is left are faults of single messages, in equal parts.
struct Weight {
  FaultKind kind;
  std::uint32_t of_10000;
};
constexpr std::array<Weight, 18> kRare{{{FaultKind::SessionDown, 60},
                                        {FaultKind::SessionStalled, 60},
                                        {FaultKind::VenueHalted, 30},
                                        {FaultKind::FeedGap, 350},
                                        {FaultKind::FeedDoubled, 350},
                                        {FaultKind::FeedOld, 250},
                                        {FaultKind::FeedDown, 50},
                                        {FaultKind::FeedSilent, 50},
                                        {FaultKind::FeedCrossed, 200},
                                        {FaultKind::FeedDropped, 50},
                                        {FaultKind::ClockJump, 60},
                                        {FaultKind::DiskFull, 25},
                                        {FaultKind::DiskStalled, 25},
                                        {FaultKind::DiskFailed, 12},
                                        {FaultKind::ProcessKilled, 80},
                                        {FaultKind::PowerLost, 25},
                                        {FaultKind::OrderlyRestart, 15},
                                        {FaultKind::OperatorKill, 20}}};
constexpr std::uint32_t kOperatorState = 80;
constexpr std::uint32_t kOperatorCancelAll = 80;
constexpr std::uint64_t kMessageKinds = static_cast<std::uint64_t>(FaultKind::QueryUnanswered) + 1;

FaultKind kind_of(Draws& draws) noexcept {
  auto at = static_cast<std::uint32_t>(draws.below(10'000));
  for (const Weight& weight : kRare) {
    if (at < weight.of_10000) return weight.kind;
    at -= weight.of_10000;
  }
  if (at < kOperatorState) return FaultKind::OperatorState;
  at -= kOperatorState;
  if (at < kOperatorCancelAll) return FaultKind::OperatorCancelAll;
  return FaultKind{static_cast<std::uint8_t>(draws.below(kMessageKinds))};
}
}  // namespace

std::string_view text_of(FaultKind kind) noexcept {
  switch (kind) {
    case FaultKind::RequestLost:
      return "request-lost";
    case FaultKind::RequestLate:
      return "request-late";
    case FaultKind::RequestDoubled:
      return "request-doubled";
    case FaultKind::OutcomeArrived:
      return "outcome-unknown-arrived";
    case FaultKind::OutcomeLost:
      return "outcome-unknown-lost";
    case FaultKind::NotSent:
      return "not-sent";
    case FaultKind::VenueRejects:
      return "venue-rejects";
    case FaultKind::ReportLost:
      return "report-lost";
    case FaultKind::ReportLate:
      return "report-late";
    case FaultKind::ReportDoubled:
      return "report-doubled";
    case FaultKind::QueryHidden:
      return "query-hidden";
    case FaultKind::QueryUnanswered:
      return "query-unanswered";
    case FaultKind::SessionDown:
      return "session-down";
    case FaultKind::SessionStalled:
      return "session-stalled";
    case FaultKind::VenueHalted:
      return "venue-halted";
    case FaultKind::FeedGap:
      return "feed-gap";
    case FaultKind::FeedDoubled:
      return "feed-doubled";
    case FaultKind::FeedOld:
      return "feed-old";
    case FaultKind::FeedDown:
      return "feed-down";
    case FaultKind::FeedSilent:
      return "feed-silent";
    case FaultKind::FeedCrossed:
      return "feed-crossed";
    case FaultKind::FeedDropped:
      return "feed-dropped";
    case FaultKind::ClockJump:
      return "clock-jump";
    case FaultKind::DiskFull:
      return "disk-full";
    case FaultKind::DiskStalled:
      return "disk-stalled";
    case FaultKind::DiskFailed:
      return "disk-failed";
    case FaultKind::ProcessKilled:
      return "process-killed";
    case FaultKind::PowerLost:
      return "power-lost";
    case FaultKind::OrderlyRestart:
      return "orderly-restart";
    case FaultKind::OperatorKill:
      return "operator-kill";
    case FaultKind::OperatorState:
      return "operator-state";
    case FaultKind::OperatorCancelAll:
      return "operator-cancel-all";
  }
  return "?";
}

Script script_of(std::uint64_t seed, std::uint32_t steps, std::uint32_t faults) {
  const std::uint32_t part = std::max<std::uint32_t>(steps / kRests, 1);
  Script script{seed, part * kRests, part, {}};
  script.faults.reserve(faults);
  Draws draws{mixed(seed, 1)};
  for (std::uint32_t n = 0; n < faults; ++n) {
    // The last twentieth before each rest is for what has been armed to happen.
    const auto within = static_cast<std::uint32_t>(draws.below(std::max(part - part / 20, 1U)));
    const auto which = static_cast<std::uint32_t>(draws.below(kRests));
    const FaultKind kind = kind_of(draws);
    script.faults.push_back({which * part + within, kind, draws.next()});
  }
  std::stable_sort(script.faults.begin(), script.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.step < b.step; });
  return script;
}

std::uint64_t seed_of_day(std::uint64_t seed, std::uint64_t day) noexcept {
  return mixed(mixed(seed, 0xDA1), day);
}
}  // namespace sq::chaos
