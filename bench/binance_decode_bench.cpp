// Decoding of Binance messages: bytes in memory to a validated record, against simdjson alone and
// against one memchr pass over the same bytes. Inputs: made here in the venue's exact format with a
// fixed seed, thousands of different ones, and recordings where there are any.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness.hpp"
#include "engine/feed/raw_recording.hpp"
#include "tests/support/binance_messages.hpp"
#include "venues/binance/market_data.hpp"
#include "venues/binance/recorded_source.hpp"

namespace {
using namespace sq;
using Maker = test::BinanceMessages;

constexpr binance::SymbolEntry kSymbols[] = {{Symbol{"BTCUSDT"}, InstrumentId{0}},
                                             {Symbol{"ETHUSDT"}, InstrumentId{1}},
                                             {Symbol{"BTCUSD_PERP"}, InstrumentId{2}}};
constexpr std::size_t kMessages = 4096;

// Messages one behind the other, as they lie in a receive buffer.
class Messages {
 public:
  template <class Make>
  explicit Messages(Make&& make) {
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < kMessages; ++i) {
      bytes_ += make();
      ends.push_back(bytes_.size());
    }
    bytes_.append(binance::kMessagePadding, '\0');
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      views_.push_back(std::string_view{bytes_}.substr(begin, end - begin));
      begin = end;
    }
  }
  [[nodiscard]] std::string_view operator[](std::size_t i) const { return views_[i % kMessages]; }
  [[nodiscard]] std::size_t mean_bytes() const { return bytes_.size() / kMessages; }

 private:
  std::string bytes_;
  std::vector<std::string_view> views_;
};

struct Decoders {
  explicit Decoders(VenueId venue)
      : decoder{{venue, kSymbols}},
        table{kSymbols},
        parser{venue == VenueId::BinanceSpot ? DepthChain::Contiguous : DepthChain::Linked, table,
               1U << 21},
        record{std::make_unique<std::byte[]>(binance::kRecordBytesMax)},
        out{record.get(), binance::kRecordBytesMax} {}
  [[nodiscard]] std::uint64_t digest() const {
    return reinterpret_cast<const RecordHeader*>(record.get())->length;
  }
  binance::MarketDataDecoder decoder;
  binance::SymbolTable table;
  binance::Parser parser;
  std::unique_ptr<std::byte[]> record;
  std::span<std::byte> out;
};

bool all_decoded{true};

void run(bench::Session& session, const std::string& name, VenueId venue,
         const Messages& messages) {
  Decoders with{venue};
  const std::string input =
      "4096 messages of " + std::to_string(messages.mean_bytes()) + " bytes, seed 42";
  const std::string floor = name + "_memchr";
  bool good = true;
  session.run_batched(floor, {.input = input}, [&](std::size_t i) {
    const std::string_view text = messages[i];
    return reinterpret_cast<std::uintptr_t>(std::memchr(text.data(), '\n', text.size()));
  });
  session.run_batched(name, {.input = input, .floor = floor}, [&](std::size_t i) {
    good &= with.decoder.decode(messages[i], WallTime{1}, InstrumentId{0}, with.out) ==
            binance::DecodeResult::Decoded;
    return with.digest();
  });
  session.run_batched(name + "_simdjson", {.input = input, .floor = floor}, [&](std::size_t i) {
    good &= with.parser.parse(messages[i], WallTime{1}, InstrumentId{0}, with.out).result ==
            binance::DecodeResult::Decoded;
    return with.digest();
  });
  const binance::DecodeCounts& counts = with.decoder.counts();
  if (!good || counts.scanned != counts.decoded()) {
    std::fprintf(stderr, "%s: not every message took the fast way\n", name.c_str());
    all_decoded = false;
  }
}

std::filesystem::path recordings() {
  const char* setting = std::getenv("SQ_SHARED");  // NOLINT(concurrency-mt-unsafe): one thread
  const std::filesystem::path shared =
      setting != nullptr ? std::filesystem::path{setting}
                         : std::filesystem::path{SQ_PROJECT_DIR}.parent_path() / "shared";
  return shared / "data/a_binance_ws/hftbacktest";
}

void run_recorded(bench::Session& session, const std::string& name, VenueId venue,
                  const std::string& file) {
  const std::filesystem::path path = recordings() / file;
  if (!session.wanted(name) || !std::filesystem::exists(path)) return;
  const auto bytes = feed::RawRecording::load_all({path});
  if (!bytes) {
    std::fprintf(stderr, "%s\n", bytes.error().text().c_str());
    all_decoded = false;
    return;
  }
  const std::size_t passes = session.smoke() ? 1 : 50;
  std::vector<double> passes_ns;
  passes_ns.reserve(passes);
  std::uint64_t records = 0;
  std::uint64_t digest = 0;
  std::uint64_t allocations = 0;
  for (std::size_t pass = 0; pass <= passes; ++pass) {  // the first warms up
    binance::RecordedSource source{
        feed::RawRecording{*bytes, file}, {venue, kSymbols}, kSourceFeedFirst, InstrumentId{0}};
    const std::uint64_t allocated = allocations_on_this_thread();
    const std::uint64_t begin = bench::ticks_begin();
    for (records = 0; const RecordHeader* record = source.peek(); ++records) {
      digest = digest * 31 + record->length;
      source.pop();
    }
    const std::uint64_t end = bench::ticks_end();
    if (pass == 0) continue;
    passes_ns.push_back(session.to_ns(end - begin));
    allocations += allocations_on_this_thread() - allocated;
  }
  session.report_rate(name, {.input = file + ", lines in memory to records"}, records, passes_ns,
                      allocations, digest);
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  Maker usdm{Maker::Venue::Usdm, 42};
  Maker spot{Maker::Venue::Spot, 42};
  Maker coinm{Maker::Venue::Coinm, 42};
  constexpr VenueId kUsdm = VenueId::BinanceUsdm;
  constexpr VenueId kSpot = VenueId::BinanceSpot;
  run(session, "binance/decode_depth_10x10", kUsdm, Messages{[&] { return usdm.depth(10, 10); }});
  run(session, "binance/decode_depth_10x10_spot", kSpot,
      Messages{[&] { return spot.depth(10, 10); }});
  run(session, "binance/decode_depth_10x10_coinm", kUsdm,
      Messages{[&] { return coinm.depth(10, 10); }});
  run(session, "binance/decode_book_ticker", kUsdm, Messages{[&] { return usdm.book_ticker(); }});
  run(session, "binance/decode_book_ticker_spot", kSpot,
      Messages{[&] { return spot.book_ticker(); }});
  run(session, "binance/decode_trade", kUsdm, Messages{[&] { return usdm.trade(); }});
  run(session, "binance/decode_trade_spot", kSpot, Messages{[&] { return spot.trade(); }});
  run(session, "binance/decode_agg_trade", kUsdm, Messages{[&] { return usdm.aggregate_trade(); }});
  run_recorded(session, "binance/decode_recorded_usdm", kUsdm, "usdm_btcusdt_20240808.gz");
  run_recorded(session, "binance/decode_recorded_spot", kSpot, "spot_btcusdt_20240809.gz");
  run_recorded(session, "binance/decode_recorded_coinm", kUsdm, "cm_btcusd_perp_20240809.gz");
  const int status = session.finish();
  return all_decoded ? status : 1;
}
