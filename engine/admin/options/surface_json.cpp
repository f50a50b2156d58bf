#include "engine/admin/options/surface_json.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "engine/options/calendar/expiry.hpp"

namespace sq::admin::options {
namespace {
namespace json = boost::json;
namespace lib = sq::options;

std::string_view text_of(lib::ForwardSource source) {
  switch (source) {
    case lib::ForwardSource::Parity:
      return "put-call parity";
    case lib::ForwardSource::ParityGivenRate:
      return "put-call parity with a rate given";
    case lib::ForwardSource::QuotedDelta:
      return "quoted deltas";
    case lib::ForwardSource::Given:
      return "given";
  }
  return "unknown";
}

json::object parameters_json(const sq::options::FittedSlice& slice) {
  if (const auto* sabr = std::get_if<lib::Sabr>(&slice.smile)) {
    return {{"alpha", sabr->alpha}, {"beta", sabr->beta}, {"rho", sabr->rho}, {"nu", sabr->nu}};
  }
  const auto& raw = std::get<lib::SviRaw>(slice.smile);
  json::object out{
      {"a", raw.a}, {"b", raw.b}, {"rho", raw.rho}, {"m", raw.m}, {"sigma", raw.sigma}};
  if (slice.theta > 0) out["theta"] = slice.theta;
  return out;
}

json::object error_json(const sq::options::FittedSlice& slice) {
  const lib::FitError& error = slice.quotes.error;
  json::object out{{"rms", error.volatility}, {"max", slice.error_max}};
  if (!slice.quotes.from_quoted_volatility && error.spreads > 0) {
    out["half_spreads"] = error.spreads;
    out["inside"] = error.inside;
  }
  return out;
}

json::object slice_json(const sq::options::FittedSlice& slice,
                        const sq::options::FittedSurface& surface, const SurfaceJson& what) {
  const lib::Slice& s = slice.quotes;
  json::object out;
  if (what.dated) out["expiry"] = instant_text(s.expiry);
  out["years"] = s.years;
  out["quotes"] = s.points.size();
  out["forward"] = s.forward.forward;
  out["forward_from"] = text_of(s.forward.source);
  out["discount"] = s.forward.discount;
  out["rate"] = s.forward.rate;
  if (what.spot) out["yield"] = s.forward.implied_yield(surface.quotes().spot(), s.years);
  out["volatility"] = slice.volatility;
  out["parameters"] = parameters_json(slice);
  out["error"] = error_json(slice);
  out["arbitrage"] = json::object{
      {"range", json::array{slice.range.low, slice.range.high}},
      {"butterfly", json::object{{"free", slice.butterfly.free()},
                                 {"lowest_g", slice.butterfly.g_min},
                                 {"at", slice.butterfly.g_min_at},
                                 {"wing_slope", slice.butterfly.wing_slope}}},
      {"calendar", json::object{{"free", slice.calendar.free()},
                                {"largest_fall", std::max(0.0, slice.calendar.fall_max)},
                                {"at", slice.calendar.fall_at}}}};
  if (!what.points) return out;
  json::array points;
  for (const lib::SlicePoint& p : s.points) {
    points.push_back(json::object{{"type", p.type == lib::OptionType::Call ? "call" : "put"},
                                  {"strike", p.strike},
                                  {"bid", p.bid},
                                  {"mid", p.mid},
                                  {"ask", p.ask},
                                  {"fitted", p.fitted}});
  }
  out["points"] = std::move(points);
  return out;
}
}  // namespace

json::object surface_json(const sq::options::FittedSurface& surface, const SurfaceJson& what) {
  const lib::Surface& quotes = surface.quotes();
  json::object out{{"model", text_of(surface.model())}};
  if (what.spot) out["spot"] = quotes.spot();
  if (surface.ssvi()) {
    out["ssvi"] = json::object{{"rho", surface.ssvi()->rho},
                               {"eta", surface.ssvi()->eta},
                               {"gamma", surface.ssvi()->gamma}};
  }
  json::array expiries;
  for (const sq::options::FittedSlice& slice : surface.slices())
    expiries.emplace_back(slice_json(slice, surface, what));
  out["expiries"] = std::move(expiries);
  json::object refused;
  for (std::size_t i = 0; i < lib::kQuoteRefusals; ++i) {
    const auto reason = static_cast<lib::QuoteRefusal>(i);
    if (quotes.refused(reason) > 0) refused[text_of(reason)] = quotes.refused(reason);
  }
  out["quotes_not_used"] = std::move(refused);
  out["expiries_not_fitted"] = quotes.skipped().size();
  return out;
}

std::string instant_text(WallTime moment) {
  const lib::Date date = lib::date_of(utc_day(moment));
  const std::int64_t of_day = (moment.ns - utc_day(moment) * kNsPerDay) / kNsPerSecond;
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", date.year, date.month,
                date.day, static_cast<int>(of_day / 3'600), static_cast<int>(of_day / 60 % 60),
                static_cast<int>(of_day % 60));
  return text;
}

std::optional<WallTime> parse_instant(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '0' ? !digit : text[i] != kForm[i]) return std::nullopt;
  }
  const auto whole = [&](std::size_t from, std::size_t count) {
    int value = 0;
    (void)std::from_chars(text.data() + from, text.data() + from + count, value);
    return value;
  };
  const auto day = lib::day_number({whole(0, 4), whole(5, 2), whole(8, 2)});
  const int hour = whole(11, 2), minute = whole(14, 2), second = whole(17, 2);
  if (!day || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return WallTime{*day * kNsPerDay + (hour * 3'600LL + minute * 60LL + second) * kNsPerSecond};
}
}  // namespace sq::admin::options
