// crash: kills a writing process again and again, and asks an oracle what is missing. README.md.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "tools/crash/cycles.hpp"
#include "tools/crash/write_once.hpp"

namespace {
struct Options {
  crash::Plan plan;
  bool json{false};
  bool write{false};
  std::uint64_t records{200};
  sq::wal::Durability durability{sq::wal::Durability::Group};
};

constexpr std::string_view kUsage =
    "crash [--cycles N] [--seed S] [--seconds MAX] [--dir DIR] [--json]\n"
    "crash --engine CONFIG [...]     kills the engine beside this program instead\n"
    "crash write --dir DIR [--records N] [--durability process|group|strict]\n"
    "Exit code 0: nothing lost; 1: see the summary; 2: it could not run.\n";

sq::wal::Durability durability_of(std::string_view name) {
  if (name == "process") return sq::wal::Durability::Process;
  if (name == "group") return sq::wal::Durability::Group;
  if (name == "strict") return sq::wal::Durability::Strict;
  throw std::runtime_error(std::string(kUsage));
}

Options parse(int argc, char** argv) {
  Options options;
  options.write = argc > 1 && std::string_view{argv[1]} == "write";
  for (int i = options.write ? 2 : 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--json") {
      options.json = true;
      continue;
    }
    if (i + 1 == argc) throw std::runtime_error(std::string(kUsage));
    const std::string_view value = argv[++i];
    if (name == "--dir") {
      options.plan.dir = value;
      continue;
    }
    if (name == "--engine") {
      options.plan.config = value;
      options.plan.engine =
          std::filesystem::read_symlink("/proc/self/exe").parent_path() / "shrivenquant";
      continue;
    }
    if (name == "--durability") {
      options.durability = durability_of(value);
      continue;
    }
    std::uint64_t* number = nullptr;
    if (name == "--cycles") number = &options.plan.cycles;
    if (name == "--records") number = &options.records;
    if (name == "--seed") number = &options.plan.seed;
    if (name == "--seconds") number = &options.plan.seconds_max;
    if (number == nullptr) throw std::runtime_error(std::string(kUsage));
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), *number);
    if (error != std::errc{} || end != value.data() + value.size())
      throw std::runtime_error(fmt::format("crash: {} {}: not a number", name, value));
  }
  if (options.write && options.plan.dir.empty()) throw std::runtime_error(std::string(kUsage));
  return options;
}

int write_once(const Options& options) {
  auto settings = crash::settings_in(options.plan.dir);
  settings.durability = options.durability;
  settings.group_interval_ns = 1;
  settings.segment_bytes = 16 * 1024;
  settings.reserve_bytes = 8 * 1024;
  const crash::Written written = crash::write_once(settings, options.records);
  fmt::print("{}", crash::json_of(written));
  return written.closed ? 0 : 1;
}

void show_progress(const crash::Result& result) {
  if (::isatty(STDERR_FILENO) == 0 || result.cycles % 64 != 0) return;
  fmt::print(stderr, "\r{} cycles, {:.0f} a second, {} records, {} lost", result.cycles,
             static_cast<double>(result.cycles) / result.seconds, result.verdict.records,
             result.verdict.lost);
  std::fflush(stderr);
}

void print_text(const crash::Result& result) {
  const crash::Verdict& v = result.verdict;
  fmt::print("{} kills in {:.1f} s, {} of them at kill points; {} logs closed and verified\n",
             result.cycles, result.seconds, result.at_points, result.logs);
  fmt::print("{} records acknowledged, {} orders sent, {} in flight when their writer died\n",
             v.acknowledged, v.sent, v.in_flight);
  fmt::print("lost {}, sent without a record {}, altered {}, holes {}, invented {}, refused {}\n",
             v.lost, v.sent_unlogged, v.altered, v.holes, v.invented, v.refused);
  if (!v.clean()) fmt::print("first: {}\n", v.first.data());
}
void print_json(const crash::Result& result, std::uint64_t seed) {
  const crash::Verdict& v = result.verdict;
  fmt::print(R"({{"seed":{},"cycles":{},"seconds":{:.3f},"at_points":{},"logs":{},"checks":{},)"
             R"("acknowledged":{},"sent":{},"records":{},"in_flight":{},"lost":{},)"
             R"("sent_without_record":{},"altered":{},"holes":{},"invented":{},"refused":{}}})"
             "\n",
             seed, result.cycles, result.seconds, result.at_points, result.logs, v.checks,
             v.acknowledged, v.sent, v.records, v.in_flight, v.lost, v.sent_unlogged, v.altered,
             v.holes, v.invented, v.refused);
}

std::filesystem::path temporary_dir() {
  std::error_code error;
  const std::filesystem::path memory{"/dev/shm"};
  const auto parent = std::filesystem::is_directory(memory, error)
                          ? memory
                          : std::filesystem::temp_directory_path();
  std::string name = (parent / "sq-crash-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "crash: cannot make " + name);
  return name;
}
}  // namespace

int main(int argc, char** argv) try {
  Options options = parse(argc, argv);
  if (options.write) return write_once(options);
  const bool temporary = options.plan.dir.empty();
  if (temporary) options.plan.dir = temporary_dir();
  const crash::Result result = options.plan.config.empty()
                                   ? crash::run_cycles(options.plan, show_progress)
                                   : crash::run_engine(options.plan, show_progress);
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{:70}\r", "");
  options.json ? print_json(result, options.plan.seed) : print_text(result);
  const bool clean = result.verdict.clean();
  if (temporary && clean) std::filesystem::remove_all(options.plan.dir);
  if (!clean) fmt::print(stderr, "the log is kept: {}\n", options.plan.dir.string());
  return clean ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 2;
}
