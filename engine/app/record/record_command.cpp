#include "engine/app/record/record_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/app/commands.hpp"
#include "engine/app/record/market_recorder.hpp"
#include "engine/app/threads.hpp"
#include "engine/telemetry/format.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
namespace json = boost::json;
using telemetry::with_separators;
volatile std::sig_atomic_t stop_signal = 0;  // async-signal-safe

using Recorders = std::vector<std::unique_ptr<MarketRecorder>>;

// Compresses and writes for all of them until it is told to end.
class FileThread {
 public:
  explicit FileThread(Recorders& recorders) : recorders_{recorders} {
    thread_ = start_thread("rec-files", -1, [this] { run(); });
  }
  ~FileThread() { join(); }
  FileThread(const FileThread&) = delete;
  FileThread& operator=(const FileThread&) = delete;
  void join() noexcept {
    ending_.store(true, std::memory_order_release);
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }  // after join()

 private:
  void run() noexcept {
    try {
      for (bool ending = false; !ending;) {
        ending = ending_.load(std::memory_order_acquire);
        bool worked = false;
        for (const auto& each : recorders_) worked = each->write_some() || worked;
        if (!worked && !ending) std::this_thread::sleep_for(std::chrono::milliseconds{1});
      }
      for (const auto& each : recorders_) each->close();
    } catch (const std::exception& error) {
      failure_ = error.what();
      failed_.store(true, std::memory_order_release);
    }
  }
  Recorders& recorders_;
  std::thread thread_;
  std::string failure_;
  std::atomic<bool> ending_{false};
  std::atomic<bool> failed_{false};
};

void show_progress(const Recorders& recorders, std::int64_t seconds, bool terminal) {
  std::string line = fmt::format("record: {} s", seconds);
  for (const auto& each : recorders) {
    const MarketRecorder::Progress now = each->progress();
    line += fmt::format(" | {} {}, {}/{} books, {} messages, {} gaps, {} lost",
                        text_of(each->venue()), text_of(now.state), now.joined, now.books,
                        with_separators(now.link.messages), now.link.gaps, each->files().lost());
    if (now.joined < now.books && !now.problem.empty()) line += fmt::format(" ({})", now.problem);
  }
  fmt::print(stderr, "{}{}{}", terminal ? "\r" : "", line, terminal ? "\033[K" : "\n");
  std::fflush(stderr);
}

json::object kinds_of(const binance::DecodeCounts& counts) {
  json::object kinds{{"depth_updates", counts.depth_updates},
                     {"snapshots", counts.snapshots},
                     {"trades", counts.trades},
                     {"aggregate_trades", counts.aggregate_trades},
                     {"best_prices", counts.tops},
                     {"mark_prices", counts.mark_prices},
                     {"ignored", counts.ignored},
                     {"unknown_symbol", counts.unknown_symbol},
                     {"malformed", counts.malformed + counts.too_large}};
  return kinds;
}

json::object report(const MarketRecorder& recorder) {
  const MarketRecorder::Progress end = recorder.progress();
  const feed::RawWriter& files = recorder.files();
  json::array list;
  for (const auto& file : files.files()) list.emplace_back(file.string());
  return {{"venue", std::string{text_of(recorder.venue())}},
          {"books", end.books},
          {"books_joined", end.joined_most},
          {"messages", end.link.messages},
          {"kinds", kinds_of(recorder.decoded())},
          {"gaps", end.link.gaps},
          {"duplicates", end.link.duplicates},
          {"snapshots", end.link.snapshots},
          {"disconnects", end.link.lanes.disconnects},
          {"connections", end.link.lanes.connections},
          {"handovers", end.link.lanes.handovers},
          {"lines", files.written()},
          {"lost", files.lost()},
          {"text_bytes", files.text_bytes()},
          {"file_bytes", files.file_bytes()},
          {"files", list}};
}

void show(const json::object& of) {
  const auto number = [&](const char* key) {
    return with_separators(of.at(key).to_number<std::uint64_t>());
  };
  fmt::print("{}: {} of {} books joined, {} lines in {} files, {} ({} of text), {} lost\n",
             of.at("venue").as_string().c_str(), number("books_joined"), number("books"),
             number("lines"), of.at("files").as_array().size(),
             telemetry::bytes_text(of.at("file_bytes").to_number<std::uint64_t>()),
             telemetry::bytes_text(of.at("text_bytes").to_number<std::uint64_t>()), number("lost"));
  std::string kinds;
  for (const auto& kind : of.at("kinds").as_object()) {
    const auto count = kind.value().to_number<std::uint64_t>();
    if (count == 0) continue;
    std::string name{kind.key()};
    std::replace(name.begin(), name.end(), '_', ' ');
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", with_separators(count), name);
  }
  fmt::print("  {}\n  {} gaps, {} snapshots, {} connections, {} broken off, {} handed over\n",
             kinds, number("gaps"), number("snapshots"), number("connections"),
             number("disconnects"), number("handovers"));
  for (const auto& file : of.at("files").as_array()) fmt::print("  {}\n", file.as_string().c_str());
}

void record_for(Recorders& recorders, FileThread& files, double minutes) {
  const auto begun = std::chrono::steady_clock::now();
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const std::int64_t every = terminal ? 1 : 10;
  for (std::int64_t shown = 0; stop_signal == 0 && !files.failed();) {
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begun;
    if (minutes > 0 && gone.count() >= 60 * minutes) break;
    const auto seconds = static_cast<std::int64_t>(gone.count());
    if (seconds >= shown + every) {
      shown = seconds;
      show_progress(recorders, seconds, terminal);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  if (terminal) fmt::print(stderr, "\n");
}
}  // namespace

int record_command(const RecordOptions& options) {
  const settings::Config config = settings::load(options.config);
  if (config.venues.empty())
    throw std::runtime_error(options.config.string() +
                             ": no [[venue]] to record from; config/paper.toml has one");
  struct sigaction action {};
  action.sa_handler = [](int signal) { stop_signal = signal; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  Recorders recorders;
  for (const settings::VenueConnection& each : config.venues)
    recorders.push_back(std::make_unique<MarketRecorder>(config, each, options.out));
  FileThread files{recorders};
  for (const auto& each : recorders) each->start();
  record_for(recorders, files, options.minutes);
  for (const auto& each : recorders) each->end();
  for (const auto& each : recorders) each->join();
  files.join();
  bool whole = !files.failed();
  json::array all;
  for (const auto& each : recorders) {
    all.emplace_back(report(*each));
    show(all.back().as_object());
    const MarketRecorder::Progress end = each->progress();
    whole = whole && each->files().lost() == 0 && end.joined_most == end.books;
  }
  if (files.failed()) fmt::print(stderr, "record: {}\n", files.failure());
  if (!options.json.empty())
    write_file(options.json, json::serialize(json::object{{"venues", all}}) + "\n");
  return whole ? 0 : 1;
}
}  // namespace sq::app
