#include "venues/binance/symbols.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace sq;
using binance::SymbolEntry;
using binance::SymbolTable;

TEST_CASE("every one of 2,000 symbols is found, and no part or extension of one", "[binance]") {
  std::vector<SymbolEntry> entries;
  for (std::uint32_t i = 0; i < 2'000; ++i) {
    std::string name = "C" + std::to_string(i * 7919);
    name += i % 3 == 0 ? "USDT" : "BTC_PERPETUAL";
    entries.push_back({Symbol{name}, InstrumentId{i}});
  }
  const SymbolTable table{entries};
  for (const SymbolEntry& entry : entries) {
    const std::string name{entry.symbol.view()};
    REQUIRE(table.find(name) == entry.instrument);
    REQUIRE(table.find(name.substr(0, name.size() - 1)) == kNoInstrument);
    REQUIRE(table.find(name + "X") == kNoInstrument);
  }
}

TEST_CASE("a symbol of 24 bytes fits, the bytes behind it do not matter", "[binance]") {
  const SymbolEntry entries[] = {{Symbol{"ABCDEFGHIJKLMNOPQRSTUVWX"}, InstrumentId{1}},
                                 {Symbol{"\xE5\xB8\x81\xE5\xAE\x89USDT"}, InstrumentId{2}}};
  const SymbolTable table{entries};
  CHECK(table.find("ABCDEFGHIJKLMNOPQRSTUVWX") == InstrumentId{1});
  CHECK(table.find("ABCDEFGHIJKLMNOPQRSTUVWXY") == kNoInstrument);
  CHECK(table.find("") == kNoInstrument);
  CHECK(table.find("\xE5\xB8\x81\xE5\xAE\x89USDT") == InstrumentId{2});
  const char text[64] = "\xE5\xB8\x81\xE5\xAE\x89USDT\",\"U\":123456789012";
  CHECK(table.find_padded(text, 10) == InstrumentId{2});
  CHECK(table.find_padded(text, 9) == kNoInstrument);
}

TEST_CASE("zero bytes are part of a symbol, not the end of it", "[binance]") {  // found by fuzzing
  const SymbolEntry entries[] = {{Symbol{"BTCUSDT"}, InstrumentId{1}}};
  const SymbolTable table{entries};
  const char text[64] = "BTCUSDT";
  CHECK(table.find_padded(text, 7) == InstrumentId{1});
  CHECK(table.find_padded(text, 8) == kNoInstrument);
  CHECK(table.find_padded(text, 24) == kNoInstrument);
  CHECK(table.find_padded(text + 7, 7) == kNoInstrument);
  CHECK(table.find(std::string_view{text, 9}) == kNoInstrument);
}

TEST_CASE("a table without symbols finds none", "[binance]") {
  CHECK(SymbolTable{{}}.find("BTCUSDT") == kNoInstrument);
}

TEST_CASE("a table of doubled, empty or unprintable symbols cannot be built", "[binance]") {
  const SymbolEntry twice[] = {{Symbol{"BTCUSDT"}, InstrumentId{0}},
                               {Symbol{"BTCUSDT"}, InstrumentId{1}}};
  const SymbolEntry empty[] = {{Symbol{""}, InstrumentId{0}}};
  const SymbolEntry quote[] = {{Symbol{"BTC\"X"}, InstrumentId{0}}};
  const SymbolEntry nowhere[] = {{Symbol{"BTCUSDT"}, kNoInstrument}};
  CHECK_THROWS_AS(SymbolTable{twice}, std::invalid_argument);
  CHECK_THROWS_AS(SymbolTable{empty}, std::invalid_argument);
  CHECK_THROWS_AS(SymbolTable{quote}, std::invalid_argument);
  CHECK_THROWS_AS(SymbolTable{nowhere}, std::invalid_argument);
}
