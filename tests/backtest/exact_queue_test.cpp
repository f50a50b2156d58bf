// Truth for queue positions: one order of an order-by-order day is taken out and put in again as
// ours, at the moment it came. What truly happened to it is in the day; the simulated exchange must
// say the same, exactly. How far the models for level data are from it is printed.
#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <unordered_map>

#include "engine/backtest/exchange.hpp"
#include "engine/feed/itch/synthetic/market.hpp"
#include "engine/feed/market_file.hpp"
#include "tests/backtest/market_records.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/recorded_data.hpp"

namespace sq::backtest {
namespace {
struct Execution {
  std::size_t record{0};  // of the day, at which it happened
  Qty qty{};
  friend bool operator==(const Execution&, const Execution&) = default;
};
struct Life {  // of one market order, by one name
  std::uint64_t id{0};
  Side side{Side::Buy};
  Price price{};
  Qty qty{};
  std::size_t born{0};
  std::size_t gone{0};  // record of its end without a trade; 0: traded or alive at the end
  bool plain{true};     // nothing but executions at its own price and its end
  std::vector<Execution> executions;
};
struct Day {
  std::vector<test::OwnedRecord> records;
  std::vector<Life> lives;
};

Day read_day(const std::filesystem::path& file, const std::string& symbol) {
  Day day;
  feed::FileOptions options;
  options.symbols = {{symbol, InstrumentId{0}}};
  const auto market = feed::open_market_file(file, options);
  std::unordered_map<std::uint64_t, std::size_t> live;  // id -> index of lives
  for (const RecordHeader* record = market->peek(); record != nullptr;
       market->pop(), record = market->peek()) {
    if (record->instrument != InstrumentId{0}) continue;
    const std::size_t at = day.records.size();
    day.records.push_back(test::own(*record));
    if (record->kind != RecordKind::MarketOrder) continue;
    const auto& order = payload_of<MarketOrder>(*record);
    const auto add = [&](std::uint64_t id, Side side) {
      live[id] = day.lives.size();
      Life life;
      life.id = id;
      life.side = side;
      life.price = order.price;
      life.qty = order.qty;
      life.born = at;
      day.lives.push_back(life);
    };
    if (order.action == OrderAction::Add) {
      add(order.order_id, order.side);
      continue;
    }
    const auto found = live.find(order.order_id);
    if (found == live.end()) continue;
    Life& life = day.lives[found->second];
    switch (order.action) {
      case OrderAction::Execute:
        life.executions.push_back({at, order.qty});
        life.plain = life.plain && order.priced == 0 && order.printable != 0;
        break;
      case OrderAction::Delete:
        life.gone = at;
        break;
      case OrderAction::Replace: {
        const Side side = life.side;
        life.gone = at;
        live.erase(found);
        add(order.new_order_id, side);
        day.lives.back().plain = false;  // its birth is another order's end
        break;
      }
      default:
        life.plain = false;
    }
  }
  return day;
}

class Fills final : public ReportSink {
 public:
  void on_report(RecordHeader& record, VenueId, WallTime) noexcept override {
    const auto& report = payload_of<OrderReport>(record);
    if (report.kind == ReportKind::Filled && report.last_qty > Qty{})
      fills.push_back({now, report.last_qty});
    if (report.kind == ReportKind::Rejected) rejected = true;
  }
  std::size_t now{0};
  bool rejected{false};
  std::vector<Execution> fills;
};

Instrument share() {
  Instrument instrument = test::perpetual();
  instrument.tick = Price::from_raw(100'000);  // 0.0001
  instrument.lot = Qty::from_raw(100'000'000);
  return instrument;
}

// What the exchange says happens to ours in place of `life`.
Fills put_in_place(const Day& day, const Life& life, const settings::Simulation& model) {
  SimulationSettings settings;
  settings.model = model;
  settings.model.fees = settings.model.filters = false;
  settings.book.l2.window_ticks = 1U << 14;
  settings.book.orders_max = 1U << 15;
  settings.book.opening_unknown = true;
  settings.open_orders_max = 4;
  settings.orders_expected = 4;
  Fills fills;
  const std::vector<Instrument> instruments{share()};
  SimulatedExchange exchange{settings, instruments, fills};
  const std::size_t end = life.executions.empty() ? life.gone : life.executions.back().record;
  for (std::size_t i = 0; i <= std::max(end, life.gone) && i < day.records.size(); ++i) {
    fills.now = i;
    const RecordHeader& record = day.records[i].header();
    const WallTime at{static_cast<std::int64_t>(i)};
    const bool ours = record.kind == RecordKind::MarketOrder &&
                      payload_of<MarketOrder>(record).order_id == life.id;
    if (!ours) {
      exchange.on_market(record, at);
    } else if (i == life.born) {
      OrderRequest request;
      request.id = OrderId{1};
      request.side = life.side;
      request.limit = life.price;
      request.qty = life.qty;
      request.type = OrderType::Limit;
      auto sent = make_record(RecordKind::OrderSent, request);
      sent.header.instrument = InstrumentId{0};
      exchange.on_request(sent.header, at);
    } else if (payload_of<MarketOrder>(record).action == OrderAction::Execute) {
      TradePrint print;
      print.price = life.price;
      print.qty = payload_of<MarketOrder>(record).qty;
      print.aggressor = opposite(life.side);
      print.transaction_time = record.venue_time;
      auto trade = test::market_record(RecordKind::TradePrint, print);
      exchange.on_market(trade.header(), at);
    } else {
      CancelRequest cancel;
      cancel.id = OrderId{1};
      auto sent = make_record(RecordKind::CancelSent, cancel);
      sent.header.instrument = InstrumentId{0};
      exchange.on_request(sent.header, at);
    }
  }
  return fills;
}

Qty total(const std::vector<Execution>& executions) {
  Qty sum{};
  for (const Execution& execution : executions) sum += execution.qty;
  return sum;
}

struct Score {
  std::size_t orders{0};
  std::size_t exact{0};           // the same fills at the same records
  std::size_t filled{0};          // truly, in part or whole
  std::size_t said_filled{0};
  std::size_t false_fills{0};     // said filled, truly not
  std::size_t missed{0};          // the other way round
  std::int64_t truly_lots{0};
  std::int64_t said_lots{0};
  double records_late{0.0};       // first fill, said less true, where both are
  std::size_t both{0};
};

Score score(const Day& day, const std::vector<const Life*>& chosen,
            const settings::Simulation& model) {
  Score score;
  for (const Life* life : chosen) {
    const Fills said = put_in_place(day, *life, model);
    REQUIRE_FALSE(said.rejected);
    ++score.orders;
    score.exact += said.fills == life->executions ? 1U : 0U;
    const bool truly = !life->executions.empty();
    const bool claimed = !said.fills.empty();
    score.filled += truly ? 1U : 0U;
    score.said_filled += claimed ? 1U : 0U;
    score.false_fills += claimed && !truly ? 1U : 0U;
    score.missed += truly && !claimed ? 1U : 0U;
    score.truly_lots += total(life->executions).raw() / 100'000'000;
    score.said_lots += total(said.fills).raw() / 100'000'000;
    if (truly && claimed) {
      ++score.both;
      score.records_late += static_cast<double>(said.fills.front().record) -
                            static_cast<double>(life->executions.front().record);
    }
  }
  return score;
}

// Every n-th order that rests for a while; half of them such as traded.
std::vector<const Life*> choose(const Day& day, std::size_t wanted) {
  std::vector<const Life*> traded;
  std::vector<const Life*> not_traded;
  for (const Life& life : day.lives) {
    if (!life.plain || life.born < 200) continue;
    if (!life.executions.empty()) traded.push_back(&life);
    if (life.executions.empty() && life.gone > life.born + 20) not_traded.push_back(&life);
  }
  std::vector<const Life*> chosen;
  for (auto* list : {&traded, &not_traded}) {
    const std::size_t step = std::max<std::size_t>(list->size() / (wanted / 2), 1);
    for (std::size_t i = 0; i < list->size(); i += step) chosen.push_back((*list)[i]);
  }
  return chosen;
}

void print(const char* name, const Score& s) {
  fmt::print("{:28} {:5} orders, {:5} exact, filled {} of truly {}, {} false, {} missed, lots {} of "
             "{}, first fill late by {:.1f} records\n",
             name, s.orders, s.exact, s.said_filled, s.filled, s.false_fills, s.missed, s.said_lots,
             s.truly_lots, s.both == 0 ? 0.0 : s.records_late / static_cast<double>(s.both));
}

void compare_models(const Day& day, const std::vector<const Life*>& chosen) {
  settings::Simulation model;
  model.exact_queue = false;
  print("pessimistic", score(day, chosen, model));
  model.queue_model = settings::QueueModel::Proportional;
  print("proportional", score(day, chosen, model));
  model.queue_model = settings::QueueModel::Power;
  for (const std::uint32_t power : {1U, 2U, 3U}) {
    model.queue_power = power;
    print(fmt::format("power {}", power).c_str(), score(day, chosen, model));
  }
}

std::filesystem::path made_day(std::string& symbol, std::uint64_t messages) {
  feed::itch::synthetic::MarketSettings settings;
  settings.seed = 11;
  settings.symbols = 1;
  settings.messages = messages;
  feed::itch::synthetic::Market market{settings};
  std::vector<std::byte> bytes;
  while (market.append_next(bytes)) {
  }
  symbol = market.symbol(0);
  const auto folder =
      std::filesystem::temp_directory_path() / ("sq-exact-queue-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto file = folder / "12302019.NASDAQ_ITCH50";
  std::ofstream{file, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
  return file;
}
}  // namespace

TEST_CASE("an order put back in its own place is filled exactly as it truly was", "[backtest]") {
  std::string symbol;
  const auto file = made_day(symbol, 12'000);
  const Day day = read_day(file, symbol);
  std::filesystem::remove_all(file.parent_path());
  const auto chosen = choose(day, 60);
  REQUIRE(chosen.size() > 40);
  const Score exact = score(day, chosen, {});
  print("exact", exact);
  CHECK(exact.filled > 15);
  CHECK(exact.exact == exact.orders);
  CHECK(exact.said_lots == exact.truly_lots);
}

TEST_CASE("the models for level data are further from the truth than the exact queue",
          "[backtest][slow]") {
  std::string symbol;
  const auto file = made_day(symbol, 60'000);
  const Day day = read_day(file, symbol);
  std::filesystem::remove_all(file.parent_path());
  const auto chosen = choose(day, 400);
  const Score exact = score(day, chosen, {});
  print("exact", exact);
  CHECK(exact.exact == exact.orders);
  compare_models(day, chosen);
}

TEST_CASE("an order of a recorded day put back in its place is filled as it truly was",
          "[backtest][slow]") {
  const auto file =
      test::recorded("data/c_itch/AAPL_20191230_0935_banded_first30000.NASDAQ_ITCH50");
  if (!file) return;
  const Day day = read_day(*file, "AAPL");
  const auto chosen = choose(day, 400);
  const Score exact = score(day, chosen, {});
  print("AAPL, exact", exact);
  CHECK(exact.exact == exact.orders);
  compare_models(day, chosen);
}
}  // namespace sq::backtest
