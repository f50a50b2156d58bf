#include "engine/feed/simulated/order_flow.hpp"

#include <algorithm>

namespace sq::feed::simulated {
namespace {
constexpr std::size_t index_of(BookSide side) noexcept { return side == BookSide::Bid ? 0 : 1; }
constexpr int kFillOrders = 60'000;      // enough to reach the stationary shape of the book
constexpr std::size_t kQuotesMax = 400;  // remembered per side
constexpr double kRapidNs = 15'000;      // between the orders of one reaction, mean
constexpr double kTargetSeconds = 15;    // a queue's target size lasts this long, mean
constexpr Tick kFarTicks = 3'000;        // beyond, people use round prices

Lots whole(double lots) noexcept { return lots < 1.0 ? 1 : static_cast<Lots>(lots + 0.5); }
Tick floor_tick(double ticks) noexcept { return static_cast<Tick>(ticks); }  // prices are positive
}  // namespace

OrderFlow::OrderFlow(const SymbolClass& symbol, UpdateIds& ids, Random random)
    : symbol_{symbol}, ids_{ids}, random_{random}, excitement_{symbol} {}

void OrderFlow::fill_book() {
  efficient_ = static_cast<double>(symbol_.start_price);
  threshold_ = symbol_.threshold_ticks;
  redraw_targets();
  for (const BookSide side : {BookSide::Bid, BookSide::Ask}) {
    const Tick best = side == BookSide::Bid ? symbol_.start_price : symbol_.start_price + 1;
    while (static_cast<double>(book_.lots_at(side, best)) < target_lots_[index_of(side)]) {
      add_quote(side, best, whole(draw(symbol_.touch_order_lots, random_)));
    }
  }
  for (int i = 0; i < kFillOrders; ++i) deep_event();
  book_.clear_changed();
}

void OrderFlow::applied() {
  if (listener_ == nullptr) return;
  listener_->on_order(now_ns_, ids_.next(now_ns_, symbol_, random_), book_);
}

double OrderFlow::middle() const noexcept {
  return 0.5 * (static_cast<double>(book_.best(BookSide::Bid)) +
                static_cast<double>(book_.best(BookSide::Ask)));
}

void OrderFlow::redraw_targets() {
  for (double& target : target_lots_) target = draw(symbol_.touch_depth_lots, random_);
}

void OrderFlow::step(std::int64_t from_ns, std::int64_t until_ns, double efficient_ticks,
                     double activity) {
  now_ns_ = std::max(now_ns_, from_ns);
  efficient_ = efficient_ticks;
  const double seconds = static_cast<double>(until_ns - from_ns) * 1e-9;
  if (random_.chance(seconds / kTargetSeconds)) redraw_targets();
  if (random_.chance(seconds * symbol_.react_per_s)) informed(efficient_ticks);
  // Ogata's thinning: rates only fall between events, so the present rate is a bound for the next.
  for (;;) {
    const double bound = excitement_.rates(activity).total();
    const double wait = random_.exponential(1.0 / bound);
    const double left = static_cast<double>(until_ns - now_ns_);
    if (wait >= left) {
      if (left > 0.0) excitement_.advance(left);
      now_ns_ = std::max(now_ns_, until_ns);
      return;
    }
    now_ns_ += static_cast<std::int64_t>(wait);
    excitement_.advance(wait);
    const Rates rates = excitement_.rates(activity);
    const double pick = random_.uniform() * bound;
    if (pick < rates.touch) {
      touch_event();
    } else if (pick < rates.touch + rates.deep) {
      deep_event();
    } else if (pick < rates.total()) {
      market_order();
    }
  }
}

void OrderFlow::add_quote(BookSide side, Tick price, Lots lots) {
  std::deque<OrderRef>& quotes = quotes_[index_of(side)];
  quotes.push_back(book_.add(side, price, lots));
  if (quotes.size() > kQuotesMax) quotes.pop_front();
  applied();
}

// Past the threshold the informed cancel, take and quote until the book is where they want it.
void OrderFlow::informed(double efficient_ticks) {
  const double deviation = efficient_ticks - middle();
  if (std::abs(deviation) < threshold_) return;
  const BookSide taken = deviation > 0.0 ? BookSide::Ask : BookSide::Bid;
  const double reach = deviation * (0.6 + 0.4 * random_.uniform());
  Tick limit = floor_tick(middle() + reach);
  if (taken == BookSide::Ask) {
    limit = std::max(limit, book_.best(BookSide::Ask));
  } else {
    limit = std::min(limit, book_.best(BookSide::Bid));
  }
  pull_quotes(taken, limit);
  const Lots rest =
      random_.chance(symbol_.rest_chance) ? whole(draw(symbol_.touch_order_lots, random_)) : 0;
  take(taken, limit, INT64_MAX / 2, limit, rest);
  const double moved = std::abs(deviation);
  excitement_.add(symbol_.excitation.move_mark +
                  symbol_.excitation.move_mark_root * std::sqrt(moved));
  threshold_ = std::max(1.5, random_.exponential(symbol_.threshold_ticks));
  redraw_targets();
}

// Makers in the way of the move cancel in time, each with the same chance, best price first.
void OrderFlow::pull_quotes(BookSide side, Tick limit) {
  std::vector<std::uint32_t> pulled;
  for (const auto& [key, level] : book_.levels(side)) {
    if (key > OrderBook::key_of(side, limit)) break;
    for (std::uint32_t slot = level.first; slot != OrderBook::kNone;
         slot = book_.order(slot).later) {
      if (random_.chance(symbol_.pull_chance)) pulled.push_back(slot);
    }
  }
  for (const std::uint32_t slot : pulled) {
    now_ns_ += static_cast<std::int64_t>(random_.exponential(kRapidNs));
    book_.cancel(slot);
    applied();
  }
}

// Takes `side` up to `limit`; what the order has left may rest at `rest_price` on the other side.
void OrderFlow::take(BookSide side, Tick limit, Lots lots, Tick rest_price, Lots rest_lots) {
  matches_.clear();
  book_.take(side, limit, lots, matches_);
  if (rest_lots > 0) {
    quotes_[index_of(opposite(side))].push_back(book_.add(opposite(side), rest_price, rest_lots));
  }
  if (matches_.empty() && rest_lots == 0) return;
  applied();
  if (listener_ != nullptr && !matches_.empty()) listener_->on_matches(now_ns_, side, matches_);
}

void OrderFlow::market_order() {
  if (!random_.chance(symbol_.same_side_chance)) {
    const bool up = random_.chance(efficient_ > middle() ? 0.6 : 0.4);
    last_taken_ = up ? BookSide::Ask : BookSide::Bid;
  }
  const Tick best = book_.best(last_taken_);
  const Tick limit =
      best - sign(last_taken_) * static_cast<Tick>(random_.uniform() * symbol_.slippage_max);
  take(last_taken_, limit, whole(draw(symbol_.take_lots, random_)), 0, 0);
  excitement_.add(symbol_.excitation.take_mark);
}

void OrderFlow::touch_event() {
  excitement_.add_brief(symbol_.excitation.touch_mark);
  if (narrow_spread()) return;
  const BookSide side = any_side();
  if (random_.chance(symbol_.stale_chance) && cancel_stale(side)) return;
  const double queue = static_cast<double>(book_.best_level(side).lots);
  const double target = target_lots_[index_of(side)];
  if (random_.chance(target / (target + queue))) {
    add_quote(side, book_.best(side), whole(draw(symbol_.touch_order_lots, random_)));
  } else {
    cancel_at_touch(side);
  }
}

// A new best price inside a spread of several ticks, towards the efficient price.
bool OrderFlow::narrow_spread() {
  const Tick bid = book_.best(BookSide::Bid);
  const Tick ask = book_.best(BookSide::Ask);
  if (ask - bid <= 1 || !random_.chance(symbol_.improve_chance)) return false;
  const BookSide side = efficient_ > middle() ? BookSide::Bid : BookSide::Ask;
  const Tick fair = floor_tick(efficient_);
  Tick price = 0;
  if (side == BookSide::Bid) {
    price = std::clamp(fair, bid + 1, ask - 1);
    if (random_.chance(0.3))
      price -= static_cast<Tick>(random_.below(static_cast<std::uint32_t>(price - bid)));
  } else {
    price = std::clamp(fair + 1, bid + 1, ask - 1);
    if (random_.chance(0.3))
      price += static_cast<Tick>(random_.below(static_cast<std::uint32_t>(ask - price)));
  }
  add_quote(side, price, whole(draw(symbol_.touch_order_lots, random_)));
  return true;
}

// Cancels the oldest quote that the price has left behind, if there is one.
bool OrderFlow::cancel_stale(BookSide side) {
  std::deque<OrderRef>& quotes = quotes_[index_of(side)];
  while (!quotes.empty()) {
    const OrderRef oldest = quotes.front();
    if (book_.is_live(oldest)) {
      if (book_.order(oldest.slot).price == book_.best(side)) return false;
      book_.cancel(oldest.slot);
      quotes.pop_front();
      applied();
      return true;
    }
    quotes.pop_front();
  }
  return false;
}

void OrderFlow::cancel_at_touch(BookSide side) {
  const OrderBook::Level& level = book_.best_level(side);
  if (level.orders == 1 && !random_.chance(0.3)) {  // the last order of a level stays more often
    add_quote(side, book_.best(side), whole(draw(symbol_.touch_order_lots, random_)));
    return;
  }
  std::uint32_t slot = random_.chance(0.6) ? level.last : level.first;
  const bool from_last = slot == level.last;
  for (std::uint32_t skip = random_.below(std::min(level.orders, 8U)); skip > 0; --skip) {
    const std::uint32_t next = from_last ? book_.order(slot).earlier : book_.order(slot).later;
    if (next == OrderBook::kNone) break;
    slot = next;
  }
  book_.cancel(slot);
  applied();
}

Tick OrderFlow::deep_price(BookSide side) {
  const Tick best = book_.best(side);
  auto distance = static_cast<Tick>(draw(symbol_.deep_distance, random_));
  if (side == BookSide::Bid) distance = std::min(distance, best - 1 - best / 50);
  Tick price = best - sign(side) * std::max(distance, 1);
  if (distance > kFarTicks) {
    const Tick round = distance > 10 * kFarTicks ? 1'000 : 10;
    const Tick rounded = price / round * round;
    if (rounded > 0 && random_.chance(0.7)) price = rounded;
  }
  return side == BookSide::Bid ? std::min(price, best - 1) : std::max(price, best + 1);
}

// Behind the touch: sparse stretches attract orders, crowded ones lose them.
void OrderFlow::deep_event() {
  const BookSide side = any_side();
  const Tick best = book_.best(side);
  const Tick price = deep_price(side);
  const Tick nearest = book_.nearest(side, price);
  const double distance = std::abs(static_cast<double>(best - price));
  const double gap = std::abs(static_cast<double>(nearest - price));
  double add_chance = 1.0;
  if (nearest == price) {
    const double orders = book_.level_at(side, price)->orders;
    add_chance = symbol_.orders_per_level / (symbol_.orders_per_level + orders);
  } else if (nearest != best) {
    add_chance = gap / (gap + symbol_.gap_ticks + symbol_.gap_per_tick * distance);
  }
  if (random_.chance(add_chance)) {
    const bool join = nearest != best && random_.chance(symbol_.join_chance);
    book_.add(side, join ? nearest : price, whole(draw(symbol_.deep_order_lots, random_)));
  } else {
    const OrderBook::Level& level = *book_.level_at(side, nearest);
    book_.cancel(random_.chance(0.7) ? level.last : level.first);
  }
  applied();
}

void OrderFlow::show_hidden(BookSide side, std::vector<Tick>& hidden, Tick distance) {
  const Tick best = OrderBook::key_of(side, book_.best(side));
  while (!hidden.empty() && hidden.back() - best < distance) {  // nearest last
    const Tick price = OrderBook::key_of(side, hidden.back());
    hidden.pop_back();
    if (book_.level_at(side, price) == nullptr) continue;
    book_.add(side, price, whole(draw(symbol_.deep_order_lots, random_)));
    applied();
  }
}
}  // namespace sq::feed::simulated
