#include "engine/types/wire_id.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sq;

TEST_CASE("a wire id names instance, epoch and counter in base 36", "[types]") {
  CHECK(to_wire("DEMO", OrderId::make(1, 5))->view() == "DEMOE1N5");
  CHECK(to_wire("DEMO", OrderId::make(36, 36))->view() == "DEMOE10N10");
}

TEST_CASE("a wire id reads back as the order it was made for", "[types]") {
  for (const std::uint32_t epoch : {1U, 35U, 36U, 0xFF'FFFFU}) {
    for (const std::uint64_t counter : {std::uint64_t{1}, std::uint64_t{35}, std::uint64_t{1'000'000}}) {
      const OrderId id = OrderId::make(epoch, counter);
      const auto wire = to_wire("AB1", id);
      REQUIRE(wire);
      CHECK(from_wire("AB1", wire->view()) == id);
      CHECK_FALSE(from_wire("AB2", wire->view()));
    }
  }
}

TEST_CASE("twenty characters are the limit, exactly", "[types]") {
  // 8 + E + 5 (epoch 0xffffff is 9zldr in base 36) + N leaves 5 digits of the counter.
  const std::uint64_t last = 36ULL * 36 * 36 * 36 * 36 - 1;
  const auto longest = to_wire("ABCDEFGH", OrderId::make(0xFF'FFFF, last));
  REQUIRE(longest);
  CHECK(longest->view().size() == 20);
  CHECK_FALSE(to_wire("ABCDEFGH", OrderId::make(0xFF'FFFF, last + 1)));
  CHECK_FALSE(to_wire("ABCDEFGHI", OrderId::make(1, 1)));
  CHECK_FALSE(to_wire("", OrderId::make(1, 1)));
}

TEST_CASE("texts of others and other spellings of ours are not ours", "[types]") {
  for (const std::string text :
       {"", "DEMO", "DEMOE1", "DEMOE1N", "DEMOEN1", "DEMOE01N1", "DEMOE1N01", "DEMOE1NA", "DEMOE1N1 ",
        "XDEMOE1N1", "DEMOE1N-1", "web_1a2b3c"})
    CHECK_FALSE(from_wire("DEMO", text));
}
