#include "engine/app/options/chain_files.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>

#include "engine/app/options/surface_chart.hpp"
#include "engine/options/calendar/expiry.hpp"
#include "engine/options/surface/surface.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/recorded_data.hpp"

namespace sq::app {
namespace {
using options::OptionType;
using options::Slice;
using options::Surface;

struct Expected {
  const char* file;
  std::size_t quotes;
  std::size_t slices_min;
  double median_error_max;   // of volatility, root mean square of an expiry
  double inside_median_min;  // share between bid and ask
};

std::string error_of(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / "shrivenquant_chain_files_test.txt";
  std::ofstream{path} << text;
  const auto chain = read_chain(path);
  std::filesystem::remove(path);
  return chain ? "" : chain.error();
}
double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}
}  // namespace

TEST_CASE("each real chain is read, fitted within its bound, without butterflies, and drawn") {
  // The market was closed when the Upstox file was taken: its spot is the close of 26 June 2024.
  const WallTime close{1'719'396'000LL * kNsPerSecond};
  for (const Expected& e :
       {Expected{"nse/subhajitdeo_nifty_option_chain_20260619_early.json", 206, 1, 0.0015, 0.3},
        Expected{"nse/upstox_nifty_chain_exp20240627_a.json", 230, 1, 0.008, 0.2},
        Expected{"deribit/definer_eth_options_20240108.csv", 684, 11, 0.01, 0.9},
        Expected{"cboe/phammings_spx_quotedata_a.csv", 19'670, 48, 0.012, 0.15},
        Expected{"cboe/gflows_rut_quotedata.json", 6'680, 25, 0.004, 0.9},
        Expected{"cboe/gflows_spx_quotedata.csv", 19'156, 55, 0.008, 0.0}}) {
    const auto path = sq::test::recorded("data/f_options/" + std::string{e.file});
    if (!path) return;
    INFO(e.file);
    ChainFileOptions how{};
    if (std::string_view{e.file}.find("upstox") != std::string_view::npos) {
      CHECK_FALSE(read_chain(*path).has_value());
      how.time = close;
    }
    const auto chain = read_chain(*path, how);
    REQUIRE(chain.has_value());
    CHECK(chain->quotes.size() == e.quotes);
    const auto surface = Surface::build(*chain);
    REQUIRE(surface.has_value());
    CHECK(surface->slices().size() >= e.slices_min);
    std::vector<double> errors, inside;
    std::size_t calendar = 0;
    for (const Slice& slice : surface->slices()) {
      CHECK(slice.fit.butterfly.free());
      if (!slice.fit.calendar.free()) ++calendar;
      errors.push_back(slice.error.volatility);
      inside.push_back(slice.error.inside);
      CHECK(slice.forward.forward == Approx(chain->spot).epsilon(0.15));
    }
    CHECK(middle(errors) < e.median_error_max);
    CHECK(middle(inside) >= e.inside_median_min);
    std::printf("%-52s %2zu expiries, median error %.4f, median inside %.2f, calendar falls %zu\n",
                e.file, errors.size(), middle(errors), middle(inside), calendar);
    const auto fitted = sq::options::FittedSurface::fit(*surface, {});
    REQUIRE(fitted.has_value());
    const std::string page = surface_page(*fitted, "A <chain>");
    CHECK(page.find("nan") == std::string::npos);
    CHECK(page.find("A &lt;chain&gt;") != std::string::npos);
    CHECK(page.find("http") == std::string::npos);
  }
}

TEST_CASE("Cboe rows become quotes with New York's opening or closing time in UTC") {
  const auto path = sq::test::recorded("data/f_options/cboe/phammings_spx_quotedata_a.csv");
  if (!path) return;
  const auto chain = read_chain(*path);
  REQUIRE(chain.has_value());
  // Saturday's file holds Friday's close: 10 June 2022 20:00 UTC.
  CHECK(chain->time.ns == 1'654'891'200LL * kNsPerSecond);
  CHECK(chain->spot == 3900.8601);
  const auto& first = chain->quotes.front();
  CHECK(first.type == OptionType::Call);
  CHECK(first.strike == 800);
  CHECK(first.bid == 3090.2);
  CHECK(first.ask == 3107.3);
  CHECK(first.expiry.ns == 1'654'891'200LL * kNsPerSecond);
}

TEST_CASE("files that are no chain are refused with the place, the value and what is accepted") {
  CHECK(error_of("hello").find("expected a chain of Cboe") != std::string::npos);
  CHECK(error_of("").find("unknown kind of file") != std::string::npos);
  CHECK(read_chain("/no/such/file").error().find("cannot be read") != std::string::npos);
  CHECK(error_of("x\nIndex,Last: 1\n\"Date: Foo 1, 2022 at 8:30 PM\",\nExpiration Date,Calls,\n")
            .find("an English month") != std::string::npos);
  CHECK(error_of("{\"records\": 3}").find("records") != std::string::npos);
  CHECK(error_of("{\"records\": ").find("valid JSON") != std::string::npos);
  CHECK(error_of("{\"timestamp\":\"2023-09-21 03:17:42\",\"data\":{\"symbol\":\"X\","
                 "\"current_price\":1,\"options\":[{\"option\":\"RUT231320C01000000\"}]}}")
            .find("a date that exists") != std::string::npos);
  CHECK(error_of("{\"timestamp\":\"2023-09-21 03:17:42\",\"data\":{\"symbol\":\"X\","
                 "\"current_price\":1,\"options\":[{\"option\":\"RUT\"}]}}")
            .find("options[0]: \"RUT\" is not accepted") != std::string::npos);
  CHECK(error_of("a,instrument_name,\n").find("bid_price") != std::string::npos);
}
}  // namespace sq::app
