#include "tests/tidy/banned.hpp"

#include <catch2/catch.hpp>

using namespace sq::tidy;

namespace {
std::size_t count_in(std::string path, std::string text) {
  return banned_words(make_source(std::move(path), std::move(text))).size();
}
}  // namespace

TEST_CASE("no banned word is in the tree", "[tidy]") {
  std::vector<std::string> found;
  for (const auto& file : project_sources()) {
    for (auto& word : banned_words(file)) found.push_back(std::move(word));
  }
  CHECK(none(found));
}

TEST_CASE("each planted banned word is found", "[tidy]") {
  const std::string core = "engine/core/a.cpp";
  CHECK(count_in(core, "std::cout << 1;\n") == 1);
  CHECK(count_in(core, "int a = rand();\n") == 1);
  CHECK(count_in(core, "std::random_device{}();\n") == 1);
  CHECK(count_in("venues/kite/a.cpp", "auto t = std::chrono::system_clock::now();\n") == 1);
  CHECK(count_in(core, "auto t = std::chrono::steady_clock::now();\n") == 1);
  CHECK(count_in(core, "std::mutex m;\n") == 1);
  CHECK(count_in(core, "std::jthread t{run};\n") == 1);
  CHECK(count_in(core, "auto* p = new Order{};\n") == 1);
  CHECK(count_in(core, "delete order;\n") == 1);
  CHECK(count_in("tests/core/a_test.cpp", "std::this_thread::sleep_for(1ms);\n") == 1);
  CHECK(count_in(core, "const auto price = std::stod(text);\n") == 1);
  CHECK(count_in(core, "} catch (...) {}\n") == 1);
  CHECK(count_in(core, "using namespace std;\n") == 1);
  CHECK(count_in(core, "assert(a == b);\n") == 1);
  CHECK(count_in(core, "std::shared_ptr<Book> book;\n") == 1);
  CHECK(count_in(core, "volatile int a = 0;\n") == 1);
  CHECK(count_in("engine/risk/a.cpp", "double price = 0;\n") == 1);
  CHECK(count_in(core, "if (is_backtest) return;\n") == 1);
  CHECK(count_in(core, "auto s = __DATE__;\n") == 1);
  CHECK(count_in(core, "// TODO finish\n") == 1);
  CHECK(count_in(core, "f();  // NOLINT\n") == 1);
  CHECK(count_in(core, "f();  // NOLINT(bugprone-foo)\n") == 1);
}

TEST_CASE("what only looks like a banned word is not reported", "[tidy]") {
  const std::string core = "engine/core/a.cpp";
  CHECK(count_in(core, "int a = operand(1);  // a new order, rand() and std::cout\n") == 0);
  CHECK(count_in(core, "const char* text = \"delete order\";\n") == 0);
  CHECK(count_in(core, "Order(const Order&) = delete;\n") == 0);
  CHECK(count_in(core, "::new (place) Order{};\n") == 0);
  CHECK(count_in(core, "static_assert(sizeof(Order) == 64);\n") == 0);
  CHECK(count_in(core, "asm volatile(\"\" : : : \"memory\");\n") == 0);
  CHECK(count_in(core, "std::mutex m;  // allowed: start-up only\n") == 0);
  CHECK(count_in(core, "f();  // NOLINT(bugprone-foo): the venue's own spelling\n") == 0);
  CHECK(count_in("engine/app/a.cpp", "auto t = std::chrono::system_clock::now();\n") == 0);
}

TEST_CASE("comments and literals are blanked, lines and columns stay", "[tidy]") {
  CHECK(without_comments_and_literals("a // b\nc") == "a     \nc");
  CHECK(without_comments_and_literals("a /* b\nc */ d") == "a     \n     d");
  CHECK(without_comments_and_literals(R"(f("a\"b", 'c'))") == "f(      ,    )");
  CHECK(without_comments_and_literals("x = 1'000'000;") == "x = 1'000'000;");
  CHECK(without_comments_and_literals("f(R\"(a \" b)\");") == "f(          );");
}
