// Quotes both sides around the microprice, leans against its inventory, never takes.
//   fair   = (bid x ask quantity + ask x bid quantity) / (bid quantity + ask quantity)
//   half   = fair x half_spread_bps + volatility_widening x (mean absolute change of the mid)
//   skew   = fair x skew_bps x position / inventory_max
//   bid    = fair - half - skew, down to the tick and below the best ask
//   ask    = fair + half - skew, up to the tick and above the best bid
// A working quote is replaced when its target moved by requote_ticks or more: cancel, then a new one
// when the venue has confirmed. A side whose fill would pass inventory_max is not quoted.
#include <algorithm>
#include <array>
#include <vector>

#include "engine/strategy/strategy.hpp"

namespace strategies {
namespace {
using namespace sq;
using namespace sq::strategy;

constexpr std::array kParameters{
    ParameterSpec{"quote_qty", ParameterType::Qty, "base units", "0.00000001", "1000000", "",
                  "Size of each quote."},
    ParameterSpec{"inventory_max", ParameterType::Qty, "base units", "0.00000001", "1000000", "",
                  "Largest position, long or short, that a fill may lead to."},
    ParameterSpec{"half_spread_bps", ParameterType::Decimal, "bps of the fair price", "0", "1000",
                  "1.0", "Distance of each quote from the fair price."},
    ParameterSpec{"skew_bps", ParameterType::Decimal, "bps of the fair price", "0", "1000", "1.0",
                  "Shift of both quotes against the position when it is at inventory_max."},
    ParameterSpec{"volatility_widening", ParameterType::Decimal, "mean absolute mid changes", "0",
                  "1000", "2.0", "Extra distance in quiet-to-wild markets."},
    ParameterSpec{"requote_ticks", ParameterType::Integer, "ticks", "1", "100000", "5",
                  "A quote stays while its target is closer than this."},
    ParameterSpec{"warm_updates", ParameterType::Integer, "top-of-book changes", "1", "1000000",
                  "200", "Changes of the mid to see before quoting."},
};
constexpr double kBps = 1e-4;
constexpr double kSmoothing = 1.0 / 64.0;  // weight of the newest absolute change of the mid
constexpr std::int64_t kRetryNs = 100 * kNsPerMs;  // after a quote was refused or could not be sent

struct Quote {
  OrderId id{};  // 0: none works
  Price price{};
  bool cancelling{false};
  MonoTime retry_at{};  // not before
};
struct Market {
  Instrument instrument{};
  Quote bid{};
  Quote ask{};
  double mid{0.0};             // of the last top, 1e-9
  double change_mean{0.0};     // smoothed absolute change of the mid, 1e-9
  std::int64_t updates{0};
};

class MarketMaker final : public Strategy {
 public:
  explicit MarketMaker(const Setup& setup)
      : quote_qty_{setup.parameters.qty("quote_qty")},
        inventory_max_{setup.parameters.qty("inventory_max")},
        half_spread_{setup.parameters.decimal("half_spread_bps") * kBps},
        skew_{setup.parameters.decimal("skew_bps") * kBps},
        widening_{setup.parameters.decimal("volatility_widening")},
        requote_ticks_{setup.parameters.integer("requote_ticks")},
        warm_updates_{setup.parameters.integer("warm_updates")} {
    for (const Instrument& instrument : setup.instruments) markets_.push_back({instrument});
  }

  void on_top(const Top& top, Context& context) noexcept override {
    Market* market = find(top.instrument);
    if (market == nullptr || top.bid.qty == Qty{} || top.ask.qty == Qty{}) return;
    observe(*market, top);
    if (market->updates >= warm_updates_) requote(*market, top, context);
  }

  void on_order(const OrderUpdate& update, Context& context) noexcept override {
    Market* market = find(update.instrument);
    if (market == nullptr) return;
    for (Quote* quote : {&market->bid, &market->ask}) {
      if (quote->id != update.id) continue;
      if (is_terminal(update.state)) {
        *quote = Quote{};
        if (update.state == OrderState::NotSent) quote->retry_at = context.now() + kRetryNs;
      } else if (update.state == OrderState::Open) {
        quote->cancelling = false;  // the venue refused the cancel: the order works
      }
    }
    const Top top = context.top(update.instrument);
    if (is_terminal(update.state) && top.bid.qty != Qty{} && top.ask.qty != Qty{} &&
        update.code == RejectCode::None && market->updates >= warm_updates_)
      requote(*market, top, context);
  }

  [[nodiscard]] bool warm() const noexcept override {
    return std::all_of(markets_.begin(), markets_.end(),
                       [&](const Market& m) { return m.updates >= warm_updates_; });
  }

  [[nodiscard]] std::uint16_t state_version() const noexcept override { return 1; }
  void save(StateWriter& out) const noexcept override {
    for (const Market& market : markets_) {
      out.put(market.instrument.id);
      out.put(market.change_mean);
      out.put(market.updates);
    }
  }
  [[nodiscard]] bool restore(std::uint16_t version, StateReader& in) noexcept override {
    if (version != 1) return false;
    InstrumentId id{};
    double change_mean = 0.0;
    std::int64_t updates = 0;
    while (in.get(id)) {
      if (!in.get(change_mean) || !in.get(updates)) return false;
      if (Market* market = find(id); market != nullptr) {
        market->change_mean = change_mean;
        market->updates = updates;
      }
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
    const double mid = 0.5 * (static_cast<double>(top.bid.price.raw()) +
                              static_cast<double>(top.ask.price.raw()));
    if (market.mid != 0.0) {
      const double change = mid > market.mid ? mid - market.mid : market.mid - mid;
      market.change_mean += kSmoothing * (change - market.change_mean);
    }
    market.mid = mid;
    ++market.updates;
  }

  void requote(Market& market, const Top& top, Context& context) noexcept {
    const auto bid_qty = static_cast<double>(top.bid.qty.raw());
    const auto ask_qty = static_cast<double>(top.ask.qty.raw());
    const double fair = (static_cast<double>(top.bid.price.raw()) * ask_qty +
                         static_cast<double>(top.ask.price.raw()) * bid_qty) /
                        (bid_qty + ask_qty);
    const Qty position = context.position(market.instrument.id);
    const double lean = static_cast<double>(position.raw()) /
                        static_cast<double>(inventory_max_.raw());
    const double half = fair * half_spread_ + widening_ * market.change_mean;
    const double skew = fair * skew_ * lean;
    const Price tick = market.instrument.tick;
    const Price bid = std::min(floor_to_tick(to_price(fair - half - skew), tick),
                               top.ask.price - tick);
    const Price ask = std::max(ceil_to_tick(to_price(fair + half - skew), tick),
                               top.bid.price + tick);
    place(market, market.bid, Side::Buy, bid, position + quote_qty_ <= inventory_max_, context);
    place(market, market.ask, Side::Sell, ask, position - quote_qty_ >= -inventory_max_, context);
  }

  void place(const Market& market, Quote& quote, Side side, Price target, bool wanted,
             Context& context) noexcept {
    if (quote.cancelling) return;
    if (quote.id != OrderId{}) {
      const Price distance = quote.price > target ? quote.price - target : target - quote.price;
      if (wanted && distance < market.instrument.tick * requote_ticks_) return;
      quote.cancelling = true;
      context.cancel(quote.id);
      return;
    }
    if (!wanted || target <= Price{} || context.now() < quote.retry_at) return;
    const Submitted sent = context.submit(
        {market.instrument.id, side, target, quote_qty_, TimeInForce::PostOnly, false});
    if (sent.id == OrderId{}) {  // refused: counted upstream
      quote.retry_at = context.now() + kRetryNs;
      return;
    }
    quote.id = sent.id;
    quote.price = target;
  }

  static Price to_price(double raw) noexcept {
    return Price::from_raw(static_cast<std::int64_t>(raw));
  }

  Qty quote_qty_;
  Qty inventory_max_;
  double half_spread_;
  double skew_;
  double widening_;
  std::int64_t requote_ticks_;
  std::int64_t warm_updates_;
  std::vector<Market> markets_;
};

std::unique_ptr<Strategy> make(const Setup& setup) { return std::make_unique<MarketMaker>(setup); }
}  // namespace

extern const StrategyKind market_maker;
constinit const StrategyKind market_maker{
    "market-maker", "Two-sided post-only quotes around the microprice with inventory skew.",
    kParameters, &make};
}  // namespace strategies
