#include "engine/app/compare/log_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "engine/app/preamble.hpp"

namespace sq::app {
namespace {
wal::ReaderOptions one_stream(bool orders) {
  wal::ReaderOptions options;
  options.orders = orders;
  options.feed = !orders;
  return options;
}
void copy_to(std::vector<std::uint64_t>& words, const RecordHeader& record) {
  words.resize(record.length / sizeof(std::uint64_t));
  std::memcpy(words.data(), &record, record.length);
}

// Adds up the plan, record by record.
class PlanReader {
 public:
  PlanReader(LogPlan& plan, std::vector<settings::Config> configs)
      : plan_{plan}, configs_{std::move(configs)} {}

  void take(const RecordHeader& record) {
    if (record.kind == RecordKind::EpochStarted) start_epoch(record);
    if (plan_.epochs.empty())
      throw std::runtime_error(
          fmt::format("{}: the log does not begin with a start of the engine", plan_.dir.string()));
    plan_.last_sequence = record.sequence;
    if (is_decision(record.kind)) return;
    plan_.epochs.back().last_wall = record.wall;
    last_ = record.wall;
    if (is_given(record)) {
      plan_.epochs.back().ended = record.kind == RecordKind::RunEnded;
      plan_.given.push_back({{}, count_.place(record.wall)});
      copy_to(plan_.given.back().words, record);
      return;
    }
    count_.take(record);
    if (is_market_data(record.kind) && !is_derived(record)) take_market(record);
  }
  void finish() {
    plan_.end = count_.place(last_);
    if (age_max_ >= age_min_) plan_.feed_age_ns_max = age_max_ - age_min_;
  }

 private:
  struct SourceCount {
    std::uint64_t last{0};  // its own number
  };
  void start_epoch(const RecordHeader& record) {
    if (plan_.epochs.size() >= configs_.size())
      throw std::runtime_error(fmt::format("{}: epoch {} has no configuration", plan_.dir.string(),
                                           plan_.epochs.size() + 1));
    LogEpoch epoch;
    epoch.config = std::move(configs_[plan_.epochs.size()]);
    epoch.first_sequence = record.sequence;
    plan_.epochs.push_back(std::move(epoch));
  }
  void take_market(const RecordHeader& record) {
    ++plan_.sources[record.source];
    plan_.last_market = record.wall;
    std::uint64_t& last = numbers_[record.source].last;
    if (last != 0 && record.source_sequence > last + 1)
      plan_.market_missing += record.source_sequence - last - 1;
    if (record.source_sequence != 0) last = record.source_sequence;
    if (record.venue_time.ns == 0) return;
    age_min_ = std::min(age_min_, record.wall - record.venue_time);
    age_max_ = std::max(age_max_, record.wall - record.venue_time);
  }

  LogPlan& plan_;
  std::vector<settings::Config> configs_;
  InputCount count_;
  std::map<SourceId, SourceCount> numbers_;
  WallTime last_{};
  std::int64_t age_min_{std::numeric_limits<std::int64_t>::max()};
  std::int64_t age_max_{std::numeric_limits<std::int64_t>::min()};
};
}  // namespace

void InputCount::take(const RecordHeader& input) noexcept {
  if (is_given(input)) return;
  if (is_market_data(input.kind) && !is_derived(input)) {
    ++market_;
    same_ = 0;
    return;
  }
  same_ = input.wall == same_at_ ? same_ + 1 : 1;
  same_at_ = input.wall;
}

std::string note_of(const wal::ReaderStatus& status, const std::filesystem::path& dir) {
  if (status.condition == wal::Condition::End || status.condition == wal::Condition::Ok) return {};
  if (status.condition != wal::Condition::Torn)
    throw std::runtime_error(fmt::format("{}: {} at {}:{}: {}", dir.string(),
                                         wal::text_of(status.condition), status.file.string(),
                                         status.offset, status.what));
  return fmt::format("the last write was cut at {}:{}", status.file.string(), status.offset);
}

std::vector<settings::Config> configs_of(const std::filesystem::path& dir) {
  std::vector<settings::Config> configs;
  wal::Reader reader{dir, one_stream(true)};
  while (const RecordHeader* record = reader.next()) {
    if (record->kind != RecordKind::ConfigLoaded) continue;
    configs.push_back(settings::parse(config_text(*record), dir.string() + " (ConfigLoaded)", dir));
  }
  static_cast<void>(note_of(reader.status(), dir));
  if (configs.empty()) throw std::runtime_error(dir.string() + ": the log has no configuration");
  return configs;
}

LogPlan read_plan(const std::filesystem::path& dir, const LookAtRecord& look) {
  LogPlan plan;
  plan.dir = dir;
  PlanReader maker{plan, configs_of(dir)};
  wal::Reader reader{dir};
  while (const RecordHeader* record = reader.next()) {
    maker.take(*record);
    look(*record);
  }
  plan.note = note_of(reader.status(), dir);
  if (plan.epochs.empty()) throw std::runtime_error(dir.string() + ": the log is empty");
  maker.finish();
  return plan;
}

LogSource::LogSource(const std::filesystem::path& dir, SourceId source, std::uint64_t records)
    : reader_{dir, one_stream(false)}, source_{source}, left_{records} {}

RecordHeader* LogSource::peek() {
  if (!waiting_) {
    if (left_ == 0) return nullptr;
    const RecordHeader* record = reader_.next();
    while (record != nullptr && (record->source != source_ || is_derived(*record)))
      record = reader_.next();
    if (record == nullptr) return nullptr;
    copy_to(words_, *record);
    --left_;
    waiting_ = true;
  }
  return reinterpret_cast<RecordHeader*>(words_.data());
}
}  // namespace sq::app
