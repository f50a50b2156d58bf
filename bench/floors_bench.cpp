// What this machine costs before we do anything: its clocks, its memory, the way between two cores,
// a copy, a system call. The other benches print these beside their own figures.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <ctime>
#include <memory>
#include <numeric>
#include <random>

#include "bench/ping_pong.hpp"

namespace {
using namespace sq;

constexpr std::size_t kLine = 64;

// Memory of small or, where the kernel grants them, huge pages.
class Pages {
 public:
  Pages(std::size_t bytes, bool huge) : bytes_{bytes} {
    void* const start =
        ::mmap(nullptr, bytes + kHuge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) std::abort();
    mapped_ = static_cast<std::byte*>(start);
    const auto address = reinterpret_cast<std::uintptr_t>(start);
    data_ = mapped_ + ((kHuge - address % kHuge) % kHuge);
    ::madvise(data_, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    std::memset(data_, 0, bytes);
  }
  ~Pages() { ::munmap(mapped_, bytes_ + kHuge); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  [[nodiscard]] std::byte* data() const noexcept { return data_; }

 private:
  static constexpr std::size_t kHuge = std::size_t{2} << 20;
  std::size_t bytes_;
  std::byte* mapped_;
  std::byte* data_;
};

// Each line holds the number of the next, in one random cycle: no load can begin before the one
// before it has ended, and no prefetcher can guess.
void link_lines(std::byte* memory, std::size_t lines) {
  std::vector<std::uint32_t> order(lines);
  std::iota(order.begin(), order.end(), 0U);
  std::mt19937_64 random{42};
  for (std::size_t i = lines - 1; i > 0; --i) std::swap(order[i], order[random() % i]);  // Sattolo
  for (std::size_t i = 0; i < lines; ++i)
    std::memcpy(memory + i * kLine, &order[i], sizeof order[i]);
}

void memory_latency(bench::Session& session, std::string_view name, std::size_t mebibytes,
                    bool huge) {
  if (!session.wanted(name)) return;
  const std::size_t bytes = (session.smoke() ? 1 : mebibytes) << 20;
  const Pages pages{bytes, huge};
  link_lines(pages.data(), bytes / kLine);
  std::uint32_t at = 0;
  session.run_batched(
      name, {.samples = 10'000, .input = huge ? "random cycle, huge pages" : "random cycle"},
      [&](std::size_t) {
        std::memcpy(&at, pages.data() + std::size_t{at} * kLine, sizeof at);
        return at;
      });
}

// What a full order-by-order book of many symbols does to memory at least: for each message four
// lines anywhere (index, order, its level, a neighbour), known some messages before they are needed.
void scattered_updates(bench::Session& session) {
  constexpr std::string_view kName = "floor/four_random_lines";
  if (!session.wanted(kName)) return;
  constexpr std::size_t kEach = 4;
  constexpr std::size_t kAhead = 16;  // items: 64 lines in flight at most, more than a core has
  const std::size_t bytes = (session.smoke() ? std::size_t{1} : std::size_t{45}) << 20;
  const std::size_t items = session.smoke() ? 10'000 : 1'000'000;
  const Pages pages{bytes, true};
  std::mt19937_64 random{7};
  std::vector<std::uint32_t> places((items + kAhead) * kEach);
  for (std::uint32_t& place : places) place = static_cast<std::uint32_t>(random() % (bytes / kLine));
  const auto line = [&](std::size_t n) { return pages.data() + std::size_t{places[n]} * kLine; };
  session.run_batched(
      kName, {.samples = 10'000, .input = "45 MiB of huge pages, 4 lines an item read and written"},
      [&](std::size_t i) {
        const std::size_t at = i % items * kEach;
        for (std::size_t k = 0; k < kEach; ++k) __builtin_prefetch(line(at + kAhead * kEach + k), 1);
        std::uint64_t sum = 0;
        for (std::size_t k = 0; k < kEach; ++k) {
          std::uint64_t word = 0;
          std::memcpy(&word, line(at + k), sizeof word);
          sum += ++word;
          std::memcpy(line(at + k), &word, sizeof word);
        }
        return sum;
      });
}

void timers(bench::Session& session) {
  session.run_batched("floor/timer", {.input = "rdtsc"}, [](std::size_t) { return __rdtsc(); });
  session.run_batched("floor/timer_ordered", {.input = "lfence rdtsc lfence, as the benches"},
                      [](std::size_t) { return bench::ticks_begin(); });
  session.run_batched("floor/clock_gettime", {.input = "CLOCK_MONOTONIC"}, [](std::size_t) {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_nsec);
  });
  session.run_batched("floor/system_call", {.input = "getppid"}, [](std::size_t) {
    return static_cast<std::uint64_t>(::syscall(SYS_getppid));
  });
}

void copies(bench::Session& session) {
  // 16 KiB each way, so that both stay in the first level and no copy repeats the last one.
  struct Record {
    std::array<std::uint64_t, 16> words;
  };
  constexpr std::size_t kRecords = 128;
  const auto from = std::make_unique<std::array<Record, kRecords>>();
  const auto to = std::make_unique<std::array<Record, kRecords>>();
  bench::keep(to.get());  // somebody else may read it: no copy can be dropped
  session.run_batched("floor/memcpy_128", {.input = "128 bytes, first-level cache"},
                      [&](std::size_t i) {
                        std::memcpy(&(*to)[i % kRecords], &(*from)[i % kRecords], sizeof(Record));
                      });
}

void ping_pong(bench::Session& session) {
  constexpr std::string_view kName = "floor/cache_line_ping_pong";
  if (!session.wanted(kName)) return;
  if (!bench::two_cpus()) {
    std::printf("%s: needs two cpus\n", kName.data());
    return;
  }
  std::vector<double> ns = bench::round_trips<bench::BareLine>(session);
  session.report_samples(kName, {.input = "there and back, two lines, 12 placements"}, ns, 0);
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  timers(session);
  copies(session);
  memory_latency(session, "floor/memory_latency_16", 16, false);
  memory_latency(session, "floor/memory_latency_16_huge", 16, true);
  memory_latency(session, "floor/memory_latency", 64, false);
  memory_latency(session, "floor/memory_latency_huge", 64, true);
  scattered_updates(session);
  ping_pong(session);
  return session.finish();
}
