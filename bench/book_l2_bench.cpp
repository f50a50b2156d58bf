// The L2 book: level updates one by one and in batches, the synchronised book, what readers cost.
// Inputs: a seeded stream of level updates whose distances from the touch follow those of the
// recorded USD-M BTCUSDT depth stream (4 % further than 65,536 ticks), and recorded streams where
// there are any. The floor of a level update is one store to a random place of an array as large as
// the book's.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "bench/harness.hpp"
#include "engine/book/synced_book.hpp"
#include "engine/book/top_snapshot.hpp"
#include "engine/feed/raw_recording.hpp"
#include "venues/binance/recorded_source.hpp"

namespace {
using namespace sq;

struct LevelUpdate {
  Price price{};
  Qty qty{};
  Side side{Side::Buy};
};

// Percent of updates within 2^i ticks of the touch, counted in the recorded USD-M BTCUSDT file of
// 2024-08-08.
constexpr double kWithin[] = {2.2,  2.4,  2.6,  3.1,  4.1,  6.2,  10.4, 19.1, 35.2, 57.5, 75.9,
                              86.1, 88.8, 92.4, 95.0, 96.0, 96.8, 96.9, 97.0, 97.8, 100.0};

class UpdateGenerator {
 public:
  explicit UpdateGenerator(std::uint64_t seed, Price tick) : random_{seed}, tick_{tick} {}

  std::vector<LevelUpdate> make(std::size_t count) {
    std::vector<LevelUpdate> updates;
    updates.reserve(count + 64);
    while (updates.size() < count) {
      if (below(40) == 0) move_touch(updates);
      const Side side = below(2) == 0 ? Side::Buy : Side::Sell;
      add(updates, side, price(side),
          below(100) < 22 ? 0 : 1 + static_cast<std::int64_t>(below(1'000'000)));
    }
    updates.resize(count);
    return updates;
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::int64_t price(Side side) {
    const double dice = static_cast<double>(below(1'000)) / 10.0;
    std::size_t power = 0;
    while (kWithin[power] <= dice) ++power;
    const std::int64_t span = std::int64_t{1} << power;
    const std::int64_t away =
        span / 2 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(span)) / 2);
    const std::int64_t ticks = side == Side::Buy ? touch_ - away : touch_ + 1 + away;
    return power >= 14 ? ticks / 500 * 500 : ticks;  // far orders sit on round prices
  }
  // The levels that the touch runs over are taken away, as the venue does.
  void move_touch(std::vector<LevelUpdate>& updates) {
    const std::int64_t move = static_cast<std::int64_t>(below(25)) - 12;
    const Side eaten = move > 0 ? Side::Sell : Side::Buy;
    for (std::int64_t i = 0; i != move; i += sign_of(opposite(eaten))) {
      add(updates, eaten, touch_ + i + (move > 0 ? 1 : 0), 0);
    }
    touch_ += move;
  }
  void add(std::vector<LevelUpdate>& updates, Side side, std::int64_t ticks, std::int64_t lots) {
    if (ticks > 0)
      updates.push_back({Price::from_raw(ticks * tick_.raw()), Qty::from_raw(lots), side});
  }

  std::mt19937_64 random_;
  Price tick_;
  std::int64_t touch_{600'000};
};

class Events {
 public:
  void add(const RecordHeader& record) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(&record);
    starts_.push_back(words_.size());
    words_.insert(words_.end(), words, words + record.length / 8);
  }
  [[nodiscard]] std::size_t size() const { return starts_.size(); }
  [[nodiscard]] const RecordHeader& operator[](std::size_t i) const {
    return *reinterpret_cast<const RecordHeader*>(words_.data() + starts_[i]);
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::size_t> starts_;
};

struct Recording {
  const char* file;
  const char* name;
  VenueId venue;
  Price tick;
  Events events;  // depth updates, snapshot, best prices
  std::vector<LevelUpdate> updates;
};

bool load(Recording& recording, const char* symbol) {
  const char* setting = std::getenv("SQ_SHARED");  // NOLINT(concurrency-mt-unsafe): one thread
  const std::filesystem::path shared =
      setting != nullptr ? std::filesystem::path{setting}
                         : std::filesystem::path{SQ_PROJECT_DIR}.parent_path() / "shared";
  const auto path = shared / "data/a_binance_ws/hftbacktest" / recording.file;
  if (!std::filesystem::exists(path)) return false;
  const binance::SymbolEntry entry{Symbol{symbol}, InstrumentId{0}};
  binance::RecordedSource source{feed::RawRecording{{path}},
                                 {recording.venue, {&entry, 1}},
                                 kSourceFeedFirst,
                                 InstrumentId{0}};
  for (RecordHeader* record = source.peek(); record != nullptr; record = source.peek()) {
    record->mono = MonoTime{record->wall.ns};
    const bool depth =
        record->kind == RecordKind::DepthUpdate || record->kind == RecordKind::DepthSnapshot;
    if (depth || record->kind == RecordKind::TopOfBook) recording.events.add(*record);
    if (depth) {
      for (const Level& level : bids_of(*record))
        recording.updates.push_back({level.price, level.qty, Side::Buy});
      for (const Level& level : asks_of(*record))
        recording.updates.push_back({level.price, level.qty, Side::Sell});
    }
    source.pop();
  }
  return !source.failure();
}

void run_updates(bench::Session& session, const std::string& name, const std::string& input,
                 Price tick, const std::vector<LevelUpdate>& updates) {
  book::L2Book book{{.tick = tick}};
  std::size_t at = 0;  // not i % size: a division costs half an update
  const auto set = [&](std::size_t) {
    const LevelUpdate& update = updates[at];
    at = at + 1 == updates.size() ? 0 : at + 1;
    return book.set(update.side, update.price, update.qty);
  };
  for (std::size_t i = 0; i < updates.size(); ++i) static_cast<void>(set(i));
  session.run_batched(name, {.input = input, .floor = "floor/random_store_1m"}, set);
}

// Feeds the whole recording to handle(record), which returns how many items that was, twenty times.
// One timing for the events that together have `items_min` items, so that a preempted timing is one
// among many.
template <class Handle>
void run_recorded(bench::Session& session, const std::string& name, const Recording& recording,
                  const char* unit, std::size_t items_min, Handle&& handle) {
  if (!session.wanted(name)) return;
  constexpr std::size_t kPasses = 20;
  std::vector<double> samples;
  samples.reserve((recording.updates.size() + recording.events.size()) / items_min * kPasses +
                  kPasses);
  const std::uint64_t allocated = allocations_on_this_thread();
  std::uint64_t checksum = 0;
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    for (std::size_t i = 0; i < recording.events.size();) {
      std::size_t items = 0;
      const std::uint64_t begin = bench::ticks_begin();
      for (; i < recording.events.size() && items < items_min; ++i)
        items += handle(recording.events[i]);
      const std::uint64_t end = bench::ticks_end();
      if (items >= items_min)
        samples.push_back(session.to_ns(end - begin) / static_cast<double>(items));
      checksum += items;
    }
  }
  session.report_samples(name, {.input = std::string{recording.file} + ", per " + unit}, samples,
                         allocations_on_this_thread() - allocated, checksum);
}

// All levels of the stream through apply(), as the events have them.
void run_batch(bench::Session& session, const std::string& name, const Recording& recording) {
  book::L2Book book{{.tick = recording.tick}};
  run_recorded(session, name, recording, "level", 1024,
               [&](const RecordHeader& record) -> std::size_t {
                 if (record.kind == RecordKind::TopOfBook) return 0;
                 const auto bids = bids_of(record);
                 const auto asks = asks_of(record);
                 return book.apply(bids, asks) == book::Applied::Ok ? bids.size() + asks.size() : 0;
               });
}

// The state machine with all its events. Each pass begins with an unsynchronised book, as its ids
// start again.
void run_synced(bench::Session& session, const std::string& name, const Recording& recording) {
  book::SyncedBook book{
      {.l2 = {.tick = recording.tick}, .stale_after_ns = kNsPerDay, .crossed_for_ns = 0}};
  std::size_t seen = 0;
  run_recorded(session, name, recording, "event", 64,
               [&](const RecordHeader& record) -> std::size_t {
                 if (seen++ % recording.events.size() == 0) book.on_disconnect();
                 if (record.kind == RecordKind::TopOfBook) book.on_top(record);
                 if (record.kind == RecordKind::DepthSnapshot) book.on_snapshot(record);
                 if (record.kind == RecordKind::DepthUpdate) book.on_depth(record);
                 return 1;
               });
}

// What a reader costs the writer: nothing asked, and a copy.
void run_readers(bench::Session& session, const Recording& recording) {
  book::SyncedBook book{
      {.l2 = {.tick = recording.tick}, .stale_after_ns = kNsPerDay, .crossed_for_ns = 0}};
  for (std::size_t i = 0; i < recording.events.size(); ++i) {
    const RecordHeader& record = recording.events[i];
    if (record.kind == RecordKind::DepthUpdate) book.on_depth(record);
    if (record.kind == RecordKind::DepthSnapshot) book.on_snapshot(record);
  }
  book::TopPublisher publisher;
  const auto at = [](std::size_t i) {  // an event a microsecond
    return MonoTime{static_cast<std::int64_t>(i) * kNsPerUs};
  };
  session.run_batched("book/top_publish_unasked", {.input = "nobody reads"}, [&](std::size_t i) {
    publisher.publish_if_wanted(book, at(i));
    return 0;
  });
  session.run_batched("book/top_publish", {.input = "20 + 20 levels"}, [&](std::size_t) {
    publisher.publish(book::top_view(book), MonoTime{});
    return 0;
  });
  std::atomic<bool> stop{false};
  std::thread reader{[&] {
    book::TopView view;
    while (!stop.load(std::memory_order_relaxed)) {
      publisher.request();
      static_cast<void>(publisher.read(view));
    }
  }};
  session.run_batched("book/top_publish_spinning_reader",
                      {.batch = 8192,
                       .samples = 2'000,
                       .input = "1 M events/s, a reader on another core asks without a pause"},
                      [&](std::size_t i) {
                        publisher.publish_if_wanted(book, at(i));
                        return 0;
                      });
  stop.store(true);
  reader.join();
}

void run_floor(bench::Session& session) {
  std::vector<std::uint64_t> array(1U << 17);  // 1 MiB: the quantities of both sides
  std::mt19937_64 random{3};
  std::vector<std::uint32_t> places(1U << 16);
  for (auto& place : places) place = static_cast<std::uint32_t>(random() % array.size());
  session.run_batched("floor/random_store_1m", {.input = "8 bytes, random place of 1 MiB"},
                      [&](std::size_t i) {
                        array[places[i % places.size()]] = i;
                        return 0;
                      });
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  constexpr Price kTenCents = Price::from_raw(100'000'000);
  constexpr Price kCent = Price::from_raw(10'000'000);
  run_floor(session);
  run_updates(session, "book/l2_level_update", "1 M generated updates, seed 42", kTenCents,
              UpdateGenerator{42, kTenCents}.make(session.smoke() ? 10'000 : 1'000'000));
  Recording recordings[] = {
      {"usdm_btcusdt_20240808.gz", "usdm", VenueId::BinanceUsdm, kTenCents, {}, {}},
      {"spot_btcusdt_20240808.gz", "spot", VenueId::BinanceSpot, kCent, {}, {}}};
  for (Recording& recording : recordings) {
    if (session.smoke() || !load(recording, "BTCUSDT")) continue;
    const std::string suffix = std::string{"_"} + recording.name;
    run_updates(session, "book/l2_level_update" + suffix, recording.file, recording.tick,
                recording.updates);
    run_batch(session, "book/l2_batch_update" + suffix, recording);
    run_synced(session, "book/synced_event" + suffix, recording);
  }
  if (recordings[0].events.size() > 0) run_readers(session, recordings[0]);
  return session.finish();
}
