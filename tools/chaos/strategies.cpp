#include "tools/chaos/strategies.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "tools/chaos/draws.hpp"

namespace sq::chaos {
namespace {
using strategy::Context;
using strategy::OrderIntent;
using strategy::Top;

class Trader final : public strategy::Strategy {
 public:
  Trader(Manner manner, std::uint64_t seed, const Mood& mood, std::vector<Qty> sizes)
      : manner_{manner}, draws_{seed}, mood_{mood}, sizes_{std::move(sizes)} {}

  void on_top(const Top& top, Context& context) noexcept override {
    if (!mood_.trades) return;
    act(top, context);
  }
  void on_trade(InstrumentId id, const TradePrint&, Context& context) noexcept override {
    if (mood_.trades && draws_.chance(60)) act(context.top(id), context);
  }
  void on_order(const strategy::OrderUpdate& update, Context& context) noexcept override {
    if (is_terminal(update.state)) forget(update.id);
    if (!mood_.trades || manner_ != Manner::Breaks) return;
    if (draws_.chance(40)) act(context.top(update.instrument), context);
    if (draws_.chance(40)) context.cancel(update.id);
  }
  void on_timer(strategy::TimerId, Context& context) noexcept override {
    if (!mood_.trades || last_ == kNoInstrument) return;
    act(context.top(last_), context);
  }
  void on_state(StrategyState, Context& context) noexcept override {
    if (mood_.trades && manner_ == Manner::Breaks && last_ != kNoInstrument)
      act(context.top(last_), context);
  }
  void on_book_state(InstrumentId id, BookState, Context& context) noexcept override {
    if (mood_.trades && manner_ == Manner::Breaks) act(context.top(id), context);
  }
  [[nodiscard]] std::uint16_t state_version() const noexcept override { return 1; }
  void save(strategy::StateWriter& out) const noexcept override { out.put(draws_.state()); }
  [[nodiscard]] bool restore(std::uint16_t, strategy::StateReader& in) noexcept override {
    std::uint64_t state = 0;
    if (!in.get(state)) return false;
    draws_ = Draws{state};
    return true;
  }

 private:
  static constexpr std::size_t kRemembered = 16;

  void act(const Top& top, Context& context) noexcept {
    last_ = top.instrument;
    if (draws_.chance(20))
      static_cast<void>(context.start_timer(draws_.between(0, 5 * kNsPerSecond)));
    switch (manner_) {
      case Manner::Quotes:
        return quote(top, context);
      case Manner::Takes:
        return take(top, context);
      case Manner::Breaks:
        return misbehave(top, context);
    }
  }
  void quote(const Top& top, Context& context) noexcept {
    if (draws_.chance(150)) cancel_one(context);
    if (draws_.chance(8)) context.cancel_all(top.instrument);
    if (!draws_.chance(100)) return;
    OrderIntent intent = sound(top, context);
    const std::int64_t away = draws_.between(0, 3) * context.instrument(top.instrument).tick.raw();
    intent.limit = intent.side == Side::Buy ? Price::from_raw(top.bid.price.raw() - away)
                                            : Price::from_raw(top.ask.price.raw() + away);
    if (draws_.chance(300)) intent.tif = TimeInForce::PostOnly;
    submit(intent, context);
  }
  void take(const Top& top, Context& context) noexcept {
    if (draws_.chance(100)) cancel_one(context);
    if (!draws_.chance(45)) return;
    OrderIntent intent = sound(top, context);
    const std::int64_t through =
        draws_.between(-1, 2) * context.instrument(top.instrument).tick.raw();
    intent.limit = intent.side == Side::Buy ? Price::from_raw(top.ask.price.raw() + through)
                                            : Price::from_raw(top.bid.price.raw() - through);
    const std::uint64_t how = draws_.below(4);
    intent.tif = how == 0   ? TimeInForce::FillOrKill
                 : how == 1 ? TimeInForce::GoodTillCancel
                            : TimeInForce::ImmediateOrCancel;
    intent.reduce_only = draws_.chance(150);
    submit(intent, context);
  }
  void misbehave(const Top& top, Context& context) noexcept {
    if (!draws_.chance(30)) return;
    OrderIntent intent = sound(top, context);
    intent.limit = intent.side == Side::Buy ? top.bid.price : top.ask.price;
    switch (draws_.below(10)) {
      case 0:
        intent.qty = Qty::from_raw(intent.qty.raw() * 100);
        break;
      case 1:
        intent.limit = Price::from_raw(intent.limit.raw() + 1);
        break;
      case 2:
        intent.qty = Qty::from_raw(draws_.between(-5, 0));
        break;
      case 3:
        intent.limit = Price::from_raw(std::numeric_limits<std::int64_t>::max());
        break;
      case 4: {
        const std::int64_t tick = context.instrument(top.instrument).tick.raw();
        const std::int64_t far = intent.limit.raw() / (intent.side == Side::Buy ? 1 : 2);
        intent.limit =
            Price::from_raw((far + (intent.side == Side::Buy ? far / 2 : 0)) / tick * tick);
        break;
      }
      case 5:
        intent.instrument = InstrumentId{static_cast<std::uint32_t>(draws_.below(9))};
        break;
      case 6:
        intent.reduce_only = true;
        break;
      case 7:
        return loop(intent, context);
      case 8:
        return cancel_what_is_not(context);
      default:
        intent.qty = sizes_[index_of(top.instrument)];
        break;
    }
    submit(intent, context);
  }
  // The same order again and again; or each a little larger, so that no two are the same.
  void loop(const OrderIntent& intent, Context& context) noexcept {
    OrderIntent next = intent;
    const std::int64_t lot = context.instrument(intent.instrument).lot.raw();
    const bool grows = draws_.chance(500);
    for (int n = 1; n <= 60; ++n) {
      if (grows) next.qty = Qty::from_raw(n * lot);
      submit(next, context);
      if (grows && n % 10 == 0) context.cancel_all(intent.instrument);
    }
    context.cancel_all(intent.instrument);
  }
  void cancel_what_is_not(Context& context) noexcept {
    context.cancel(OrderId{draws_.next()});
    context.cancel(OrderId::make(1, draws_.below(2'000)));
    context.cancel(OrderId{0});
    context.cancel_all(InstrumentId{static_cast<std::uint32_t>(draws_.below(9))});
  }
  // Something the gate may take: up to the largest size, more often what brings the position back.
  [[nodiscard]] OrderIntent sound(const Top& top, Context& context) noexcept {
    OrderIntent intent;
    intent.instrument = top.instrument;
    const Instrument& traded = context.instrument(top.instrument);
    const std::int64_t largest = sizes_[index_of(top.instrument)].raw() / traded.lot.raw();
    intent.qty = Qty::from_raw(draws_.between(largest / 20 + 1, largest) * traded.lot.raw());
    const bool long_now = context.position(top.instrument) > Qty{};
    intent.side = draws_.chance(long_now ? 350 : 650) ? Side::Buy : Side::Sell;
    return intent;
  }
  void submit(const OrderIntent& intent, Context& context) noexcept {
    const strategy::Submitted sent = context.submit(intent);
    if (sent.id != OrderId{}) mine_[next_++ % kRemembered] = sent.id;
  }
  void cancel_one(Context& context) noexcept {
    const OrderId id = mine_[draws_.below(kRemembered)];
    if (id != OrderId{}) context.cancel(id);
  }
  // The one that breaks things goes on naming what has ended.
  void forget(OrderId id) noexcept {
    if (manner_ == Manner::Breaks) return;
    std::replace(mine_.begin(), mine_.end(), id, OrderId{});
  }

  Manner manner_;
  Draws draws_;
  const Mood& mood_;
  std::vector<Qty> sizes_;
  std::array<OrderId, kRemembered> mine_{};
  std::size_t next_{0};
  InstrumentId last_{kNoInstrument};
};
}  // namespace

std::unique_ptr<strategy::Strategy> make_strategy(Manner manner, std::uint64_t seed,
                                                  const Mood& mood, std::vector<Qty> sizes) {
  return std::make_unique<Trader>(manner, seed, mood, std::move(sizes));
}
}  // namespace sq::chaos
