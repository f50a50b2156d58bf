// The captures of many symbols: every book that is LIVE has the best prices that the venue sent, at
// every update id that both streams have; also when messages are lost, doubled and swapped.
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <numeric>
#include <set>

#include "tests/book/best_price_oracle.hpp"
#include "tests/book/captured_messages.hpp"
#include "tests/book/faulty_recording.hpp"
#include "tests/support/recorded_data.hpp"
#include "venues/binance/market_data.hpp"

namespace sq::book {
namespace {
struct Capture {
  std::string_view file;
  VenueId venue;
  std::size_t books;       // symbols with a snapshot
  std::size_t shared_ids;  // counted by a program that shares no code with this one
};
const std::vector<Capture> kCaptures{
    {"cryptofeed/BINANCE-b38f7c.0__2df3a1", VenueId::BinanceSpot, 10, 1155},
    {"cryptofeed/BINANCE_FUTURES-1125a2.0__6397a0", VenueId::BinanceUsdm, 5, 216},
    {"cryptofeed/BINANCE.jsonl.zst__e21fd7.zst", VenueId::BinanceSpot, 4, 26},
    {"cryptofeed/BINANCE_FUTURES.jsonl.zst__4dfa82.zst", VenueId::BinanceUsdm, 4, 50},
    {"cryptofeed/BINANCE_DELIVERY.jsonl.zst__8af579.zst", VenueId::BinanceUsdm, 10, 213},
    {"collect-binancefutures/usdm_btcusdt_20220811.dat", VenueId::BinanceUsdm, 1, 0}};

struct DecodedCapture {
  std::vector<std::vector<std::uint64_t>> records;  // bytes of RecordHeader and payload
  std::map<InstrumentId, Price> ticks;

  [[nodiscard]] const RecordHeader& at(std::size_t i) const {
    return *reinterpret_cast<const RecordHeader*>(records[i].data());
  }
};

std::string symbol_in(const CapturedMessage& message) {
  return message.snapshot_of.empty() ? between(message.json, "\"s\":\"", "\"")
                                     : message.snapshot_of;
}

// The largest step that divides every price of the capture.
void note_ticks(const RecordHeader& record, std::map<InstrumentId, Price>& ticks) {
  std::int64_t& raw_tick = reinterpret_cast<std::int64_t&>(ticks[record.instrument]);
  const auto note = [&](Price price) { raw_tick = std::gcd(raw_tick, price.raw()); };
  if (record.kind == RecordKind::TopOfBook) {
    note(payload_of<TopOfBook>(record).bid_price);
    note(payload_of<TopOfBook>(record).ask_price);
  }
  if (record.kind != RecordKind::DepthUpdate && record.kind != RecordKind::DepthSnapshot) return;
  for (const Level& level : bids_of(record)) note(level.price);
  for (const Level& level : asks_of(record)) note(level.price);
}

DecodedCapture decode(const std::filesystem::path& path, VenueId venue) {
  const std::vector<CapturedMessage> messages = read_captured(path);
  std::set<std::string> names;
  for (const CapturedMessage& message : messages)
    if (const std::string name = symbol_in(message); !name.empty()) names.insert(name);
  const bool one_symbol = names.size() == 1;
  std::vector<binance::SymbolEntry> symbols;
  std::map<std::string, InstrumentId> ids;
  for (const std::string& name : names) {
    const InstrumentId id{static_cast<std::uint32_t>(symbols.size())};
    symbols.push_back({Symbol{name}, id});
    ids[name] = id;
  }
  binance::MarketDataDecoder decoder{{venue, symbols}};
  std::vector<std::uint64_t> out(binance::kRecordBytesMax / 8);
  DecodedCapture capture;
  for (const CapturedMessage& message : messages) {
    const auto found = ids.find(message.snapshot_of);
    const InstrumentId snapshot_of = found != ids.end() ? found->second
                                     : one_symbol       ? InstrumentId{0}
                                                        : kNoInstrument;
    const auto result = decoder.decode_unpadded(message.json, WallTime{1}, snapshot_of,
                                                std::as_writable_bytes(std::span{out}));
    if (result != binance::DecodeResult::Decoded) continue;
    auto& record = reinterpret_cast<RecordHeader&>(*out.data());
    record.mono = MonoTime{static_cast<std::int64_t>(capture.records.size()) + 1};
    note_ticks(record, capture.ticks);
    capture.records.emplace_back(out.begin(), out.begin() + record.length / 8);
  }
  return capture;
}

SyncSettings settings_for(Price tick) {
  return {.l2 = {.tick = tick}, .stale_after_ns = kNsPerDay, .crossed_for_ns = 0};
}

// One book a symbol, and what the best-price stream says of it.
class Books {
 public:
  explicit Books(const std::map<InstrumentId, Price>& ticks) {
    for (const auto& [id, tick] : ticks)
      entries_[id].book = std::make_unique<SyncedBook>(settings_for(tick));
  }
  void on(const RecordHeader& record) {
    const auto found = entries_.find(record.instrument);
    if (found == entries_.end()) return;
    auto& [book, oracle] = found->second;
    feed(*book, record);
    if (record.kind == RecordKind::TopOfBook) {
      const auto& top = payload_of<TopOfBook>(record);
      oracle.top_at(top.update_id, {top.bid_price, top.bid_qty}, {top.ask_price, top.ask_qty});
    } else if (book->state() == BookState::Live) {
      oracle.depth_at(book->last_id(), book->depth().best(Side::Buy),
                      book->depth().best(Side::Sell));
      crossed_ += book->depth().crossed();
    }
  }
  [[nodiscard]] std::size_t live() const {
    return static_cast<std::size_t>(std::ranges::count_if(entries_, [](const auto& entry) {
      return entry.second.book->state() == BookState::Live;
    }));
  }
  [[nodiscard]] std::size_t shared() const {
    std::size_t sum = 0;
    for (const auto& [id, entry] : entries_) sum += entry.oracle.shared();
    return sum;
  }
  [[nodiscard]] std::size_t different() const {
    std::size_t sum = 0;
    for (const auto& [id, entry] : entries_) sum += entry.oracle.different();
    return sum;
  }
  [[nodiscard]] std::size_t crossed() const { return crossed_; }

 private:
  struct Entry {
    std::unique_ptr<SyncedBook> book;
    Oracle oracle;
  };
  std::map<InstrumentId, Entry> entries_;
  std::size_t crossed_{0};
};
}  // namespace

TEST_CASE("the books of every multi-symbol capture equal the best prices at every shared id",
          "[book][recorded]") {
  for (const Capture& each : kCaptures) {
    const auto path = test::recorded("data/a_binance_ws/" + std::string{each.file});
    if (!path) return;
    const DecodedCapture capture = decode(*path, each.venue);
    Books books{capture.ticks};
    for (std::size_t i = 0; i < capture.records.size(); ++i) books.on(capture.at(i));
    INFO(each.file);
    CHECK(books.live() == each.books);
    CHECK(books.shared() == each.shared_ids);
    CHECK(books.different() == 0);
    CHECK(books.crossed() == 0);
  }
}

TEST_CASE("a capture with updates lost, doubled and swapped gives true books or none that are LIVE",
          "[book][recorded]") {
  std::size_t compared = 0;
  std::size_t gaps = 0;
  std::size_t resyncs = 0;
  for (const Capture& each : kCaptures) {
    const auto path = test::recorded("data/a_binance_ws/" + std::string{each.file});
    if (!path) return;
    const DecodedCapture capture = decode(*path, each.venue);
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      std::map<InstrumentId, std::unique_ptr<FaultyRecording>> links;
      for (const auto& [id, tick] : capture.ticks)
        links[id] = std::make_unique<FaultyRecording>(settings_for(tick), seed + 10 * index_of(id));
      for (std::size_t i = 0; i < capture.records.size(); ++i)
        if (const auto link = links.find(capture.at(i).instrument); link != links.end())
          link->second->on(capture.at(i));
      INFO(each.file);
      for (const auto& [id, link] : links) {
        CHECK(link->wrong() == 0);
        compared += link->compared();
        gaps += link->book().counters().gaps;
        resyncs += link->book().counters().resyncs;
      }
    }
  }
  CHECK(compared > 1'000);
  CHECK(gaps > 300);
  CHECK(resyncs > 300);
}
}  // namespace sq::book
