// Timeouts, lost and doubled reports, errors that leave open what happened, early "not found", of
// orders, cancels and amends: the engine must never count less than what is truly at stake, never
// send an order twice, and know everything again once the venue answers.
#include <catch2/catch.hpp>

#include "engine/types/text.hpp"
#include "tests/core/core_fixture.hpp"
#include "tests/core/lossy_venue.hpp"

namespace sq::test {
namespace {
constexpr std::int64_t kStepNs = 20 * kNsPerMs;

core::CoreSetup generous(core::CoreSetup setup) {
  setup.instruments[0].limits.order_qty_max = Qty::from_units(100);
  setup.instruments[0].limits.position_max = Qty::from_units(2'000);
  setup.instruments[0].limits.open_orders_max = 1'000;
  setup.strategies[0].limits.open_orders_max = 1'000;
  setup.strategies[0].limits.daily_loss_max = std::int64_t{1} << 60;
  setup.firm.open_orders_max = 1'000;
  setup.firm.daily_loss_max = std::int64_t{1} << 60;
  setup.order_capacity = 1U << 12;
  setup.order_check_ns = 30 * kNsPerSecond;
  return setup;
}

std::string to_text(const oms::Order& order) {
  return std::to_string(order.request.id.value) + " " + std::string{text_of(order.state)} + " " +
         std::to_string(order.filled.raw()) + " filled, " + std::to_string(order.told.raw()) +
         " told of " + std::to_string(order.request.qty.raw()) +
         (order.amending ? " amending to " + std::to_string(order.amend.qty.raw()) : "") +
         (order.amended ? " amend " + std::to_string(order.amend.number) + " answered " +
                              std::to_string(order.amend.answered)
                        : "") +
         " ends " + std::string{text_of(order.ends_as)} + (order.trades_lost ? " lost" : "");
}

class Desk {
 public:
  explicit Desk(std::uint64_t seed) : random_{seed} {
    core::CoreSetup setup = generous(core_setup(script_));
    const std::vector<Instrument> list{setup.instruments[0].instrument};
    backtest::SimulationSettings settings;
    settings.model.fees = false;
    settings.orders_expected = 1U << 16;
    venue_ = std::make_unique<LossyVenue>(settings, list, seed);
    core_ = std::make_unique<core::Core>(std::move(setup), journal_, *venue_, nullptr);
    EpochStarted started;
    started.epoch = 1;
    input(RecordKind::EpochStarted, started);
    RecordHeader ready;
    ready.kind = RecordKind::RecoveryFinished;
    ready.length = sizeof ready;
    give(ready);
    DepthUpdateRecord snapshot = depth();
    snapshot.payload.header.first_id = snapshot.payload.header.last_id = depth_id_;
    market(RecordKind::DepthSnapshot, snapshot);
    script_.on_top = [this](const strategy::Top& top, strategy::Context& context) {
      act(top, context);
    };
    script_.on_order = [this](const strategy::OrderUpdate& update, strategy::Context&) {
      if (!is_terminal(update.state)) return;
      std::erase_if(mine_, [&](const Mine& each) { return each.id == update.id; });
    };
  }

  // One step of time: news of the market, then what the engine and the venue make of it.
  void step() {
    now_ = now_ + kStepNs;
    venue_->advance(now_);
    DepthUpdateRecord update = depth();
    update.payload.header.previous_id = depth_id_;
    update.payload.header.first_id = depth_id_ + 1;
    update.payload.header.last_id = depth_id_ += 2;
    market(RecordKind::DepthUpdate, update);
    if (random_() % 4 == 0) {
      TradePrint trade;
      trade.aggressor = random_() % 2 == 0 ? Side::Buy : Side::Sell;
      trade.price =
          trade.aggressor == Side::Buy ? CoreFixture::price(10'001) : CoreFixture::price(10'000);
      trade.qty = Qty::from_units(static_cast<std::int32_t>(1 + random_() % 12));
      market(RecordKind::TradePrint, make_record(RecordKind::TradePrint, trade));
    }
    Record<OrderReport> report;
    while (venue_->take(now_, report)) {
      report.header.instrument = kBtc;
      give(report.header);
      check();
    }
    if (core_->next_timer() <= MonoTime{now_.ns}) {
      RecordHeader tick;
      tick.kind = RecordKind::TimeTick;
      tick.length = sizeof tick;
      give(tick);
    }
    check();
  }
  // Until nobody owes anybody anything; steps that it took, or 0: it never came to rest.
  std::size_t settle() {
    trading_ = false;
    venue_->faults = {};
    // Every open order is asked about once in this time, so that what was lost before is found.
    constexpr std::size_t kChecked = 2 * 30 * kNsPerSecond / kStepNs;
    std::size_t at_rest = 0;
    for (std::size_t n = 1; n <= 60'000; ++n) {
      step();
      at_rest = resolved() ? at_rest + 1 : 0;
      if (at_rest > kChecked && venue_->quiet()) return n;
    }
    return 0;
  }
  [[nodiscard]] bool resolved() const {
    bool all = true;
    core_->ledger().orders().pool().for_each([&](const oms::Order& order) {
      if (order.working()) all = all && order.state == OrderState::Open && !order.cancel_wanted;
    });
    return all;
  }
  // What is not resolved, for people.
  [[nodiscard]] std::string unresolved() const {
    std::string text;
    core_->ledger().orders().pool().for_each([&](const oms::Order& order) {
      if (!order.working() || (order.state == OrderState::Open && !order.cancel_wanted)) return;
      text.append(to_text(order))
          .append(venue_->truth().working.contains(order.request.id.value)
                      ? " works at the venue; "
                      : " has ended at the venue; ");
    });
    return text;
  }
  // Both sides know of the same orders, the same quantities and the same position.
  void compare() const {
    const LossyVenue::Truth& truth = venue_->truth();
    const risk::Holding& held = core_->ledger().gate().exposure(kBtc).total;
    CHECK(truth.duplicates == 0);
    CHECK(held.position == truth.position);
    CHECK(held.open.buy == truth.open_buy);
    CHECK(held.open.sell == truth.open_sell);
    std::size_t working = 0;
    core_->ledger().orders().pool().for_each([&](const oms::Order& order) {
      if (!order.working()) return;
      ++working;
      const auto found = truth.working.find(order.request.id.value);
      REQUIRE(found != truth.working.end());
      CHECK(found->second.qty == order.remaining());
      CHECK(found->second.limit == order.request.limit);
    });
    CHECK(working == truth.working.size());
    CHECK_FALSE(core_->ledger().kill_latched());
  }

  [[nodiscard]] LossyVenue& venue() { return *venue_; }
  [[nodiscard]] const core::Core& core() const { return *core_; }
  [[nodiscard]] std::uint64_t undercounted() const { return undercounted_; }

 private:
  struct Depth {
    DepthHeader header;
    Level levels[2];
  };
  using DepthUpdateRecord = Record<Depth>;

  DepthUpdateRecord depth() {
    const auto shown = Qty::from_units(static_cast<std::int32_t>(3 + random_() % 4));
    Depth made;
    made.header.chain = DepthChain::Linked;
    made.header.bid_count = made.header.ask_count = 1;
    made.levels[0] = {CoreFixture::price(10'000), shown};
    made.levels[1] = {CoreFixture::price(10'001), shown};
    return make_record(RecordKind::DepthUpdate, made);
  }
  template <class R>
  void market(RecordKind kind, R record) {
    record.header.kind = kind;
    record.header.instrument = kBtc;
    stamp(record.header);
    venue_->on_market(record.header);
    give(record.header);
  }
  template <class P>
  void input(RecordKind kind, const P& payload) {
    auto record = make_record(kind, payload);
    give(record.header);
  }
  void stamp(RecordHeader& header) const {
    header.wall = now_;
    header.mono = MonoTime{now_.ns};
  }
  void give(RecordHeader& header) {
    stamp(header);
    core_->on_input(header);
  }
  void act(const strategy::Top&, strategy::Context& context) {
    if (!trading_) return;
    if (random_() % 3 == 0) {
      strategy::OrderIntent intent;
      intent.instrument = kBtc;
      const std::int64_t position = context.position(kBtc).raw();
      const bool buy = position > 0 ? random_() % 4 == 0 : random_() % 4 != 0;
      intent.side = buy ? Side::Buy : Side::Sell;
      const std::int64_t away = static_cast<std::int64_t>(random_() % 3) - 1;  // 1: takes
      intent.limit = CoreFixture::price(buy ? 10'000 + away : 10'001 - away);
      intent.qty = Qty::from_units(static_cast<std::int32_t>(1 + random_() % 6));
      intent.tif =
          random_() % 8 == 0 ? TimeInForce::ImmediateOrCancel : TimeInForce::GoodTillCancel;
      const strategy::Submitted sent = context.submit(intent);
      if (sent.refused == risk::Rule::None) mine_.push_back({sent.id, buy});
    }
    if (mine_.empty()) return;
    if (random_() % 3 == 0) {
      const Mine& order = mine_[random_() % mine_.size()];
      const std::int64_t away = static_cast<std::int64_t>(random_() % 3) - 1;
      const auto total = Qty::from_units(static_cast<std::int32_t>(1 + random_() % 9));
      static_cast<void>(context.amend(
          order.id, CoreFixture::price(order.buy ? 10'000 + away : 10'001 - away), total));
    }
    if (random_() % 3 == 0 || mine_.size() > 300)
      context.cancel(mine_[random_() % mine_.size()].id);
  }
  void check() {
    const LossyVenue::Truth& truth = venue_->truth();
    const risk::InstrumentExposure& exposure = core_->ledger().gate().exposure(kBtc);
    if (exposure.worst_long() < truth.position + truth.open_buy ||
        exposure.worst_short() > truth.position - truth.open_sell)
      ++undercounted_;
  }

  struct Mine {
    OrderId id;
    bool buy;
  };
  class NoJournal final : public core::Journal {
   public:
    [[nodiscard]] bool append(const RecordHeader&) noexcept override { return true; }
  };

  ScriptedStrategy::Script script_;
  NoJournal journal_;
  std::unique_ptr<LossyVenue> venue_;
  std::unique_ptr<core::Core> core_;
  std::mt19937_64 random_;
  WallTime now_{kStart};
  std::uint64_t depth_id_{100};
  std::vector<Mine> mine_;
  bool trading_{true};
  std::uint64_t undercounted_{0};
};

void run(std::uint64_t seed, std::uint64_t ambiguous, LossyVenue::Faults faults) {
  CAPTURE(seed);
  Desk desk{seed};
  desk.venue().faults = faults;
  while (desk.venue().ambiguous < ambiguous) desk.step();
  const std::size_t steps = desk.settle();
  CHECK(desk.undercounted() == 0);
  CAPTURE(desk.unresolved());
  REQUIRE(steps != 0);
  desk.compare();
  CHECK(desk.core().ledger().counters().fills > ambiguous / 20);
  CHECK(desk.core().ledger().counters().amends_sent > ambiguous / 50);
}
}  // namespace

TEST_CASE("whatever is lost on the way, the engine counts all that is at stake and finds out",
          "[core]") {
  run(1, 1'000, {.request_lost = 100, .report_lost = 0, .report_doubled = 0, .error_answer = 0});
  run(2, 1'000, {.request_lost = 0, .report_lost = 100, .report_doubled = 100, .error_answer = 0});
  run(3, 1'000, {.request_lost = 0, .report_lost = 0, .report_doubled = 0, .error_answer = 100});
  run(4, 2'000, {.request_lost = 50, .report_lost = 50, .report_doubled = 50, .error_answer = 50});
  run(5, 2'000,
      {.request_lost = 250, .report_lost = 250, .report_doubled = 250, .error_answer = 250});
}

TEST_CASE("one million ambiguous outcomes leave no double, no orphan and nothing uncounted",
          "[core][slow]") {
  for (std::uint64_t seed = 100; seed < 120; ++seed)
    run(seed, 50'000,
        {.request_lost = 60, .report_lost = 60, .report_doubled = 60, .error_answer = 60});
}
}  // namespace sq::test
