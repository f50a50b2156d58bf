#include "bench/harness.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>

namespace sq::bench {
namespace {
constexpr std::size_t kSmokeSamples = 16;

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr,
               "%s\nusage: [--smoke] [--json FILE] [--floors FILE] [--cpu N] [--filter TEXT]\n",
               why.c_str());
  std::exit(2);  // NOLINT(concurrency-mt-unsafe): no other thread runs yet
}

// Ticks per ns against the monotonic clock, over long enough for five digits.
double measure_ns_per_tick(bool smoke) {
  using Clock = std::chrono::steady_clock;
  const auto wanted = std::chrono::milliseconds(smoke ? 2 : 50);
  const auto wall_begin = Clock::now();
  const std::uint64_t begin = ticks_begin();
  auto wall_end = wall_begin;
  while (wall_end - wall_begin < wanted) wall_end = Clock::now();
  const std::uint64_t end = ticks_end();
  const auto elapsed = std::chrono::duration<double, std::nano>(wall_end - wall_begin).count();
  return elapsed / static_cast<double>(end - begin);
}

// What one timing of nothing shows, in ticks: the median of many.
std::uint64_t measure_clock_cost() {
  std::array<std::uint64_t, 1001> costs{};
  for (auto& cost : costs) {
    const std::uint64_t begin = ticks_begin();
    cost = ticks_end() - begin;
  }
  std::nth_element(costs.begin(), costs.begin() + costs.size() / 2, costs.end());
  return costs[costs.size() / 2];
}

// Nearest rank: the smallest value with at least `share` of all values at or below it.
double percentile(std::span<const double> sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

Result summarise(std::string_view name, std::span<double> samples_ns) {
  std::sort(samples_ns.begin(), samples_ns.end());
  Result result;
  result.name = name;
  result.p50 = percentile(samples_ns, 0.50);
  result.p90 = percentile(samples_ns, 0.90);
  result.p99 = percentile(samples_ns, 0.99);
  result.p999 = percentile(samples_ns, 0.999);
  result.max = samples_ns.back();
  result.mean = std::accumulate(samples_ns.begin(), samples_ns.end(), 0.0) /
                static_cast<double>(samples_ns.size());
  return result;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void append_json(const std::string& path, const Result& r) {
  std::FILE* file = std::fopen(path.c_str(), "a");
  if (file == nullptr) stop("cannot append to " + path);
  std::fprintf(file,
               R"({"name":"%s","unit":"ns","p50":%.6g,"p90":%.6g,"p99":%.6g,"p999":%.6g,)"
               R"("max":%.6g,"mean":%.6g,"n":%llu,"allocations":%llu,"floor":%s,"input":"%s"})"
               "\n",
               escaped(r.name).c_str(), r.p50, r.p90, r.p99, r.p999, r.max, r.mean,
               static_cast<unsigned long long>(r.n), static_cast<unsigned long long>(r.allocations),
               r.floor > 0 ? std::to_string(r.floor).c_str() : "null", escaped(r.input).c_str());
  std::fclose(file);
}

// The p50 of `name` in a file written by append_json; 0 if it is not there.
double p50_in_file(const std::string& path, std::string_view name) {
  std::ifstream file{path};
  const std::string wanted = R"("name":")" + std::string{name} + '"';
  double found = 0;
  for (std::string line; std::getline(file, line);) {
    const auto at = line.find(R"("p50":)");
    if (line.find(wanted) != std::string::npos && at != std::string::npos) {
      found = std::strtod(line.c_str() + at + 6, nullptr);
    }
  }
  return found;
}

// Nine characters whatever the size, so that rows of different programs make one table.
std::string in_ns(double ns) {
  std::array<char, 32> text{};
  const int decimals = ns < 100 ? 2 : ns < 10'000 ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%9.*f", decimals, ns);
  return text.data();
}

void print_row(const Result& r) {
  std::printf("%-44s%s%s%s%s%s %10.3g%6llu", r.name.c_str(), in_ns(r.p50).c_str(),
              in_ns(r.p90).c_str(), in_ns(r.p99).c_str(), in_ns(r.p999).c_str(),
              in_ns(r.max).c_str(), r.mean > 0 ? 1e9 / r.mean : 0.0,
              static_cast<unsigned long long>(r.allocations));
  std::printf("%s  %016llx  %s\n", r.floor > 0 ? in_ns(r.floor).c_str() : "        -",
              static_cast<unsigned long long>(r.checksum), r.input.c_str());
  std::fflush(stdout);
}
void print_header() {
  std::printf("%-44s%9s%9s%9s%9s%9s %10s%6s%9s  %-16s  %s\n", "ns per item", "p50", "p90", "p99",
              "p99.9", "max", "per second", "alloc", "floor", "checksum", "input");
}
}  // namespace

Session::Session(int argc, char** argv) {
  static_cast<void>(cpus());  // before --cpu narrows them
  bool header = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    const bool has_value = i + 1 < argc;
    if (option == "--smoke") {
      smoke_ = true;
    } else if (option == "--rows") {  // tools/bench prints the header itself
      header = false;
    } else if (option == "--json" && has_value) {
      json_path_ = argv[++i];
    } else if (option == "--floors" && has_value) {
      floors_path_ = argv[++i];
    } else if (option == "--filter" && has_value) {
      filter_ = argv[++i];
    } else if (option == "--cpu" && has_value && pin_to_cpu(std::atoi(argv[i + 1]))) {
      ++i;
    } else {
      stop("cannot use " + std::string{option});
    }
  }
  ns_per_tick_ = measure_ns_per_tick(smoke_);
  clock_cost_ns_ = to_ns(measure_clock_cost());
  if (header) {
    std::printf("one timing costs %.1f ns, not subtracted\n", clock_cost_ns_);
    print_header();
  }
}

bool Session::wanted(std::string_view name) const { return name.find(filter_) != name.npos; }

double Session::floor_ns(std::string_view name) const {
  if (name.empty()) return 0;
  for (const Result& result : results_) {
    if (result.name == name) return result.p50;
  }
  return floors_path_.empty() ? 0 : p50_in_file(floors_path_, name);
}

void Session::start(Phase phase, const Options& options) {
  const bool measure = phase == Phase::Measure;
  sample_count_ = smoke_ ? kSmokeSamples : options.samples;
  samples_.clear();
  samples_.reserve(sample_count_);
  if (!measure) sample_count_ = sample_count_ / 10 + 1;
  const double seconds = options.seconds_max * (smoke_ ? 0.05 : 1.0) * (measure ? 1.0 : 0.1);
  deadline_ = ticks_end() + static_cast<std::uint64_t>(seconds * 1e9 / ns_per_tick_);
  allocations_ = 0;
}

void Session::report_ticks(std::string_view name, const Options& options, std::uint64_t checksum) {
  std::vector<double> items;
  items.reserve(samples_.size());
  for (const std::uint64_t ticks : samples_) {
    items.push_back(to_ns(ticks) / static_cast<double>(options.batch));
  }
  Result result = summarise(name, items);
  result.n = items.size() * options.batch;
  result.allocations = allocations_;
  result.checksum = checksum;
  add(std::move(result), options);
}

void Session::report_samples(std::string_view name, const Options& options,
                             std::span<double> samples_ns, std::uint64_t allocations,
                             std::uint64_t checksum) {
  if (samples_ns.empty() || !wanted(name)) return;
  Result result = summarise(name, samples_ns);
  result.n = samples_ns.size();
  result.allocations = allocations;
  result.checksum = checksum;
  add(std::move(result), options);
}

void Session::report_percentiles(std::string_view name, const Options& options,
                                 const telemetry::Percentiles& percentiles) {
  if (percentiles.count == 0 || !wanted(name)) return;
  Result result;
  result.name = name;
  result.p50 = percentiles.p50;
  result.p90 = percentiles.p90;
  result.p99 = percentiles.p99;
  result.p999 = percentiles.p999;
  result.max = percentiles.max;
  result.mean = percentiles.mean;
  result.n = percentiles.count;
  add(std::move(result), options);
}

void Session::report_rate(std::string_view name, const Options& options, std::uint64_t items,
                          std::span<const double> passes_ns, std::uint64_t allocations,
                          std::uint64_t checksum) {
  if (passes_ns.empty() || items == 0 || !wanted(name)) return;
  std::vector<double> per_item{passes_ns.begin(), passes_ns.end()};
  for (double& ns : per_item) ns /= static_cast<double>(items);
  Result result = summarise(name, per_item);
  result.n = items * per_item.size();
  result.allocations = allocations;
  result.checksum = checksum;
  add(std::move(result), options);
}

void Session::add(Result result, const Options& options) {
  result.input = options.input;
  result.floor = floor_ns(options.floor);
  print_row(result);
  if (!json_path_.empty()) append_json(json_path_, result);
  results_.push_back(std::move(result));
}

int Session::finish() {
  if (results_.empty()) std::fprintf(stderr, "nothing measured: --filter matches no bench here\n");
  return results_.empty() ? 1 : 0;
}

bool pin_to_cpu(int cpu) {
  if (cpu < 0 || cpu >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

const std::vector<int>& cpus() {
  static const std::vector<int> at_start = [] {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> allowed;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return allowed;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) allowed.push_back(cpu);
    }
    return allowed;
  }();
  return at_start;
}

int cpu_beside() {
  const int here = sched_getcpu();
  for (const int cpu : cpus()) {
    if (cpu != here) return cpu;
  }
  return here;
}
}  // namespace sq::bench
