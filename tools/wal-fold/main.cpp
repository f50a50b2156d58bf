// wal-fold DIR [--all-orders]: what an order log says, folded by code that is not the engine's.
// Prints one JSON object. Exit status: 0; 1 the log cannot be read; 2 wrong command line; 3 the
// engine's own decisions in the log contradict the fold.
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "tools/wal-fold/books.hpp"
#include "tools/wal-fold/log_bytes.hpp"

namespace {
using fold::Books;

// raw / 10^decimals without trailing zeros.
std::string decimal(std::int64_t raw, int decimals) {
  const bool negative = raw < 0;
  std::uint64_t rest =
      negative ? ~static_cast<std::uint64_t>(raw) + 1 : static_cast<std::uint64_t>(raw);
  std::string text;
  for (int i = 0; i < decimals || rest > 0 || i == decimals; ++i, rest /= 10) {
    if (i == decimals) text.insert(text.begin(), '.');
    text.insert(text.begin(), static_cast<char>('0' + rest % 10));
    if (i >= decimals && rest < 10) break;
  }
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return negative ? '-' + text : text;
}
std::string quoted(const std::string& text) { return '"' + text + '"'; }
std::string order_id(std::uint64_t id) {
  return std::to_string(id >> 40U) + '.' + std::to_string(id & ((std::uint64_t{1} << 40U) - 1));
}
std::string strategy(std::uint16_t id) { return id == 0xFFFF ? "-1" : std::to_string(id); }

constexpr std::array<const char*, 11> kStates{
    "none",      "pending-new", "open",    "pending-cancel", "filled",
    "cancelled", "rejected",    "expired", "not-sent",       "unknown",
    "awaiting-fills"};
const char* state_name(std::uint8_t state) { return state < kStates.size() ? kStates[state] : "?"; }
bool works(std::uint8_t state) { return state < 4 || state > 8; }

void print_orders(const Books& books, bool all) {
  std::printf("\"orders\":[");
  bool first = true;
  for (const auto& [id, order] : books.orders()) {
    if (!all && !works(order.state)) continue;
    std::printf(
        "%s\n{\"id\":\"%s\",\"instrument\":%u,\"strategy\":%s,\"side\":\"%s\",\"limit\":\"%s\","
        "\"qty\":\"%s\",\"filled\":\"%s\",\"state\":\"%s\"}",
        first ? "" : ",", order_id(id).c_str(), order.instrument, strategy(order.strategy).c_str(),
        order.buy ? "buy" : "sell", decimal(order.limit, 9).c_str(), decimal(order.qty, 8).c_str(),
        decimal(order.filled, 8).c_str(), state_name(order.state));
    first = false;
  }
  std::printf("],\n");
}

void print_positions(const Books& books) {
  std::printf("\"positions\":[");
  bool first = true;
  for (const auto& [place, holding] : books.holdings()) {
    const auto instrument = books.instruments().find(place.second);
    const bool known = instrument != books.instruments().end();
    std::printf(
        "%s\n{\"strategy\":%s,\"instrument\":%u,\"symbol\":%s,\"settle\":%s,\"qty\":\"%s\","
        "\"cost\":\"%s\",\"realised\":\"%s\",\"cash\":\"%s\",\"fees\":\"%s\","
        "\"funding\":\"%s\",\"fills\":%llu}",
        first ? "" : ",", strategy(place.first).c_str(), place.second,
        quoted(known ? instrument->second.symbol : "").c_str(),
        quoted(known ? instrument->second.settle : "").c_str(), decimal(holding.qty, 8).c_str(),
        decimal(holding.cost, 8).c_str(), decimal(holding.realised, 8).c_str(),
        decimal(holding.cash, 8).c_str(), decimal(holding.fees, 8).c_str(),
        decimal(holding.funding, 8).c_str(), static_cast<unsigned long long>(holding.fills));
    first = false;
  }
  std::printf("],\n");
}

void print(const fold::LogSummary& log, const Books& books, bool all_orders) {
  const auto n = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "{\"instance\":%s,\"closed\":%s,\"ring\":%s,\"records\":%llu,\"bytes\":%llu,"
      "\"last_sequence\":%llu,\"epoch\":%u,\"kill_latched\":%s,\n",
      quoted(log.instance).c_str(), log.clean ? "true" : "false", log.ring ? "true" : "false",
      n(log.records), n(log.bytes), n(log.last_sequence), books.epoch(),
      books.kill_latched() ? "true" : "false");
  std::array<std::uint64_t, kStates.size()> counts{};
  for (const auto& [id, order] : books.orders())
    if (order.state < counts.size()) ++counts[order.state];
  std::printf("\"sent\":%llu,\"refused\":%llu,\"fills\":%llu,\"unbooked_fills\":%llu,"
              "\"days_closed\":%llu,\"states\":{",
              n(books.orders().size()), n(books.refused()), n(books.fills()), n(books.unbooked()),
              n(books.days_closed()));
  for (std::size_t i = 1; i < counts.size(); ++i)
    std::printf("%s\"%s\":%llu", i == 1 ? "" : ",", kStates[i], n(counts[i]));
  std::printf("},\n");
  print_orders(books, all_orders);
  print_positions(books);
  std::printf("\"mismatches\":[");
  for (std::size_t i = 0; i < books.mismatches().size(); ++i)
    std::printf("%s\n%s", i == 0 ? "" : ",", quoted(books.mismatches()[i]).c_str());
  std::printf("]}\n");
}
}  // namespace

int main(int argc, char** argv) {
  std::string dir;
  bool all_orders = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--all-orders")
      all_orders = true;
    else if (dir.empty() && !argument.starts_with('-'))
      dir = argument;
    else
      dir.clear(), i = argc;
  }
  if (dir.empty()) {
    std::fprintf(stderr, "usage: %s DIR [--all-orders]\n", argv[0]);
    return 2;
  }
  try {
    Books books;
    const fold::LogSummary log =
        fold::read_orders(dir, [&](const fold::Record& record) { books.see(record); });
    print(log, books, all_orders);
    return books.mismatches().empty() ? 0 : 3;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wal-fold: %s\n", error.what());
    return 1;
  }
}
