#include "engine/feed/simulated/session.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "engine/feed/simulated/efficient_price.hpp"
#include "engine/feed/simulated/publisher.hpp"

namespace sq::feed::simulated {
namespace {
constexpr std::int64_t kStepNs = 1'000'000;                // of market time
constexpr std::int64_t kWarmUpNs = 3'000'000'000;          // of market time, before anybody listens
constexpr std::int64_t kSnapshotAfterNs = 180'000'000;     // of wall time, after the stream opens
constexpr std::uint64_t kFirstUsdmId = 5'000'000'000'000;  // the sizes that the venue's ids have
constexpr std::uint64_t kFirstSpotId = 50'000'000'000;
constexpr std::uint64_t kFirstTradeId = 4'000'000'000;
constexpr int kHiddenShare = 700;  // a hidden level nearer than price / 700 is shown
constexpr std::int64_t kRateMax = 100;

// Streams of random numbers: one per purpose and symbol, so that adding a symbol changes no other.
enum Stream : std::uint64_t {
  kSharedStream = 1,
  kOwnStream = 1'000,
  kFlowStream = 2'000,
  kPublishStream = 3'000,
  kConnectionStream = 4'000
};

std::uint64_t hash_of(std::string_view name) noexcept {  // FNV-1a
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

struct SimulatedSymbol {
  SimulatedSymbol(const Settings& settings, std::string_view full_name, const SymbolClass& found,
                  UpdateIds& ids)
      : name{full_name},
        symbol{found},
        path{settings.directory / file_name(full_name)},
        file{path},
        deviation{stream(settings, kOwnStream)},
        flow{found, ids, stream(settings, kFlowStream)},
        publisher{found,
                  full_name.substr(full_name.find(':') + 1),
                  {settings.start_wall_ns, settings.rate},
                  stream(settings, kPublishStream),
                  Connection{stream(settings, kConnectionStream),
                             found.message_us / static_cast<double>(settings.rate),
                             settings.clock_offset_ns},
                  file,
                  kFirstTradeId + hash_of(full_name) % 1'000'000'000} {}

  [[nodiscard]] Random stream(const Settings& settings, Stream purpose) const noexcept {
    return Random{settings.seed, purpose + hash_of(name)};
  }

  std::string name;
  const SymbolClass& symbol;
  std::filesystem::path path;
  GzipWriter file;
  OwnDeviation deviation;
  OrderFlow flow;
  Publisher publisher;
  std::vector<Tick> hidden_bids;  // keys of levels that the snapshot left out, nearest last
  std::vector<Tick> hidden_asks;
};

class Session {
 public:
  explicit Session(const Settings& settings)
      : settings_{settings},
        usdm_ids_{kFirstUsdmId},
        shared_{Random{settings.seed, kSharedStream}} {
    for (const std::string& name : settings.symbols) {
      const SymbolClass* found = find_symbol_class(name);
      if (found == nullptr) {
        throw std::invalid_argument("symbol " + name + ": expected usdm:NAME or spot:NAME");
      }
      if (found->market == Market::Spot)
        spot_ids_.push_back(std::make_unique<UpdateIds>(kFirstSpotId));
      UpdateIds& ids = found->market == Market::Spot ? *spot_ids_.back() : usdm_ids_;
      symbols_.push_back(std::make_unique<SimulatedSymbol>(settings, name, *found, ids));
    }
  }

  void run(const std::function<void(const Progress&)>& progress) {
    for (auto& simulated : symbols_) simulated->flow.fill_book();
    const std::int64_t length = settings_.duration_ns * settings_.rate;
    const std::int64_t snapshot_at = std::min(kSnapshotAfterNs * settings_.rate, length / 2);
    bool snapshot_taken = false;
    for (std::int64_t now = -kWarmUpNs; now < length; now += kStepNs) {
      if (now == 0) listen();
      step(now);
      if (!snapshot_taken && now >= snapshot_at) {
        for (auto& simulated : symbols_) take_snapshot(*simulated, now + kStepNs);
        snapshot_taken = true;
      }
      if (progress && now > 0 && now / kStepNs % (length / kStepNs / 100 + 1) == 0) {
        progress({static_cast<double>(now) / static_cast<double>(length), messages()});
      }
    }
    for (auto& simulated : symbols_) simulated->publisher.finish();
  }

  [[nodiscard]] Written written() {
    Written written;
    for (auto& simulated : symbols_) {
      simulated->file.close();
      const MessageCounts& counts = simulated->publisher.counts();
      written.files.push_back({simulated->name, simulated->path, counts.depth, counts.ticker,
                               counts.trade, counts.snapshot, simulated->file.text_bytes(),
                               simulated->file.file_bytes(), simulated->file.text_crc32()});
      written.messages += counts.total();
      written.text_bytes += simulated->file.text_bytes();
    }
    return written;
  }

 private:
  void listen() {
    for (auto& simulated : symbols_) {
      simulated->flow.book().clear_changed();
      simulated->flow.listen(simulated->publisher);
    }
  }

  void step(std::int64_t now) {
    const double seconds = static_cast<double>(kStepNs) * 1e-9;
    shared_.step(seconds);
    for (auto& simulated : symbols_) {
      const SymbolClass& symbol = simulated->symbol;
      simulated->deviation.step(seconds);
      const double log_price = symbol.beta * symbol.volatility * shared_.value() +
                               symbol.own_volatility * simulated->deviation.value();
      const double efficient = static_cast<double>(symbol.start_price) * portable_exp(log_price);
      OrderFlow& flow = simulated->flow;
      flow.step(now, now + kStepNs, efficient, shared_.activity());
      const auto near = static_cast<Tick>(efficient) / kHiddenShare;
      flow.show_hidden(BookSide::Bid, simulated->hidden_bids, near);
      flow.show_hidden(BookSide::Ask, simulated->hidden_asks, near);
      if (now >= 0) simulated->publisher.advance(now + kStepNs, flow.book());
    }
  }

  void take_snapshot(SimulatedSymbol& simulated, std::int64_t now) {
    simulated.publisher.snapshot(now, simulated.flow.ids().last(), simulated.flow.book());
    for (const BookSide side : {BookSide::Bid, BookSide::Ask}) {
      std::vector<Tick>& hidden =
          side == BookSide::Bid ? simulated.hidden_bids : simulated.hidden_asks;
      std::size_t rank = 0;
      for (const auto& [key, level] : simulated.flow.book().levels(side)) {
        if (++rank > kSnapshotLevels) hidden.push_back(key);
      }
      std::reverse(hidden.begin(), hidden.end());
    }
  }

  [[nodiscard]] std::uint64_t messages() const noexcept {
    std::uint64_t total = 0;
    for (const auto& simulated : symbols_) total += simulated->publisher.counts().total();
    return total;
  }

  const Settings& settings_;
  UpdateIds usdm_ids_;
  std::vector<std::unique_ptr<UpdateIds>> spot_ids_;
  SharedPrice shared_;
  std::vector<std::unique_ptr<SimulatedSymbol>> symbols_;
};
}  // namespace

std::string file_name(std::string_view symbol) {
  std::string name{symbol};
  for (char& c : name) {
    if (c == ':') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name + "_simulated.gz";
}

namespace {
// "usdm:BTCUSDT": the name becomes JSON text and a file name.
bool is_name(std::string_view symbol) noexcept {
  const std::size_t colon = symbol.find(':');
  if (colon == std::string_view::npos || colon + 1 == symbol.size()) return false;
  return std::ranges::all_of(symbol.substr(colon + 1), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void check(const Settings& settings) {
  if (settings.duration_ns <= 0) throw std::invalid_argument("duration_ns: expected more than 0");
  if (settings.rate < 1 || settings.rate > kRateMax) {
    throw std::invalid_argument("rate: expected 1 to 100");
  }
  if (settings.symbols.empty()) throw std::invalid_argument("symbols: expected at least one");
  for (auto symbol = settings.symbols.begin(); symbol != settings.symbols.end(); ++symbol) {
    if (!is_name(*symbol)) {
      throw std::invalid_argument("symbol " + *symbol + ": expected usdm:NAME or spot:NAME");
    }
    if (std::find(settings.symbols.begin(), symbol, *symbol) != symbol) {
      throw std::invalid_argument("symbol " + *symbol + " is there twice");
    }
  }
}
}  // namespace

Written write_session(const Settings& settings,
                      const std::function<void(const Progress&)>& progress) {
  check(settings);
  std::filesystem::create_directories(settings.directory);
  try {
    Session session{settings};
    session.run(progress);
    return session.written();
  } catch (...) {
    std::error_code ignored;
    for (const std::string& name : settings.symbols) {
      std::filesystem::remove(settings.directory / file_name(name), ignored);
    }
    throw;
  }
}
}  // namespace sq::feed::simulated
