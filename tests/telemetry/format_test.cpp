#include "engine/telemetry/format.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace sq::telemetry;

TEST_CASE("thousands are separated, on both sides of each group", "[telemetry]") {
  CHECK(with_separators(std::int64_t{0}) == "0");
  CHECK(with_separators(std::int64_t{999}) == "999");
  CHECK(with_separators(std::int64_t{1'000}) == "1,000");
  CHECK(with_separators(std::int64_t{999'999}) == "999,999");
  CHECK(with_separators(std::int64_t{1'000'000}) == "1,000,000");
  CHECK(with_separators(std::int64_t{-999}) == "-999");
  CHECK(with_separators(std::int64_t{-1'234'567}) == "-1,234,567");
  CHECK(with_separators(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
  CHECK(with_separators(~std::uint64_t{0}) == "18,446,744,073,709,551,615");
}

TEST_CASE("durations have three digits and the unit they are read in", "[telemetry]") {
  CHECK(duration_text(0) == "0 ns");
  CHECK(duration_text(9) == "9 ns");
  CHECK(duration_text(9.5) == "9.5 ns");
  CHECK(duration_text(850) == "850 ns");
  CHECK(duration_text(999.4) == "999 ns");
  CHECK(duration_text(999.6) == "1.00 us");
  CHECK(duration_text(1'234) == "1.23 us");
  CHECK(duration_text(12'345) == "12.3 us");
  CHECK(duration_text(999'600) == "1.00 ms");
  CHECK(duration_text(4'560'000) == "4.56 ms");
  CHECK(duration_text(7.89e9) == "7.89 s");
  CHECK(duration_text(99e9) == "99.0 s");
  CHECK(duration_text(100e9) == "1 min 40 s");
  CHECK(duration_text(3599e9) == "1 h 00 min");
  CHECK(duration_text(2 * 3600e9 + 5 * 60e9) == "2 h 05 min");
  CHECK(duration_text(-1'234) == "-1.23 us");
}

TEST_CASE("bytes and rates move to the next unit where they would need four digits",
          "[telemetry]") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(1'023) == "1023 B");
  CHECK(bytes_text(1'024) == "1.00 KiB");
  CHECK(bytes_text(12'900'000) == "12.3 MiB");
  CHECK(bytes_text(std::uint64_t{1'023} << 20) == "1023 MiB");
  CHECK(bytes_text(std::uint64_t{1} << 30) == "1.00 GiB");
  CHECK(rate_text(0) == "0 /s");
  CHECK(rate_text(950) == "950 /s");
  CHECK(rate_text(999) == "999 /s");
  CHECK(rate_text(1'000) == "1.00 k/s");
  CHECK(rate_text(1'234'567) == "1.23 M/s");
  CHECK(rate_text(0.5) == "0.50 /s");
}
