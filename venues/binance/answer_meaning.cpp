#include "venues/binance/answer_meaning.hpp"

#include <algorithm>
#include <array>

namespace sq::binance {
namespace {
struct Entry {
  std::int32_t code;
  Meaning meaning;
};
constexpr Meaning not_done(RejectCode code, Care care = Care::None) {
  return {Fate::NotDone, code, care};
}
constexpr Meaning kUnknown{};

// Both markets.
constexpr std::array kCommon{
    Entry{-1002, not_done(RejectCode::Other, Care::KeyRefused)},
    Entry{-1003, not_done(RejectCode::RateLimit, Care::SlowDown)},
    Entry{-1006, kUnknown},
    Entry{-1007, kUnknown},
    Entry{-1008, not_done(RejectCode::RateLimit)},  // overloaded: thrown away before the engine
    Entry{-1013, not_done(RejectCode::Filter)},
    Entry{-1014, not_done(RejectCode::Other)},
    Entry{-1015, not_done(RejectCode::RateLimit, Care::SlowDown)},
    Entry{-1016, not_done(RejectCode::Halted, Care::Closing)},
    Entry{-1020, not_done(RejectCode::Other)},
    Entry{-1021, not_done(RejectCode::Other, Care::ClockOff)},
    Entry{-1022, not_done(RejectCode::Other, Care::KeyRefused)},
    Entry{-1034, not_done(RejectCode::RateLimit, Care::SlowDown)},
    Entry{-1111, not_done(RejectCode::Filter)},
    Entry{-2014, not_done(RejectCode::Other, Care::KeyRefused)},
    Entry{-2015, not_done(RejectCode::Other, Care::KeyRefused)},
    Entry{-2016, not_done(RejectCode::Halted, Care::Closing)},
};
constexpr std::array kSpot{
    Entry{-2021, kUnknown},  // cancel-replace: one half worked
    Entry{-2022, not_done(RejectCode::Other)},
    Entry{-2026, kUnknown},  // archived: long ended, but how is not said
    Entry{-2038, not_done(RejectCode::Other)},
    Entry{-2039, not_done(RejectCode::Other)},
};
constexpr std::array kUsdm{
    Entry{-2018, not_done(RejectCode::InsufficientBalance)},
    Entry{-2019, not_done(RejectCode::InsufficientBalance)},
    Entry{-2020, not_done(RejectCode::NoLiquidity)},
    Entry{-2021, not_done(RejectCode::Other)},  // a stop that would trigger at once
    Entry{-2022, not_done(RejectCode::ReduceOnly)},
    Entry{-2023, not_done(RejectCode::Halted)},  // the account is being liquidated
    Entry{-2024, not_done(RejectCode::InsufficientBalance)},
    Entry{-2025, not_done(RejectCode::RateLimit)},  // too many open orders
    Entry{-2026, not_done(RejectCode::ReduceOnly)},
    Entry{-2027, not_done(RejectCode::InsufficientBalance)},
    Entry{-2028, not_done(RejectCode::InsufficientBalance)},
    Entry{-4013, not_done(RejectCode::Filter)},
    Entry{-4014, not_done(RejectCode::Filter)},
    Entry{-4015, not_done(RejectCode::Other)},
    Entry{-4016, not_done(RejectCode::Filter)},
    Entry{-4023, not_done(RejectCode::Filter)},
    Entry{-4024, not_done(RejectCode::Filter)},
    Entry{-4087, not_done(RejectCode::ReduceOnly)},
    Entry{-4088, not_done(RejectCode::Other, Care::KeyRefused)},
    Entry{-4105, not_done(RejectCode::ReduceOnly)},
    Entry{-4118, not_done(RejectCode::ReduceOnly)},
    Entry{-4131, not_done(RejectCode::Filter)},
    Entry{-4140, not_done(RejectCode::Halted)},
    Entry{-4141, not_done(RejectCode::Halted)},
    Entry{-4164, not_done(RejectCode::Filter)},
    Entry{-4192, not_done(RejectCode::Halted)},
    Entry{-5021, not_done(RejectCode::NoLiquidity)},
    Entry{-5022, not_done(RejectCode::WouldTake)},
    Entry{-5028, not_done(RejectCode::Other, Care::ClockOff)},
};

template <std::size_t N>
const Meaning* find(const std::array<Entry, N>& table, std::int32_t code) noexcept {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Entry& entry) { return entry.code == code; });
  return found != table.end() ? &found->meaning : nullptr;
}

bool asks_for_order(RequestKind request) noexcept {
  return request == RequestKind::Cancel || request == RequestKind::Query ||
         request == RequestKind::Amend || request == RequestKind::CancelAll;
}

// -2010: the engine's own words.
Meaning rejected_order(std::string_view message) noexcept {
  const auto says = [&](std::string_view part) {
    return message.find(part) != std::string_view::npos;
  };
  // Ours never repeat: one of them is there, so what became of it must be asked.
  if (says("Duplicate")) return kUnknown;
  if (says("insufficient balance")) return not_done(RejectCode::InsufficientBalance);
  if (says("immediately match")) return not_done(RejectCode::WouldTake);
  if (says("Market is closed")) return not_done(RejectCode::Halted, Care::Closing);
  return not_done(RejectCode::Other);
}

Meaning by_code(VenueId venue, RequestKind request, const VenueAnswer& answer) noexcept {
  const std::int32_t code = answer.code;
  if (code == -2010) return rejected_order(answer.message);
  if (code == -2013 || code == -2011) {
    const bool no_order =
        code == -2013 || answer.message.find("Unknown order") != std::string_view::npos;
    if (no_order) return asks_for_order(request) ? Meaning{Fate::NotFound} : kUnknown;
    return not_done(RejectCode::Other);  // e.g. "not canceled due to cancel restrictions"
  }
  if (code == -4116) return kUnknown;  // duplicate client id, as above
  if (const Meaning* found = find(kCommon, code)) return *found;
  const Meaning* found = venue == VenueId::BinanceUsdm ? find(kUsdm, code) : find(kSpot, code);
  if (found != nullptr) return *found;
  // Malformed requests never get as far as the engine.
  if (code <= -1100 && code >= -1199) return not_done(RejectCode::Other);
  if (venue == VenueId::BinanceUsdm && code <= -4001 && code >= -4007)
    return not_done(RejectCode::Filter);
  return kUnknown;
}
}  // namespace

Meaning meaning_of(VenueId venue, RequestKind request, const VenueAnswer& answer) noexcept {
  if (answer.status >= 200 && answer.status < 300)
    return {Fate::Done, RejectCode::None, Care::None};
  if (answer.status == 418) return not_done(RejectCode::RateLimit, Care::Banned);
  if (answer.status == 429) return not_done(RejectCode::RateLimit, Care::SlowDown);
  if (answer.status == 403) return not_done(RejectCode::RateLimit, Care::SlowDown);  // the firewall
  if (answer.status >= 500) {
    if (answer.code == -1008) return not_done(RejectCode::RateLimit);
    // USD-M says in words which of its 503 are certain.
    const bool certain =
        venue == VenueId::BinanceUsdm && answer.status == 503 &&
        (answer.message == "Service Unavailable." ||
         answer.message.starts_with("Internal error; unable to process your request"));
    if (certain) return not_done(RejectCode::Halted);
    const Care care = answer.code == -1016 ? Care::Closing : Care::None;
    return {Fate::Unknown, RejectCode::None, care};
  }
  if (answer.status < 400 || answer.status == 408 || answer.status == 409 || answer.code == 0)
    return kUnknown;  // a redirect, a timeout, half of a cancel-replace, or no body of the venue's
  return by_code(venue, request, answer);
}
}  // namespace sq::binance
