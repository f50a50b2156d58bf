// Writes a seeded ITCH 5.0 day (BinaryFILE): thousands of symbols, for tests of scale.
//   itch-generate run/itch/12302019.NASDAQ_ITCH50 --symbols 8000 --messages 10000000 --seed 1
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/feed/itch/synthetic/market.hpp"
#include "engine/telemetry/format.hpp"

namespace {
using namespace sq;
using feed::itch::synthetic::Market;
using feed::itch::synthetic::MarketSettings;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// Messages in pieces of a few MiB, with progress on the terminal.
void write_day(const std::filesystem::path& path, const MarketSettings& settings) {
  constexpr std::size_t kPiece = 4U << 20;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  const std::unique_ptr<std::FILE, Closer> file{std::fopen(path.c_str(), "wb")};
  if (file == nullptr) throw std::runtime_error(path.string() + ": cannot be written");
  Market market{settings};
  std::vector<std::byte> bytes;
  std::uint64_t written = 0;
  for (bool more = true; more;) {
    more = market.append_next(bytes);
    if (more && bytes.size() < kPiece) continue;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size())
      throw std::runtime_error(path.string() + ": the disk is full, or failed");
    written += bytes.size();
    bytes.clear();
    fmt::print(stderr, "\ritch-generate: {:3} %", market.messages() * 100 / settings.messages);
  }
  fmt::print(stderr, "\n");
  fmt::print("{}: {} messages of {} symbols, {}, seed {}\n", path.string(),
             telemetry::with_separators(market.messages()), settings.symbols,
             telemetry::bytes_text(written), settings.seed);
  for (const char type : {'A', 'F', 'D', 'E', 'C', 'X', 'U', 'P'})
    if (const std::uint64_t count = market.count_of(type); count != 0)
      fmt::print("  {} {:>12}\n", type, telemetry::with_separators(count));
}
}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"itch-generate: a made NASDAQ TotalView-ITCH 5.0 day, the same for the same seed"};
  std::filesystem::path path;
  MarketSettings settings;
  app.add_option("file", path, "where to write; a date in its name is the day: 12302019.NASDAQ_ITCH50")
      ->required();
  app.add_option("--symbols", settings.symbols, "AAAA, AAAB, ...")
      ->check(CLI::Range(1, 65'535))
      ->capture_default_str();
  app.add_option("--messages", settings.messages, "of the whole day")
      ->check(CLI::Range(1'000ULL, 10'000'000'000ULL))
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "another seed, another day")->capture_default_str();
  app.add_option("--zipf", settings.zipf, "activity of the symbol at rank k is k to the minus this")
      ->check(CLI::Range(0.0, 3.0))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    write_day(path, settings);
  } catch (const std::exception& error) {
    fmt::print(stderr, "itch-generate: {}\n", error.what());
    return 2;
  }
  return 0;
}
