// What a strategy is: one file in strategies/ that derives from Strategy and has a line in
// strategies/registry.cpp. The same object runs in backtest, paper, live and replay.
// Thread: the core's, one callback at a time; orders placed inside a callback are reported by later
// callbacks, never inside it. Cost: callbacks are on the hot path: no allocation, no lock, no clock,
// no I/O after construction. Errors: refusals are return values; constructors may throw (start-up).
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/book/analytics/microstructure_view.hpp"
#include "engine/book/l2_book.hpp"
#include "engine/book/order_feed.hpp"
#include "engine/messaging/greeks.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/risk/rule.hpp"
#include "engine/strategy/parameters.hpp"
#include "engine/strategy/parents.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/order_types.hpp"
#include "engine/types/time.hpp"

namespace sq::strategy {
// The freshest best prices of a book that is LIVE, from depth or best-price stream.
struct Top {
  InstrumentId instrument{kNoInstrument};
  Level bid{};
  Level ask{};
  MonoTime at{};
};

struct OrderIntent {
  InstrumentId instrument{kNoInstrument};
  Side side{Side::Buy};
  Price limit{};
  Qty qty{};
  TimeInForce tif{TimeInForce::GoodTillCancel};
  bool reduce_only{false};
  OrderId parent{};  // of open_parent(); 0: none
  // Market: `limit` is the worst price that it may trade at, always.
  OrderType type{OrderType::Limit};
  SelfTrade self_trade{SelfTrade::None};  // what the venue does when it meets an own order
  std::uint16_t tag{0};        // the strategy's own number, comes back in updates
  WallTime expires{};          // GoodTillDate and Day only; whole seconds, a part is cut off
  std::int64_t ttl_ns{0};      // it must have left by then; 0: as configured
};

// id is 0 when the gate refused; then `refused` says which rule.
struct Submitted {
  OrderId id{};
  risk::Rule refused{risk::Rule::None};
};

// A change of one of the strategy's own orders.
struct OrderUpdate {
  OrderId id{};
  InstrumentId instrument{kNoInstrument};
  Side side{Side::Buy};
  OrderState state{OrderState::None};
  RejectCode code{RejectCode::None};
  Price last_price{};  // of this fill; 0 when the update is not a fill
  Qty last_qty{};      // negative: the venue took that much of a fill back, at last_price
  Qty filled{};
  Qty remaining{};     // what may still fill; 0 in a terminal state
  Price limit{};       // the terms that it works by
  Qty qty{};
  std::uint16_t tag{0};
};

enum class TimerId : std::uint32_t {};

// The last Greeks of an option, and how long ago their underlying had that price.
struct AgedGreeks {
  const GreeksUpdate* values{nullptr};  // null: none yet, or their last word was Unavailable
  std::int64_t age_ns{0};
};

// What a strategy may ask of the engine. Implemented by engine/core.
class Context {
 public:
  [[nodiscard]] virtual MonoTime now() const noexcept = 0;
  [[nodiscard]] virtual const Instrument& instrument(InstrumentId id) const noexcept = 0;
  [[nodiscard]] virtual const book::L2Book& book(InstrumentId id) const noexcept = 0;
  // Every order of the venue's book, with the place of each in its queue; null where the feed gives
  // price levels only.
  [[nodiscard]] virtual const book::OrderFeed* orders(InstrumentId id) const noexcept = 0;
  // Spreads, imbalances, order flow, toxicity, volatility..., as of this event: null unless the
  // instrument has `microstructure = true`.
  [[nodiscard]] virtual const book::analytics::MicrostructureView* microstructure(
      InstrumentId id) const noexcept = 0;
  // The last top; its qtys are zero while the book is not LIVE.
  [[nodiscard]] virtual Top top(InstrumentId id) const noexcept = 0;
  // Of an option in a live chain ([chain.<name>]); read in this callback only.
  [[nodiscard]] virtual AgedGreeks greeks(InstrumentId id) const noexcept = 0;
  // The strategy's own signed position.
  [[nodiscard]] virtual Qty position(InstrumentId id) const noexcept = 0;
  [[nodiscard]] virtual Submitted submit(const OrderIntent& intent) noexcept = 0;
  // One after the other, in this order; out[i] is what became of intents[i]. `out` is as long.
  virtual void submit_batch(std::span<const OrderIntent> intents,
                            std::span<Submitted> out) noexcept = 0;
  // Other terms for an own order that is open; `qty` is the total, what is filled included. It keeps
  // its id. on_order tells when the venue has answered.
  [[nodiscard]] virtual Submitted amend(OrderId id, Price limit, Qty qty) noexcept = 0;
  // No effect on an order that is terminal or already being cancelled.
  virtual void cancel(OrderId id) noexcept = 0;
  virtual void cancel_batch(std::span<const OrderId> ids) noexcept = 0;
  virtual void cancel_all(InstrumentId id) noexcept = 0;
  // Orders made of orders (strategy/parents.hpp). An id, or the rule that refuses it.
  virtual Submitted open_parent(const ParentIntent& intent) noexcept = 0;
  virtual Submitted hold(const HeldOrder& order) noexcept = 0;
  virtual Submitted link(const LinkIntent& intent) noexcept = 0;
  virtual Submitted trade_legs(const LegsIntent& intent) noexcept = 0;
  // Any of these: no child from here on, and what works is cancelled.
  virtual void close(OrderId id) noexcept = 0;
  // Empty state when it is not known, or not the strategy's.
  [[nodiscard]] virtual ParentUpdate parent(OrderId id) const noexcept = 0;
  // One on_timer callback at the first event at or after now + delay.
  virtual TimerId start_timer(std::int64_t delay_ns) noexcept = 0;

 protected:
  ~Context() = default;
};

// Versioned state: plain bytes, written and read in the same order.
class StateWriter {
 public:
  explicit StateWriter(std::span<std::byte> room) noexcept : room_{room} {}
  template <class T>
  void put(const T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    if (used_ + sizeof(T) > room_.size()) {
      overflow_ = true;
      return;
    }
    std::memcpy(room_.data() + used_, &value, sizeof(T));
    used_ += sizeof(T);
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  [[nodiscard]] bool overflow() const noexcept { return overflow_; }

 private:
  std::span<std::byte> room_;
  std::size_t used_{0};
  bool overflow_{false};
};
class StateReader {
 public:
  explicit StateReader(std::span<const std::byte> bytes) noexcept : bytes_{bytes} {}
  // False, and `value` untouched, when the state ends before it.
  template <class T>
  [[nodiscard]] bool get(T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    if (used_ + sizeof(T) > bytes_.size()) return false;
    std::memcpy(&value, bytes_.data() + used_, sizeof(T));
    used_ += sizeof(T);
    return true;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t used_{0};
};
constexpr std::size_t kStateBytesMax = 4096;

class Strategy {
 public:
  Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;
  virtual ~Strategy() = default;

  // The best price of a LIVE book changed (price or quantity).
  virtual void on_top(const Top&, Context&) noexcept {}
  // Depth was applied to a LIVE book; the levels are in context.book().
  virtual void on_depth(InstrumentId, Context&) noexcept {}
  virtual void on_trade(InstrumentId, const TradePrint&, Context&) noexcept {}
  // New Greeks of an option, also when there are none any more (status Unavailable).
  virtual void on_greeks(InstrumentId, const GreeksUpdate&, Context&) noexcept {}
  // In every state, also Stopped.
  virtual void on_order(const OrderUpdate&, Context&) noexcept {}
  // Of its orders made of orders, after the input that changed them; at a restart once for each that
  // is still open.
  virtual void on_parent(const ParentUpdate&, Context&) noexcept {}
  virtual void on_link(const LinkUpdate&, Context&) noexcept {}
  virtual void on_legs(const LegsUpdate&, Context&) noexcept {}
  virtual void on_timer(TimerId, Context&) noexcept {}
  // The book stopped or started being LIVE. Its orders were cancelled when it stopped.
  virtual void on_book_state(InstrumentId, BookState, Context&) noexcept {}
  // Ops or a breaker changed the strategy's state. Its orders were cancelled when it may no longer
  // trade.
  virtual void on_state(StrategyState, Context&) noexcept {}
  // Warm: ready to trade. Until then the engine keeps it in Warming.
  [[nodiscard]] virtual bool warm() const noexcept { return true; }

  [[nodiscard]] virtual std::uint16_t state_version() const noexcept { return 0; }  // 0: no state
  virtual void save(StateWriter&) const noexcept {}
  // False: the version or the bytes are not understood; the strategy warms up from history.
  [[nodiscard]] virtual bool restore(std::uint16_t, StateReader&) noexcept { return false; }
};

// What the engine gives at construction: the checked parameters and the instruments, in the order
// of the configuration.
struct Setup {
  Parameters parameters;
  std::vector<Instrument> instruments;
};

// A line of strategies/registry.cpp.
struct StrategyKind {
  std::string_view name;     // `kind` in the configuration
  std::string_view summary;  // one sentence
  std::span<const ParameterSpec> parameters;
  std::unique_ptr<Strategy> (*make)(const Setup& setup);
};
}  // namespace sq::strategy
