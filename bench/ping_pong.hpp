// Two pinned threads and a pair of one-way links: how long a message takes there and back, and how
// fast messages stream. The floor is the bare cache line: no ring can be faster.
// A link has send(n), called by one thread, and receive(), called by another, which waits and
// returns what was sent. Both wait with the same pause, so that only the links differ.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "bench/harness.hpp"
#include "engine/messaging/ring_side.hpp"

namespace sq::bench {
// One number in one cache line, read before the next is sent: for round trips only.
class BareLine {
 public:
  void send(std::uint64_t n) noexcept { line_.value.store(n, std::memory_order_release); }
  std::uint64_t receive() noexcept {
    std::uint64_t n = 0;
    while ((n = line_.value.load(std::memory_order_acquire)) == last_) spin_pause();
    return last_ = n;
  }

 private:
  struct alignas(kNoSharing) {
    std::atomic<std::uint64_t> value{0};
  } line_;
  alignas(kNoSharing) std::uint64_t last_{0};
};

// False: this machine gives the process one cpu only, and the figure would be the scheduler's.
inline bool two_cpus() { return cpus().size() >= 2; }

// Nanoseconds there and back, one entry a message, over one pair of links.
template <class Link>
void round_trips(const Session& session, Link& there, Link& back, std::size_t count,
                 std::vector<double>& ns) {
  constexpr std::size_t kWarmUp = 1'000;
  const std::size_t total = count + kWarmUp;
  const auto& cpu = cpus();
  std::thread echo{[&] {
    pin_to_cpu(cpu[1]);
    for (std::size_t i = 0; i < total; ++i) back.send(there.receive());
  }};
  std::vector<std::uint64_t> ticks(total);
  std::thread caller{[&] {
    pin_to_cpu(cpu[0]);
    for (std::size_t i = 0; i < total; ++i) {
      const std::uint64_t begin = ticks_begin();
      there.send(i + 1);
      const std::uint64_t answer = back.receive();
      ticks[i] = ticks_end() - begin;
      if (answer != i + 1) std::abort();
    }
  }};
  caller.join();
  echo.join();
  for (std::size_t i = kWarmUp; i < total; ++i) ns.push_back(session.to_ns(ticks[i]));
}

// Over several pairs, all kept so that each lies elsewhere: how far a line is from the two cores
// depends on its address, by a tenth or more.
template <class Link>
std::vector<double> round_trips(const Session& session) {
  const std::size_t pairs = session.smoke() ? 2 : 12;
  const std::size_t count = session.smoke() ? 100 : 25'000;
  std::vector<std::unique_ptr<Link>> links;
  std::vector<double> ns;
  ns.reserve(pairs * count);
  for (std::size_t i = 0; i < pairs; ++i) {
    Link& there = *links.emplace_back(std::make_unique<Link>());
    Link& back = *links.emplace_back(std::make_unique<Link>());
    round_trips(session, there, back, count, ns);
  }
  return ns;
}

// Nanoseconds from the first send to the last receive of `count` messages.
template <class Link>
double stream(const Session& session, Link& link, std::size_t count) {
  const auto& cpu = cpus();
  std::atomic<bool> ready{false};
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t sum = 0;
  std::thread receiver{[&] {
    pin_to_cpu(cpu[1]);
    ready.store(true, std::memory_order_release);
    for (std::size_t i = 0; i < count; ++i) sum += link.receive();
    end = ticks_end();
  }};
  std::thread sender{[&] {
    pin_to_cpu(cpu[0]);
    while (!ready.load(std::memory_order_acquire)) spin_pause();
    begin = ticks_begin();
    for (std::size_t i = 1; i <= count; ++i) link.send(i);
  }};
  sender.join();
  receiver.join();
  if (sum != std::uint64_t{count} * (count + 1) / 2) std::abort();
  return session.to_ns(end - begin);
}
}  // namespace sq::bench
