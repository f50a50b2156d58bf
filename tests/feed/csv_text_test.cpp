#include <catch2/catch.hpp>
#include <limits>

#include "engine/feed/csv/line_reader.hpp"
#include "engine/feed/csv/text_fields.hpp"
#include "engine/types/decimal.hpp"
#include "tests/feed/csv_folder.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
using namespace sq::feed::csv;
using Catch::Matchers::Contains;

namespace {
std::vector<std::string> split(std::string_view line) {
  Fields fields;
  REQUIRE(fields.split(line));
  std::vector<std::string> all;
  for (std::size_t i = 0; i < fields.size(); ++i) all.emplace_back(fields[i]);
  return all;
}
std::vector<std::string> lines_of(const std::filesystem::path& path) {
  LineReader reader{path};
  std::vector<std::string> lines;
  std::string_view line;
  while (reader.next(line)) {
    lines.emplace_back(line);
    CHECK(reader.line() == lines.size());
  }
  if (!reader.problem().empty()) lines.push_back("! " + reader.problem());
  return lines;
}
std::string why_refused(const std::filesystem::path& path) {
  try {
    static_cast<void>(lines_of(path));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}
}  // namespace

TEST_CASE("a line is split at its commas, wherever they lie") {
  using List = std::vector<std::string>;
  CHECK(split("") == List{""});
  CHECK(split(",") == List{"", ""});
  CHECK(split("a") == List{"a"});
  CHECK(split("binance,BTCUSDT,1,,0.5,") == List{"binance", "BTCUSDT", "1", "", "0.5", ""});
  for (std::size_t length = 0; length < 40; ++length) {
    const std::string before(length, '-');  // '-' is the byte behind the comma's
    CHECK(split(before + "," + before) == List{before, before});
  }
  Fields fields;
  CHECK(fields.split(std::string(kColumnsMax - 1, ',')));
  CHECK_FALSE(fields.split(std::string(kColumnsMax, ',')));
}

TEST_CASE("numbers are what sq::parse_decimal says, errors included") {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "-1",
                           "61800.2",
                           "0.00000001",
                           "0.000000001",
                           "1.",
                           ".5",
                           "-",
                           "",
                           "1.2.3",
                           "12a",
                           "9223372036.854775807",
                           "9223372036.854775808",
                           "99999999999999999999",
                           "000000000000000000001.5",
                           "0.1234567890",
                           "0.1234567891",
                           "123456789012345678",
                           "1234567890123456789",
                           "1,5"}) {
    const auto expected = parse_decimal(text, 9);
    const auto got = parse_number(text, 9);
    INFO(text);
    REQUIRE(got.has_value() == expected.has_value());
    if (expected) CHECK(*got == *expected);
  }
}

TEST_CASE("a number with an exponent is exact or an error") {
  CHECK(parse_number("1e-7", 8) == 10);
  CHECK(parse_number("1.5E+3", 8) == 150'000'000'000);
  CHECK(parse_number("2.50e-7", 8) == 25);
  CHECK(parse_number("-1e-8", 8) == -1);
  CHECK(parse_number("100e-10", 8) == 1);
  CHECK(parse_number("1e-9", 8).error() == DecimalError::TooManyDecimals);
  CHECK(parse_number("1e40", 8).error() == DecimalError::OutOfRange);
  CHECK(parse_number("1e", 8).error() == DecimalError::BadCharacter);
  CHECK(parse_number("1e1.5", 8).error() == DecimalError::BadCharacter);
  CHECK(parse_number("e5", 8).error() == DecimalError::Empty);
  CHECK(parse_number("1e99", 8).error() == DecimalError::BadCharacter);
}

TEST_CASE("sums above 64 bits are read, and those above 128 refused") {
  CHECK(parse_wide("92233720368547758.07", 8) == Int128{9'223'372'036'854'775'807} * 1'000'000);
  CHECK(parse_wide("-1.5", 8) == Int128{-150'000'000});
  CHECK(parse_wide("1" + std::string(40, '0'), 8).error() == DecimalError::OutOfRange);
}

TEST_CASE("ids, flags and times are read exactly or not at all") {
  CHECK(parse_id("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"18446744073709551616", "-1", "", "1 ", "+1", "0x1", "1.0"})
    CHECK_FALSE(parse_id(text));
  // Every number of digits, and every byte that is no digit at every place.
  std::string digits;
  for (std::uint64_t value = 0; digits.size() < 19; value = value * 10 + (digits.size() - 1) % 10) {
    if (!digits.empty()) CHECK(parse_id(digits) == value);
    for (std::size_t place = 0; place < digits.size(); ++place) {
      for (const char other : {'/', ':', '\x80', '\xB5', ' ', '\0'}) {
        std::string wrong = digits;
        wrong[place] = other;
        CHECK_FALSE(parse_id(wrong));
      }
    }
    digits += static_cast<char>('0' + digits.size() % 10);
  }
  CHECK(parse_flag("True") == true);
  CHECK(parse_flag("false") == false);
  CHECK_FALSE(parse_flag("yes"));
  CHECK_FALSE(parse_flag(""));
  CHECK(parse_time("1598918403696000", kNsPerUs) == WallTime{1'598'918'403'696'000'000});
  CHECK(parse_time("9223372036854775", kNsPerUs) == WallTime{9'223'372'036'854'775'000});
  CHECK_FALSE(parse_time("9223372036854776", kNsPerUs));
  CHECK_FALSE(parse_time("18446744073709551615", 1));
}

TEST_CASE("reading fields allocates nothing") {
  Fields fields;
  const auto before = allocations_on_this_thread();
  const bool good = fields.split("binance,BTCUSDT,1598918403696000,true,ask,11657.08,1.714") &&
                    parse_value<Price>(fields[5]).has_value() && parse_id(fields[2]).has_value();
  const auto after = allocations_on_this_thread();
  CHECK(good);
  CHECK(after == before);
}

TEST_CASE("lines are the same in a plain, gzip and zip file, with any ends of lines") {
  const test::Folder folder;
  using List = std::vector<std::string>;
  const List expected{"a,b", "", "c", "last"};
  const std::string text = "a,b\r\n\nc\nlast";
  CHECK(lines_of(folder.write("t.csv", text)) == expected);
  CHECK(lines_of(folder.write("t.csv", text + "\n")) == expected);
  CHECK(lines_of(folder.write("t.csv.gz", test::gzip(text))) == expected);
  CHECK(lines_of(folder.write("t.zip", test::zip_of({{"t.csv", text}}))) == expected);
  CHECK(lines_of(folder.write("s.zip", test::zip_of({{"t.csv", text, true}}))) == expected);
  CHECK(lines_of(folder.write("d.zip", test::zip_of({{"d/", ""}, {"d/t.csv", text}}))) == expected);
  CHECK(lines_of(folder.write("e.csv", "")).empty());
  CHECK(LineReader{folder / "t.zip"}.name() == "t.csv");
  CHECK(LineReader{folder / "t.csv"}.name() == "t.csv");
}

TEST_CASE("a long zip archive is read through its buffer, and counted as it lies on disk") {
  const test::Folder folder;
  std::string text;
  std::size_t count = 0;
  for (; text.size() < 2'000'000; ++count)
    text += std::to_string(count * 7'919) + (count % 3 == 0 ? ",x\n" : ",yyyyyyyyyy\n");
  LineReader reader{folder.write("t.zip", test::zip_of({{"t.csv", text}}))};
  std::string_view line;
  std::string back;
  std::size_t lines = 0;
  for (; reader.next(line); ++lines) back.append(line).append("\n");
  CHECK(lines == count);
  CHECK(back == text);
  CHECK(reader.problem().empty());
  CHECK(reader.bytes_read() > 100'000);
  CHECK(reader.bytes_read() <= reader.bytes_total());
}

TEST_CASE("archives that cannot be used are refused by name") {
  const test::Folder folder;
  const std::string good = test::zip_of({{"t.csv", "a\nb\n"}});
  CHECK_THAT(why_refused(folder.write("two.zip", test::zip_of({{"a", "1"}, {"b", "2"}}))),
             Contains("two.zip") && Contains("2 files, expected one"));
  CHECK_THAT(why_refused(folder.write("none.zip", test::zip_of({}))), Contains("0 files"));
  CHECK_THAT(why_refused(folder.write("cut.zip", good.substr(0, good.size() - 30))),
             Contains("without its directory"));
  std::string method = good;
  const std::size_t entry = good.find("PK\x01\x02");
  method[entry + 10] = 12;
  CHECK_THAT(why_refused(folder.write("m.zip", method)), Contains("compression method 12"));
  std::string encrypted = good;
  encrypted[entry + 8] = 1;
  CHECK_THAT(why_refused(folder.write("x.zip", encrypted)), Contains("encrypted"));
  std::string far = good;
  far[entry + 45] = 0x7F;  // where the file should begin
  CHECK_THAT(why_refused(folder.write("f.zip", far)), Contains("damaged directory"));
  CHECK_THAT(why_refused(folder / "absent.csv"), Contains("absent.csv"));
}

TEST_CASE("damage inside an archive ends its file early, and says so") {
  const test::Folder folder;
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 31) + "\n";
  const std::string good = test::zip_of({{"t.csv", text}});
  std::string crc = good;
  const std::size_t entry = good.find("PK\x01\x02", good.size() - 200);
  crc[entry + 16] = static_cast<char>(crc[entry + 16] ^ 1);
  CHECK(lines_of(folder.write("c.zip", crc)).back() ==
        "! the zip archive's file does not have its checksum");
  std::string damaged = good;
  for (std::size_t i = 20'000; i < 20'040; ++i) damaged[i] = '\xFF';
  const auto lines = lines_of(folder.write("d.zip", damaged));
  CHECK(lines.back().starts_with("! the zip archive's file"));
  CHECK(lines.front() == "0");
  const std::string packed = test::gzip(text);
  CHECK(lines_of(folder.write("g.gz", packed.substr(0, packed.size() / 2))).back() ==
        "! the compressed stream is cut off");
}

TEST_CASE("a line of the longest length is read, and one byte more refuses the file") {
  const test::Folder folder;
  const std::string longest(kLineMax, 'x');
  CHECK(lines_of(folder.write("a.csv", "1\n" + longest + "\n2\n")).size() == 3);
  CHECK_THAT(why_refused(folder.write("b.csv", "1\n" + longest + "x\n2\n")),
             Contains("b.csv: line 2 is longer than 65536 bytes"));
  CHECK_THAT(why_refused(folder.write("c.zip", test::zip_of({{"c", longest + longest}}))),
             Contains("line 1 is longer"));
}
