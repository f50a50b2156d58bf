#include "venues/binance/entry/account_answer.hpp"

#include <algorithm>

#include "venues/binance/entry/rest_paths.hpp"

namespace sq::binance {
namespace {
constexpr int kAttemptsMax = 5;
constexpr std::int64_t kDay = 86'400 * kNsPerSecond;
}  // namespace

std::optional<RestAsk> AccountAnswer::next() {
  if (context_.account_request != query_.request) return std::nullopt;  // it was asked again
  RestAsk ask;
  switch (stage_) {
    case Stage::Account:
      ask.path = context_.spot() ? "/api/v3/account" : "/fapi/v3/account";
      ask.cost.weight = context_.spot() ? 20 : 5;
      return ask;
    case Stage::Orders:
      return ask_open_orders(context_);
    case Stage::Trades: {
      ask = ask_trades(context_, instruments()[at_]);
      if (from_trade_[at_] != 0) {
        ask.query.append("&fromId=").append(std::to_string(from_trade_[at_]));
        return ask;
      }
      // The venue lists a day at once, or a week.
      const std::int64_t end = window_.ns + (context_.spot() ? kDay : 7 * kDay) - kNsPerMs;
      ask.query.append("&startTime=").append(std::to_string(window_.ns / kNsPerMs));
      ask.query.append("&endTime=").append(std::to_string(end / kNsPerMs));
      return ask;
    }
    case Stage::Names:
      ask.path = context_.spot() ? "/api/v3/allOrders" : "/fapi/v1/allOrders";
      ask.query = symbol_query(instruments()[at_]).append("&limit=1000&orderId=");
      ask.query.append(std::to_string(names_from_));
      ask.cost.weight = context_.spot() ? 20 : 5;
      return ask;
    case Stage::Done:
      break;
  }
  return std::nullopt;
}

void AccountAnswer::fail() {
  ++context_.counters.queries_failed;
  stage_ = Stage::Done;
}

void AccountAnswer::on_answer(const RestAnswer& answer) {
  if (!answer.told()) return fail();
  switch (stage_) {
    case Stage::Account:
      if (!context_.reader.read_account(answer.body, account_)) return fail();
      ++attempts_;
      asked_ = answer.asked;
      answered_ = answer.answered;
      stage_ = attempts_ == 1 ? Stage::Orders : Stage::Trades;
      at_ = 0;
      window_ = query_.trades_from;
      return;
    case Stage::Orders: {
      std::uint64_t last = 0;
      std::size_t rows = 0;
      if (!context_.reader.read_orders(answer.body, orders_, last, rows)) return fail();
      stage_ = Stage::Trades;
      return;
    }
    case Stage::Trades:
      return on_trades(answer);
    case Stage::Names:
      return on_names(answer);
    case Stage::Done:
      return;
  }
}

void AccountAnswer::on_trades(const RestAnswer& answer) {
  std::uint64_t last = 0;
  std::size_t rows = 0;
  const std::size_t before = trades_.size();
  if (!context_.reader.read_trades(answer.body, trades_, last, rows)) return fail();
  trades_.erase(std::remove_if(trades_.begin() + static_cast<std::ptrdiff_t>(before), trades_.end(),
                               [&](const ToldTrade& each) {
                                 return each.at < query_.trades_from ||
                                        each.trade_id < from_trade_[at_];
                               }),
                trades_.end());
  const bool by_id = from_trade_[at_] != 0;
  const bool more = rows >= kRowsMax;
  if (by_id && more && last < from_trade_[at_]) return fail();  // it goes in circles
  if (rows != 0) {  // behind a trade that is known the list goes on by its number
    from_trade_[at_] = std::max(from_trade_[at_], last + 1);
    if (!by_id || more) return;
  } else if (!by_id) {
    window_ = window_ + (context_.spot() ? kDay : 7 * kDay);
    if (window_ <= context_.venue_now()) return;
  }
  window_ = query_.trades_from;
  if (++at_ == instruments().size()) on_trades_done();
}

// Before, or after, the account was looked at: cannot be told.
bool AccountAnswer::close_to_account(const ToldTrade& trade) const noexcept {
  const std::int64_t unsure = context_.clock.uncertainty_ns() + 2 * kNsPerMs;
  return trade.at.ns >= context_.clock.at(asked_).ns - unsure &&
         trade.at.ns <= context_.clock.at(answered_).ns + unsure;
}

void AccountAnswer::on_trades_done() {
  const bool unsure = std::any_of(trades_.begin(), trades_.end(), [this](const ToldTrade& trade) {
    return close_to_account(trade);
  });
  if (unsure && attempts_ < kAttemptsMax) {
    stage_ = Stage::Account;
    return;
  }
  stage_ = Stage::Names;
  at_ = 0;
  find_unnamed();
}

// Trades name the venue's number only. Orders that were not heard of since the start, or so long
// ago that the link has forgotten them, are looked for in the venue's list of all orders. What is
// found is kept here: the link's own memory may give its place to the next one at once.
void AccountAnswer::find_unnamed() {
  for (const ToldOrder& each : orders_) name(each);
  for (; at_ < instruments().size(); ++at_) {
    const InstrumentId instrument = instruments()[at_].id;
    unnamed_.clear();
    for (const ToldTrade& each : trades_) {
      if (each.instrument != instrument || named_.contains({instrument, each.venue_order_id}))
        continue;
      OrderId id;
      if (context_.names.find(instrument, each.venue_order_id, id)) {
        named_[{instrument, each.venue_order_id}] = id;
      } else {
        unnamed_.insert(each.venue_order_id);
      }
    }
    if (unnamed_.empty()) continue;
    names_from_ = *unnamed_.begin();
    return;
  }
  stage_ = Stage::Done;
  tell();
}

void AccountAnswer::name(const ToldOrder& order) {
  named_[{order.instrument, order.venue_order_id}] = order.id;
  context_.names.remember(order.instrument, order.venue_order_id, order.id);
}

void AccountAnswer::on_names(const RestAnswer& answer) {
  std::vector<ToldOrder> listed;
  std::uint64_t last = 0;
  std::size_t rows = 0;
  if (!context_.reader.read_orders(answer.body, listed, last, rows)) return fail();
  for (const ToldOrder& each : listed) {
    name(each);
    unnamed_.erase(each.venue_order_id);
  }
  if (unnamed_.empty()) {
    ++at_;
    return find_unnamed();
  }
  // The venue goes in circles, or does not list the oldest of them.
  if (rows < kRowsMax || last < names_from_ || *unnamed_.begin() <= last) return fail();
  names_from_ = *unnamed_.begin();
}

void AccountAnswer::tell() {
  VenueSnapshot marks;
  marks.request = query_.request;
  marks.venue = query_.venue;
  marks.account = query_.account;
  const WallTime asked = context_.clock.at(asked_);
  const WallTime as_of{asked.ns + (answered_ - asked_) / 2};
  context_.out.tell(RecordKind::VenueSnapshot, marks, any_, as_of);
  // Trades that may or may not be in the balances, after so many attempts: it proves nothing.
  marks.complete = 1;
  for (const ToldTrade& each : trades_)
    if (close_to_account(each)) marks.complete = 0;
  tell_orders(marks);
  tell_money(marks);
  tell_trades(marks);
  marks.phase = SnapshotPhase::End;
  context_.out.tell(RecordKind::VenueSnapshot, marks, any_, as_of);
  ++context_.counters.queries;
}

void AccountAnswer::tell_orders(VenueSnapshot& marks) {
  for (const ToldOrder& each : orders_) {
    VenueOrder told;
    told.request = query_.request;
    told.id = each.id;
    told.venue_order_id = each.venue_order_id;
    told.limit = each.limit;
    told.qty = each.qty;
    told.filled = each.filled;
    told.account = query_.account;
    told.side = each.side;
    told.type = each.type;
    told.tif = each.tif;
    told.reduce_only = each.reduce_only ? 1 : 0;
    context_.out.tell(RecordKind::VenueOrder, told, each.instrument, each.at);
    ++marks.orders;
    if (each.id != OrderId{})
      static_cast<void>(
          context_.working.add({each.id, each.venue_order_id, each.filled, each.instrument, true}));
  }
}

void AccountAnswer::tell_money(VenueSnapshot& marks) {
  for (const ToldPosition& each : account_.positions) {
    VenuePosition told;
    told.request = query_.request;
    told.position = each.position;
    told.account = query_.account;
    const Int128 cost = each.cost;
    if (each.position != Qty{})
      told.entry =
          Price::from_raw(static_cast<std::int64_t>(cost * Price::kScale / each.position.raw()));
    context_.out.tell(RecordKind::VenuePosition, told, each.instrument, {});
    ++marks.positions;
  }
  for (const ToldBalance& each : account_.balances) {
    VenueBalance told;
    told.request = query_.request;
    told.total = each.total;
    told.venue = query_.venue;
    told.account = query_.account;
    if (!context_.spot()) told.basis = BalanceBasis::Realised;
    context_.out.tell(RecordKind::VenueBalance, told, any_, {});
    ++marks.balances;
  }
}

void AccountAnswer::tell_trades(VenueSnapshot& marks) {
  std::stable_sort(trades_.begin(), trades_.end(),
                   [](const ToldTrade& a, const ToldTrade& b) { return a.at < b.at; });
  for (const ToldTrade& each : trades_) {
    OrderReport trade = fill_of(each, ReportKind::Trade);
    const auto named = named_.find({each.instrument, each.venue_order_id});
    if (named == named_.end()) {
      marks.complete = 0;  // of no instrument that was asked for
      continue;
    }
    trade.id = named->second;
    context_.out.report(trade, each.instrument, each.at);
    ++marks.trades;
  }
}
}  // namespace sq::binance
