#include "tools/wal-fold/books.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace fold {
namespace {
// Numbers of record kinds, states and reports as the log has them.
constexpr std::uint16_t kEpochStarted = 1, kInstrumentDefined = 3, kOrderReport = 4;
constexpr std::uint16_t kOrderSent = 0x1000, kCancelSent = 0x1001, kOrderRefused = 0x1002,
                        kOrderChanged = 0x1003, kFillBooked = 0x1004, kKillChanged = 0x1008,
                        kFundingBooked = 0x100A, kDayClosed = 0x1015;
constexpr std::uint16_t kVenueAccount = 21;
constexpr std::uint8_t kLiquidation = 3, kTakeover = 4;  // notices of VenueAccount
constexpr std::uint16_t kUnallocated = 0xFFFF;
enum State : std::uint8_t {
  kNone,
  kPendingNew,
  kOpen,
  kPendingCancel,
  kFilled,
  kCancelled,
  kRejected,
  kExpired,
  kNotSent,
  kUnknown,
  kAwaitingFills
};
enum Report : std::uint8_t {
  kIsAccepted = 1,
  kIsRejected,
  kIsFilled,
  kIsCancelled,
  kIsExpired,
  kIsCancelRejected,
  kIsNotSent,
  kIsUnknown,
  kIsStatus,
  kIsTrade = 15
};
constexpr std::uint8_t kInverse = 3;
constexpr std::int64_t kUnit = 100'000'000;  // 1e-8

bool ended(std::uint8_t state) { return state >= kFilled && state <= kNotSent; }
std::int64_t magnitude(std::int64_t value) { return value < 0 ? -value : value; }

void need(const Record& record, std::size_t bytes) {
  if (record.payload_bytes < bytes)
    throw std::runtime_error("record " + std::to_string(record.sequence) + ": payload too short");
}

// Value of a trade in 1e-8; false when it does not fit.
bool value_of(const InstrumentFacts& instrument, std::int64_t price, std::int64_t qty, bool away,
              std::int64_t& value) {
  constexpr Wide kPriceUnit = 1'000'000'000;
  Wide numerator = 0;
  Wide denominator = 0;
  if (instrument.kind == kInverse) {
    numerator = Wide{qty} * instrument.multiplier * 10;
    denominator = price;
  } else if (instrument.multiplier == kUnit) {
    numerator = Wide{price} * qty;
    denominator = kPriceUnit;
  } else {
    if (Wide{price} * qty > (Wide{1} << 92)) return false;
    numerator = Wide{price} * qty * instrument.multiplier;
    denominator = kPriceUnit * kUnit;
  }
  const Wide rounded = (numerator + (away ? denominator - 1 : 0)) / denominator;
  if (rounded > std::numeric_limits<std::int64_t>::max()) return false;
  value = static_cast<std::int64_t>(rounded);
  return true;
}

std::int64_t part_of(std::int64_t amount, std::int64_t part, std::int64_t whole) {
  return static_cast<std::int64_t>(Wide{amount} * part / whole);
}
}  // namespace

bool Books::trade(const InstrumentFacts& instrument, Holding& holding, bool buy, std::int64_t price,
                  std::int64_t qty, Trade& result) {
  if (price <= 0 || qty <= 0) return false;
  const bool pays = buy != (instrument.kind == kInverse);
  std::int64_t value = 0;
  if (!value_of(instrument, price, qty, pays, value)) return false;
  result = {pays ? -value : value, 0};
  const std::int64_t held = magnitude(holding.qty);
  if (held == 0 || (holding.qty > 0) == buy) {
    if (__builtin_add_overflow(holding.cost, value, &holding.cost)) return false;
  } else {
    const std::int64_t closed = std::min(held, qty);
    const std::int64_t closing_value = part_of(value, closed, qty);
    const std::int64_t removed =
        closed == held ? holding.cost : part_of(holding.cost, closed, held);
    result.realised = pays ? removed - closing_value : closing_value - removed;
    holding.cost = qty > held ? value - closing_value : holding.cost - removed;
  }
  return !__builtin_add_overflow(holding.qty, buy ? qty : -qty, &holding.qty) &&
         !__builtin_add_overflow(holding.realised, result.realised, &holding.realised);
}

bool Books::unrealised_of(std::uint32_t instrument, const Holding& held, std::int64_t mark,
                          std::int64_t& unrealised) const {
  const auto known = instruments_.find(instrument);
  std::int64_t value = 0;
  if (known == instruments_.end() || mark <= 0 ||
      !value_of(known->second, mark, magnitude(held.qty), false, value))
    return false;
  const bool gains = (held.qty > 0) != (known->second.kind == kInverse);
  unrealised = gains ? value - held.cost : held.cost - value;
  return true;
}

void Books::mismatch(std::uint64_t sequence, const std::string& what) {
  constexpr std::size_t kListed = 1000;
  if (mismatches_.size() < kListed)
    mismatches_.push_back("record " + std::to_string(sequence) + ": " + what);
}

void Books::see(const Record& record) {
  const std::byte* p = record.payload;
  switch (record.kind) {
    case kEpochStarted:
      need(record, 40);
      epoch_ = at<std::uint32_t>(p, 16);
      break;
    case kInstrumentDefined: {
      need(record, 136);
      InstrumentFacts facts;
      facts.venue = at<std::uint16_t>(p, 4);
      facts.kind = at<std::uint8_t>(p, 6);
      facts.symbol = text_at(p, 8, 24);
      facts.base = text_at(p, 32, 8);
      facts.quote = text_at(p, 40, 8);
      facts.settle = text_at(p, 48, 8);
      facts.multiplier = at<std::int64_t>(p, 112);
      instruments_[at<std::uint32_t>(p, 0)] = facts;
      break;
    }
    case kOrderSent:
      on_sent(record);
      break;
    case kCancelSent:
      on_cancel(record);
      break;
    case kOrderReport:
      on_report(record);
      break;
    case kOrderChanged:
      on_changed(record);
      break;
    case kFillBooked:
      on_booked(record);
      break;
    case kFundingBooked:
      on_funding(record);
      break;
    case kVenueAccount:
      on_account(record);
      break;
    case kDayClosed:
      on_day_closed(record);
      break;
    case kOrderRefused:
      // A longer one stands for many alike.
      refused_ += record.payload_bytes >= 64 ? at<std::uint64_t>(p, 56) : 1;
      break;
    case kKillChanged:
      need(record, 72);
      if (at<std::uint8_t>(p, 2) == 0) kill_latched_ = at<std::uint8_t>(p, 0) != 0;  // of everything
      break;
    default:
      break;
  }
}

void Books::on_sent(const Record& record) {
  need(record, 56);
  const std::byte* p = record.payload;
  const auto id = at<std::uint64_t>(p, 0);
  OrderFacts order;
  order.instrument = record.instrument;
  order.limit = at<std::int64_t>(p, 16);
  order.qty = at<std::int64_t>(p, 24);
  order.strategy = at<std::uint16_t>(p, 40);
  order.buy = at<std::uint8_t>(p, 44) == 1;
  order.state = kPendingNew;
  if (!orders_.emplace(id, std::move(order)).second)
    mismatch(record.sequence, "order id " + std::to_string(id) + " was used before");
}

void Books::on_cancel(const Record& record) {
  need(record, 16);
  const auto found = orders_.find(at<std::uint64_t>(record.payload, 0));
  if (found == orders_.end() || ended(found->second.state)) return;
  found->second.cancel_out = true;
  if (found->second.state == kOpen) found->second.state = kPendingCancel;
}

void Books::on_report(const Record& record) {
  need(record, 72);
  const std::byte* p = record.payload;
  const auto found = orders_.find(at<std::uint64_t>(p, 0));
  if (found == orders_.end()) return;  // the engine keeps it as a dead letter
  OrderFacts& order = found->second;
  const auto kind = at<std::uint8_t>(p, 64);
  if (kind == kIsFilled || kind == kIsTrade)
    return on_fill(record.sequence, found->first, order, p);
  if (ended(order.state)) return;
  const std::int64_t count = std::min(at<std::int64_t>(p, 40), order.qty);
  std::uint8_t end = kNone;
  switch (kind) {
    case kIsAccepted:
      if (order.state == kPendingNew || order.state == kUnknown) order.state = kOpen;
      break;
    case kIsUnknown:
      if (order.state == kPendingNew) order.state = kUnknown;
      return;
    case kIsCancelRejected:
      order.cancel_out = false;
      if (order.state == kPendingCancel) order.state = kOpen;
      return;
    case kIsRejected:
      end = kRejected;
      break;
    case kIsCancelled:
      end = kCancelled;
      break;
    case kIsExpired:
      end = kExpired;
      break;
    case kIsNotSent:
      end = kNotSent;
      break;
    case kIsStatus: {
      const auto said = at<std::uint8_t>(p, 66);
      if (ended(said)) end = said;
      if (said == kNone || said == kUnknown || (end == kNone && count < order.filled)) return;
      break;
    }
    default:
      return;
  }
  if ((end == kRejected || end == kNotSent) && order.filled + order.venue_count != 0) return;
  if (kind != kIsAccepted)
    order.venue_count = std::max(order.venue_count, end == kFilled ? order.qty : count);
  if (order.venue_end == kNone) order.venue_end = end;
  if (kind != kIsAccepted && end == kNone) order.state = kOpen;
  settle(order);
}

// Where an order stands that the venue has told about.
void Books::settle(OrderFacts& order) {
  const bool over = order.venue_end != kNone || order.venue_count >= order.qty;
  if (order.filled >= order.qty)
    order.state = kFilled;
  else if (over && order.venue_count > order.filled)
    order.state = kAwaitingFills;
  else if (order.venue_end != kNone)
    order.state = order.venue_end;
  else
    order.state = order.cancel_out ? kPendingCancel : kOpen;
}

void Books::on_fill(std::uint64_t sequence, std::uint64_t id, OrderFacts& order,
                    const std::byte* p) {
  const auto trade_id = at<std::uint64_t>(p, 16);
  const auto price = at<std::int64_t>(p, 24);
  const auto qty = at<std::int64_t>(p, 32);
  if (price <= 0 || qty <= 0 || !order.trades.insert(trade_id).second) return;
  order.filled += qty;
  if (!ended(order.state)) {
    order.venue_count = std::max(order.venue_count, std::min(at<std::int64_t>(p, 40), order.qty));
    settle(order);
  }
  const auto instrument = instruments_.find(order.instrument);
  if (instrument == instruments_.end())
    return mismatch(sequence, "a fill in an instrument that was never defined");
  Holding& place = holdings_[{order.strategy, order.instrument}];
  Holding next = place;
  Trade result;
  if (!trade(instrument->second, next, order.buy, price, qty, result))
    return mismatch(sequence, "the value of a fill does not fit");
  std::int64_t flow = result.flow;
  std::int64_t realised = result.realised;
  std::int64_t fee = at<std::int64_t>(p, 56);
  const std::string fee_currency = text_at(p, 48, 8);
  if (fee != 0 && fee_currency == instrument->second.base &&
      instrument->second.base != instrument->second.settle) {
    Trade disposal;
    if (!trade(instrument->second, next, fee < 0, price, magnitude(fee), disposal))
      return mismatch(sequence, "the value of a fee does not fit");
    flow += disposal.flow;
    realised += disposal.realised;
    fee = disposal.flow;
  }
  next.cash += flow - fee;
  next.fees += fee;
  ++next.fills;
  ++fills_;
  place = next;
  unbooked_[{id, trade_id}] = {next.qty, realised, fee};
}

void Books::on_changed(const Record& record) {
  need(record, 24);
  const std::byte* p = record.payload;
  const auto id = at<std::uint64_t>(p, 0);
  const auto found = orders_.find(id);
  if (found == orders_.end())
    return mismatch(record.sequence, "OrderChanged of an order that was never sent");
  OrderFacts& order = found->second;
  const auto to = at<std::uint8_t>(p, 17);
  if (at<std::int64_t>(p, 8) != order.filled)
    mismatch(record.sequence, "OrderChanged says filled " + std::to_string(at<std::int64_t>(p, 8)) +
                                  ", the reports add up to " + std::to_string(order.filled));
  // The engine itself may decide that an outcome is unknown; everything else follows from reports.
  if (to == kUnknown && !ended(order.state)) order.state = kUnknown;
  if (to != order.state)
    mismatch(record.sequence, "OrderChanged says state " + std::to_string(to) +
                                  ", the reports say " + std::to_string(order.state));
}

void Books::on_booked(const Record& record) {
  need(record, 88);
  const std::byte* p = record.payload;
  const auto found = unbooked_.find({at<std::uint64_t>(p, 0), at<std::uint64_t>(p, 8)});
  if (found == unbooked_.end())
    return mismatch(record.sequence, "FillBooked without a fill report");
  const FillResult& mine = found->second;
  const auto compare = [&](const char* what, std::int64_t said, std::int64_t expected) {
    if (said != expected)
      mismatch(record.sequence, std::string("FillBooked says ") + what + ' ' +
                                    std::to_string(said) + ", expected " +
                                    std::to_string(expected));
  };
  compare("position_after", at<std::int64_t>(p, 32), mine.position_after);
  compare("realised_delta", at<std::int64_t>(p, 40), mine.realised);
  compare("fee_settle", at<std::int64_t>(p, 48), mine.fee);
  unbooked_.erase(found);
}

void Books::on_funding(const Record& record) {
  need(record, 48);
  const std::byte* p = record.payload;
  Holding& holding = holdings_[{at<std::uint16_t>(p, 40), record.instrument}];
  const auto amount = at<std::int64_t>(p, 32);
  holding.funding += amount;
  holding.cash += amount;
}

// A liquidation has no order of ours: it is booked where nobody decided it.
void Books::on_account(const Record& record) {
  need(record, 112);
  const std::byte* p = record.payload;
  const auto notice = at<std::uint8_t>(p, 106);
  if (notice != kLiquidation && notice != kTakeover) return;
  const auto instrument = instruments_.find(record.instrument);
  if (instrument == instruments_.end())
    return mismatch(record.sequence, "a liquidation in an instrument that was never defined");
  Holding& place = holdings_[{kUnallocated, record.instrument}];
  Trade result;
  if (!trade(instrument->second, place, at<std::uint8_t>(p, 108) == 1, at<std::int64_t>(p, 80),
             at<std::int64_t>(p, 88), result))
    return mismatch(record.sequence, "the value of a liquidation does not fit");
  const auto fee = at<std::int64_t>(p, 96);
  place.cash += result.flow - fee;
  place.fees += fee;
  ++place.fills;
  unbooked_[{0, at<std::uint64_t>(p, 72)}] = {place.qty, result.realised, fee};
}
}  // namespace fold
