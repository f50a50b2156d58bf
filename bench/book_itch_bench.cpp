// ITCH 5.0 bytes in memory: decoding alone, and to order-by-order books with every queue, from one
// symbol with 1,000 live orders to 8,000 symbols with hundreds of thousands, and how that grows.
// Inputs: engine/feed/itch/synthetic/market.hpp, seeded. Figures are over pieces of 64 KiB (about
// 2,000 messages) of whole passes, ns a message.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/app/itch_books.hpp"
#include "engine/feed/itch/decode.hpp"
#include "engine/feed/itch/synthetic/market.hpp"

namespace {
using namespace sq;
namespace itch = feed::itch;
using itch::synthetic::Lifetimes;
using itch::synthetic::MarketSettings;

struct Day {
  std::vector<std::byte> bytes;
  std::string input;
};

Day make_day(const MarketSettings& settings, std::string input) {
  Day day;
  itch::synthetic::Market market{settings};
  day.bytes.reserve(settings.messages * 34);
  while (market.append_next(day.bytes)) {
  }
  day.input = std::move(input);
  return day;
}

// Adds up every field of the messages that a book needs, and the time of all others.
struct TouchFields {
  std::uint64_t sum{0};
  void operator()(const itch::AddOrder& m) {
    sum += m.time_ns() + m.order() + m.shares() + m.price_ticks() + m.locate() +
           static_cast<std::uint8_t>(m.side_code());
  }
  void operator()(const itch::AddOrderMpid& m) { (*this)(static_cast<const itch::AddOrder&>(m)); }
  void operator()(const itch::OrderExecuted& m) {
    sum += m.time_ns() + m.order() + m.shares() + m.match() + m.locate();
  }
  void operator()(const itch::OrderCancel& m) {
    sum += m.time_ns() + m.order() + m.shares() + m.locate();
  }
  void operator()(const itch::OrderDelete& m) { sum += m.time_ns() + m.order() + m.locate(); }
  void operator()(const itch::OrderReplace& m) {
    sum += m.time_ns() + m.order() + m.new_order() + m.shares() + m.price_ticks() + m.locate();
  }
  void operator()(const itch::Message& m) { sum += m.time_ns() + m.locate(); }
};

constexpr std::size_t kPiece = 64U << 10;

// Times `fn(piece)`, which returns the bytes it used and adds up the messages, over a whole day.
template <class Fn, class Count>
void time_pieces(bench::Session& session, const Day& day, std::vector<double>& samples, Fn fn,
                 Count count) {
  const std::span<const std::byte> bytes{day.bytes};
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::uint64_t before = count();
    const std::uint64_t begin = bench::ticks_begin();
    const std::size_t used = fn(bytes.subspan(at, std::min(kPiece, bytes.size() - at)));
    const std::uint64_t end = bench::ticks_end();
    const std::uint64_t messages = count() - before;
    if (messages != 0) samples.push_back(session.to_ns(end - begin) / static_cast<double>(messages));
    if (used == 0) break;
    at += used;
  }
}

void run_decode(bench::Session& session, const Day& day) {
  const std::string name = "book/itch_decode";
  if (!session.wanted(name)) return;
  std::vector<double> samples;
  samples.reserve(day.bytes.size() / kPiece * 2 + 16);
  std::uint64_t messages = 0;
  TouchFields touch;
  const std::uint64_t allocated = allocations_on_this_thread();
  for (int pass = 0; pass < 2; ++pass) {
    samples.clear();
    time_pieces(
        session, day, samples,
        [&](std::span<const std::byte> piece) {
          const itch::FramesDecoded done = itch::decode_frames(piece, touch);
          messages += done.messages;
          return done.bytes;
        },
        [&] { return messages; });
  }
  session.report_samples(name, {.input = day.input}, samples,
                         allocations_on_this_thread() - allocated, touch.sum);
}

void run_books(bench::Session& session, const std::string& name, const Day& day,
               const app::ItchBooksSettings& settings) {
  if (!session.wanted(name)) return;
  std::vector<double> samples;
  std::uint64_t checksum = 0;
  std::uint64_t allocations = 0;
  std::size_t bytes = 0;
  std::uint32_t live = 0;
  samples.reserve(day.bytes.size() / kPiece * 4 + 16);
  for (int pass = 0; pass < (session.smoke() ? 1 : 3); ++pass) {
    app::ItchBooks books{settings};
    const std::uint64_t allocated = allocations_on_this_thread();
    std::uint64_t messages = 0;
    time_pieces(
        session, day, samples,
        [&](std::span<const std::byte> piece) {
          const std::size_t used = books.read(piece);
          messages = books.counts().messages();
          return used;
        },
        [&] { return messages; });
    allocations += allocations_on_this_thread() - allocated;
    checksum += books.books().queues().checksum(1);
    live = books.books().queues().orders_live();
    bytes = books.books().bytes();
  }
  session.report_samples(name, {.input = day.input}, samples, allocations, checksum);
  std::printf("  %u live orders at the end, %.1f bytes of memory for each there is room for\n", live,
              static_cast<double>(bytes) / settings.orders_max);
}

// One symbol, so many live orders, ends of orders spread evenly: the worst case for caches.
Day steady_day(std::uint32_t live, std::uint64_t messages, std::uint32_t symbols = 1) {
  MarketSettings settings;
  settings.seed = 7;
  settings.symbols = symbols;
  settings.lifetimes = Lifetimes::Uniform;
  settings.live_orders = live;
  settings.messages = messages + live;
  return make_day(settings, std::to_string(symbols) + " symbol(s), " + std::to_string(live) +
                                " live orders, seed 7");
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const std::uint64_t scale = session.smoke() ? 100 : 1;
  {
    MarketSettings settings;
    settings.messages = 10'000'000 / scale;
    if (session.smoke()) settings.symbols = 100;
    const Day day = make_day(settings, "10 M messages, 8,000 symbols, Zipf 0.9, seed 1");
    run_decode(session, day);
    run_books(session, "book/itch_8000_symbols", day, {});
  }
  run_books(session, "book/itch_one_symbol", steady_day(1'000, 2'000'000 / scale),
            {.orders_max = 4'096, .levels_max = 2'048});
  for (const std::uint32_t live : {10'000U, 100'000U, 1'000'000U, 10'000'000U}) {
    const std::uint32_t wanted = session.smoke() ? live / 1'000 + 10 : live;
    const std::string name = "book/itch_live_" + std::to_string(live);
    if (!session.wanted(name)) continue;
    run_books(session, name, steady_day(wanted, 2'000'000 / scale, session.smoke() ? 10 : 1'000),
              {.orders_max = wanted + wanted / 4 + 64, .levels_max = wanted / 2 + 4'096});
  }
  return session.finish();
}
