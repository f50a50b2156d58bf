// Takes the touch when order flow and microprice agree, leaves after a holding time or at a stop.
//   flow     per change of the top, after Cont, Kukanov and Stoikov (2014), "The price impact of order
//            book events", equation 3: + bid quantity added at or above the old bid, - bid quantity
//            lost, mirrored for the ask; decayed by 63/64 each change
//   signal   flow / mean touch quantity, in touch quantities
//   lean     (microprice - mid) / half spread, -1 to 1
// Enters with an IOC at the far touch when signal and lean both pass their thresholds on one side.
// Spot instruments are only bought, because nothing is lent.
#include <algorithm>
#include <array>
#include <vector>

#include "engine/strategy/strategy.hpp"

namespace strategies {
namespace {
using namespace sq;
using namespace sq::strategy;

constexpr std::array kParameters{
    ParameterSpec{"order_value", ParameterType::Decimal, "quote currency", "0.00000001",
                  "1000000000", "", "Value of each entry; the quantity follows from the price."},
    ParameterSpec{"flow_threshold", ParameterType::Decimal, "mean touch quantities", "0", "1000000",
                  "4.0", "Order flow that an entry needs."},
    ParameterSpec{"lean_threshold", ParameterType::Decimal, "half spreads", "0", "1", "0.5",
                  "Lean of the microprice that an entry needs."},
    ParameterSpec{"holding_ms", ParameterType::DurationMs, "ms", "1", "86400000", "2000",
                  "An entry is closed after this time."},
    ParameterSpec{"stop_bps", ParameterType::Decimal, "bps of the entry price", "0.01", "10000",
                  "5.0", "An entry is closed when the mid moved against it by this much."},
    ParameterSpec{"cooldown_ms", ParameterType::DurationMs, "ms", "0", "86400000", "500",
                  "Pause after an entry was closed or found no liquidity."},
    ParameterSpec{"warm_updates", ParameterType::Integer, "top-of-book changes", "1", "1000000",
                  "200", "Changes of the top to see before trading."},
};
constexpr double kDecay = 63.0 / 64.0;
constexpr std::int64_t kRetryNs = 100 * kNsPerMs;  // after an exit that was refused or found nobody
constexpr double kSmoothing = 1.0 / 64.0;

struct Market {
  Instrument instrument{};
  Level bid{};
  Level ask{};
  double flow{0.0};        // 1e-8 base units
  double touch_mean{0.0};  // 1e-8 base units
  std::int64_t updates{0};
  OrderId order{};         // an IOC whose end is not yet known
  Price entry_mid{};       // of the open position; 0 when flat
  MonoTime entered_at{};
  MonoTime quiet_until{};   // no entry before
  MonoTime leave_again{};   // no exit before
};

class OrderFlowTaker final : public Strategy {
 public:
  explicit OrderFlowTaker(const Setup& setup)
      : order_value_{setup.parameters.decimal("order_value")},
        flow_threshold_{setup.parameters.decimal("flow_threshold")},
        lean_threshold_{setup.parameters.decimal("lean_threshold")},
        holding_ns_{setup.parameters.duration_ns("holding_ms")},
        stop_{setup.parameters.decimal("stop_bps") * 1e-4},
        cooldown_ns_{setup.parameters.duration_ns("cooldown_ms")},
        warm_updates_{setup.parameters.integer("warm_updates")} {
    for (const Instrument& instrument : setup.instruments) {
      Market market;
      market.instrument = instrument;
      markets_.push_back(market);
    }
  }

  void on_top(const Top& top, Context& context) noexcept override {
    Market* market = find(top.instrument);
    if (market == nullptr || top.bid.qty == Qty{} || top.ask.qty == Qty{}) return;
    observe(*market, top);
    if (market->updates >= warm_updates_) act(*market, context);
  }

  void on_order(const OrderUpdate& update, Context& context) noexcept override {
    Market* market = find(update.instrument);
    if (market == nullptr) return;
    if (update.last_qty != Qty{} && market->entry_mid == Price{}) {
      market->entry_mid = update.last_price;
      market->entered_at = context.now();
      static_cast<void>(context.start_timer(holding_ns_));
    }
    if (update.id != market->order || !is_terminal(update.state)) return;
    market->order = OrderId{};
    market->leave_again = context.now() + kRetryNs;
    if (flat(*market, context)) {
      market->entry_mid = Price{};
      market->quiet_until = context.now() + cooldown_ns_;
    }
  }

  // The holding time of one of the markets is over; act() finds which.
  void on_timer(TimerId, Context& context) noexcept override {
    for (Market& market : markets_)
      if (market.bid.qty != Qty{} && market.updates >= warm_updates_) act(market, context);
  }

  void on_book_state(InstrumentId id, BookState state, Context&) noexcept override {
    Market* market = find(id);
    if (market == nullptr || state == BookState::Live) return;
    market->bid = market->ask = Level{};  // flow across a gap means nothing
    market->flow = 0.0;
  }

  [[nodiscard]] bool warm() const noexcept override {
    return std::all_of(markets_.begin(), markets_.end(),
                       [&](const Market& m) { return m.updates >= warm_updates_; });
  }

  [[nodiscard]] std::uint16_t state_version() const noexcept override { return 1; }
  void save(StateWriter& out) const noexcept override {
    for (const Market& market : markets_) {
      out.put(market.instrument.id);
      out.put(market.touch_mean);
      out.put(market.updates);
      out.put(market.entry_mid);
      out.put(market.entered_at);
    }
  }
  [[nodiscard]] bool restore(std::uint16_t version, StateReader& in) noexcept override {
    if (version != 1) return false;
    Market read;
    while (in.get(read.instrument.id)) {
      if (!in.get(read.touch_mean) || !in.get(read.updates) || !in.get(read.entry_mid) ||
          !in.get(read.entered_at))
        return false;
      Market* market = find(read.instrument.id);
      if (market == nullptr) continue;
      market->touch_mean = read.touch_mean;
      market->updates = read.updates;
      market->entry_mid = read.entry_mid;
      market->entered_at = read.entered_at;
    }
    return true;
  }

 private:
  [[nodiscard]] Market* find(InstrumentId id) noexcept {
    for (Market& market : markets_)
      if (market.instrument.id == id) return &market;
    return nullptr;
  }

  static void observe(Market& market, const Top& top) noexcept {
    const auto qty = [](const Level& level) { return static_cast<double>(level.qty.raw()); };
    if (market.bid.qty != Qty{}) {
      double flow = 0.0;
      if (top.bid.price >= market.bid.price) flow += qty(top.bid);
      if (top.bid.price <= market.bid.price) flow -= qty(market.bid);
      if (top.ask.price <= market.ask.price) flow -= qty(top.ask);
      if (top.ask.price >= market.ask.price) flow += qty(market.ask);
      market.flow = kDecay * market.flow + flow;
    }
    const double touch = 0.5 * (qty(top.bid) + qty(top.ask));
    market.touch_mean += kSmoothing * (touch - market.touch_mean);
    market.bid = top.bid;
    market.ask = top.ask;
    ++market.updates;
  }

  void act(Market& market, Context& context) noexcept {
    if (market.order != OrderId{}) return;
    if (!flat(market, context)) {
      leave_when_due(market, context);
      return;
    }
    market.entry_mid = Price{};
    if (context.now() < market.quiet_until || market.touch_mean <= 0.0) return;
    const double bid_qty = static_cast<double>(market.bid.qty.raw());
    const double ask_qty = static_cast<double>(market.ask.qty.raw());
    const double lean = (bid_qty - ask_qty) / (bid_qty + ask_qty);  // of the microprice
    const double signal = market.flow / market.touch_mean;
    if (signal >= flow_threshold_ && lean >= lean_threshold_) {
      enter(market, Side::Buy, market.ask.price, context);
    } else if (signal <= -flow_threshold_ && lean <= -lean_threshold_ &&
               market.instrument.kind != InstrumentKind::Spot) {
      enter(market, Side::Sell, market.bid.price, context);
    }
  }

  void enter(Market& market, Side side, Price price, Context& context) noexcept {
    const double qty = order_value_ / price.to_double();
    const auto raw = static_cast<std::int64_t>(qty * static_cast<double>(Qty::kScale));
    const Qty size = trunc_to_lot(Qty::from_raw(raw), market.instrument.lot);
    if (size < market.instrument.qty_min) return;
    const Submitted sent = context.submit({market.instrument.id, side, price, size,
                                           TimeInForce::ImmediateOrCancel, false});
    if (sent.id == OrderId{}) {
      market.quiet_until = context.now() + cooldown_ns_;
      return;
    }
    market.order = sent.id;
  }

  void leave_when_due(Market& market, Context& context) noexcept {
    const Qty position = context.position(market.instrument.id);
    const bool is_long = position > Qty{};
    const double mid = 0.5 * (market.bid.price.to_double() + market.ask.price.to_double());
    const double entry = market.entry_mid.to_double();
    const double loss = is_long ? entry - mid : mid - entry;
    const bool stopped = market.entry_mid != Price{} && loss >= entry * stop_;
    const bool held = context.now() - market.entered_at >= holding_ns_;
    if ((!stopped && !held) || context.now() < market.leave_again) return;
    const Qty size = trunc_to_lot(is_long ? position : -position, market.instrument.lot);
    const Price price = is_long ? market.bid.price : market.ask.price;
    const Submitted sent =
        context.submit({market.instrument.id, is_long ? Side::Sell : Side::Buy, price, size,
                        TimeInForce::ImmediateOrCancel, true});
    market.order = sent.id;
    if (sent.id == OrderId{}) market.leave_again = context.now() + kRetryNs;
  }

  // What is left is smaller than the venue lets us trade: fees in the base asset leave such dust.
  [[nodiscard]] static bool flat(const Market& market, const Context& context) noexcept {
    const Qty position = context.position(market.instrument.id);
    const Qty size = trunc_to_lot(position < Qty{} ? -position : position, market.instrument.lot);
    return check_filters(market.instrument, market.bid.price, size) != FilterBreach::None;
  }

  double order_value_;
  double flow_threshold_;
  double lean_threshold_;
  std::int64_t holding_ns_;
  double stop_;
  std::int64_t cooldown_ns_;
  std::int64_t warm_updates_;
  std::vector<Market> markets_;
};

std::unique_ptr<Strategy> make(const Setup& setup) {
  return std::make_unique<OrderFlowTaker>(setup);
}
}  // namespace

extern const StrategyKind order_flow_taker;
constinit const StrategyKind order_flow_taker{
    "order-flow-taker", "Takes the touch with IOC orders when order flow and microprice agree.",
    kParameters, &make};
}  // namespace strategies
