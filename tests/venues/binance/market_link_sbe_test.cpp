// The market link over SBE: what the local exchange says in JSON is put into frames on the way, by
// an encoder that the test has for itself.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstring>

#include "engine/types/decimal.hpp"
#include "tests/venues/binance/exchange_rig.hpp"

using namespace sq;
using namespace sq::test;
namespace json = boost::json;

namespace {
constexpr int kExponent = -8;  // of both: what the exchange writes

class Frame {
 public:
  Frame(std::uint16_t block, std::uint16_t kind) {
    put(block).put(kind).put(std::uint16_t{1}).put(std::uint16_t{0});
  }
  template <class T>
  Frame& put(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    text_.append(bytes, sizeof value);
    return *this;
  }
  Frame& number(const json::value& value) { return put(value.to_number<std::int64_t>()); }
  Frame& time(const json::value& value) { return put(value.to_number<std::int64_t>() * 1'000); }
  Frame& decimal(const json::value& value) {
    return put(parse_fixed<Qty>(value.get_string().c_str())->raw());
  }
  Frame& exponents() {
    return put(static_cast<std::int8_t>(kExponent)).put(static_cast<std::int8_t>(kExponent));
  }
  Frame& levels(const json::value& list) {
    put(std::uint16_t{16}).put(static_cast<std::uint16_t>(list.get_array().size()));
    for (const json::value& each : list.get_array()) decimal(each.at(0)).decimal(each.at(1));
    return *this;
  }
  std::string end(const json::value& symbol) {
    const std::string name{symbol.get_string().c_str()};
    put(static_cast<std::uint8_t>(name.size()));
    return text_ + name;
  }

 private:
  std::string text_;
};

// False: not an event of a stream; it stays JSON.
bool to_frame(std::string& text) {
  const json::value all = json::parse(text);
  const json::value* data = all.get_object().if_contains("data");
  if (data == nullptr || !data->get_object().contains("s")) return false;
  const json::object& event = data->get_object();
  const json::value* kind = event.if_contains("e");
  if (kind == nullptr) {
    Frame frame{50, 10'001};
    frame.put(std::int64_t{1'790'000'000'000'000}).number(event.at("u")).exponents();
    frame.decimal(event.at("b")).decimal(event.at("B"));
    frame.decimal(event.at("a")).decimal(event.at("A"));
    text = frame.end(event.at("s"));
  } else if (*kind == "depthUpdate") {
    Frame frame{26, 10'003};
    frame.time(event.at("E")).number(event.at("U")).number(event.at("u")).exponents();
    frame.levels(event.at("b")).levels(event.at("a"));
    text = frame.end(event.at("s"));
  } else if (*kind == "trade") {
    Frame frame{18, 10'000};
    frame.time(event.at("E")).time(event.at("T")).exponents();
    frame.put(std::uint16_t{25}).put(std::uint32_t{1}).number(event.at("t"));
    frame.decimal(event.at("p")).decimal(event.at("q"));
    frame.put(static_cast<std::uint8_t>(event.at("m").get_bool() ? 1 : 0));
    text = frame.end(event.at("s"));
  } else {
    return false;
  }
  return true;
}
}  // namespace

TEST_CASE("over SBE the books equal the exchange's, also after a lost frame and over a handover",
          "[binance][link][sbe]") {
  RigWish wish;
  wish.link.streams.sbe = true;
  wish.link.api_key = "the-key";
  wish.link.connection_age_ns_max = 3 * kNsPerSecond;
  wish.link.overlap_ns_min = 200 * kNsPerMs;
  ExchangeRig rig{wish};
  std::string key;
  std::size_t frames = 0;
  bool lose = false;
  rig.wire().on_opening = [&](exchange::WebRequest& request) {
    key = request.api_key;
    for (std::size_t at; (at = request.query.find("bestBidAsk")) != std::string::npos;)
      request.query.replace(at, 10, "bookTicker");
  };
  rig.wire().passes = [&](const std::string& text) {
    const bool lost = lose && text.find("depthUpdate") != std::string::npos;
    if (lost) lose = false;
    return !lost;
  };
  rig.wire().to_binary = [&](std::string& text) {
    const bool made = to_frame(text);
    if (made) ++frames;
    return made;
  };
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  CHECK(key == "the-key");
  CHECK(rig.books_that_differ() == 0);
  lose = true;
  REQUIRE(rig.until([&] { return rig.link().counters().gaps == 1; }));
  REQUIRE(rig.until([&] { return rig.all_live(); }));
  CHECK(rig.books_that_differ() == 0);
  rig.wire().passes = nullptr;
  REQUIRE(rig.until([&] { return rig.link().counters().lanes.handovers == 1; }));
  rig.turn(300);
  CHECK(rig.books_that_differ() == 0);
  CHECK(rig.link().decoded_frames().decoded() == frames);
  CHECK(rig.link().decoded_frames().malformed == 0);
  CHECK(rig.link().decoded().decoded() == rig.link().counters().snapshots);
  CHECK(rig.link().counters().gaps == 1);
  for (const ExchangeRig::Feed& feed : rig.feeds()) {
    CHECK(feed.tops > 20);
    for (std::size_t i = 1; i < feed.trades.size(); ++i)
      CHECK(feed.trades[i] == feed.trades[i - 1] + 1);
    CHECK(feed.trades.back() == feed.market->trades().back().id);
  }
}

TEST_CASE("SBE without a key, at USD-M, or with another time unit is refused at start-up",
          "[binance][link][sbe]") {
  RigWish wish;
  wish.link.streams.sbe = true;
  CHECK_THROWS_AS(ExchangeRig{wish}, std::invalid_argument);
  wish.link.api_key = "k";
  CHECK_NOTHROW(ExchangeRig{wish});
  wish.link.streams.microseconds = true;
  CHECK_THROWS_AS(ExchangeRig{wish}, std::invalid_argument);
  wish.link.streams.microseconds = false;
  wish.venue = VenueId::BinanceUsdm;
  CHECK_THROWS_AS(ExchangeRig{wish}, std::invalid_argument);
}
