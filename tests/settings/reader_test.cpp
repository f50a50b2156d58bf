#include "engine/settings/strict/reader.hpp"

#include <catch2/catch.hpp>

#include "engine/settings/strict/nearest.hpp"

using namespace sq;
using namespace sq::settings;

namespace {
// A table with its problems, read by hand.
struct Fixture {
  explicit Fixture(std::string_view text) : document{parse_document(text, "f.toml")} {}
  Value document;
  Problems problems{"f.toml", {}};
  Reader reader{document, "", problems};
};
constexpr std::array kColours{Choice{"red", 1}, Choice{"green", 2}};
}  // namespace

TEST_CASE("a refused read leaves the value as it was", "[settings]") {
  Fixture f{"a = 11\nb = \"x\"\nc = 1\n"};
  int a = 5;
  bool b = true;
  Price c = Price::from_units(3);
  f.reader.integer("a", a, 0, 10, "", Need::Required);
  f.reader.boolean("b", b, Need::Required);
  f.reader.fixed("c", c, Price{}, Price::max(), "", Need::Required);
  CHECK(a == 5);
  CHECK(b);
  CHECK(c == Price::from_units(3));
  CHECK(f.problems.list.size() == 3);
  CHECK_FALSE(f.reader.sound());
}

TEST_CASE("an optional key that is absent keeps the default and is no problem", "[settings]") {
  Fixture f{""};
  int a = 5;
  f.reader.integer("a", a, 0, 10, "", Need::Optional);
  f.reader.finish();
  CHECK(a == 5);
  CHECK(f.problems.list.empty());
  f.reader.integer("a", a, 0, 10, "ticks", Need::Required);
  REQUIRE(f.problems.list.size() == 1);
  CHECK(f.problems.list[0].accepted == "an integer from 0 to 10 (ticks)");
}

TEST_CASE("the unit of a duration is the one in its key, also before a qualifier", "[settings]") {
  CHECK(unit_of_key("wait_us").ns == 1'000);
  CHECK(unit_of_key("wait_ms").ns == 1'000'000);
  CHECK(unit_of_key("wait_s").ns == 1'000'000'000);
  CHECK(unit_of_key("age_ms_max").ns == 1'000'000);
  Fixture f{"wait_us = 7\nage_ms_max = 7\n"};
  std::int64_t wait = 0;
  std::int64_t age = 0;
  f.reader.duration("wait_us", wait, 0, 10, Need::Required);
  f.reader.duration("age_ms_max", age, 0, 10, Need::Required);
  CHECK(wait == 7'000);
  CHECK(age == 7'000'000);
}

TEST_CASE("a decimal is taken exactly or refused with the reason", "[settings]") {
  const auto read = [](std::string_view value) {
    Fixture f{"q = " + std::string{value}};
    Qty q{};
    f.reader.fixed("q", q, Qty{}, Qty::from_units(100), "BTC", Need::Required);
    return std::pair{q, f.problems.list};
  };
  CHECK(read("\"0.00000001\"").first == Qty::from_raw(1));
  CHECK(read("\"100\"").first == Qty::from_units(100));
  CHECK(read("\"0.000000010\"").second.empty());
  CHECK_THAT(read("\"0.000000001\"").second.at(0).accepted, Catch::Contains("more decimals"));
  CHECK_THAT(read("\"1e2\"").second.at(0).accepted, Catch::Contains("a character"));
  CHECK_THAT(read("\"\"").second.at(0).accepted, Catch::Contains("no digits"));
  CHECK_THAT(read("\"99999999999999\"").second.at(0).accepted, Catch::Contains("too large"));
  CHECK(read("\"100.00000001\"").second.at(0).accepted ==
        "an exact decimal in quotes from \"0\" to \"100\" (BTC)");
  CHECK_THAT(read("0.5").second.at(0).accepted, Catch::Contains("quote it, \"0.5\""));
  CHECK_THAT(read("true").second.at(0).accepted, !Catch::Contains("quote it"));
}

TEST_CASE("a word that is no choice is refused with the nearest one", "[settings]") {
  Fixture f{"a = \"gren\"\nb = \"red\"\nc = \"purple\"\nd = 1\n"};
  int a = 0;
  int b = 0;
  f.reader.choice("a", a, kColours, Need::Required);
  f.reader.choice("b", b, kColours, Need::Required);
  f.reader.choice("c", a, kColours, Need::Required);
  f.reader.choice("d", a, kColours, Need::Required);
  CHECK(a == 0);
  CHECK(b == 1);
  REQUIRE(f.problems.list.size() == 3);
  CHECK(f.problems.list[0].nearest == "green");
  CHECK(f.problems.list[0].accepted == "one of \"red\", \"green\"");
  CHECK(f.problems.list[1].nearest.empty());
}

TEST_CASE("a list holds its count, its type and no element twice", "[settings]") {
  constexpr Codec<std::string> kWord{"a word without x",
                                     [](std::string_view text) -> std::optional<std::string> {
                                       if (text.find('x') != text.npos) return std::nullopt;
                                       return std::string{text};
                                     },
                                     [](const std::string& text) { return text; }};
  const auto count = [&](std::string_view value) -> int {
    Fixture f{"a = " + std::string{value}};
    std::vector<std::string> words;
    f.reader.coded_list("a", words, kWord, 1, 2, Need::Required);
    return f.problems.list.empty() ? static_cast<int>(words.size()) : -1;
  };
  CHECK(count("[\"a\"]") == 1);
  CHECK(count("[\"a\", \"b\"]") == 2);
  CHECK(count("[]") == -1);
  CHECK(count("[\"a\", \"b\", \"c\"]") == -1);
  CHECK(count("[\"a\", \"a\"]") == -1);
  CHECK(count("[\"a\", 1]") == -1);
  CHECK(count("[\"ax\"]") == -1);
  CHECK(count("\"a\"") == -1);
}

TEST_CASE("a bad element of a list is named with its own place", "[settings]") {
  Fixture f{"a = [\n  \"max\",\n  \"7x\",\n]"};
  std::vector<std::string> out;
  constexpr Codec<std::string> kNumber{"digits",
                                       [](std::string_view text) -> std::optional<std::string> {
                                         if (text == "7x") return std::nullopt;
                                         return std::string{text};
                                       },
                                       [](const std::string& text) { return text; }};
  f.reader.coded_list("a", out, kNumber, 1, 9, Need::Required);
  REQUIRE(f.problems.list.size() == 1);
  CHECK(f.problems.list[0].line == 3);
  CHECK(f.problems.list[0].column == 3);
  CHECK(f.problems.list[0].value == "\"7x\"");
}

TEST_CASE("finish refuses each key that nobody read, at its own place", "[settings]") {
  Fixture f{"known = 1\nknwon = 2\n  other.deep = 3\n"};
  int known = 0;
  f.reader.integer("known", known, 0, 9, "", Need::Required);
  f.reader.finish();
  REQUIRE(f.problems.list.size() == 2);
  CHECK(f.problems.list[0].key == "knwon");
  CHECK(f.problems.list[0].nearest == "known");
  CHECK(f.problems.list[1].key == "other");
  CHECK(f.problems.list[1].nearest.empty());
  CHECK(f.problems.list[1].line == 3);
  CHECK(f.problems.list[1].column == 3);
}

TEST_CASE("tables and lists of tables are told apart", "[settings]") {
  Fixture f{"[one]\n[[many]]\n[[many]]\n"};
  CHECK(f.reader.table("one", Need::Required).has_value());
  CHECK(f.reader.tables("many", Need::Required).size() == 2);
  CHECK(f.problems.list.empty());
  CHECK_FALSE(f.reader.table("many", Need::Required).has_value());
  CHECK(f.reader.tables("one", Need::Required).empty());
  CHECK(f.problems.list.size() == 2);
}

TEST_CASE("a list of tables counts from one in messages", "[settings]") {
  Fixture f{"[[many]]\n[[many]]\nx = 1\n"};
  auto many = f.reader.tables("many", Need::Required);
  many[1].finish();
  REQUIRE(f.problems.list.size() == 1);
  CHECK(f.problems.list[0].key == "many[2].x");
}

TEST_CASE("one slip of a finger is one edit", "[settings]") {
  CHECK(edit_distance("tick", "tick") == 0);
  CHECK(edit_distance("tick", "tik") == 1);
  CHECK(edit_distance("tick", "ticks") == 1);
  CHECK(edit_distance("tick", "tock") == 1);
  CHECK(edit_distance("tick", "itck") == 1);  // swapped
  CHECK(edit_distance("tick", "") == 4);
  CHECK(edit_distance("", "tick") == 4);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest word is meant only when it is near", "[settings]") {
  const std::vector<std::string> known{"order_qty_max", "order_value_max", "lot"};
  CHECK(nearest_of("order_qty", known) == "order_qty_max");
  CHECK(nearest_of("order_valeu_max", known) == "order_value_max");
  CHECK(nearest_of("lott", known) == "lot");
  CHECK(nearest_of("collar", known).empty());
  CHECK(nearest_of(std::string(65, 'a'), known).empty());
  CHECK(nearest_of("lot", {}).empty());
}
