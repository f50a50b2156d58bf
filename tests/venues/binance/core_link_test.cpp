// A whole core behind the order link, trading at random against the local exchange while answers,
// requests, events and connections are lost: in the end its orders, fills, position and money are
// the exchange's. Faults X01 to X08, N03; the core's own rules decide what is asked when.
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "engine/types/decimal.hpp"
#include "engine/types/wire_id.hpp"
#include "engine/venue/ring_entry.hpp"
#include "tests/core/core_fixture.hpp"
#include "tests/venues/binance/link_world.hpp"

using namespace sq;
using namespace sq::test;

namespace {
struct Losses {
  bool any{false};
};

class CoreWorld {
 public:
  CoreWorld(bool futures, std::uint64_t seed, int orders)
      : world_{options_of(futures)}, random_{seed}, orders_{orders} {
    std::vector<venue::RingEntry::Route> routes{{world_.instrument.venue, &world_.in}};
    entry_ = std::make_unique<venue::RingEntry>(std::vector{world_.instrument}, routes);
    core_ = std::make_unique<core::Core>(setup(), journal_, *entry_, nullptr);
    script_.on_top = [this](const strategy::Top&, strategy::Context& context) { act(context); };
    world_.take = [this](RecordHeader& record) { give(record); };
  }

  void run(const Losses& losses) {
    REQUIRE(world_.until_ready());
    EpochStarted started;
    started.epoch = 1;
    input(RecordKind::EpochStarted, started);
    empty(RecordKind::RecoveryFinished);
    depth(RecordKind::DepthSnapshot);
    int turns = 0;
    REQUIRE(world_.until(
        [&] {
          if (losses.any) lose();
          trading_ = world_.link->ready();
          if (++turns % 3 == 0) depth(RecordKind::DepthUpdate);
          if (turns % 5 == 0) others();
          return sent_ == orders_;
        },
        90));
    // From here on nothing is lost; cancel all, and what is not known is asked for.
    trading_ = false;
    world_.lossy->lose_answers = world_.lossy->lose_requests = false;
    world_.lossy->lose_events = world_.lossy->cut = false;
    if (!losses.any) {  // the last order's answer arrives before the line is cut
      int quiet = 0;
      REQUIRE(world_.until([&] { return ++quiet == 20; }));
    }
    world_.lossy->cut_all();
    REQUIRE(world_.until([&] { return !world_.link->ready(); }));
    REQUIRE(world_.until_ready());
    cancelling_ = true;
    const bool ended = world_.until(
        [&] {
          ahead_ns_ += 20 * kNsPerMs;  // the core's patience, not ours
          if (++turns % 3 == 0) depth(RecordKind::DepthUpdate);
          return core_->ledger().orders().pool().working() == 0;
        },
        30);
    core_->ledger().orders().pool().for_each_working(
        world_.instrument.id, [](const oms::Order& order) {
          UNSCOPED_INFO("order " << order.request.id.counter() << " in state "
                                 << static_cast<int>(order.state) << ", " << int{order.queries}
                                 << " queries, " << int{order.absences} << " absences");
        });
    const binance::OrderLinkCounters& counters = world_.link->counters();
    INFO(turns << " turns, " << counters.queries << " queries answered, " << counters.queries_failed
               << " failed; ready " << world_.link->ready() << "; " << world_.link->problem());
    REQUIRE(ended);
  }

  // Orders by their ids, from both sides.
  void compare() {
    std::map<std::uint64_t, Qty> here;
    for (const RecordHeader* record : journal_.of(RecordKind::FillBooked)) {
      const auto& fill = payload_of<FillBooked>(*record);
      here[fill.id.value] += fill.qty;
    }
    std::map<std::uint64_t, Qty> there;
    std::size_t placed = 0;
    const auto count = [&](const auto& order) {
      if (order.account != 0) return;
      ++placed;
      CHECK_FALSE(order.open());
      const auto id = from_wire("T", order.client_id);
      REQUIRE(id);
      if (order.executed != Qty{}) there[id->value] += order.executed;
    };
    if (world_.futures)
      for (const auto& [id, order] : world_.futures->orders()) count(order);
    else
      for (const auto& [id, order] : world_.spot->orders()) count(order);
    CHECK(placed <= static_cast<std::size_t>(orders_));
    CHECK(there.size() > 10);
    CHECK(here == there);
    CHECK(position().raw() == venue_position().raw());
    CHECK(core_->ledger().counters().unexpected == 0);
    CHECK(journal_.of(RecordKind::KillChanged).empty());
  }
  LinkWorld& world() { return world_; }

 private:
  static LinkOptions options_of(bool futures) {
    LinkOptions options;
    options.futures = futures;
    options.limit_factor = 1'000;  // a market maker's day in a second
    options.change = [](binance::OrderLinkSettings& settings, binance::LinkSettings&) {
      settings.answer_ns_max = 50 * kNsPerMs;
      settings.order_age_ns_max = 500 * kNsPerMs;
    };
    return options;
  }
  core::CoreSetup setup() {
    core::CoreSetup made = core_setup(script_);
    core::InstrumentSetup& btc = made.instruments[0];
    btc.instrument = world_.instrument;
    btc.limits.order_qty_max = btc.limits.position_max = Qty::from_units(1'000);
    btc.limits.open_orders_max = 1'000;
    btc.limits.reference_age_ns_max = 3'600 * kNsPerSecond;
    btc.book.stale_after_ns = 3'600 * kNsPerSecond;
    made.strategies[0].limits = {1'000, 100'000, 1'000'000 * Amount::kScale};
    made.firm = {1'000, 100'000, 1'000'000 * Amount::kScale, 100'000'000 * Amount::kScale};
    made.order_capacity = 4'096;
    made.answer_timeout_ns = 300 * kNsPerMs;
    made.order_check_ns = 2 * kNsPerSecond;
    made.approval_key = world_.key;
    made.egress = &world_.latch;
    return made;
  }

  void give(RecordHeader& record) {
    record.wall = WallTime{LinkWorld::wall_ms() * kNsPerMs + ahead_ns_};
    record.mono = MonoTime{record.wall.ns};
    core_->on_input(record);
    Record<OrderReport> report;
    while (entry_->held_back().take(report)) give(report.header);
  }
  template <class P>
  void input(RecordKind kind, const P& payload) {
    auto record = make_record(kind, payload);
    record.header.instrument = world_.instrument.id;
    give(record.header);
  }
  void empty(RecordKind kind) {
    RecordHeader header;
    header.kind = kind;
    header.length = sizeof header;
    give(header);
  }
  // 99.9 / 100.1 with another size each time: the strategy is called.
  void depth(RecordKind kind) {
    struct {
      DepthHeader header;
      Level levels[2];
    } made{};
    const bool linked = world_.futures != nullptr;
    made.header.chain = linked ? DepthChain::Linked : DepthChain::Contiguous;
    made.header.bid_count = made.header.ask_count = 1;
    made.header.first_id = made.header.last_id = ++depth_id_;
    if (kind == RecordKind::DepthUpdate && linked) made.header.previous_id = depth_id_ - 1;
    const Qty size = Qty::from_units(1 + static_cast<std::int32_t>(depth_id_ % 2));
    made.levels[0] = {*parse_fixed<Price>("99.9"), size};
    made.levels[1] = {*parse_fixed<Price>("100.1"), size};
    input(kind, made);
  }

  void act(strategy::Context& context) {
    if (cancelling_) {  // once: the core sees to it that it happens
      if (!cancelled_) context.cancel_all(world_.instrument.id);
      cancelled_ = true;
      return;
    }
    if (!trading_ || sent_ >= orders_) return;
    if (random_() % 3 == 0 && !mine_.empty()) {
      context.cancel(mine_[random_() % mine_.size()]);
      return;
    }
    strategy::OrderIntent intent;
    intent.instrument = world_.instrument.id;
    intent.side = random_() % 2 == 0 ? Side::Buy : Side::Sell;
    const auto tenths = static_cast<std::int64_t>(990 + random_() % 21);
    intent.limit = Price::from_raw(tenths * Price::kScale / 10);
    intent.qty =
        Qty::from_raw(static_cast<std::int64_t>(100 + random_() % 900) * Qty::kScale / 1'000);
    const TimeInForce tifs[]{TimeInForce::GoodTillCancel, TimeInForce::ImmediateOrCancel,
                             TimeInForce::PostOnly};
    intent.tif = tifs[random_() % 3];
    const auto submitted = context.submit(intent);
    if (submitted.id == OrderId{}) return;
    ++sent_;
    mine_.push_back(submitted.id);
    if (mine_.size() > 32) mine_.erase(mine_.begin());
  }
  void others() {
    const std::string price =
        "9" + std::to_string(8 + random_() % 2) + "." + std::to_string(random_() % 10);
    const std::string high = "100." + std::to_string(random_() % 10);
    const bool buy = random_() % 2 == 0;
    world_.other(buy ? "BUY" : "SELL", (random_() % 2 == 0 ? price : high).c_str(), "0.400",
                 random_() % 2 == 0 ? "GTC" : "IOC");
  }
  void lose() {
    LossySite& site = *world_.lossy;
    const std::uint64_t dice = random_() % 400;
    if (dice == 0) site.cut_all();
    if (dice == 1) site.cut = true;
    if (dice == 2) site.lose_requests = true;
    if (dice == 3) site.lose_answers = true;
    // What is lost from a stream that goes on nobody can know: it is cut behind it.
    if (dice == 4) site.lose_events = true;
    if (dice > 380) {
      if (site.lose_events || site.cut) site.cut_all();
      site.cut = site.lose_requests = site.lose_answers = site.lose_events = false;
    }
  }

  [[nodiscard]] Qty position() const {
    return core_->ledger().portfolio().position(world_.instrument.id);
  }
  // Spot: what the wallet has gained, fees in the coin taken off.
  [[nodiscard]] Qty venue_position() const {
    if (world_.futures) {
      Qty sum{};
      for (const auto& [key, each] : world_.futures->user(0).positions) sum += each.amount;
      return sum;
    }
    const exchange::Balance& coins = world_.spot->accounts()[0].balances.at("BTC");
    return Qty::from_raw(coins.free + coins.locked) - Qty::from_units(1'000);
  }

  LinkWorld world_;
  std::mt19937_64 random_;
  int orders_;
  int sent_{0};
  bool trading_{false};
  bool cancelling_{false};
  bool cancelled_{false};
  std::int64_t ahead_ns_{0};
  std::uint64_t depth_id_{100};
  std::vector<OrderId> mine_;
  ScriptedStrategy::Script script_;
  MemoryJournal journal_;
  std::unique_ptr<venue::RingEntry> entry_;
  std::unique_ptr<core::Core> core_;
};
}  // namespace

TEST_CASE("orders, fills and the position of a core are the exchange's", "[binance][link]") {
  CoreWorld world{GENERATE(false, true), 1, 150};
  world.run({});
  world.compare();
  CHECK(world.world().link->counters().unknown == 0);
}
TEST_CASE("and after all that can be lost was lost again and again", "[binance][link][slow]") {
  CoreWorld world{GENERATE(false, true), 2, 150};
  world.run({true});
  world.compare();
}
TEST_CASE("four hundred orders with losses", "[binance][link][slow]") {
  CoreWorld world{GENERATE(false, true), 3, 400};
  world.run({true});
  world.compare();
  CHECK(world.world().link->counters().unknown > 0);
  CHECK(world.world().link->counters().stream_losses > 0);
}
