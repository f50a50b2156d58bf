// Random histories of the order stream, as a core would log them and as it never would: orders of
// several strategies and of nobody, reports in every order, duplicates, fills too many and too
// late, kills, days, commands, saved states. Deterministic by seed. Feeds nothing but the fold.
#pragma once

#include <cstring>
#include <random>
#include <vector>

#include "engine/core/ledger.hpp"
#include "engine/messaging/control.hpp"

namespace sq::test {
inline Instrument random_facts_instrument(std::uint32_t index) {
  Instrument made;
  made.id = InstrumentId{index};
  made.venue = VenueId::Simulated;
  made.kind = index == 2 ? InstrumentKind::InversePerpetual : InstrumentKind::Spot;
  made.symbol = Symbol{index == 0 ? "AAAUSDT" : index == 1 ? "BBBUSDT" : "CCCUSD"};
  made.base = *Currency::parse(index == 0 ? "AAA" : index == 1 ? "BBB" : "CCC");
  made.quote = *Currency::parse("USDT");
  made.settle = index == 2 ? made.base : made.quote;
  if (index == 2) made.multiplier = Qty::from_units(100);
  made.tick = made.price_min = Price::from_raw(Price::kScale / 100);
  made.price_max = Price::from_units(100'000);
  made.lot = made.qty_min = Qty::from_raw(Qty::kScale / 1000);
  made.qty_max = Qty::from_units(1'000);
  return made;
}

inline core::LedgerSetup random_facts_setup() {
  constexpr std::size_t kStrategies = 2;
  core::LedgerSetup setup;
  for (std::uint32_t i = 0; i < 3; ++i) setup.instruments.push_back(random_facts_instrument(i));
  setup.strategies = kStrategies;
  setup.order_capacity = 48;  // finished orders are forgotten, now and then a new one finds no room
  setup.gate.instruments = setup.instruments;
  setup.gate.instrument_limits.resize(3);
  for (auto& limits : setup.gate.instrument_limits) limits.open_orders_max = 12;
  setup.gate.strategy_limits.resize(kStrategies);
  setup.gate.strategy_limits[0].orders_per_second_max = 5;
  setup.gate.strategy_limits[1].orders_per_second_max = 1;
  setup.gate.firm.orders_per_second_max = 9;
  setup.gate.permitted.assign(kStrategies, std::vector<bool>(3, true));
  return setup;
}

class RandomFacts {
 public:
  explicit RandomFacts(std::uint64_t seed, std::uint32_t epoch = 1)
      : random_{seed}, id_epoch_{epoch}, epoch_{epoch} {}

  // The next record, with sequence and times; valid until the next call.
  RecordHeader& next() {
    mono_ += static_cast<std::int64_t>(below(500'000'000));
    switch (below(20)) {
      case 0:
      case 1:
      case 2:
        return sent();
      case 3:
      case 4:
        return report(ReportKind::Accepted);
      case 5:
        return report(ReportKind::Cancelled, 60);
      case 6:
      case 7:
      case 8:
      case 9:
      case 10:
        return report(ReportKind::Filled);
      case 11:
      case 12:
        return report(ReportKind::Cancelled, 60);
      case 13:
        return report(static_cast<ReportKind>(1 + below(9)));
      case 14:
        return cancel();
      case 15:
        return refused();
      case 16:
        return strategy();
      case 17:
        return run();
      case 18:
        return saved();
      default:
        return changed();
    }
  }
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

 private:
  template <class P>
  RecordHeader& make(RecordKind kind, const P& payload, std::uint32_t instrument = 0) {
    const auto record = make_record(kind, payload);
    std::memcpy(room_.data(), &record, sizeof record);
    return stamp(instrument);
  }
  RecordHeader& stamp(std::uint32_t instrument) {
    auto& header = *reinterpret_cast<RecordHeader*>(room_.data());
    header.sequence = ++sequence_;
    header.mono = MonoTime{mono_};
    header.wall = WallTime{1'700'000'000'000'000'000 + mono_};
    header.instrument = InstrumentId{instrument};
    return header;
  }
  [[nodiscard]] StrategyId some_strategy() {
    const std::uint64_t n = below(8);
    return n == 7 ? kNoStrategy : StrategyId{static_cast<std::uint16_t>(n % 2)};
  }
  // A recent order most of the time; else an old, long forgotten or never sent one.
  [[nodiscard]] OrderId some_order(std::uint64_t youngest = 12) {
    const std::uint64_t back = below(10) == 0 ? below(200) : below(youngest);
    return OrderId::make(id_epoch_, orders_ > back ? orders_ - back : orders_ + 1'000);
  }
  RecordHeader& sent() {
    OrderRequest request;
    request.id = OrderId::make(id_epoch_, ++orders_);
    request.limit =
        Price::from_raw(Price::kScale + static_cast<std::int64_t>(below(1'000)) * 10'000'000);
    request.qty = Qty::from_units(static_cast<std::int32_t>(1 + below(3)));
    request.strategy = some_strategy();
    request.side = below(2) == 0 ? Side::Buy : Side::Sell;
    request.approval = orders_;
    return make(RecordKind::OrderSent, request, static_cast<std::uint32_t>(orders_ % 3));
  }
  RecordHeader& report(ReportKind kind, std::uint64_t youngest = 12) {
    OrderReport made;
    made.id = some_order(youngest);
    made.kind = kind;
    made.venue_order_id = made.id.value * 7;
    made.code = kind == ReportKind::Rejected ? RejectCode::WouldTake : RejectCode::None;
    if (kind == ReportKind::Status) {
      made.state = static_cast<OrderState>(below(11));
      if (made.state == OrderState::None) made.code = RejectCode::UnknownOrder;
    }
    made.cumulative_qty = Qty::from_units(static_cast<std::int32_t>(below(4)));
    if (kind == ReportKind::Filled) {
      made.trade_id = below(8) == 0 ? trades_ : ++trades_;
      made.last_qty = Qty::from_raw(static_cast<std::int64_t>(below(4)) * Qty::kScale / 2);
      made.last_price = Price::from_units(static_cast<std::int32_t>(1 + below(50)));
      made.fee = {*Currency::parse(below(3) == 0 ? "AAA" : "USDT"),
                  static_cast<std::int64_t>(below(1'000'000)) - 100'000};
      made.maker = static_cast<std::uint8_t>(below(2));
    }
    // The wire counts orders in the order of ids: their instruments follow from them.
    return make(RecordKind::OrderReport, made, static_cast<std::uint32_t>(made.id.counter() % 3));
  }
  RecordHeader& cancel() {
    if (below(2) == 0) return make(RecordKind::QuerySent, QueryRequest{some_order()});
    CancelRequest request;
    request.id = some_order();
    return make(RecordKind::CancelSent, request);
  }
  RecordHeader& refused() {
    OrderRefused made;
    made.rule = static_cast<std::uint8_t>(below(risk::kRuleCount + 2));
    return make(RecordKind::OrderRefused, made);
  }
  RecordHeader& strategy() {
    if (below(2) == 0) {
      StrategyChanged changed;
      changed.strategy = some_strategy();
      changed.to = static_cast<StrategyState>(below(6));
      changed.cause = static_cast<StateCause>(1 + below(7));
      return make(RecordKind::StrategyChanged, changed);
    }
    AdminCommand command;
    command.command = static_cast<Command>(1 + below(4));
    command.strategy = some_strategy();
    command.state = static_cast<StrategyState>(below(6));
    return make(RecordKind::AdminCommand, command);
  }
  RecordHeader& run() {
    switch (below(8)) {
      case 0:
      case 1: {
        KillChanged kill;
        kill.latched = static_cast<std::uint8_t>(below(2));
        kill.scope = static_cast<KillScopeKind>(below(5));
        kill.number = static_cast<std::uint32_t>(below(4));  // some that the engine does not have
        kill.flatten = static_cast<std::uint8_t>(below(2));
        kill.reason = FixedText<64>{"tried by a test"};
        return make(RecordKind::KillChanged, kill);
      }
      case 2:
      case 3:
        return make(RecordKind::DayStarted, DayStarted{19'000 + static_cast<std::int64_t>(below(9)),
                                                       static_cast<std::int64_t>(below(1'000'000)),
                                                       some_strategy(),
                                                       {}});
      case 4:
      case 5:
      case 6:
        return make(RecordKind::DeadLetter, DeadLetter{sequence_, {}, {}});
      default: {
        EpochStarted started;
        started.epoch = ++epoch_;
        return make(RecordKind::EpochStarted, started);
      }
    }
  }
  RecordHeader& saved() {
    RecordHeader header;
    const StrategyStateHeader state{StrategyId{static_cast<std::uint16_t>(below(2))},
                                    static_cast<std::uint16_t>(1 + below(3)),
                                    static_cast<std::uint32_t>(below(100))};
    header.kind = RecordKind::StrategySaved;
    header.length = record_length(sizeof state + state.bytes);
    std::memcpy(room_.data(), &header, sizeof header);
    auto* bytes = reinterpret_cast<std::byte*>(room_.data()) + sizeof header;
    std::memset(bytes, 0, header.length - sizeof header);
    std::memcpy(bytes, &state, sizeof state);
    for (std::uint32_t i = 0; i < state.bytes; ++i)
      bytes[sizeof state + i] = static_cast<std::byte>(below(256));
    return stamp(0);
  }
  RecordHeader& changed() {
    return make(RecordKind::OrderChanged, OrderChanged{some_order(), {}, {}, {}, {}, {}});
  }

  std::mt19937_64 random_;
  std::vector<std::uint64_t> room_ = std::vector<std::uint64_t>(64);
  std::uint64_t sequence_{0};
  std::uint64_t orders_{0};
  std::uint64_t trades_{0};
  std::int64_t mono_{1};
  std::uint32_t id_epoch_;
  std::uint32_t epoch_;
};
}  // namespace sq::test
