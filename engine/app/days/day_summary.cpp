#include "engine/app/days/day_summary.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "engine/app/days/day_facts.hpp"
#include "engine/app/moment_text.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
std::string money_text(std::int64_t raw) { return to_text(Int128{raw}, Amount::kDecimals); }

boost::json::value known_money(const DayClosed& told, std::int64_t raw) {
  if (told.valued == 0) return nullptr;
  return boost::json::value(money_text(raw));
}

std::int64_t open_day(const core::DayBooks& books, const settings::EndOfDay& end) {
  const auto closed = books.closed(end.venue);
  return closed ? *closed + 1 : day_of(books.began(), end.cut_ns);
}

std::vector<VenueDays> venue_days(const core::DayBooks& books,
                                  const std::vector<settings::EndOfDay>& ends) {
  std::vector<VenueDays> made;
  for (const settings::EndOfDay& end : ends) {
    VenueDays venue;
    venue.venue = end.venue;
    const auto closed = books.closed(end.venue);
    venue.open = open_day(books, end);
    venue.open_until = cut_of(venue.open, end.cut_ns);
    for (const core::ClosedTotal& total : books.totals())
      if (closed && total.venue == end.venue && total.last.day == *closed &&
          total.last.part != DayPart::Line)
        venue.totals.push_back(total.last);
    made.push_back(std::move(venue));
  }
  return made;
}

void print_days(std::FILE* out, const std::vector<VenueDays>& days) {
  if (days.empty()) fmt::print(out, "  end of day: off, no venue's day is closed\n");
  for (const VenueDays& venue : days) {
    fmt::print(out, "  end of day: {}: {} is open until {}\n", text_of(venue.venue),
               date_text(venue.open), moment_text(venue.open_until));
    for (const DayClosed& total : venue.totals) {
      const std::string net = total.valued != 0
                                  ? fmt::format("{} of the day, {} since the start",
                                                money_text(total.day_net), money_text(total.net))
                                  : fmt::format("{} positions are not valued", total.not_valued);
      fmt::print(out, "    {} was closed{}: account {}, net {} {}\n", date_text(total.day),
                 total.late_ns > kNsPerSecond
                     ? fmt::format(" {} s late", total.late_ns / kNsPerSecond)
                     : std::string{},
                 static_cast<std::uint16_t>(total.account), net, total.currency.text());
    }
  }
}

boost::json::array days_json(const std::vector<VenueDays>& days) {
  boost::json::array shown;
  for (const VenueDays& venue : days) {
    boost::json::array totals;
    for (const DayClosed& total : venue.totals)
      totals.push_back(boost::json::object{
          {"day", date_text(total.day)},
          {"account", std::to_string(static_cast<std::uint16_t>(total.account))},
          {"currency", total.currency.text()},
          {"late_ms", total.late_ns / kNsPerMs},
          {"not_valued", total.not_valued},
          {"day_net", known_money(total, total.day_net)},
          {"net", known_money(total, total.net)}});
    shown.push_back(boost::json::object{{"venue", text_of(venue.venue)},
                                        {"open", date_text(venue.open)},
                                        {"open_until", moment_text(venue.open_until)},
                                        {"closed", totals}});
  }
  return shown;
}
}  // namespace sq::app
