// Text files of market data: the pieces (splitting a line, a decimal) and whole files, per row.
// Inputs: seeded rows as Tardis and Binance write them, plain and gzip, in the page cache.
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/feed/csv/binance_public.hpp"
#include "engine/feed/csv/tardis.hpp"
#include "engine/feed/csv/text_fields.hpp"

namespace {
using namespace sq;
using namespace sq::feed;

class Rows {
 public:
  std::string levels(std::size_t count) {
    std::string text =
        "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"
        "binance-futures,BTCUSDT,1598918403696000,1598918403810979,true,bid,11657.07,1\n";
    for (std::size_t i = 0; i < count; ++i) {
      if (below(4) == 0) time_ += 1 + below(20'000);
      text += "binance-futures,BTCUSDT," + std::to_string(time_ / 1'000 * 1'000) + "," +
              std::to_string(time_) + ",false," + (below(2) == 0 ? "bid," : "ask,") +
              std::to_string(11'000 + below(1'000)) + "." + std::to_string(10 + below(90)) + "," +
              std::to_string(below(20)) + "." + std::to_string(1 + below(999)) + "\n";
    }
    return text;
  }
  std::string trades(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      time_ += below(20'000);
      text += std::to_string(i + 3'000'000'000) + "," + std::to_string(42'000 + below(1'000)) +
              ".01000000,0.00" + std::to_string(100'000 + below(800'000)) + ",65.46280000," +
              std::to_string(time_) + (below(2) == 0 ? ",True,True\n" : ",False,True\n");
    }
    return text;
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::mt19937_64 random_{42};
  std::uint64_t time_{1'735'689'600'000'000};
};

std::filesystem::path store(const char* name, const std::string& text, bool packed) {
  const auto path = std::filesystem::temp_directory_path() / name;
  // "T": written as it is.
  gzFile file = gzopen(path.c_str(), packed ? "wb6" : "wbT");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  return path;
}

void run_file(bench::Session& session, const std::string& name, const FileFormat& format,
              const std::filesystem::path& path, std::size_t rows) {
  const bench::Options options{.samples = 9, .input = "a file in the page cache"};
  session.run_rate(name, options, rows, [&] {
    const auto file = format.open(path, {});
    std::uint64_t sum = 0;
    for (; file->peek() != nullptr; file->pop()) sum += file->peek()->length;
    return sum + file->counters().anomalies;
  });
  std::filesystem::remove(path);
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const std::size_t count = session.smoke() ? 1'000 : 300'000;
  Rows rows;
  const std::string line =
      "binance-futures,BTCUSDT,1598918403696000,1598918403810979,false,bid,11657.08,10.896";
  std::vector<std::string> lines;
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < 4'096; ++i) {
    lines.push_back(line + std::to_string(i * i % 977));
    numbers.push_back(std::to_string(11'000 + i) + "." + std::to_string(i * 31 % 100'000));
  }
  csv::Fields fields;
  session.run_batched("feed/csv_split_line", {.input = "8 columns, 85 bytes"}, [&](std::size_t i) {
    return fields.split(lines[i % lines.size()]) ? fields.size() : 0;
  });
  session.run_batched("feed/csv_decimal", {.input = "8 to 11 characters"}, [&](std::size_t i) {
    return csv::parse_number(numbers[i % numbers.size()], 9).value_or(0);
  });
  const std::string levels = rows.levels(count);
  const std::string trades = rows.trades(count);
  const FileFormat tardis = csv::tardis_format();
  const FileFormat& binance = csv::binance_formats().front();
  run_file(session, "feed/csv_tardis_l2_row", tardis, store("sq_l2.csv", levels, false), count);
  run_file(session, "feed/csv_tardis_l2_row_gzip", tardis, store("sq_l2.csv.gz", levels, true),
           count);
  run_file(session, "feed/csv_binance_trade_row", binance,
           store("BTCUSDT-trades-2025-01-01.csv", trades, false), count);
  run_file(session, "feed/csv_binance_trade_row_gzip", binance,
           store("BTCUSDT-trades-2025-01-01.csv.gz", trades, true), count);
  return session.finish();
}
