#include "engine/app/feeds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <thread>

#include "engine/feed/raw_recording.hpp"
#include "engine/feed/simulated/session.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
std::filesystem::path recorded_path(const settings::Config& config, const std::string& file) {
  return config.session.data / file;
}

// "usdm:BTCUSDT", as the market simulator names it.
std::string simulator_symbol(const settings::Recording& recording) {
  switch (recording.venue) {
    case VenueId::BinanceUsdm: return fmt::format("usdm:{}", recording.symbol.view());
    case VenueId::BinanceSpot: return fmt::format("spot:{}", recording.symbol.view());
    default:
      throw std::runtime_error(fmt::format(
          "session.recording {}:{}: there are no recordings under session.data, and the market "
          "simulator writes binance-usdm and binance-spot only",
          text_of(recording.venue), recording.symbol.view()));
  }
}

SessionFiles simulate_session(const settings::Config& config) {
  feed::simulated::Settings wanted;
  wanted.seed = config.session.simulated.seed;
  wanted.duration_ns = std::int64_t{config.session.simulated.minutes} * 60 * kNsPerSecond;
  wanted.directory = config.session.simulated.directory;
  wanted.symbols.clear();
  for (const auto& recording : config.session.recordings)
    wanted.symbols.push_back(simulator_symbol(recording));
  const auto written =
      feed::simulated::write_session(wanted, [](const feed::simulated::Progress& progress) {
        fmt::print(stderr, "\rmarket simulator: {:3.0f} %  {:>9} messages", progress.fraction * 100,
                   progress.messages);
        std::fflush(stderr);
      });
  fmt::print(stderr, "\n");
  SessionFiles session;
  session.simulated = true;
  session.origin = fmt::format(
      "SIMULATED: {} minutes written by the market simulator (seed {}), because there are no "
      "recordings under {}",
      config.session.simulated.minutes, wanted.seed, config.session.data.string());
  for (std::size_t i = 0; i < config.session.recordings.size(); ++i) {
    const auto& recording = config.session.recordings[i];
    session.entries.push_back({recording.instrument, recording.venue, {written.files[i].path},
                               "raw", recording.file_symbol});
  }
  return session;
}
std::unique_ptr<DecodedSource> open_recording(const settings::Config& config,
                                              const SessionFiles::Entry& entry, SourceId id,
                                              telemetry::StageTimers* stages) {
  if (entry.format != "raw") {
    feed::FileOptions options;
    options.format = entry.format == "auto" ? "" : entry.format;
    options.source = id;
    options.symbols = {{entry.file_symbol, entry.instrument}};
    return std::make_unique<DecodedSource>(
        std::make_unique<FileSequence>(entry.files, std::move(options)), stages);
  }
  std::vector<binance::SymbolEntry> symbols;
  for (const auto& each : config.instruments)
    if (each.instrument.venue == entry.venue)
      symbols.push_back({each.instrument.symbol, each.instrument.id});
  binance::DecoderSettings decoder;
  decoder.venue = entry.venue;
  decoder.symbols = symbols;
  return std::make_unique<DecodedSource>(
      std::make_unique<binance::RecordedSource>(feed::RawRecording{entry.files}, decoder, id,
                                                entry.instrument),
      stages);
}
}  // namespace

SessionFiles find_session(const settings::Config& config) {
  SessionFiles session;
  std::size_t present = 0;
  std::size_t named = 0;
  std::string missing;
  for (const auto& recording : config.session.recordings) {
    SessionFiles::Entry entry{recording.instrument, recording.venue, {}, recording.format,
                              recording.file_symbol};
    for (const std::string& file : recording.files) {
      entry.files.push_back(recorded_path(config, file));
      ++named;
      if (std::filesystem::exists(entry.files.back())) {
        ++present;
      } else if (missing.empty()) {
        missing = entry.files.back().string();
      }
    }
    session.entries.push_back(std::move(entry));
  }
  if (present == 0) return simulate_session(config);
  if (present != named)
    throw std::runtime_error(fmt::format(
        "recording {} is missing while {} of {} others are there; complete them, or point "
        "session.data (--data) elsewhere",
        missing, present, named));
  session.origin = fmt::format("recorded: {} files under {}", named, config.session.data.string());
  return session;
}

RecordHeader* DecodedSource::peek() {
  if (waiting_ || stages_ == nullptr) return source_->peek();
  waiting_ = true;
  stages_->begin_event();
  telemetry::StageStamp stamp{stages_, telemetry::Stage::Decode};
  return source_->peek();
}

void DecodedSource::report(std::vector<std::string>& warnings) const {
  if (files_ != nullptr) return files_->report(warnings);
  if (raw_->failure()) warnings.push_back("recording ended early: " + raw_->failure()->text());
  if (raw_->decoded().malformed != 0)
    warnings.push_back(fmt::format("{} malformed messages, the first at {}:{}",
                                   raw_->decoded().malformed, raw_->counts().first_malformed_file,
                                   raw_->counts().first_malformed_line));
}

RecordHeader* RingSource::peek() {
  while (true) {
    const bool ended = ended_.load(std::memory_order_acquire);
    if (RecordHeader* record = ring_.peek(); record != nullptr) return record;
    if (ended) return nullptr;
    std::this_thread::yield();
  }
}

// A batch from one source, so that the thread does not hop between files for each record.
bool FeedThread::work(Lane& lane) {
  constexpr int kBatch = 256;
  for (int i = 0; i < kBatch; ++i) {
    RecordHeader* record = lane.source->peek();
    if (record == nullptr) {
      lane.done = true;
      lane.ring->ended_.store(true, std::memory_order_release);
      return true;
    }
    if (!lane.ring->ring_.try_push(*record)) return i > 0;
    lane.source->pop();
  }
  return true;
}

void FeedThread::run() noexcept {
  while (!stop_.load(std::memory_order_relaxed)) {
    bool worked = false;
    bool open = false;
    for (Lane& lane : lanes_) {
      if (lane.done) continue;
      open = true;
      worked = work(lane) || worked;
    }
    if (!open) return;
    if (!worked) std::this_thread::yield();
  }
  for (Lane& lane : lanes_) lane.ring->ended_.store(true, std::memory_order_release);
}

std::vector<std::unique_ptr<feed::Source>> open_sources(const settings::Config& config,
                                                        const SessionFiles& session,
                                                        FeedThread* thread,
                                                        telemetry::StageTimers* stages,
                                                        std::vector<const DecodedSource*>* opened) {
  std::vector<std::unique_ptr<feed::Source>> sources;
  for (const SessionFiles::Entry& entry : session.entries) {
    const auto id = static_cast<std::uint16_t>(static_cast<std::uint16_t>(kSourceFeedFirst) +
                                               sources.size());
    auto source = open_recording(config, entry, SourceId{id}, stages);
    if (opened != nullptr) opened->push_back(source.get());
    if (thread == nullptr) {
      sources.push_back(std::move(source));
      continue;
    }
    auto ring = std::make_unique<RingSource>();
    thread->add(std::move(source), *ring);
    sources.push_back(std::move(ring));
  }
  return sources;
}
}  // namespace sq::app
