#include "engine/settings/strict/document.hpp"

#include <catch2/catch.hpp>

#include "engine/settings/problem.hpp"
#include "engine/settings/strict/writer.hpp"

using namespace sq::settings;

namespace {
Problem refusal(std::string_view text) {
  try {
    static_cast<void>(parse_document(text, "d.toml"));
  } catch (const ConfigError& error) {
    return error.problems().at(0);
  }
  return {};
}
std::string repeated(std::string_view part, int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += part;
  return text;
}
}  // namespace

TEST_CASE("tables keep the order of the file, not of the alphabet", "[settings]") {
  const Value document = parse_document("[z]\n[a]\n[m.y]\n[m.b]\n", "d.toml");
  REQUIRE(document.items.size() == 3);
  CHECK(document.items[0].key == "z");
  CHECK(document.items[1].key == "a");
  CHECK(document.items[2].value.items[0].key == "y");
  CHECK(document.items[2].value.items[1].key == "b");
}

TEST_CASE("a value carries its place and its own words", "[settings]") {
  const Value document =
      parse_document("a = 0x1F  # c\nb   =   'x'   \nc = [1,\n2]\nd = \"\u00e9\u00e9\" # d\n", "");
  CHECK(document.items[0].value.integer == 31);
  CHECK(document.items[0].value.written == "0x1F");
  CHECK(document.items[1].value.written == "'x'");
  CHECK(document.items[1].value.at.column == 9);
  CHECK(document.items[2].value.written == "[1,...");
  CHECK(document.items[3].value.written == "\"\u00e9\u00e9\"");
}

TEST_CASE("a long value is cut at 80 characters", "[settings]") {
  const auto written = [](int n) {
    return parse_document("a = \"" + std::string(static_cast<std::size_t>(n), 'x') + "\"", "")
        .items[0]
        .value.written;
  };
  CHECK(written(78).size() == 80);
  CHECK(written(79) == "\"" + std::string(79, 'x') + "...");
}

TEST_CASE("a syntax error names line, column, the key of the line and its table", "[settings]") {
  const Problem problem = refusal("[engine]\nseed = 1\nmode = recorded # x\n");
  CHECK(problem.file == "d.toml");
  CHECK(problem.line == 3);
  CHECK(problem.key == "engine.mode");
  CHECK(problem.value == "recorded # x");
  CHECK_THAT(problem.accepted, Catch::StartsWith("TOML 1.0: "));
}

TEST_CASE("what is no TOML is refused, never a crash", "[settings]") {
  for (const std::string text :
       {"[", "]", "=", "a", "a =", "a = \"", "[[a", "a = '''", "\xFF\xFE[\0e\0", "a = \"\\u12\"",
        "\"", "a.b = 1\na = 2", "[a]\n[a]\n", "a = 1 b = 2", "a = 99999999999999999999",
        "\xC3\x28 = 1", "a = 2024-13-45"}) {
    INFO(text);
    CHECK(refusal(text).line > 0);
  }
}

TEST_CASE("text deeper than the bound is refused before the parser recurses", "[settings]") {
  const auto nested = [](int n) { return "a = " + repeated("[", n) + repeated("]", n); };
  CHECK(refusal(nested(kNestingMax)).line == 0);
  const Problem problem = refusal("x = 1\n" + nested(kNestingMax + 1));
  CHECK(problem.line == 2);
  CHECK_THAT(problem.accepted, Catch::Contains("16 open brackets"));
  CHECK(refusal("[" + repeated("a.", kDotsPerLineMax) + "a]").line == 0);
  CHECK(refusal("[" + repeated("a.", kDotsPerLineMax + 1) + "a]").line == 1);
  CHECK(refusal("[" + repeated("a.", 200'000) + "a]").line == 1);
  CHECK(refusal("a = " + repeated("{a=", 100'000)).line == 1);
}

TEST_CASE("brackets and dots in strings and comments do not count", "[settings]") {
  const std::string many = repeated("[.{", 100);
  CHECK(refusal("a = \"" + many + "\"").line == 0);
  CHECK(refusal("a = '" + many + "'").line == 0);
  CHECK(refusal("a = '''\n" + many + "\n'''\nb = 1").line == 0);
  CHECK(refusal("a = \"\"\"\n" + many + "\\\"\"\"\\\n\"\"\"\nb = 1").line == 0);
  CHECK(refusal("# " + many + "\na = 1").line == 0);
  CHECK(refusal("a = \"\\\"" + many + "\"").line == 0);
}

TEST_CASE("an error says file, line, key, value, what is accepted and what was meant",
          "[settings]") {
  CHECK(to_text(Problem{"c.toml", 3, 7, "a.b", "5", "an integer from 1 to 4", "bb"}) ==
        "c.toml:3:7: a.b = 5: accepted: an integer from 1 to 4; did you mean bb?");
  CHECK(to_text(Problem{"c.toml", 3, 1, "a.b", "", "an integer", ""}) ==
        "c.toml:3:1: a.b is missing: accepted: an integer");
  CHECK(to_text(Problem{"c.toml", 0, 0, "", "", "a file", ""}) == "c.toml: accepted: a file");
}

TEST_CASE("all problems are listed in the order of the file", "[settings]") {
  const ConfigError error{{{"f", 9, 1, "b", "1", "x", ""}, {"f", 2, 1, "a", "1", "x", ""}}};
  CHECK(error.problems()[0].key == "a");
  CHECK(std::string{error.what()} ==
        "f:2:1: a = 1: accepted: x\nf:9:1: b = 1: accepted: x\n2 problems");
}

TEST_CASE("every byte of a text survives quoting", "[settings]") {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  const std::string text = "a = " + Writer::quoted(all);
  CHECK(parse_document(text, "").items[0].value.text == all);
  CHECK(Writer::bare_or_quoted("a-b_C1") == "a-b_C1");
  CHECK(Writer::bare_or_quoted("a b") == "\"a b\"");
  CHECK(Writer::bare_or_quoted("") == "\"\"");
}
