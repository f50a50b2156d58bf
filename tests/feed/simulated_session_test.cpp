// The written session read back as a stranger would: own JSON cuts, own book of std::map.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/feed/simulated/session.hpp"

namespace {
namespace fs = std::filesystem;
using namespace sq::feed::simulated;
constexpr std::int64_t kSecond = 1'000'000'000;

class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_{fs::temp_directory_path() /
              ("simulated-" + name + "-" + std::to_string(::getpid()))} {}
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Settings settings_of(std::uint64_t seed, std::int64_t seconds, const fs::path& directory) {
  Settings settings;
  settings.seed = seed;
  settings.duration_ns = seconds * kSecond;
  settings.directory = directory;
  return settings;
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  gzFile file = gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::string line;
  std::vector<char> chunk(1U << 16);
  for (int n = 0; (n = gzread(file, chunk.data(), static_cast<unsigned>(chunk.size()))) > 0;) {
    for (int i = 0; i < n; ++i) {
      if (chunk[static_cast<std::size_t>(i)] == '\n') {
        lines.push_back(std::move(line));
        line.clear();
      } else {
        line += chunk[static_cast<std::size_t>(i)];
      }
    }
  }
  CHECK(line.empty());  // the last line is complete
  gzclose(file);
  return lines;
}

// The text of a field, without quotes; empty when absent. Keys are short and unambiguous here.
std::string_view field(std::string_view json, const std::string& key) {
  const std::string name = "\"" + key + "\":";
  const std::size_t at = json.find(name);
  if (at == std::string_view::npos) return {};
  std::string_view rest = json.substr(at + name.size());
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    return rest.substr(0, rest.find('"'));
  }
  return rest.substr(0, rest.find_first_of(",}"));
}
std::uint64_t number(std::string_view json, const std::string& key) {
  const std::string_view text = field(json, key);
  std::uint64_t value = 0;
  REQUIRE(std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{});
  return value;
}
double decimal(std::string_view text) { return std::stod(std::string{text}); }

// [["61800.20","2.507"],...] of one side: price text and quantity text.
std::vector<std::pair<std::string, std::string>> levels(std::string_view json,
                                                        const std::string& key) {
  std::vector<std::pair<std::string, std::string>> result;
  std::size_t at = json.find("\"" + key + "\":[");
  REQUIRE(at != std::string_view::npos);
  at += key.size() + 4;
  while (json[at] != ']') {
    if (json[at] == ',') ++at;
    const std::size_t end = json.find(']', at);
    const std::string_view pair = json.substr(at, end - at);  // ["61800.20","2.507"
    const std::size_t middle = pair.find("\",\"");
    result.emplace_back(pair.substr(2, middle - 2),
                        pair.substr(middle + 3, pair.size() - middle - 4));
    at = end + 1;
  }
  return result;
}

struct Book {
  std::map<double, std::pair<std::string, std::string>> bids;  // price -> its text, quantity text
  std::map<double, std::pair<std::string, std::string>> asks;
  void apply(std::string_view json, const std::string& bid_key, const std::string& ask_key) {
    for (auto& [price, qty] : levels(json, bid_key)) set(bids, price, qty);
    for (auto& [price, qty] : levels(json, ask_key)) set(asks, price, qty);
  }
  static void set(std::map<double, std::pair<std::string, std::string>>& side,
                  const std::string& price, const std::string& qty) {
    if (decimal(qty) == 0) {
      side.erase(decimal(price));
    } else {
      side[decimal(price)] = {price, qty};
    }
  }
  [[nodiscard]] std::string touch() const {
    const auto& bid = bids.rbegin()->second;
    const auto& ask = asks.begin()->second;
    return bid.first + " " + bid.second + " " + ask.first + " " + ask.second;
  }
};

struct Counts {
  std::uint64_t depth{0};
  std::uint64_t ticker{0};
  std::uint64_t trade{0};
  std::uint64_t snapshot{0};
  std::uint64_t shared_ids{0};
};

// Follows the venue's synchronisation rules through one file and checks each of them.
Counts check_file(const WrittenFile& file) {
  const bool spot = file.symbol.starts_with("spot:");
  const std::vector<std::string> lines = lines_of(file.path);
  Counts counts;
  std::map<std::uint64_t, std::string> tickers;  // by update id
  std::optional<std::string> snapshot;
  std::vector<std::string_view> diffs;
  std::uint64_t trade_id = 0;
  std::int64_t received = 0;
  int wrong = 0;
  for (const std::string& line : lines) {
    std::int64_t local = 0;
    const auto end = std::from_chars(line.data(), line.data() + line.size(), local).ptr;
    if (local <= received) ++wrong;
    received = local;
    const std::string_view json{end + 1,
                                static_cast<std::size_t>(line.data() + line.size() - end - 1)};
    if (json.starts_with("{\"lastUpdateId\"")) {
      if (counts.depth == 0) ++wrong;  // diffs are buffered before the snapshot is asked for
      snapshot = json;
      ++counts.snapshot;
    } else if (json.find("@bookTicker\"") != std::string_view::npos) {
      ++counts.ticker;
      std::string touch;
      for (const char* key : {"b", "B", "a", "A"})
        touch += std::string{touch.empty() ? "" : " "}.append(field(json, key));
      if (!tickers.emplace(number(json, "u"), touch).second) ++wrong;  // an id is used once
    } else if (json.find("@trade\"") != std::string_view::npos) {
      ++counts.trade;
      if (trade_id != 0 && number(json, "t") != trade_id + 1) ++wrong;
      trade_id = number(json, "t");
      if (decimal(field(json, "q")) <= 0) ++wrong;
    } else {
      ++counts.depth;
      diffs.push_back(json);
    }
  }
  CHECK(wrong == 0);
  REQUIRE(snapshot.has_value());

  Book book;
  book.apply(*snapshot, "bids", "asks");
  const std::uint64_t snapshot_id = number(*snapshot, "lastUpdateId");
  std::uint64_t previous = 0;
  bool bridged = false;
  int gaps = 0;
  int crossed = 0;
  int differences = 0;
  for (const std::string_view diff : diffs) {
    const std::uint64_t first = number(diff, "U");
    const std::uint64_t last = number(diff, "u");
    if (first > last) ++gaps;
    if (previous != 0 &&
        (spot ? first != previous + 1 : number(diff, "pu") != previous || first <= previous))
      ++gaps;
    if (last > snapshot_id) {
      if (!bridged && previous > snapshot_id) ++gaps;
      bridged = true;
      book.apply(diff, "b", "a");
      if (book.bids.rbegin()->first >= book.asks.begin()->first) ++crossed;
      if (const auto shared = tickers.find(last); shared != tickers.end()) {
        ++counts.shared_ids;
        if (shared->second != book.touch()) ++differences;
      }
    }
    previous = last;
  }
  CHECK(bridged);
  CHECK(gaps == 0);
  CHECK(crossed == 0);
  CHECK(differences == 0);
  return counts;
}
}  // namespace

TEST_CASE("a book rebuilt from a simulated session equals the bookTicker at every shared update id",
          "[feed][simulated]") {
  for (const std::uint64_t seed : {1U, 2U, 77U}) {
    const Folder folder{"rebuild"};
    const Written written = write_session(settings_of(seed, 25, folder.path()));
    REQUIRE(written.files.size() == 3);
    std::uint64_t total = 0;
    for (const WrittenFile& file : written.files) {
      INFO(file.symbol << ", seed " << seed);
      const Counts counts = check_file(file);
      CHECK(counts.shared_ids >= 10);
      CHECK(counts.snapshot == 1);
      CHECK(counts.depth == file.depth);
      CHECK(counts.ticker == file.ticker);
      CHECK(counts.trade == file.trade);
      total += counts.depth + counts.ticker + counts.trade + counts.snapshot;
    }
    CHECK(total == written.messages);
  }
}

TEST_CASE(
    "a price that runs past the snapshot's 1000 levels still gives a book that is never crossed or "
    "wrong",
    "[feed][simulated]") {
  const Folder folder{"far"};
  Settings settings = settings_of(5, 12, folder.path());
  settings.rate = 60;  // 12 minutes of market time
  settings.symbols = {"usdm:BTCUSDT"};
  const Written written = write_session(settings);
  const Counts counts = check_file(written.files.front());
  CHECK(counts.shared_ids >= 5);
}

TEST_CASE("the same seed writes the same bytes and another seed writes others",
          "[feed][simulated]") {
  const Folder one{"one"};
  const Folder two{"two"};
  const Folder other{"other"};
  const Written first = write_session(settings_of(9, 4, one.path()));
  const Written second = write_session(settings_of(9, 4, two.path()));
  const Written third = write_session(settings_of(10, 4, other.path()));
  for (std::size_t i = 0; i < first.files.size(); ++i) {
    INFO(first.files[i].symbol);
    CHECK(bytes_of(first.files[i].path) == bytes_of(second.files[i].path));
    CHECK(bytes_of(first.files[i].path) != bytes_of(third.files[i].path));
    CHECK(first.files[i].text_crc32 == second.files[i].text_crc32);
  }
}

TEST_CASE("a spot symbol is the same alone and beside others", "[feed][simulated]") {
  const Folder one{"beside"};
  const Folder two{"alone"};
  const Written beside = write_session(settings_of(3, 4, one.path()));
  Settings settings = settings_of(3, 4, two.path());
  settings.symbols = {"spot:BTCUSDT"};
  const Written alone = write_session(settings);
  CHECK(bytes_of(beside.files.back().path) == bytes_of(alone.files.front().path));
}

TEST_CASE("ten times the rate gives roughly ten times the trades in the same time",
          "[feed][simulated]") {
  const Folder one{"slow"};
  const Folder two{"fast"};
  Settings settings = settings_of(4, 200, one.path());
  settings.symbols = {"spot:BTCUSDT"};
  const Written slow = write_session(settings);
  settings = settings_of(4, 20, two.path());
  settings.symbols = {"spot:BTCUSDT"};
  settings.rate = 10;
  const Written fast = write_session(settings);
  // The market lives through the same 200 s in both; only the diffs are batched by the wall clock.
  CHECK(fast.files.front().trade == slow.files.front().trade);
  CHECK(fast.files.front().ticker * 100 > slow.files.front().ticker * 97);
  CHECK(fast.files.front().ticker * 97 < slow.files.front().ticker * 100);
  CHECK(fast.files.front().depth >= 199);
  CHECK(fast.files.front().depth <= 201);
  CHECK(slow.files.front().depth >= 1990);
  CHECK(slow.files.front().depth <= 2001);
  CHECK(check_file(fast.files.front()).shared_ids >= 1);
}

TEST_CASE("progress grows to the end and a refused setting names itself", "[feed][simulated]") {
  const Folder folder{"settings"};
  Settings settings = settings_of(1, 1, folder.path());
  double last = 0;
  int calls = 0;
  bool grew = true;
  const Written written = write_session(settings, [&](const Progress& progress) {
    grew = grew && progress.fraction > last && progress.fraction <= 1;
    last = progress.fraction;
    ++calls;
  });
  CHECK(grew);
  CHECK(calls >= 90);
  CHECK(calls <= 101);
  CHECK(last > 0.98);
  CHECK(written.messages > 0);

  settings.symbols = {"nyse:IBM"};
  CHECK_THROWS_WITH(write_session(settings), Catch::Contains("nyse:IBM"));
  settings.symbols = {"spot:../BTCUSDT"};
  CHECK_THROWS_WITH(write_session(settings), Catch::Contains("spot:../BTCUSDT"));
  settings.symbols = {"spot:BTCUSDT", "spot:BTCUSDT"};
  CHECK_THROWS_WITH(write_session(settings), Catch::Contains("twice"));
  settings.symbols = {};
  CHECK_THROWS_WITH(write_session(settings), Catch::Contains("symbols"));
  settings.symbols = {"spot:BTCUSDT"};
  settings.rate = 0;
  CHECK_THROWS_WITH(write_session(settings), Catch::Contains("rate"));
  settings.rate = 101;
  CHECK_THROWS_WITH(write_session(settings), Catch::Contains("rate"));
  settings.rate = 1;
  settings.duration_ns = 0;
  CHECK_THROWS_WITH(write_session(settings), Catch::Contains("duration"));
}
