#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "engine/types/ids.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/text.hpp"

using namespace sq;
namespace {
// Names of the enumerators first..last: all there, none twice, "?" on both sides.
template <class E>
std::size_t distinct_names(int first, int last) {
  std::set<std::string_view> names;
  for (int i = first; i <= last; ++i) {
    const auto name = text_of(static_cast<E>(i));
    CHECK(name != "?");
    names.insert(name);
  }
  if (first > 0) CHECK(text_of(static_cast<E>(first - 1)) == "?");
  CHECK(text_of(static_cast<E>(last + 1)) == "?");
  return names.size();
}
}  // namespace

TEST_CASE("every shared enumerator has one name and no two share it", "[types]") {
  CHECK(distinct_names<Side>(1, 2) == 2);
  CHECK(distinct_names<OrderType>(1, 2) == 2);
  CHECK(distinct_names<TimeInForce>(1, 6) == 6);
  CHECK(distinct_names<OrderState>(0, 11) == 12);
  CHECK(distinct_names<BookState>(0, 4) == 5);
  CHECK(distinct_names<StrategyState>(0, 6) == 7);
  CHECK(distinct_names<VenueId>(0, 4) == 5);
  CHECK(distinct_names<FilterBreach>(0, 9) == 10);
  CHECK(distinct_names<InstrumentKind>(1, 6) == 6);
}

TEST_CASE("venues and strategy states are found by their names and by nothing else", "[types]") {
  for (const VenueId venue :
       {VenueId::BinanceSpot, VenueId::BinanceUsdm, VenueId::Kite, VenueId::Simulated})
    CHECK(venue_from(text_of(venue)) == venue);
  CHECK(venue_from("none") == VenueId::None);
  CHECK(venue_from("Kite") == VenueId::None);
  CHECK(venue_from("") == VenueId::None);
  for (int i = 0; i <= 6; ++i) {
    StrategyState state{};
    REQUIRE(parse(text_of(static_cast<StrategyState>(i)), state));
    CHECK(state == static_cast<StrategyState>(i));
  }
  StrategyState untouched = StrategyState::Paused;
  CHECK_FALSE(parse("reduceonly", untouched));
  CHECK_FALSE(parse("", untouched));
  CHECK(untouched == StrategyState::Paused);
}

TEST_CASE("an order id holds 24 bits of epoch and 40 of counter without mixing them", "[types]") {
  constexpr std::uint64_t kCounterMax = (std::uint64_t{1} << 40) - 1;
  const OrderId id = OrderId::make(0xFF'FFFF, kCounterMax);
  CHECK(id.epoch() == 0xFF'FFFF);
  CHECK(id.counter() == kCounterMax);
  CHECK(OrderId::make(1, 0).counter() == 0);
  CHECK(OrderId::make(1, kCounterMax) < OrderId::make(2, 0));
  CHECK(OrderId::make(0, 0) == OrderId{});
}

TEST_CASE("fixed text keeps what fits and compares by content", "[types]") {
  using Text = FixedText<4>;
  CHECK(Text{"abc"}.view() == "abc");
  CHECK(Text{"abcd"}.view() == "abcd");
  CHECK(Text{"abcde"}.view() == "abcd");
  CHECK(Text{}.view().empty());
  CHECK(Text{"ab"} == Text{"ab"});
  CHECK_FALSE(Text{"ab"} == Text{"abc"});
}

TEST_CASE("only the five final states are terminal", "[types]") {
  std::set<OrderState> terminal;
  for (int i = 0; i <= 9; ++i)
    if (is_terminal(static_cast<OrderState>(i))) terminal.insert(static_cast<OrderState>(i));
  CHECK(terminal == std::set<OrderState>{OrderState::Filled, OrderState::Cancelled,
                                         OrderState::Rejected, OrderState::Expired,
                                         OrderState::NotSent});
  CHECK(opposite(Side::Buy) == Side::Sell);
  CHECK(opposite(Side::Sell) == Side::Buy);
  CHECK(sign_of(Side::Buy) == 1);
  CHECK(sign_of(Side::Sell) == -1);
}
