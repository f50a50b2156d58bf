// market-simulator: writes seeded sessions in Binance's raw format and compares them with
// recordings.
//   market-simulator write --seed 1 --minutes 6 --out DIR [--symbols usdm:BTCUSDT ...] [--rate 10]
//   market-simulator fit FILE... [--against DIR] [--seed 1] [--json FILE]
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/feed/simulated/session.hpp"
#include "tools/market-simulator/comparison.hpp"

namespace {
namespace fs = std::filesystem;
using sq::feed::simulated::Progress;
using sq::feed::simulated::Settings;
using sq::feed::simulated::Written;

struct Options {
  Settings session;
  double minutes{6};
  std::vector<std::string> recordings;
  std::string against;
  std::string json_file;
};

void save(const std::string& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
  if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

void show_progress(const Progress& progress) {
  if (::isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\rsimulating {:3.0f} %, {} messages", 100 * progress.fraction,
             progress.messages);
  std::fflush(stderr);
}

void clear_progress() {
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{:50}\r", "");
}

std::string json_of(const Settings& settings, const Written& written, double seconds) {
  std::string text = fmt::format(
      R"({{"seed":{},"rate":{},"messages":{},"text_bytes":{},"seconds":{:.3f},"files":[)",
      settings.seed, settings.rate, written.messages, written.text_bytes, seconds);
  for (const auto& file : written.files) {
    if (&file != &written.files.front()) text += ',';
    text += fmt::format(
        R"({{"symbol":"{}","path":"{}","depth":{},"book_ticker":{},"trade":{},"snapshot":{},"text_bytes":{},"file_bytes":{},"text_crc32":"{:08x}"}})",
        file.symbol, file.path.string(), file.depth, file.ticker, file.trade, file.snapshot,
        file.text_bytes, file.file_bytes, file.text_crc32);
  }
  return text + "]}\n";
}

void write(Options& options) {
  options.session.duration_ns = static_cast<std::int64_t>(std::llround(options.minutes * 60e9));
  const auto start = std::chrono::steady_clock::now();
  const Written written = sq::feed::simulated::write_session(options.session, show_progress);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  clear_progress();
  for (const auto& file : written.files) {
    fmt::print(
        "{:14} depth {:7}  bookTicker {:8}  trade {:7}  {:.1f} MB, {:.1f} MB compressed, crc "
        "{:08x}  {}\n",
        file.symbol, file.depth, file.ticker, file.trade,
        static_cast<double>(file.text_bytes) / 1e6, static_cast<double>(file.file_bytes) / 1e6,
        file.text_crc32, file.path.string());
  }
  fmt::print("{} messages of {:g} simulated minutes, seed {}, rate {}, in {:.1f} s\n",
             written.messages, options.minutes, options.session.seed, options.session.rate,
             seconds);
  if (!options.json_file.empty())
    save(options.json_file, json_of(options.session, written, seconds));
}

// The simulated counterpart of a recording: from --against, or made for the purpose, equally long.
sq::marketsim::Recording counterpart(const Options& options,
                                     const sq::marketsim::Recording& recorded) {
  using sq::feed::simulated::file_name;
  if (!options.against.empty()) {
    return sq::marketsim::read_recording(fs::path{options.against} / file_name(recorded.symbol));
  }
  const fs::path directory =
      fs::temp_directory_path() / fmt::format("market-simulator-{}", ::getpid());
  Settings settings = options.session;
  settings.symbols = {recorded.symbol};
  settings.directory = directory;
  settings.duration_ns = recorded.tickers.back().local_ns - recorded.tickers.front().local_ns;
  const Written written = sq::feed::simulated::write_session(settings, show_progress);
  clear_progress();
  sq::marketsim::Recording simulated = sq::marketsim::read_recording(written.files.front().path);
  fs::remove_all(directory);
  return simulated;
}

void fit(const Options& options) {
  std::vector<sq::marketsim::Comparison> comparisons;
  for (const std::string& path : options.recordings) {
    const auto recorded = sq::marketsim::read_recording(path);
    const auto simulated = counterpart(options, recorded);
    comparisons.push_back({fs::path{path}.filename().string(), recorded.symbol,
                           options.session.seed, sq::marketsim::measure(recorded),
                           sq::marketsim::measure(simulated)});
    fmt::print("{}", sq::marketsim::markdown(comparisons.back()));
  }
  if (!options.json_file.empty()) save(options.json_file, sq::marketsim::json(comparisons));
}
}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Simulated Binance sessions in the venue's raw format, and how close they are to recordings"};
  app.require_subcommand(1);
  CLI::App* write_command = app.add_subcommand("write", "write a session, one gzip file a symbol");
  write_command->add_option("--minutes", options.minutes, "length, of the venue's clock")
      ->check(CLI::Range(0.01, 1440.0))
      ->capture_default_str();
  write_command->add_option("--out", options.session.directory, "folder, made when absent")
      ->required();
  write_command->add_option("--symbols", options.session.symbols, "usdm:NAME or spot:NAME")
      ->capture_default_str();
  write_command
      ->add_option("--rate", options.session.rate, "how many times faster the market lives")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  CLI::App* fit_command = app.add_subcommand("fit", "compare recordings with simulated sessions");
  fit_command->add_option("recordings", options.recordings, "gzip files of recorded raw messages")
      ->required()
      ->check(CLI::ExistingFile);
  fit_command
      ->add_option("--against", options.against,
                   "folder that `write` has filled; default: simulate now")
      ->check(CLI::ExistingDirectory);
  for (CLI::App* command : {write_command, fit_command}) {
    command->add_option("--seed", options.session.seed, "the same seed gives the same bytes")
        ->capture_default_str();
    command->add_option("--json", options.json_file, "also write the result here, for machines");
  }
  CLI11_PARSE(app, argc, argv);
  try {
    write_command->parsed() ? write(options) : fit(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "market-simulator: {}\n", error.what());
    return 1;
  }
  return 0;
}
