// What a synthetic market puts on the wire.
#include "engine/feed/itch/message_writer.hpp"
#include "engine/feed/itch/synthetic/market.hpp"

namespace sq::feed::itch::synthetic {
namespace {
constexpr double kFullExecutions = 0.553;
constexpr double kSideChanges = 0.05;  // trades come in runs against one side, so prices move
constexpr double kWithPrice = 0.0007;  // of executions
constexpr double kWithMpid = 0.005;    // of adds; the recording has one in 13,000

std::uint16_t locate_of(std::uint16_t symbol) { return static_cast<std::uint16_t>(symbol + 1); }
}  // namespace

std::string Market::symbol(std::uint16_t index) const {
  std::string text;
  for (std::uint32_t rest = index, letter = 0; letter < 4; ++letter, rest /= 26) {
    text.insert(text.begin(), static_cast<char>('A' + rest % 26));
  }
  return text;
}

bool Market::append_opening(std::vector<std::byte>& out) {
  const std::uint64_t n = settings_.symbols;
  const std::uint64_t i = messages_;
  if (i == 0 || i == 3 * n + 1 || i == 3 * n + 2) {
    const char code = i == 0 ? 'O' : i == 3 * n + 1 ? 'S' : 'Q';
    MessageWriter{out, 'S', 0, time_ns_}.character(code);
    count('S');
    return true;
  }
  if (i > 3 * n) return false;
  const auto index = static_cast<std::uint16_t>((i - 1) % n);
  const std::string name = symbol(index);
  switch ((i - 1) / n) {
    case 0:
      MessageWriter{out, 'R', locate_of(index), time_ns_}
          .text(name, 8)
          .text("QN", 2)
          .u32(100)
          .text("NCZ PN 1N", 9)
          .u32(0)
          .character('N');
      count('R');
      break;
    case 1:
      MessageWriter{out, 'H', locate_of(index), time_ns_}.text(name, 8).text("T", 6);
      count('H');
      break;
    default:
      MessageWriter{out, 'Y', locate_of(index), time_ns_}.text(name, 8).character('0');
      count('Y');
      break;
  }
  return true;
}

void Market::append_closing(std::vector<std::byte>& out) {
  static constexpr char kCodes[] = {'C', 'E', 'M'};  // by how many follow
  MessageWriter{out, 'S', 0, time_ns_}.character(kCodes[settings_.messages - messages_ - 1]);
  count('S');
}

void Market::append_add(std::vector<std::byte>& out, std::uint16_t index) {
  const bool resting =
      settings_.lifetimes == Lifetimes::Recorded && random_.chance(settings_.resting_share);
  Order order;
  order.symbol = index;
  order.side = random_.below(2) == 0 ? Side::Buy : Side::Sell;
  std::uint32_t rank = 0;
  order.price = draw_price(index, order.side, resting, rank);
  order.rank = static_cast<std::uint8_t>(rank);
  order.shares = draw_shares();
  order.reference = next_reference();
  const std::uint32_t slot = books_.add(order);
  if (!resting) schedule(slot);
  const bool mpid = random_.chance(kWithMpid);
  const char type = mpid ? 'F' : 'A';
  MessageWriter writer{out, type, locate_of(index), time_ns_};
  writer.u64(order.reference).character(order.side == Side::Buy ? 'B' : 'S').u32(order.shares);
  writer.text(symbol(index), 8).u32(order.price);
  if (mpid) writer.text("SYNT", 4);
  count(type);
}

bool Market::append_execution(std::vector<std::byte>& out, std::uint16_t index) {
  Symbol& traded = symbols_[index];
  if (random_.chance(kSideChanges)) traded.taken = opposite(traded.taken);
  const std::uint32_t slot = books_.best_order(index, traded.taken);
  if (slot == 0) return false;
  Order& order = books_.order(slot);
  const bool full = order.shares == 1 || random_.chance(kFullExecutions);
  const std::uint32_t shares = full ? order.shares : 1 + random_.below(order.shares - 1);
  const bool with_price = random_.chance(kWithPrice);
  const char type = with_price ? 'C' : 'E';
  MessageWriter writer{out, type, locate_of(index), time_ns_};
  writer.u64(order.reference).u32(shares).u64(match_++);
  if (with_price) writer.character('Y').u32(order.price);
  count(type);
  order.shares -= shares;
  if (order.shares == 0) books_.remove(slot);
  return true;
}

bool Market::append_hidden_trade(std::vector<std::byte>& out, std::uint16_t index) {
  const std::uint32_t bid = books_.best_price(index, Side::Buy);
  const std::uint32_t ask = books_.best_price(index, Side::Sell);
  if (bid == 0 || ask == 0) return false;
  MessageWriter writer{out, 'P', locate_of(index), time_ns_};
  writer.u64(0).character('B').u32(draw_shares()).text(symbol(index), 8);
  writer.u32((bid + ask) / 2).u64(match_++);
  count('P');
  return true;
}

void Market::append_replace(std::vector<std::byte>& out, std::uint32_t slot) {
  const Order old = books_.order(slot);
  books_.remove(slot);
  const Symbol& symbol = symbols_[old.symbol];
  Order order = old;
  order.reference = next_reference();
  order.shares = random_.below(8) == 0 ? draw_shares() : old.shares;
  const std::uint32_t by = symbol.step * (1 + random_.below(2));
  const bool up = random_.below(2) == 0;
  const std::uint32_t other = books_.best_price(old.symbol, opposite(old.side));
  const std::uint32_t price = up ? old.price + by : old.price > by ? old.price - by : old.price;
  const bool crosses = other != 0 && (old.side == Side::Buy ? price >= other : price <= other);
  order.price = crosses ? old.price : price;
  const std::uint32_t added = books_.add(order);
  if (old.due != 0) schedule(added);
  MessageWriter{out, 'U', locate_of(old.symbol), time_ns_}
      .u64(old.reference)
      .u64(order.reference)
      .u32(order.shares)
      .u32(order.price);
  count('U');
}

void Market::append_cancel(std::vector<std::byte>& out, std::uint32_t slot) {
  Order& order = books_.order(slot);
  const std::uint32_t by = 1 + random_.below(order.shares - 1);
  order.shares -= by;
  MessageWriter{out, 'X', locate_of(order.symbol), time_ns_}.u64(order.reference).u32(by);
  count('X');
  schedule(slot);
}

void Market::append_delete(std::vector<std::byte>& out, std::uint32_t slot) {
  const Order& order = books_.order(slot);
  MessageWriter{out, 'D', locate_of(order.symbol), time_ns_}.u64(order.reference);
  count('D');
  books_.remove(slot);
}
}  // namespace sq::feed::itch::synthetic
