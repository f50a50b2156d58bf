#include "engine/app/binance_raw_file.hpp"

#include <fmt/format.h>

#include <numeric>
#include <set>
#include <stdexcept>

#include "engine/feed/raw_recording.hpp"
#include "venues/binance/recorded_source.hpp"

namespace sq::app {
namespace {
struct Found {
  VenueId venue{VenueId::BinanceSpot};
  std::vector<std::string> symbols;
};

std::string_view value_of(std::string_view json, std::string_view key) {
  const std::size_t at = json.find(key);
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + key.size());
  return json.substr(0, json.find('"'));
}

Found look_at(const std::filesystem::path& path) {
  constexpr int kLines = 20'000;
  feed::RawRecording recording{{path}};
  Found found;
  std::set<std::string, std::less<>> seen;
  feed::RawLine line;
  for (int i = 0; i < kLines && recording.next(line) == feed::RawRecording::Read::Line; ++i) {
    const std::string_view symbol = value_of(line.json, R"("s":")");
    if (line.json.find(R"("pu":)") != std::string_view::npos) found.venue = VenueId::BinanceUsdm;
    if (!symbol.empty() && symbol.size() <= 24 && seen.insert(std::string{symbol}).second)
      found.symbols.emplace_back(symbol);
  }
  return found;
}

class BinanceRawFile final : public feed::MarketFile {
 public:
  BinanceRawFile(const std::filesystem::path& path, const feed::FileOptions& options) {
    const Found found = look_at(path);
    if (found.symbols.empty())
      throw std::runtime_error(
          fmt::format("{}: no message of Binance with a symbol in its first lines; expected {}",
                      path.string(), kBinanceRawSummary));
    binance::DecoderSettings decoder;
    decoder.venue = found.venue;
    std::vector<binance::SymbolEntry> entries;
    InstrumentId only = kNoInstrument;
    for (const std::string& name : found.symbols) {
      const auto id = id_for(name, options);
      if (id == kNoInstrument) continue;
      entries.push_back({Symbol{name}, id});
      if (symbols_.size() <= index_of(id)) symbols_.resize(index_of(id) + 1);
      symbols_[index_of(id)] = {name, Price{}, Qty::from_raw(1)};
      only = found.symbols.size() == 1 ? id : kNoInstrument;
    }
    if (entries.empty())
      throw std::runtime_error(fmt::format("{}: none of the symbols asked for, but {}",
                                           path.string(), comma_separated(found.symbols)));
    decoder.symbols = entries;
    total_ = std::filesystem::file_size(path);
    find_ticks(path, decoder, only);
    source_ = std::make_unique<binance::RecordedSource>(feed::RawRecording{{path}}, decoder,
                                                        options.source, only);
  }

  [[nodiscard]] RecordHeader* peek() override {
    RecordHeader* record = source_->peek();
    if (record == nullptr) finish();
    return record;
  }
  void pop() override {
    ++counters_.messages;
    source_->pop();
  }
  [[nodiscard]] std::span<const feed::FileSymbol> symbols() const override { return symbols_; }
  [[nodiscard]] const feed::FileCounters& counters() const override { return counters_; }
  [[nodiscard]] std::uint64_t bytes_read() const override { return ended_ ? total_ : 0; }
  [[nodiscard]] std::uint64_t bytes_total() const override { return total_; }

 private:
  InstrumentId id_for(std::string_view name, const feed::FileOptions& options) const {
    if (options.symbols.empty())
      return InstrumentId{static_cast<std::uint32_t>(symbols_.size())};
    for (const auto& [wanted, id] : options.symbols)
      if (wanted == name) return id;
    return kNoInstrument;
  }
  void find_ticks(const std::filesystem::path& path, const binance::DecoderSettings& decoder,
                  InstrumentId only);
  void finish();

  std::vector<feed::FileSymbol> symbols_;
  std::unique_ptr<binance::RecordedSource> source_;
  feed::FileCounters counters_;
  std::uint64_t total_{0};
  bool ended_{false};
};

// The messages state no tick: the largest step that divides every price of the file.
void BinanceRawFile::find_ticks(const std::filesystem::path& path,
                                const binance::DecoderSettings& decoder, InstrumentId only) {
  binance::RecordedSource source{feed::RawRecording{{path}}, decoder, kSourceFeedFirst, only};
  std::vector<std::int64_t> steps(symbols_.size(), 0);
  for (RecordHeader* record = source.peek(); record != nullptr; record = source.peek()) {
    std::int64_t& step = steps[index_of(record->instrument)];
    const auto note = [&](Price price) { step = std::gcd(step, price.raw()); };
    if (record->kind == RecordKind::TopOfBook) {
      note(payload_of<TopOfBook>(*record).bid_price);
      note(payload_of<TopOfBook>(*record).ask_price);
    } else if (record->kind == RecordKind::TradePrint) {
      note(payload_of<TradePrint>(*record).price);
    } else if (record->kind == RecordKind::DepthUpdate ||
               record->kind == RecordKind::DepthSnapshot) {
      for (const Level& level : bids_of(*record)) note(level.price);
      for (const Level& level : asks_of(*record)) note(level.price);
    }
    source.pop();
  }
  for (std::size_t i = 0; i < symbols_.size(); ++i) symbols_[i].tick = Price::from_raw(steps[i]);
}

void BinanceRawFile::finish() {
  if (ended_) return;
  ended_ = true;
  const auto& decoded = source_->decoded();
  counters_.by_kind = {{"depth update", decoded.depth_updates},
                       {"depth snapshot", decoded.snapshots},
                       {"best price", decoded.tops},
                       {"trade", decoded.trades},
                       {"aggregate trade", decoded.aggregate_trades},
                       {"mark price", decoded.mark_prices},
                       {"not traded on", decoded.ignored}};
  std::erase_if(counters_.by_kind, [](const auto& kind) { return kind.second == 0; });
  counters_.anomalies = decoded.malformed;
  if (decoded.malformed != 0)
    counters_.first_anomalies.push_back(
        {source_->counts().first_malformed_line, "not a message of Binance"});
  if (source_->failure()) {
    counters_.first_anomalies.push_back({source_->failure()->line, source_->failure()->text()});
    ++counters_.anomalies;
  }
}
}  // namespace

bool recognises_binance_raw(const std::filesystem::path& path) {
  feed::RawRecording recording{{path}};
  feed::RawLine line;
  return recording.next(line) == feed::RawRecording::Read::Line && line.json.starts_with('{');
}

std::unique_ptr<feed::MarketFile> open_binance_raw(const std::filesystem::path& path,
                                                   const feed::FileOptions& options) {
  return std::make_unique<BinanceRawFile>(path, options);
}

std::string comma_separated(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

std::unique_ptr<feed::MarketFile> open_any_file(const std::filesystem::path& path,
                                                const feed::FileOptions& options) {
  if (options.format == kBinanceRaw || (options.format.empty() && recognises_binance_raw(path)))
    return open_binance_raw(path, options);
  return feed::open_market_file(path, options);
}
}  // namespace sq::app
