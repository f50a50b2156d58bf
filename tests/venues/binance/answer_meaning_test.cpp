// The fate of a request by what the venue answered: each status and code of the protocol pages, and
// everything else unknown.
#include "venues/binance/answer_meaning.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace sq;
using namespace sq::binance;

namespace {
Meaning spot(int status, std::int32_t code = 0, std::string_view text = {},
             RequestKind kind = RequestKind::Place) {
  return meaning_of(VenueId::BinanceSpot, kind, {status, code, text});
}
Meaning usdm(int status, std::int32_t code = 0, std::string_view text = {},
             RequestKind kind = RequestKind::Place) {
  return meaning_of(VenueId::BinanceUsdm, kind, {status, code, text});
}
constexpr Meaning kUnknown{};
}  // namespace

TEST_CASE("X02: timeouts, 5xx, and codes that say so, leave the outcome unknown") {
  for (const int status : {500, 502, 504, 599}) {
    CHECK(spot(status) == kUnknown);
    CHECK(usdm(status) == kUnknown);
  }
  CHECK(spot(503, 0, "Service Unavailable.") == kUnknown);  // on spot no 5xx is a failure
  CHECK(usdm(503, 0, "Unknown error, please check your request or try again later.") == kUnknown);
  CHECK(usdm(503, 0, "Service Unavailable.").fate == Fate::NotDone);
  CHECK(usdm(503, 0, "Internal error; unable to process your request. Please try again.").fate ==
        Fate::NotDone);
  CHECK(usdm(503, -1008, "Request throttled by system-level protection.").fate == Fate::NotDone);
  CHECK(usdm(408) == kUnknown);
  CHECK(spot(409, -2021) == kUnknown);  // half of a cancel-replace
  for (const std::int32_t code : {-1000, -1001, -1006, -1007}) {
    CHECK(spot(400, code) == kUnknown);
    CHECK(usdm(400, code) == kUnknown);
  }
}

TEST_CASE("an answer that is not the venue's, or has a code nobody knows, says nothing") {
  CHECK(spot(400) == kUnknown);  // no body: a gateway's page (N18)
  CHECK(spot(404) == kUnknown);
  CHECK(spot(302) == kUnknown);
  CHECK(spot(101) == kUnknown);
  CHECK(spot(0) == kUnknown);
  for (const std::int32_t code : {-9999, -3000, 7, -2000, -5000}) {
    CHECK(spot(400, code, "new code") == kUnknown);
    CHECK(usdm(400, code, "new code") == kUnknown);
  }
}

TEST_CASE("429, 418 and 403 were thrown away at the door") {
  CHECK(spot(429, -1003) == Meaning{Fate::NotDone, RejectCode::RateLimit, Care::SlowDown});
  CHECK(spot(418, -1003) == Meaning{Fate::NotDone, RejectCode::RateLimit, Care::Banned});
  CHECK(spot(403) == Meaning{Fate::NotDone, RejectCode::RateLimit, Care::SlowDown});
  CHECK(usdm(429, -1015).care == Care::SlowDown);
}

TEST_CASE("refusals of orders have their reason") {
  const auto why = [](const Meaning& meaning) {
    CHECK(meaning.fate == Fate::NotDone);
    return meaning.code;
  };
  CHECK(why(spot(400, -2010, "Account has insufficient balance for requested action.")) ==
        RejectCode::InsufficientBalance);
  CHECK(why(spot(400, -2010, "Order would immediately match and take.")) == RejectCode::WouldTake);
  CHECK(why(spot(400, -2010, "Market is closed.")) == RejectCode::Halted);
  CHECK(why(spot(400, -2010, "IcebergQty exceeds QTY.")) == RejectCode::Other);
  CHECK(why(spot(400, -1013, "Filter failure: LOT_SIZE")) == RejectCode::Filter);
  CHECK(why(spot(400, -1111, "Precision is over the maximum defined for this asset.")) ==
        RejectCode::Filter);
  for (std::int32_t code = -1199; code <= -1100; ++code)
    CHECK(spot(400, code).fate == Fate::NotDone);
  CHECK(why(usdm(400, -2019, "Margin is insufficient.")) == RejectCode::InsufficientBalance);
  CHECK(why(usdm(400, -2022, "ReduceOnly Order is rejected.")) == RejectCode::ReduceOnly);
  CHECK(why(usdm(400, -5022)) == RejectCode::WouldTake);
  CHECK(why(usdm(400, -5021)) == RejectCode::NoLiquidity);
  CHECK(why(usdm(400, -4164)) == RejectCode::Filter);
  // The same numbers mean something else on spot.
  CHECK(spot(400, -2022).code == RejectCode::Other);
  CHECK(usdm(400, -2021).fate == Fate::NotDone);
}

TEST_CASE("a duplicate id means that the order may be there: it is asked for, never refused") {
  CHECK(spot(400, -2010, "Duplicate order sent.") == kUnknown);
  CHECK(usdm(400, -4116, "ClientOrderId is duplicated.") == kUnknown);
}

TEST_CASE("X09: an order that is not found is a finding only where one was asked for") {
  for (const auto kind : {RequestKind::Cancel, RequestKind::Query, RequestKind::Amend}) {
    CHECK(spot(400, -2013, "Order does not exist.", kind).fate == Fate::NotFound);
    CHECK(spot(400, -2011, "Unknown order sent.", kind).fate == Fate::NotFound);
    CHECK(usdm(400, -2013, "Order does not exist.", kind).fate == Fate::NotFound);
  }
  CHECK(spot(400, -2013, "Order does not exist.", RequestKind::Place) == kUnknown);
  CHECK(spot(400, -2011, "Order was not canceled due to cancel restrictions.",
             RequestKind::Cancel) == Meaning{Fate::NotDone, RejectCode::Other, Care::None});
  CHECK(spot(400, -2026, "Order was archived.", RequestKind::Query) == kUnknown);
}

TEST_CASE("N13, C02: keys that are refused stop, a clock that is off is measured again") {
  for (const std::int32_t code : {-1002, -1022, -2014, -2015}) {
    CHECK(spot(401, code) == Meaning{Fate::NotDone, RejectCode::Other, Care::KeyRefused});
    CHECK(usdm(401, code).care == Care::KeyRefused);
  }
  CHECK(spot(400, -1021).care == Care::ClockOff);
  CHECK(usdm(400, -5028).care == Care::ClockOff);
  CHECK(spot(400, -1016).care == Care::Closing);
  CHECK(spot(200) == Meaning{Fate::Done, RejectCode::None, Care::None});
}
