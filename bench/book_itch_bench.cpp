// ITCH to typed views and to order books: decoding alone, 8,000 symbols, one symbol, and how both
// grow with live orders and with symbols. Inputs are synthetic days made in memory before.
// The passes are long, so each is cut into stretches that are timed by themselves: percentiles are
// over stretches, and the p50 stands for the middle of the day, after the books have filled.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/app/itch_books.hpp"
#include "engine/feed/itch/decode.hpp"
#include "engine/feed/itch/order_message.hpp"
#include "engine/feed/itch/synthetic/market.hpp"

namespace {
using namespace sq;
using feed::itch::synthetic::Lifetimes;
using feed::itch::synthetic::Market;
using feed::itch::synthetic::MarketSettings;
namespace wire = feed::itch;

constexpr std::size_t kStretch = 64 * 1024;  // bytes, about 2,000 messages: 40 to 150 us

std::vector<std::byte> day(const MarketSettings& settings) {
  std::vector<std::byte> frames;
  frames.reserve(settings.messages * 34);
  Market market{settings};
  while (market.append_next(frames)) {
  }
  return frames;
}

// Decodes whole frames and touches every field: the order messages as one record, with their
// header, the others as views. Returns the bytes used.
std::size_t decode_all(std::span<const std::byte> frames, std::uint64_t& messages,
                       std::uint64_t& sum) {
  bool ended = false;
  return wire::for_each_frame(frames, ended, [&](std::span<const std::byte> bytes) {
    if (wire::check_message(bytes) != wire::Decoded::Ok) return;
    ++messages;
    const wire::Message header{bytes.data()};
    sum += static_cast<std::uint64_t>(header.type()) + header.tracking() + header.time_ns();
    wire::OrderMessage order;
    if (wire::decode_order(bytes.data(), order)) {
      sum += order.order + order.new_order + order.match + order.shares + order.price +
             order.locate + order.side + static_cast<std::uint64_t>(order.change);
      return;
    }
    wire::visit_checked(bytes.data(), [&](const auto& m) {
      sum += m.locate();
      if constexpr (requires { m.symbol(); }) sum += m.symbol().size();
      if constexpr (requires { m.match(); }) sum += m.match();
      if constexpr (requires { m.shares(); }) sum += m.shares();
      if constexpr (requires { m.price(); }) sum += static_cast<std::uint64_t>(m.price().raw());
    });
  });
}

// The same by views only: one mispredicted branch for every second message.
struct AllFields {
  std::uint64_t sum{0};
  template <class View>
  void operator()(const View& m) {
    sum += m.locate() + m.tracking() + m.time_ns();
    if constexpr (requires { m.order(); }) sum += m.order();
    if constexpr (requires { m.new_order(); }) sum += m.new_order();
    if constexpr (requires { m.match(); }) sum += m.match();
    if constexpr (requires { m.shares(); }) sum += m.shares();
    if constexpr (requires { m.side_code(); }) sum += static_cast<std::uint64_t>(m.side_code());
    if constexpr (requires { m.price(); }) sum += static_cast<std::uint64_t>(m.price().raw());
  }
};

// decode(frames, messages): bytes used.
template <class Decode>
void run_decode(bench::Session& session, std::string_view name, std::string_view input,
                std::span<const std::byte> frames, std::uint64_t& sum, Decode decode) {
  if (!session.wanted(name)) return;
  const int passes = session.smoke() ? 1 : 4;
  std::vector<double> stretches;
  stretches.reserve(static_cast<std::size_t>(passes) * (frames.size() / kStretch + 2) * 2);
  const std::uint64_t allocated = allocations_on_this_thread();
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t at = 0; at < frames.size();) {
      const auto stretch = frames.subspan(at, std::min(kStretch, frames.size() - at));
      std::uint64_t messages = 0;
      const std::uint64_t start = bench::ticks_begin();
      const std::size_t used = decode(stretch, messages);
      const std::uint64_t end = bench::ticks_end();
      if (used == 0) break;
      at += used;
      stretches.push_back(session.to_ns(end - start) / static_cast<double>(messages));
    }
  }
  session.report_samples(name, {.input = input}, stretches,
                         allocations_on_this_thread() - allocated, sum);
}

void run_decoders(bench::Session& session, std::span<const std::byte> frames) {
  std::uint64_t sum = 0;
  run_decode(session, "book/itch_decode", "synthetic day, all fields, order messages as records",
             frames, sum, [&](std::span<const std::byte> stretch, std::uint64_t& messages) {
               return decode_all(stretch, messages, sum);
             });
  AllFields fields;
  run_decode(session, "book/itch_decode_views", "the same by typed views", frames, fields.sum,
             [&](std::span<const std::byte> stretch, std::uint64_t& messages) {
               const wire::FramesDecoded decoded = wire::decode_frames(stretch, fields);
               messages = decoded.messages;
               return decoded.bytes;
             });
}

struct Books {
  app::ItchBooksSettings settings;
  std::size_t skip{0};  // messages before the figures count: the fill
};

// New books for each pass; the stretches of all passes together.
void run_books(bench::Session& session, std::string_view name, std::string_view input,
               std::span<const std::byte> frames, const Books& wanted, int passes) {
  if (!session.wanted(name)) return;
  std::vector<double> stretches;
  stretches.reserve(static_cast<std::size_t>(passes) * (frames.size() / kStretch + 2));
  std::uint64_t allocations = 0;
  std::uint64_t checksum = 0;
  for (int pass = 0; pass < (session.smoke() ? 1 : passes); ++pass) {
    const auto books = std::make_unique<app::ItchBooks>(wanted.settings);
    std::uint64_t before = 0;
    for (std::size_t at = 0; at < frames.size();) {
      const auto stretch = frames.subspan(at, std::min(kStretch, frames.size() - at));
      const std::uint64_t allocated = allocations_on_this_thread();
      const std::uint64_t start = bench::ticks_begin();
      const std::size_t used = books->read(stretch);
      const std::uint64_t end = bench::ticks_end();
      allocations += allocations_on_this_thread() - allocated;
      if (used == 0) break;
      at += used;
      const std::uint64_t messages = books->counts().messages();
      if (before >= wanted.skip || session.smoke()) {
        stretches.push_back(session.to_ns(end - start) / static_cast<double>(messages - before));
      }
      before = messages;
    }
    checksum += books->books().queues().checksum(1) + books->books().counts().refused();
    if (pass > 0) continue;
    const book::l3::OrderQueues& queues = books->books().queues();
    fmt::print(
        "{}: {} live orders, {} levels at the end, {} refused, {} executions off the best, "
        "{:.1f} MB ({:.1f} bytes a live order, {:.0f} % on huge pages)\n",
        name, queues.orders_live(), queues.levels_live(), books->books().counts().refused(),
        books->counts().off_best, static_cast<double>(books->books().bytes()) / 1e6,
        static_cast<double>(books->books().bytes()) / queues.orders_live(),
        100.0 * static_cast<double>(books->books().huge_bytes()) /
            static_cast<double>(books->books().bytes()));
  }
  session.report_samples(name, {.input = input}, stretches, allocations, checksum);
}

// Room for so many orders and half as many levels, a quarter of them deep.
app::ItchBooksSettings room(std::uint32_t orders, std::uint32_t locates) {
  return {.locates = locates,
          .orders_max = orders,
          .levels_max = orders / 2 + 1'000,
          .deep_levels_max = orders / 8 + 1'000};
}

void run_by_live_orders(bench::Session& session) {
  for (const std::uint32_t live : {10'000U, 100'000U, 1'000'000U, 10'000'000U}) {
    const std::string name = fmt::format("book/itch_live_{}", live);
    if (!session.wanted(name)) continue;
    const std::uint64_t messages = session.smoke() ? 30'000 : live + 1'500'000ULL;
    const std::uint32_t budget = session.smoke() ? 30'000 : live + live / 20 + 5'000;
    const auto frames = day(
        {.seed = 3, .messages = messages, .lifetimes = Lifetimes::Uniform, .live_orders = live});
    run_books(session, name, "8,000 symbols, any order as likely to go as another", frames,
              {room(budget, 8'192), live}, 2);
  }
}

void run_by_symbols(bench::Session& session) {
  for (const std::uint32_t symbols : {1U, 100U}) {
    const std::string name = fmt::format("book/itch_symbols_{}", symbols);
    if (!session.wanted(name)) continue;
    const auto frames =
        day({.seed = 4, .symbols = symbols, .messages = session.smoke() ? 30'000U : 2'000'000U});
    run_books(session, name, "recorded lifetimes", frames, {room(200'000, 128), 200'000}, 3);
  }
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const std::uint64_t messages = session.smoke() ? 30'000 : 10'000'000;
  if (session.wanted("book/itch_decode") || session.wanted("book/itch_decode_views") ||
      session.wanted("book/itch_8000_symbols")) {
    const auto frames = day({.messages = messages});
    run_decoders(session, std::span{frames}.first(frames.size() / 4));
    run_books(session, "book/itch_8000_symbols",
              "10 million messages, 8,000 symbols, Zipf 0.9, recorded lifetimes", frames,
              {{.locates = 8'192,
                .orders_max = 712'000,
                .levels_max = 344'000,
                .deep_levels_max = 60'000},
               messages / 10},
              2);
  }
  if (session.wanted("book/itch_one_symbol")) {
    const auto frames = day({.seed = 2,
                             .symbols = 1,
                             .messages = session.smoke() ? 30'000U : 1'000'000U,
                             .lifetimes = Lifetimes::Uniform,
                             .live_orders = 1'000});
    run_books(session, "book/itch_one_symbol", "1,000 live orders, any as likely to go", frames,
              {room(2'048, 2), 2'000}, 10);
  }
  run_by_symbols(session);
  run_by_live_orders(session);
  return session.finish();
}
