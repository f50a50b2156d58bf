#include "engine/app/days/day_facts.hpp"

#include <algorithm>
#include <numeric>

#include "engine/app/moment_text.hpp"

namespace sq::app {
std::uint32_t ClosedDay::not_valued() const noexcept {
  return std::accumulate(
      totals.begin(), totals.end(), std::uint32_t{0},
      [](std::uint32_t sum, const DayClosed& total) { return sum + total.not_valued; });
}

void DayFacts::take(const RecordHeader& record) {
  if (record.kind != RecordKind::DayClosed || payload_bytes(record).size() < sizeof(DayClosed))
    return;
  const auto& told = payload_of<DayClosed>(record);
  auto close = std::ranges::find_if(
      begun_, [&](const ClosedDay& each) { return each.end.venue == told.venue; });
  if (close == begun_.end()) close = begun_.insert(close, ClosedDay{});
  if (close->end.day != told.day || close->end.epoch != told.epoch) *close = ClosedDay{};
  close->end = told;
  if (told.part == DayPart::Line) {
    if (close->lines.size() < kLinesMax) close->lines.push_back({told, record.instrument});
    return;
  }
  close->totals.push_back(told);
  if (told.part != DayPart::End) return;
  close->closed_at = record.wall;
  close->sequence = record.sequence;
  lines_ += close->lines.size();
  days_.push_back(std::move(*close));
  begun_.erase(close);
  while (days_.size() > kDaysMax || (lines_ > kLinesMax && days_.size() > 1)) {
    lines_ -= days_.front().lines.size();
    days_.pop_front();
  }
}

std::string date_text(std::int64_t day) {
  return moment_text(WallTime{day * kNsPerDay}).substr(0, 10);
}
}  // namespace sq::app
