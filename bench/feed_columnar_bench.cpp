// Our own columnar format: writing and reading, record by record and as columns, memory to memory
// and as a file. Inputs: seeded streams of one kind (single-level depth updates whose distances
// from the touch follow those of the recorded USD-M BTCUSDT stream; trades; orders of a book that
// lives), and recorded streams where there are any. For each the bytes a record takes: as it is,
// as it is behind zstd level 1, packed, and packed with zstd where it pays.
#include <zstd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/feed/columnar/reader.hpp"
#include "engine/feed/columnar/writer.hpp"
#include "engine/feed/dbn/dbn_file.hpp"
#include "engine/feed/raw_recording.hpp"
#include "venues/binance/recorded_source.hpp"

namespace {
using namespace sq;
using namespace sq::feed;
using columnar::Press;

class Records {
 public:
  void add(const RecordHeader& record) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(&record);
    starts_.push_back(words_.size());
    words_.insert(words_.end(), words, words + record.length / 8);
  }
  [[nodiscard]] std::size_t size() const { return starts_.size(); }
  [[nodiscard]] std::span<const std::uint64_t> words() const { return words_; }
  [[nodiscard]] const RecordHeader& operator[](std::size_t i) const {
    return *reinterpret_cast<const RecordHeader*>(words_.data() + starts_[i]);
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::size_t> starts_;
};

// Percent of updates within 2^i ticks of the touch (bench/book_l2_bench.cpp).
constexpr double kWithin[] = {2.2,  2.4,  2.6,  3.1,  4.1,  6.2,  10.4, 19.1, 35.2, 57.5, 75.9,
                              86.1, 88.8, 92.4, 95.0, 96.0, 96.8, 96.9, 97.0, 97.8, 100.0};
constexpr std::int64_t kTick = 100'000'000;

class Generator {
 public:
  [[nodiscard]] Records depth(std::size_t count) {
    struct OneLevel {
      DepthHeader depth;
      Level level;
    };
    return make(count, [this](Records& records) {
      OneLevel update;
      const bool bid = below(2) == 0;
      update.depth.previous_id = id_;
      update.depth.first_id = id_ + 1 + below(40);
      update.depth.last_id = id_ = update.depth.first_id + below(60);
      update.depth.transaction_time = WallTime{venue() - 2 * kNsPerMs};
      (bid ? update.depth.bid_count : update.depth.ask_count) = 1;
      update.depth.chain = DepthChain::Linked;
      const std::int64_t distance = this->distance();
      update.level.price =
          Price::from_raw((bid ? touch_ - distance : touch_ + 1 + distance) * kTick);
      update.level.qty = below(3) == 0 ? Qty{} : qty();
      put(records, RecordKind::DepthUpdate, update);
    });
  }
  [[nodiscard]] Records trades(std::size_t count) {
    return make(count, [this](Records& records) {
      TradePrint trade;
      trade.first_trade_id = trade.last_trade_id = ++id_;
      trade.price = Price::from_raw((touch_ + static_cast<std::int64_t>(below(2))) * kTick);
      trade.qty = qty();
      trade.transaction_time = WallTime{venue() - kNsPerMs};
      trade.aggressor = below(2) == 0 ? Side::Buy : Side::Sell;
      put(records, RecordKind::TradePrint, trade);
    });
  }
  [[nodiscard]] Records orders(std::size_t count) {
    std::vector<MarketOrder> live;
    return make(count, [this, live](Records& records) mutable {
      MarketOrder order;
      const std::uint64_t what = below(100);
      if (what < 46 || live.size() < 100) {
        order.order_id = id_ += 1 + below(6);
        order.side = below(2) == 0 ? Side::Buy : Side::Sell;
        order.price = Price::from_raw((touch_ + sign_of(order.side) * -distance()) * kTick / 10);
        order.qty = Qty::from_units(below(2) == 0 ? 100 : 1 + static_cast<int>(below(500)));
        live.push_back(order);
      } else {
        const std::size_t back =
            std::min<std::size_t>(live.size(), 1 + static_cast<std::size_t>(distance()));
        const std::size_t place = live.size() - back;
        order = live[place];
        order.action = what < 91 ? OrderAction::Delete : OrderAction::Execute;
        if (order.action == OrderAction::Execute) order.match_id = ++matches_;
        live[place] = live.back();
        live.pop_back();
      }
      put(records, RecordKind::MarketOrder, order);
    });
  }

 private:
  template <class Add>
  Records make(std::size_t count, Add add) {
    Records records;
    for (std::size_t i = 0; i < count; ++i) {
      wall_ += below(4) == 0 ? static_cast<std::int64_t>(below(2'000'000))
                             : static_cast<std::int64_t>(below(20'000));
      if (below(10) == 0) touch_ += static_cast<std::int64_t>(below(5)) - 2;
      add(records);
    }
    return records;
  }
  template <class P>
  void put(Records& records, RecordKind kind, const P& payload) {
    auto record = make_record(kind, payload);
    record.header.source = kSourceFeedFirst;
    record.header.source_sequence = records.size() + 1;
    record.header.wall = WallTime{wall_};
    record.header.venue_time = WallTime{venue()};
    record.header.instrument = InstrumentId{0};
    records.add(record.header);
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  [[nodiscard]] std::int64_t venue() const { return wall_ / kNsPerMs * kNsPerMs; }
  std::int64_t distance() {
    const double percent = static_cast<double>(below(1'000)) / 10;
    int power = 0;
    while (percent >= kWithin[power]) ++power;
    return static_cast<std::int64_t>(below(std::uint64_t{1} << power));
  }
  Qty qty() {
    const auto lots = below(4) == 0 ? 1 + below(100) : 1 + below(20'000);
    return Qty::from_raw(static_cast<std::int64_t>(lots) * 100'000);
  }

  std::mt19937_64 random_{42};
  std::int64_t wall_{1'723'161'256'298'000'000};
  std::int64_t touch_{600'000};
  std::uint64_t id_{5'123'107'832'005};
  std::uint64_t matches_{0};
};

std::vector<std::byte> written(const Records& records, Press press,
                               std::vector<std::size_t>* starts = nullptr) {
  columnar::BlockEncoder encoder{{.press = press}};
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (encoder.add(records[i]) != columnar::Refused::No) std::abort();
    if (!encoder.full() && i + 1 != records.size()) continue;
    const auto section = encoder.finish(bytes.size());
    if (starts != nullptr) starts->push_back(bytes.size());
    bytes.insert(bytes.end(), section.begin(), section.end());
  }
  return bytes;
}

void print_sizes(const std::string& name, const Records& records) {
  const auto raw = std::as_bytes(records.words());
  std::vector<std::byte> room(ZSTD_compressBound(raw.size()));
  const std::size_t zstd = ZSTD_compress(room.data(), room.size(), raw.data(), raw.size(), 1);
  const auto count = static_cast<double>(records.size());
  const auto a_record = [count](std::size_t bytes) { return static_cast<double>(bytes) / count; };
  std::printf(
      "%s: bytes a record: %.1f as it is, %.1f with zstd, %.2f packed, %.2f packed and zstd\n",
      name.c_str(), a_record(raw.size()), a_record(zstd),
      a_record(written(records, Press::Never).size()),
      a_record(written(records, Press::Smaller).size()));
}

void run_memory(bench::Session& session, const std::string& what, const Records& records,
                Press press, const std::string& suffix) {
  const std::string input = std::to_string(records.size()) + " records in memory" +
                            (press == Press::Never ? ", packed only" : "");
  const bench::Options options{.samples = 60, .input = input};
  columnar::BlockEncoder encoder{{.press = press}};
  session.run_rate("feed/columnar_write_" + what + suffix, options, records.size(), [&] {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
      static_cast<void>(encoder.add(records[i]));
      if (encoder.full()) bytes += encoder.finish(bytes).size();
    }
    return bytes + encoder.finish(bytes).size();
  });
  std::vector<std::size_t> starts;
  const std::vector<std::byte> bytes = written(records, press, &starts);
  columnar::BlockDecoder decoder;
  const auto each_block = [&](auto&& use) {
    std::uint64_t sum = 0;
    for (const std::size_t start : starts) {
      columnar::SectionHeader header;
      std::memcpy(static_cast<void*>(&header), bytes.data() + start, sizeof header);
      const std::byte* const payload = bytes.data() + start + sizeof header;
      if (columnar::checksum_of(payload, header.stored_bytes, start) != header.payload_checksum ||
          !decoder.decode({payload, header.stored_bytes}, header.count).empty())
        std::abort();
      sum += use();
    }
    return sum;
  };
  session.run_rate("feed/columnar_batch_" + what + suffix, options, records.size(),
                   [&] { return each_block([&] { return decoder.rows(); }); });
  session.run_rate("feed/columnar_read_" + what + suffix, options, records.size(), [&] {
    return each_block([&] {
      std::uint64_t sum = 0;
      while (const RecordHeader* record = decoder.next())
        sum += record->source_sequence + record->length;
      return sum;
    });
  });
}

void run_file(bench::Session& session, const std::string& what, const Records& records) {
  const auto path = std::filesystem::temp_directory_path() / "sq_columnar_bench.sqmd";
  const bench::Options options{.samples = 9, .input = "a file in the page cache, 8 times these"};
  constexpr std::size_t kTimes = 8;  // so that making the file weighs little
  session.run_rate("feed/columnar_file_write_" + what, options, kTimes * records.size(), [&] {
    columnar::Writer writer{path};
    for (std::size_t i = 0; i < kTimes * records.size(); ++i)
      static_cast<void>(writer.add(records[i % records.size()]));
    writer.close();
    return writer.counters().bytes;
  });
  session.run_rate("feed/columnar_file_read_" + what, options, kTimes * records.size(), [&] {
    columnar::Reader reader{path, {}};
    std::uint64_t sum = 0;
    for (; reader.peek() != nullptr; reader.pop()) sum += reader.peek()->source_sequence;
    return sum;
  });
  std::filesystem::remove(path);
}

std::filesystem::path shared() {
  const char* setting = std::getenv("SQ_SHARED");  // NOLINT(concurrency-mt-unsafe): one thread
  return setting != nullptr ? std::filesystem::path{setting}
                            : std::filesystem::path{SQ_PROJECT_DIR}.parent_path() / "shared";
}
Records drained(Source& source) {
  Records records;
  for (; source.peek() != nullptr; source.pop()) records.add(*source.peek());
  return records;
}
Records recorded_binance(const char* file, VenueId venue) {
  const auto path = shared() / "data/a_binance_ws/hftbacktest" / file;
  if (!std::filesystem::exists(path)) return {};
  const binance::SymbolEntry entry{Symbol{"BTCUSDT"}, InstrumentId{0}};
  binance::RecordedSource source{
      RawRecording{{path}}, {venue, {&entry, 1}}, kSourceFeedFirst, InstrumentId{0}};
  return drained(source);
}
Records recorded_orders() {
  const auto path = shared() / "data/b_normalised/nautilus_esh4-glbx-mdp3-20231225.mbo.dbn.zst";
  if (!std::filesystem::exists(path)) return {};
  return drained(*dbn::open_dbn(path, {}));
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const std::size_t count = session.smoke() ? 10'000 : 65'536;
  struct Stream {
    std::string name;
    Records records;
  };
  std::vector<Stream> streams;
  streams.push_back({"l2", Generator{}.depth(count)});
  streams.push_back({"trades", Generator{}.trades(count)});
  streams.push_back({"orders", Generator{}.orders(count)});
  if (!session.smoke()) {
    streams.push_back({"usdm", recorded_binance("usdm_btcusdt_20240808.gz", VenueId::BinanceUsdm)});
    streams.push_back({"spot", recorded_binance("spot_btcusdt_20240808.gz", VenueId::BinanceSpot)});
    streams.push_back({"es_mbo", recorded_orders()});
  }
  for (const Stream& stream : streams) {
    if (stream.records.size() == 0) continue;
    print_sizes(stream.name, stream.records);
    run_memory(session, stream.name, stream.records, Press::Smaller, "");
    run_memory(session, stream.name, stream.records, Press::Never, "_packed");
    run_file(session, stream.name, stream.records);
  }
  return session.finish();
}
