// Folding on from a saved state must be the same as folding everything.
#include "engine/core/ledger_state.hpp"

#include <catch2/catch.hpp>

#include "tests/core/core_fixture.hpp"
#include "tests/core/random_facts.hpp"

using namespace sq;
using namespace sq::test;

namespace {
using Bytes = std::vector<std::vector<std::byte>>;  // of the sections

wal::Snapshot snapshot_of(const core::LedgerState& state) {
  wal::Snapshot snapshot;
  snapshot.sections = state.save();
  return snapshot;
}
Bytes bytes_of(const core::LedgerState& state) {
  Bytes bytes;
  for (auto& section : state.save()) bytes.push_back(std::move(section.bytes));
  return bytes;
}

std::vector<std::vector<std::uint64_t>> history(std::uint64_t seed, std::size_t n) {
  RandomFacts facts{seed};
  std::vector<std::vector<std::uint64_t>> records;
  for (std::size_t i = 0; i < n; ++i) {
    const RecordHeader& record = facts.next();
    auto& copy = records.emplace_back(record.length / sizeof(std::uint64_t));
    std::memcpy(copy.data(), &record, record.length);
  }
  return records;
}
const RecordHeader& header_of(const std::vector<std::uint64_t>& record) {
  return *reinterpret_cast<const RecordHeader*>(record.data());
}
void fold(core::LedgerState& state, const std::vector<std::vector<std::uint64_t>>& records,
          std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) state.apply(header_of(records[i]));
}

// What a reader of the public interface can see, without save().
std::vector<std::int64_t> seen(const core::LedgerState& state) {
  const core::Ledger& ledger = state.ledger();
  std::vector<std::int64_t> all;
  const auto add = [&](auto value) { all.push_back(static_cast<std::int64_t>(value)); };
  const auto& counters = ledger.counters();
  for (const auto n : {counters.orders_sent, counters.cancels_sent, counters.fills,
                       counters.rejects, counters.duplicates, counters.unexpected,
                       counters.dead_letters, state.digest(), state.inputs(), state.decisions(),
                       ledger.last_sequence(), ledger.portfolio().refused_fills()})
    add(n);
  for (const auto n : counters.refusals) add(n);
  add(ledger.epoch());
  add(ledger.day());
  add(ledger.kill_latched());
  add(ledger.kill_reason().size());
  for (const auto& each : ledger.kill().latched()) {
    add(static_cast<std::uint64_t>(each.scope.kind));
    add(each.scope.number);
    add(each.flatten);
    add(static_cast<std::uint64_t>(each.at.ns));
  }
  add(state.mono().ns);
  add(state.wall().ns);
  const auto add_order = [&](const oms::Order& order) {
    for (const auto n : {order.request.id.value, order.venue_order_id, order.sent_sequence}) add(n);
    for (const auto n : {order.filled.raw(), order.request.qty.raw(), order.sent_at.ns,
                         order.changed_at.ns, order.remaining().raw()})
      add(n);
    add(order.state);
    add(order.code);
    add(order.cancel_sent);
    ledger.orders().pool().trades().for_each(
        order, [&](const oms::KnownTrade& trade) { add(trade.id); });
  };
  ledger.orders().pool().for_each(add_order);
  for (const Instrument& instrument : ledger.portfolio().instruments()) {
    ledger.orders().pool().for_each_working(instrument.id, add_order);
    for (const StrategyId strategy : {StrategyId{0}, StrategyId{1}, kNoStrategy}) {
      const auto& books = ledger.portfolio().ledger(strategy, instrument.id);
      for (const auto n : {books.position.qty().raw(), books.position.cost(),
                           books.position.realised(), books.cash, books.fees, books.turnover})
        add(n);
    }
    const auto& exposure = ledger.gate().exposure(instrument.id);
    for (const auto n : {exposure.worst_long(), exposure.worst_short(), exposure.total.open.orders})
      add(n);
    for (const auto& own : exposure.resting) add(own.id.value);
  }
  for (const StrategyId strategy : {StrategyId{0}, StrategyId{1}}) {
    const auto& facts = state.strategies()[index_of(strategy)];
    add(ledger.strategy_state(strategy));
    add(facts.wanted ? static_cast<int>(*facts.wanted) : -1);
    add(facts.saved_version);
    for (const std::byte byte : facts.saved) add(byte);
    add(ledger.gate().day_pnl(strategy));
  }
  return all;
}
}  // namespace

TEST_CASE("a state saved after any record and folded on is the state of the whole history",
          "[core][snapshot]") {
  constexpr std::size_t kRecords = 1'500;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    const auto records = history(seed, kRecords);
    core::LedgerState whole{random_facts_setup()};
    core::LedgerState head{random_facts_setup()};
    fold(whole, records, 0, kRecords);
    const Bytes expected = bytes_of(whole);
    const auto expected_seen = seen(whole);
    // The history must have had what it is for.
    REQUIRE(whole.ledger().counters().fills > 50);
    REQUIRE(whole.ledger().counters().unexpected > 5);
    REQUIRE(whole.ledger().counters().duplicates > 5);
    REQUIRE(whole.ledger().orders().pool().working() > 0);
    for (std::size_t k = 0; k <= kRecords; k += 11) {
      if (k > 0) fold(head, records, k - 11, k);
      core::LedgerState resumed{random_facts_setup()};
      REQUIRE(resumed.restore(snapshot_of(head)).empty());
      REQUIRE(bytes_of(resumed) == bytes_of(head));
      fold(resumed, records, k, kRecords);
      CHECK(bytes_of(resumed) == expected);
      CHECK(seen(resumed) == expected_seen);
    }
  }
}

TEST_CASE("states of different histories have different bytes", "[core][snapshot]") {
  const auto records = history(7, 400);
  core::LedgerState state{random_facts_setup()};
  Bytes before = bytes_of(state);
  for (const auto& record : records) {
    state.apply(header_of(record));
    Bytes after = bytes_of(state);
    REQUIRE(after != before);  // the sequence at least
    before = std::move(after);
  }
}

TEST_CASE("a restored rate window refuses and allows exactly when the saved one would",
          "[core][snapshot]") {
  risk::RateWindow window{3};
  for (const std::int64_t at : {100, 200, 300, 400}) window.record(MonoTime{at});
  StateOut out;
  window.save(out);
  const auto bytes = out.take();
  risk::RateWindow restored{3};
  StateIn in{bytes};
  REQUIRE(restored.restore(in));
  CHECK(in.done());
  CHECK_FALSE(restored.allows(MonoTime{200 + kNsPerSecond - 1}));
  CHECK(restored.allows(MonoTime{200 + kNsPerSecond}));
  restored.record(MonoTime{200 + kNsPerSecond});
  CHECK_FALSE(restored.allows(MonoTime{300 + kNsPerSecond - 1}));
  CHECK(restored.allows(MonoTime{300 + kNsPerSecond}));
  risk::RateWindow other{40};  // room for another number
  StateIn again{bytes};
  CHECK_FALSE(other.restore(again));
}

TEST_CASE("a section that is missing, cut, longer or of another version is refused by name",
          "[core][snapshot]") {
  core::LedgerState state{random_facts_setup()};
  fold(state, history(5, 300), 0, 300);
  const wal::Snapshot good = snapshot_of(state);
  for (std::size_t s = 0; s < good.sections.size(); ++s) {
    const auto problem = [&](const wal::Snapshot& snapshot) {
      core::LedgerState fresh{random_facts_setup()};
      return fresh.restore(snapshot);
    };
    wal::Snapshot bad = good;
    bad.sections.erase(bad.sections.begin() + static_cast<std::ptrdiff_t>(s));
    CHECK_THAT(problem(bad), Catch::Matchers::Contains("is missing"));
    bad = good;
    ++bad.sections[s].version;
    CHECK_THAT(problem(bad), Catch::Matchers::Contains(", this program reads "));
    bad = good;
    bad.sections[s].bytes.push_back(std::byte{0});
    CHECK_THAT(problem(bad), Catch::Matchers::Contains("does not fit this run"));
    for (std::size_t n = 0; n < good.sections[s].bytes.size(); n += 1 + n / 64) {
      bad.sections[s].bytes.assign(good.sections[s].bytes.begin(),
                                   good.sections[s].bytes.begin() + static_cast<std::ptrdiff_t>(n));
      REQUIRE_THAT(problem(bad), Catch::Matchers::Contains("does not fit this run"));
    }
  }
}

TEST_CASE("bytes that were tampered with never make a state outside its bounds",
          "[core][snapshot]") {
  const auto records = history(6, 600);
  core::LedgerState state{random_facts_setup()};
  fold(state, records, 0, 300);
  const wal::Snapshot good = snapshot_of(state);
  std::mt19937_64 random{42};
  int refused = 0;
  for (int i = 0; i < 1'500; ++i) {
    wal::Snapshot bad = good;
    auto& bytes = bad.sections[random() % bad.sections.size()].bytes;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n)
      bytes[random() % bytes.size()] ^= static_cast<std::byte>(1U << (random() % 8));
    core::LedgerState fresh{random_facts_setup()};
    if (!fresh.restore(bad).empty()) {
      ++refused;
      continue;
    }
    fold(fresh, records, 300, 600);  // sanitizers watch
  }
  CHECK(refused > 50);
}

TEST_CASE("an order twice, in a foreign list or beyond the capacity is refused",
          "[core][snapshot]") {
  oms::OrderPool pool{8, 2};
  oms::Order* working = pool.create(OrderId{11}, InstrumentId{1});
  working->state = OrderState::Open;
  oms::Order* finished = pool.create(OrderId{12}, InstrumentId{0});
  finished->state = OrderState::Filled;
  pool.finish(*finished);
  StateOut out;
  pool.save(out);
  const auto good = out.take();
  // Places by the table of the section: capacity and instruments, then the lists.
  constexpr std::size_t kFree = 8;                      // count 6, six slots
  constexpr std::size_t kFinished = kFree + 8 + 6 * 4;  // count 1, slot, order
  constexpr std::size_t kInstrument = 4 + 64 + 16;      // within slot and order
  constexpr std::size_t kOrder = kInstrument + 4 + 6 + 40 + 8;
  constexpr std::size_t kFirst = kFinished + 8 + kOrder;  // instrument 0: count 0
  constexpr std::size_t kSecond = kFirst + 8;             // instrument 1: count 1
  REQUIRE(good.size() == kSecond + 8 + kOrder);
  const auto accepts = [&](std::size_t at, std::uint8_t value) {
    auto bytes = good;
    bytes[at] = std::byte{value};
    oms::OrderPool fresh{8, 2};
    StateIn in{bytes};
    return fresh.restore(in) && in.done();
  };
  const auto same = [&](std::size_t at) { return static_cast<std::uint8_t>(good[at]); };
  CHECK(accepts(0, same(0)));
  CHECK_FALSE(accepts(0, 9));                            // capacity
  CHECK_FALSE(accepts(4, 3));                            // instruments
  CHECK_FALSE(accepts(kFree + 8, 8));                    // a slot that does not exist
  CHECK_FALSE(accepts(kFree + 8, same(kFinished + 8)));  // a slot in two lists
  CHECK_FALSE(accepts(kFree, 5));                        // a slot in no list
  CHECK_FALSE(accepts(kSecond + 8 + 4, 12));             // one id twice
  CHECK(accepts(kSecond + 8 + 4, 13));
  CHECK_FALSE(accepts(kSecond + 8 + kInstrument, 0));        // of instrument 0, in the list of 1
  CHECK_FALSE(accepts(kSecond + 8 + kInstrument + 4, 4));    // Filled, in a list of working orders
  CHECK_FALSE(accepts(kFinished + 8 + kInstrument + 4, 2));  // Open, among the finished
}

TEST_CASE("the identity changes with what shapes the state, and with nothing else",
          "[core][snapshot]") {
  const std::vector<std::string> names{"a of x", "b of x"};
  const core::LedgerSetup base = random_facts_setup();
  const std::uint64_t identity = core::identity_of(base, names);
  const auto with = [&](auto change) {
    core::LedgerSetup setup = base;
    change(setup);
    return core::identity_of(setup, names);
  };
  CHECK(with([](auto&) {}) == identity);
  CHECK(with([](auto& s) { s.order_capacity = 49; }) != identity);
  CHECK(with([](auto& s) { s.instruments[1].lot = Qty::from_units(1); }) != identity);
  CHECK(with([](auto& s) { std::swap(s.instruments[0], s.instruments[1]); }) != identity);
  CHECK(with([](auto& s) { s.gate.instrument_limits[2].open_orders_max = 13; }) != identity);
  CHECK(with([](auto& s) { s.gate.strategy_limits[0].orders_per_second_max = 6; }) != identity);
  CHECK(with([](auto& s) { s.gate.firm.orders_per_second_max = 10; }) != identity);
  CHECK(core::identity_of(base, std::vector<std::string>{"a of x", "b of y"}) != identity);
  CHECK(core::identity_of(base, std::vector<std::string>{"a of xb", " of x"}) != identity);
  CHECK(with([](auto& s) { s.gate.firm.daily_loss_max = 1; }) == identity);
  CHECK(with([](auto& s) { s.gate.instrument_limits[0].position_max = Qty{}; }) == identity);
}

TEST_CASE("a core that adopts a state goes on like one that recovered each record",
          "[core][snapshot]") {
  CoreFixture f;
  f.script.saved = 4711;
  f.script.on_top = [n = 0](const strategy::Top&, strategy::Context& context) mutable {
    if (++n <= 4) static_cast<void>(context.submit(CoreFixture::buy(9'980 + n)));
  };
  f.start();
  f.open_book();
  for (int i = 3; i < 8; ++i) {
    f.at_ms += 10;
    f.update(10'000, 10'001, i);
  }
  for (const auto& order : f.venue.orders) f.report(order.id, ReportKind::Accepted);
  f.report(f.venue.orders[0].id, ReportKind::Filled, 1, 1, 9'981);
  for (int i = 0; i < 6; ++i) {
    f.at_ms += 2'000;
    f.update(10'000, 10'001, 8 + i % 2);
  }
  AdminCommand pause;
  pause.command = Command::SetStrategyState;
  pause.strategy = StrategyId{0};
  pause.state = StrategyState::Paused;
  f.input(RecordKind::AdminCommand, pause);

  CoreFixture one;
  CoreFixture other;
  ScriptedStrategy::Script script;
  const core::CoreSetup setup = core_setup(script);
  core::LedgerState state{core::ledger_setup(setup)};
  for (std::size_t i = 0; i < f.journal.records.size(); ++i) {
    if (is_market_data(f.journal.at(i).kind)) continue;
    one.core.recover(f.journal.at(i));
    state.apply(f.journal.at(i));
  }
  other.core.adopt(std::move(state));
  CHECK(other.core.hash() == one.core.hash());
  CHECK(other.core.hash() == f.core.hash());
  CHECK(other.core.counters().inputs == one.core.counters().inputs);
  CHECK(other.core.counters().decisions == one.core.counters().decisions);
  for (CoreFixture* each : {&one, &other}) {
    each->at_ms = f.at_ms + 1'000;
    each->start(2);
    each->depth_id = 5'000;
    each->open_book(10'002, 10'003);
  }
  REQUIRE(one.journal.records.size() > 5);
  CHECK(other.journal.records == one.journal.records);
  CHECK(one.venue.cancels.size() == 3);
  CHECK(other.venue.cancels.size() == 3);
  CHECK(other.script.restored == 4711);
  CHECK(other.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
}
