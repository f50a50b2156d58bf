#include "engine/feed/itch/synthetic/market.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <stdexcept>

namespace sq::feed::itch::synthetic {
namespace {
using simulated::portable_exp;
using simulated::portable_log;

constexpr std::uint64_t kFillStart = 34'200'000'000'000;  // 09:30:00
constexpr std::uint64_t kRandomStream = 0x17C4;

// Lifetime in messages of the same symbol, by the level: the best, 1 and 2, 3 to 8, 9 to 15,
// others.
constexpr simulated::Quantiles<8> kLifetimes[] = {
    {{{0, 1}, {0.1, 2}, {0.25, 5}, {0.5, 14}, {0.75, 39}, {0.9, 169}, {0.95, 488}, {1, 5'000}}},
    {{{0, 1}, {0.1, 3}, {0.25, 8}, {0.5, 26}, {0.75, 108}, {0.9, 718}, {0.95, 1'730}, {1, 9'000}}},
    {{{0, 2},
      {0.1, 10},
      {0.25, 28},
      {0.5, 101},
      {0.75, 432},
      {0.9, 1'320},
      {0.95, 2'103},
      {1, 15'000}}},
    {{{0, 4},
      {0.1, 23},
      {0.25, 77},
      {0.5, 272},
      {0.75, 669},
      {0.9, 1'308},
      {0.95, 2'139},
      {1, 21'000}}},
    {{{0, 4},
      {0.1, 64},
      {0.25, 155},
      {0.5, 557},
      {0.75, 1'776},
      {0.9, 3'631},
      {0.95, 5'791},
      {1, 21'000}}}};
constexpr std::uint32_t kLastRanks[] = {0, 2, 8, 15};

// Which level an add goes to, counted from the best: cumulative shares, and how many of them open a
// new level at that rank.
struct Rank {
  double upto;
  std::uint32_t rank;
  double opens;
};
constexpr Rank kRanks[] = {
    {0.373, 0, 0.37},  {0.536, 1, 0.27},  {0.604, 2, 0.14},  {0.632, 3, 0.11},  {0.649, 4, 0.11},
    {0.671, 5, 0.08},  {0.703, 6, 0.04},  {0.753, 7, 0.04},  {0.805, 8, 0.03},  {0.856, 9, 0.03},
    {0.890, 10, 0.06}, {0.914, 11, 0.06}, {0.930, 12, 0.12}, {0.940, 13, 0.18}, {0.947, 14, 0.21},
    {0.953, 15, 0.31}, {0.966, 18, 0.29}, {0.979, 25, 0.58}, {0.990, 37, 0.58}, {0.996, 52, 0.58},
    {1.0, 80, 0.58}};
constexpr std::size_t kRanksFurther = 12;
constexpr double kMostDistantShare = 0.1;   // resting orders: up to 10 % away, ...
constexpr std::uint32_t kRestingGrid = 10;  // ... at every tenth price

constexpr double kExecutions = 0.0503;
constexpr double kHiddenTrades = 0.0062;
constexpr double kReplaces = 0.067;  // of the ends of orders
constexpr double kCancels = 0.0055;  // of the same; the order goes on

struct Sizes {
  double upto;
  std::uint32_t low, high, unit;
};
constexpr Sizes kSizes[] = {{0.65, 1, 1, 100},
                            {0.72, 2, 10, 100},
                            {0.98, 1, 99, 1},
                            {0.998, 11, 50, 100},
                            {1.0, 51, 100, 100}};

// `by` further from the other side; at least one step from nothing.
std::uint32_t worse(std::uint32_t price, Side side, std::uint32_t by, std::uint32_t step) {
  if (side == Side::Sell) return price + by;
  return price > by + step ? price - by : step;
}

const simulated::Quantiles<8>& lifetime_at(std::uint32_t rank) {
  std::size_t group = 0;
  while (group < std::size(kLastRanks) && rank > kLastRanks[group]) ++group;
  return kLifetimes[group];
}
}  // namespace

Market::Market(const MarketSettings& settings)
    : settings_{settings},
      random_{settings.seed, kRandomStream},
      books_{settings.symbols},
      time_ns_{kFillStart} {
  if (settings.symbols == 0 || settings.symbols > 65'535) {
    throw std::invalid_argument("synthetic market: symbols must be 1 to 65535");
  }
  if (!(settings.zipf >= 0) || settings.zipf > 4) {
    throw std::invalid_argument("synthetic market: zipf must be 0 to 4");
  }
  if (!(settings.resting_share >= 0) || settings.resting_share > 1) {
    throw std::invalid_argument("synthetic market: resting_share must be 0 to 1");
  }
  make_symbols();
}

std::uint64_t Market::next_reference() noexcept {
  reference_ += 4 * (1 + (random_.below(4) == 0 ? random_.below(3) : 0));
  return reference_;
}

void Market::step_time() noexcept {
  time_ns_ += static_cast<std::uint64_t>(random_.exponential(30'000)) + 1;
}

std::uint16_t Market::draw_symbol() noexcept {
  const std::uint32_t i = random_.below(settings_.symbols);
  return random_.uniform() < draw_[i].first ? static_cast<std::uint16_t>(i) : draw_[i].second;
}

std::uint32_t Market::draw_shares() noexcept {
  const double u = random_.uniform();
  for (const Sizes& size : kSizes) {
    if (u <= size.upto) return (size.low + random_.below(size.high - size.low + 1)) * size.unit;
  }
  return 100;
}

// Never at or through the other side's best.
std::uint32_t Market::draw_price(std::uint16_t index, Side side, bool resting,
                                 std::uint32_t& rank) noexcept {
  rank = 0;
  const Symbol& symbol = symbols_[index];
  const std::uint32_t best = books_.best_price(index, side);
  const std::uint32_t other = books_.best_price(index, opposite(side));
  if (best == 0 || resting) {
    const double away = resting ? kMostDistantShare * random_.uniform() : 0;
    const std::uint32_t from = best != 0 ? best : other != 0 ? other : symbol.reference;
    const auto steps = 1 + static_cast<std::uint32_t>(from * away / (symbol.step * kRestingGrid));
    const std::uint32_t grid = symbol.step * (resting ? kRestingGrid : 1);
    const std::uint32_t below = from / grid * grid;
    const std::uint32_t start = side == Side::Sell && below < from ? below + grid : below;
    return worse(start, side, steps * grid, symbol.step);
  }
  const double u = random_.uniform();
  const Rank* drawn = kRanks;
  while (drawn->upto < u) ++drawn;
  rank = drawn->rank;
  const std::size_t count = books_.level_count(index, side);
  if (drawn->rank >= count) {
    const auto steps = 1 + static_cast<std::uint32_t>(random_.exponential(3));
    return worse(books_.level_price(index, side, count - 1), side, steps * symbol.step,
                 symbol.step);
  }
  if (!random_.chance(drawn->opens)) return books_.level_price(index, side, drawn->rank);
  // Between the drawn level and the better one beside it, or a little further where there is room.
  std::uint32_t better =
      drawn->rank == 0 ? other : books_.level_price(index, side, drawn->rank - 1);
  for (std::size_t at = drawn->rank; at < count && at <= drawn->rank + kRanksFurther; ++at) {
    const std::uint32_t price = books_.level_price(index, side, at);
    const std::uint32_t gap = (side == Side::Buy ? better - price : price - better) / symbol.step;
    if (better != 0 && gap >= 2) {
      return worse(better, side, (1 + random_.below(gap - 1)) * symbol.step, symbol.step);
    }
    better = price;
  }
  return books_.level_price(index, side, drawn->rank);
}

void Market::schedule(std::uint32_t slot) {
  if (settings_.lifetimes == Lifetimes::Uniform) return;
  Order& order = books_.order(slot);
  Symbol& symbol = symbols_[order.symbol];
  order.due = symbol.clock + static_cast<std::uint32_t>(draw(lifetime_at(order.rank), random_)) + 1;
  symbol.due.emplace_back(order.due, slot);
  std::push_heap(symbol.due.begin(), symbol.due.end(), std::greater{});
}

// The order whose time has come; 0: none yet.
std::uint32_t Market::take_due(Symbol& symbol, std::uint16_t index) {
  while (!symbol.due.empty() && symbol.due.front().first <= symbol.clock) {
    const auto [due, slot] = symbol.due.front();
    std::pop_heap(symbol.due.begin(), symbol.due.end(), std::greater{});
    symbol.due.pop_back();
    const Order& order = books_.order(slot);
    if (order.reference != 0 && order.due == due && order.symbol == index) return slot;
  }
  return 0;
}

void Market::append_session(std::vector<std::byte>& out) {
  const std::uint16_t index = draw_symbol();
  Symbol& symbol = symbols_[index];
  ++symbol.clock;
  const double u = random_.uniform();
  if (u < kExecutions && append_execution(out, index)) return;
  if (u >= kExecutions && u < kExecutions + kHiddenTrades && append_hidden_trade(out, index)) {
    return;
  }
  const std::uint32_t slot = take_due(symbol, index);
  if (slot != 0) {
    append_end_of(out, slot);
  } else {
    append_add(out, index);
  }
}

void Market::append_uniform(std::vector<std::byte>& out) {
  const auto live = static_cast<std::uint32_t>(books_.live().size());
  const std::uint16_t index = draw_symbol();
  if (live < settings_.live_orders / 100 * 99 || live == 0) {
    append_add(out, index);
    return;
  }
  const double u = random_.uniform();
  if (u < kExecutions && append_execution(out, index)) return;
  if (random_.chance(live > settings_.live_orders ? 0.56 : 0.44)) {
    append_end_of(out, books_.live()[random_.below(live)]);
  } else {
    append_add(out, index);
  }
}

void Market::append_end_of(std::vector<std::byte>& out, std::uint32_t slot) {
  const double u = random_.uniform();
  if (u < kReplaces) {
    append_replace(out, slot);
  } else if (u < kReplaces + kCancels && books_.order(slot).shares > 1) {
    append_cancel(out, slot);
  } else {
    append_delete(out, slot);
  }
}

bool Market::append_next(std::vector<std::byte>& out) {
  if (messages_ >= settings_.messages) return false;
  step_time();
  if (!append_opening(out)) {
    if (messages_ + 3 >= settings_.messages) {
      append_closing(out);
    } else if (settings_.lifetimes == Lifetimes::Uniform) {
      append_uniform(out);
    } else {
      append_session(out);
    }
  }
  ++messages_;
  return true;
}

void Market::make_symbols() {
  const std::uint32_t n = settings_.symbols;
  std::vector<std::uint16_t> order(n);
  for (std::uint32_t i = 0; i < n; ++i) order[i] = static_cast<std::uint16_t>(i);
  for (std::uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
  std::vector<double> weight(n);
  double sum = 0;
  for (std::uint32_t rank = 1; rank <= n; ++rank) {
    const double w = portable_exp(-settings_.zipf * portable_log(rank));
    weight[order[rank - 1]] = w;
    sum += w;
  }
  // Vose's alias method: each place holds its own symbol up to a threshold, another above it.
  draw_.assign(n, {1.0, 0});
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t i = 0; i < n; ++i) {
    weight[i] *= n / sum;
    (weight[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t low = small.back();
    const std::uint32_t high = large.back();
    small.pop_back();
    draw_[low] = {weight[low], static_cast<std::uint16_t>(high)};
    weight[high] -= 1 - weight[low];
    if (weight[high] < 1) {
      large.pop_back();
      small.push_back(high);
    }
  }
  symbols_.resize(n);
  for (Symbol& symbol : symbols_) {
    const bool penny = random_.below(33) == 0;
    const double dollars =
        penny ? 0.1 + 0.8 * random_.uniform()
              : portable_exp(portable_log(2.0) + portable_log(200.0) * random_.uniform());
    symbol.step = penny ? 1 : 100;
    symbol.reference = static_cast<std::uint32_t>(dollars * 10'000) / symbol.step * symbol.step;
  }
}
}  // namespace sq::feed::itch::synthetic
