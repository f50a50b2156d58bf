#include "tools/binance-exchange/recording.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "engine/types/decimal.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::size_t kReadBytes = 1U << 16U;

// A decimal in text; 0 for anything else.
std::int64_t decimal8(const json::value* value) {
  if (value == nullptr || !value->is_string()) return 0;
  const auto raw = parse_decimal(std::string_view{value->get_string()}, 8);
  return raw ? *raw : 0;
}
Price price_of(const json::value* value) {
  const std::int64_t raw = decimal8(value);
  return raw > 0 && raw < Price::max().raw() / 10 ? Price::from_raw(raw * 10) : Price{};
}
// Whole lots, at most what an order may have.
Qty whole_lots(Qty qty, const Instrument& of) {
  const Qty most = std::min(qty, of.qty_max);
  return Qty::from_raw(most.raw() / of.lot.raw() * of.lot.raw());
}
}  // namespace

Recording::Recording(Venue& venue, const std::string& path) : venue_{venue}, file_{path} {
  if (!read_line()) throw std::runtime_error(path + ": not a recorded session");
  first_ns_ = line_ns_;
  const auto* data = line_.if_contains("data");
  const auto* name =
      data != nullptr && data->is_object() ? data->get_object().if_contains("s") : nullptr;
  if (name == nullptr || !name->is_string() ||
      !venue_.markets().contains(std::string{name->get_string()}))
    throw std::runtime_error(path + ": its first line is not of a symbol that is traded here");
  symbol_ = std::string{name->get_string()};
}

bool Recording::read_line() {
  for (;;) {
    const std::size_t end = text_.find('\n', used_);
    if (end != std::string::npos) {
      const std::string_view line{text_.data() + used_, end - used_};
      used_ = end + 1;
      const char* const stop = line.data() + line.size();
      const auto [at, error] = std::from_chars(line.data(), stop, line_ns_);
      json::error_code problem;
      json::value value;
      if (error == std::errc{} && at != stop)
        value = json::parse(json::string_view{at, static_cast<std::size_t>(stop - at)}, problem);
      ++counters_.lines;
      if (!problem && value.is_object()) {
        line_ = std::move(value.get_object());
        return true;
      }
      ++counters_.skipped;
      continue;
    }
    text_.erase(0, used_);
    used_ = 0;
    const std::size_t before = text_.size();
    text_.resize(before + kReadBytes);
    std::size_t count = 0;
    const feed::RawFileStatus status = file_.read({text_.data() + before, kReadBytes}, count);
    text_.resize(before + count);
    if (status != feed::RawFileStatus::Good || count == 0) return false;
  }
}

void Recording::act(std::int64_t now_ms) {
  if (over_) return;
  if (began_ms_ == 0) began_ms_ = now_ms;
  now_ms_ = now_ms;
  while ((line_ns_ - first_ns_) / 1'000'000 <= now_ms - began_ms_) {
    apply(line_);
    if (read_line()) continue;
    over_ = true;
    return;
  }
}

SymbolMarket* Recording::market_of(const json::object& event) {
  const json::value* name = event.if_contains("s");
  const auto found = venue_.markets().find(
      name != nullptr && name->is_string() ? std::string{name->get_string()} : symbol_);
  return found != venue_.markets().end() ? found->second.get() : nullptr;
}

// Levels that go make room for those that come.
void Recording::apply(const json::object& line) {
  const json::value* inner = line.if_contains("data");
  const json::object& event = inner != nullptr && inner->is_object() ? inner->get_object() : line;
  const json::value* kind = event.if_contains("e");
  SymbolMarket* const market = market_of(event);
  const bool snapshot = kind == nullptr && event.contains("bids") && event.contains("asks");
  if (market == nullptr || (kind == nullptr && !snapshot)) {
    ++counters_.skipped;
  } else if (snapshot || *kind == "depthUpdate") {
    const json::value* bids = event.if_contains(snapshot ? "bids" : "b");
    const json::value* asks = event.if_contains(snapshot ? "asks" : "a");
    if (bids == nullptr || asks == nullptr) return static_cast<void>(++counters_.skipped);
    for (const bool removals : {true, false}) {
      apply_levels(*market, Side::Buy, *bids, removals);
      apply_levels(*market, Side::Sell, *asks, removals);
    }
  } else if (*kind == "trade" || *kind == "aggTrade") {
    trade(*market, event);
  } else {
    ++counters_.skipped;
  }
}

void Recording::apply_levels(SymbolMarket& market, Side side, const json::value& list,
                             bool removals) {
  if (!list.is_array()) return;
  for (const json::value& each : list.get_array()) {
    if (!each.is_array() || each.get_array().size() < 2) continue;
    const Price price = price_of(&each.get_array()[0]);
    const Qty qty = Qty::from_raw(decimal8(&each.get_array()[1]));
    if (price > Price{} && (qty == Qty{}) == removals) set_level(market, side, price, qty);
  }
}

// More is a new order behind what is there; less is taken from the back.
void Recording::set_level(SymbolMarket& market, Side side, Price price, Qty qty) {
  ++counters_.levels;
  const Qty wanted = whole_lots(qty, market.instrument());
  Levels& levels = levels_[&market][side];
  std::deque<std::uint64_t>& orders = levels[price];
  std::erase_if(orders, [&](std::uint64_t id) { return market.open_qty(id) == Qty{}; });
  Qty there;
  for (const std::uint64_t id : orders) there += market.open_qty(id);
  while (there > wanted && !orders.empty()) {
    there -= market.open_qty(orders.back());
    market.cancel(orders.back(), now_ms_);
    orders.pop_back();
  }
  if (wanted > there) {
    matching::NewOrder order;
    order.side = side;
    order.price = price;
    order.qty = wanted - there;
    submit(market, order);
    if (market.open_qty(order.id.value) > Qty{}) orders.push_back(order.id.value);
  }
  if (orders.empty()) levels.erase(price);
}

void Recording::trade(SymbolMarket& market, const json::object& event) {
  const json::value* maker = event.if_contains("m");
  matching::NewOrder order;
  order.price = price_of(event.if_contains("p"));
  order.qty = whole_lots(Qty::from_raw(decimal8(event.if_contains("q"))), market.instrument());
  if (maker == nullptr || !maker->is_bool() || order.price <= Price{} || order.qty <= Qty{})
    return static_cast<void>(++counters_.skipped);
  ++counters_.trades;
  order.side = maker->get_bool() ? Side::Sell : Side::Buy;
  order.time_in_force = matching::TimeInForce::ImmediateOrCancel;
  submit(market, order);
}

void Recording::submit(SymbolMarket& market, matching::NewOrder& order) {
  order.id = venue_.next_order_id();
  order.owner = venue_.anonymous_owner();
  order.type = matching::OrderType::Limit;
  order.self_trade = matching::SelfTrade::Allow;
  if (venue_.trade_anonymously(market, order, now_ms_) != matching::Refusal::None)
    ++counters_.skipped;
}
}  // namespace sq::exchange
