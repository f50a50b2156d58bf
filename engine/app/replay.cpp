#include "engine/app/replay.hpp"

#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "engine/app/core_setup.hpp"
#include "engine/app/preamble.hpp"
#include "engine/core/core.hpp"
#include "engine/telemetry/tick_clock.hpp"
#include "engine/wal/dump.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
namespace {
// Everything but the checksum, which belongs to the log.
constexpr std::size_t kCompareFrom = offsetof(RecordHeader, length);

// Keeps the decisions that the core makes for one input.
class Decisions final : public core::Journal {
 public:
  [[nodiscard]] bool append(const RecordHeader& record) noexcept override {
    if (!is_decision(record.kind)) return true;
    const std::size_t words = record.length / sizeof(std::uint64_t);
    if (used_ + words > words_.size()) words_.resize((used_ + words) * 2);
    std::memcpy(words_.data() + used_, &record, record.length);
    used_ += words;
    return true;
  }
  void clear() noexcept { used_ = at_ = 0; }
  [[nodiscard]] const RecordHeader* front() const noexcept {
    return at_ == used_ ? nullptr : reinterpret_cast<const RecordHeader*>(words_.data() + at_);
  }
  void pop() noexcept { at_ += front()->length / sizeof(std::uint64_t); }

 private:
  std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>(8192);
  std::size_t used_{0};
  std::size_t at_{0};
};

struct NoVenue final : venue::OrderEntry {
  void send(const risk::Approved&) noexcept override {}
  void ask(const RecordHeader&) noexcept override {}
};

bool same(const RecordHeader& a, const RecordHeader& b) noexcept {
  return a.length == b.length &&
         std::memcmp(reinterpret_cast<const std::byte*>(&a) + kCompareFrom,
                     reinterpret_cast<const std::byte*>(&b) + kCompareFrom,
                     a.length - kCompareFrom) == 0;
}

class Replay {
 public:
  Replay(const std::filesystem::path& dir, const std::optional<settings::Config>& config)
      : dir_{dir}, config_{config}, input_(kRecordLengthMax / sizeof(std::uint64_t)) {}

  ReplayResult run(const std::function<void(std::uint64_t)>& progress) {
    const std::int64_t begin = telemetry::monotonic_ns();
    wal::Reader reader{dir_};
    while (const RecordHeader* record = reader.next()) {
      if (record->kind == RecordKind::EpochStarted) start_epoch(*record);
      if (is_decision(record->kind)) {
        compare(*record);
      } else {
        feed(*record);
        if ((result_.events & 0xF'FFFF) == 0) progress(result_.events);
      }
    }
    note_end(reader.status());
    if (core_) result_.hash = core_->hash();
    result_.seconds = static_cast<double>(telemetry::monotonic_ns() - begin) / 1e9;
    return std::move(result_);
  }

 private:
  // The configuration is the second record of an epoch; the core is built from it. Facts of earlier
  // epochs are folded, as the recovered process did.
  void start_epoch(const RecordHeader& started) {
    ++result_.epochs;
    // The process died here: what it had not yet logged of its last input is no difference.
    decisions_.clear();
    wal::ReaderOptions options;
    options.feed = false;
    options.from_sequence = started.sequence;
    wal::Reader ahead{dir_, options};
    const RecordHeader* record = ahead.next();
    while (record != nullptr && record->kind != RecordKind::ConfigLoaded) record = ahead.next();
    if (record == nullptr)
      throw std::runtime_error(fmt::format("{}: epoch {} has no configuration", dir_.string(),
                                           payload_of<EpochStarted>(started).epoch));
    settings::Config config =
        config_ ? *config_
                : settings::parse(config_text(*record), dir_.string() + " (ConfigLoaded)", dir_);
    core_ = std::make_unique<core::Core>(core_setup(config), decisions_, venue_, nullptr);
    if (result_.epochs == 1) return;
    fold(true, started.sequence);
    fold(false, started.sequence);
    core_->continue_after(started.sequence - 1);
  }
  void fold(bool orders, std::uint64_t until) {
    wal::ReaderOptions options;
    options.orders = orders;
    options.feed = !orders;
    wal::Reader reader{dir_, options};
    for (const RecordHeader* r = reader.next(); r != nullptr && r->sequence < until;
         r = reader.next())
      core_->recover(*r);
  }

  void feed(const RecordHeader& record) {
    if (!core_)
      throw std::runtime_error(
          fmt::format("{}: the log does not begin with a start of the engine", dir_.string()));
    while (const RecordHeader* extra = decisions_.front()) {
      differ(fmt::format("the replay decided what the log does not have: {}", wal::describe(*extra)));
      decisions_.pop();
    }
    decisions_.clear();
    auto* copy = reinterpret_cast<RecordHeader*>(input_.data());
    std::memcpy(copy, &record, record.length);
    ++result_.events;
    core_->on_input(*copy);
    if (copy->sequence != record.sequence && result_.differences == 0)
      differ(fmt::format("input {} of the log is input {} of the replay", record.sequence,
                         copy->sequence));
  }

  void compare(const RecordHeader& logged) {
    ++result_.decisions;
    const RecordHeader* made = decisions_.front();
    if (made == nullptr) {
      differ(fmt::format("the log has a decision that the replay did not make: {}",
                         wal::describe(logged)));
      return;
    }
    if (!same(logged, *made))
      differ(fmt::format("the log has    {}\n                    the replay made {}",
                         wal::describe(logged), wal::describe(*made)));
    decisions_.pop();
  }

  void differ(std::string text) {
    if (++result_.differences == 1) result_.first_difference = std::move(text);
  }

  void note_end(const wal::ReaderStatus& status) {
    if (status.condition == wal::Condition::End || status.condition == wal::Condition::Ok) return;
    if (status.condition != wal::Condition::Torn)
      throw std::runtime_error(fmt::format("{}: {} at {}:{}: {}", dir_.string(),
                                           wal::text_of(status.condition), status.file.string(),
                                           status.offset, status.what));
    result_.note = fmt::format("the last write was cut at {}:{}", status.file.string(), status.offset);
  }

  std::filesystem::path dir_;
  const std::optional<settings::Config>& config_;
  Decisions decisions_;
  NoVenue venue_;
  std::unique_ptr<core::Core> core_;
  std::vector<std::uint64_t> input_;
  ReplayResult result_;
};
}  // namespace

ReplayResult replay(const std::filesystem::path& log_dir,
                    const std::optional<settings::Config>& config,
                    const std::function<void(std::uint64_t events)>& progress) {
  return Replay{log_dir, config}.run(progress);
}
}  // namespace sq::app
