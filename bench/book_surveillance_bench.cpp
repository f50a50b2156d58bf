// Surveillance of one instrument, order by order: what it costs a record beside the book's own
// work. Input: seeded adds, cancels and executions of about 1,000 live orders, 20 us apart on
// average. The book is applied before and not timed: each item is the rules alone, on the book as
// it is at the end.
#include <random>
#include <vector>

#include "bench/harness.hpp"
#include "engine/book/surveillance/surveillance.hpp"

namespace {
using namespace sq;
constexpr std::int64_t kTick = 10'000'000;

struct Step {
  Record<MarketOrder> record;
  book::OrderFeed::Change change;
};

std::vector<Step> make_steps(std::size_t count, book::OrderFeed& feed) {
  std::mt19937_64 random{42};
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  struct Live {
    std::uint64_t id;
    Qty qty;
  };
  std::vector<Live> live;
  std::vector<Step> steps;
  std::int64_t now = 1'700'000'000 * kNsPerSecond;
  std::uint64_t id = 0;
  while (steps.size() < count) {
    now += static_cast<std::int64_t>(below(40'000)) + 1;
    MarketOrder order;
    const bool add = live.size() < 900 || (live.size() < 1'100 && below(2) == 0);
    if (add) {
      order.side = below(2) == 0 ? Side::Buy : Side::Sell;
      order.order_id = ++id;
      order.qty = Qty::from_units(static_cast<std::int32_t>(below(20) + 1) * 10);
      order.price = Price::from_raw(
          (10'000 - sign_of(order.side) * static_cast<std::int64_t>(below(50) + 1)) * kTick);
      live.push_back({id, order.qty});
    } else {
      const std::size_t n = below(live.size());
      order.order_id = live[n].id;
      order.qty = live[n].qty;
      order.action = below(20) == 0 ? OrderAction::Execute : OrderAction::Delete;
      live[n] = live.back();
      live.pop_back();
    }
    auto record = make_record(RecordKind::MarketOrder, order);
    record.header.venue_time = WallTime{now};
    const auto change = feed.apply(record.header);
    steps.push_back({record, change});
  }
  return steps;
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  book::OrderFeed feed{
      {.tick = Price::from_raw(kTick), .lot = Qty::from_units(1), .orders_max = 4'096}};
  std::vector<Step> steps = make_steps(10'000, feed);
  book::surveillance::SurveillanceSettings settings;
  settings.tick = Price::from_raw(kTick);
  settings.orders_max = 4'096;
  session.run_rate("book/surveillance/order",
                   {.samples = 2'000, .input = "10,000 order records, 1,000 live, seed 42"},
                   steps.size(), [&] {
                     static book::surveillance::Surveillance watch{settings};
                     watch.on_book_lost();
                     const std::int64_t length = steps.back().record.header.venue_time -
                                                 steps.front().record.header.venue_time + 1;
                     for (Step& step : steps) {
                       watch.on_order(step.record.header, step.change, feed);
                       // The next pass comes after this one.
                       step.record.header.venue_time = step.record.header.venue_time + length;
                     }
                     return watch.alerts().total() + watch.counters().messages;
                   });
  return session.finish();
}
