#include "engine/app/what_if.hpp"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>

#include "engine/app/compare/log_plan.hpp"
#include "engine/app/core_setup.hpp"
#include "engine/app/live_chain.hpp"
#include "engine/app/log_fold.hpp"
#include "engine/app/preamble.hpp"
#include "engine/backtest/simulation.hpp"
#include "engine/core/ledger_state.hpp"
#include "engine/messaging/control.hpp"
#include "engine/telemetry/tick_clock.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
constexpr std::int64_t kWindDownNs = 5 * kNsPerSecond;  // as in the run itself

// Ids in the log must mean the same under the changed configuration.
void check_same_names(const settings::Config& logged, const settings::Config& asked) {
  for (std::size_t i = 0; i < logged.instruments.size(); ++i) {
    const Instrument& was = logged.instruments[i].instrument;
    if (i < asked.instruments.size() && asked.instruments[i].instrument.venue == was.venue &&
        asked.instruments[i].instrument.symbol == was.symbol)
      continue;
    throw std::runtime_error(fmt::format(
        "instrument {} is {} in the log; the market data there go by number, so the "
        "other configuration must keep the order of its [[instrument]] tables (new ones at "
        "the end)",
        i, instrument_name(was)));
  }
}

// The records of the second run: compared, folded, and kept where a later epoch folds them again.
class SecondRun final : public core::Journal, public venue::OrderEntry, public backtest::CoreInput {
 public:
  SecondRun(const LogPlan& plan, std::vector<settings::Config> configs, WhatIfAnswer& answer)
      : plan_{plan},
        configs_{std::move(configs)},
        answer_{answer},
        compare_{plan},
        facts_{configs_.back()} {}

  void run(const std::function<void(std::uint64_t)>& progress);

  [[nodiscard]] bool append(const RecordHeader& record) noexcept override;
  void send(const risk::Approved& request) noexcept override {
    if (!cut_) simulation_->send(request);
  }
  void ask(const RecordHeader& request) noexcept override {
    if (!cut_) simulation_->ask(request);
  }
  void on_input(RecordHeader& input) noexcept override {
    cut_ = false;
    core_->on_input(input);
    count_.take(input);
    ++answer_.events;
  }
  [[nodiscard]] MonoTime next_timer() const noexcept override { return core_->next_timer(); }

 private:
  void make_simulation();
  void start_epoch(std::uint64_t logged_sequence);
  void recover_core(std::uint64_t logged_sequence);
  void give(const GivenInput& given);
  // The next input lies behind `place`.
  [[nodiscard]] bool reached(const InputPlace& place);
  void finish();

  const LogPlan& plan_;
  std::vector<settings::Config> configs_;  // by epoch
  WhatIfAnswer& answer_;
  FirstDifference compare_;
  SessionFold facts_;
  std::unique_ptr<backtest::Simulation> simulation_;
  std::unique_ptr<RecordedChains> chains_;
  std::unique_ptr<core::Core> core_;
  std::vector<std::uint64_t> kept_;  // order stream, for the folds of later epochs
  InputCount count_;
  std::size_t epoch_{0};
  bool cut_{false};  // the logged process died within this input
  std::optional<MonoTime> winding_down_until_;
};

bool SecondRun::append(const RecordHeader& record) noexcept {
  if (is_decision(record.kind)) {
    cut_ = cut_ || compare_.take(record) == FirstDifference::Verdict::Cut;
    if (cut_) return true;
  }
  facts_.take(record);
  if (plan_.epochs.size() > 1 && !is_market_data(record.kind)) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(&record);
    kept_.insert(kept_.end(), words, words + record.length / sizeof(std::uint64_t));
  }
  return true;
}

void SecondRun::make_simulation() {
  settings::Config config = configs_.front();
  const core::CoreSetup setup = core_setup(config);
  std::vector<std::unique_ptr<feed::Source>> sources;
  for (const auto& [source, records] : plan_.sources)
    sources.push_back(std::make_unique<LogSource>(plan_.dir, source, records));
  simulation_ = std::make_unique<backtest::Simulation>(exchange_settings(config, setup),
                                                       instruments_of(config), std::move(sources));
  chains_ = std::make_unique<RecordedChains>(config);
  if (!chains_->empty()) simulation_->attach(*chains_);
}

void SecondRun::start_epoch(std::uint64_t logged_sequence) {
  settings::Config config = configs_[epoch_];
  core_ = std::make_unique<core::Core>(core_setup(config), *this, *this, nullptr);
  if (epoch_ > 0) recover_core(logged_sequence);
  simulation_->connect(*this);
}

// As the process that took over did: the facts of this run, then the books from the market data.
void SecondRun::recover_core(std::uint64_t logged_sequence) {
  core::LedgerState state{fold_setup(configs_[epoch_]).ledger};
  for (std::size_t at = 0; at < kept_.size();) {
    const auto& record = *reinterpret_cast<const RecordHeader*>(kept_.data() + at);
    state.apply(record);
    at += record.length / sizeof(std::uint64_t);
  }
  core_->adopt(std::move(state));
  wal::ReaderOptions feed;
  feed.orders = false;
  wal::Reader reader{plan_.dir, feed};
  for (const RecordHeader* record = reader.next();
       record != nullptr && record->sequence < logged_sequence; record = reader.next())
    core_->recover(*record);
}

void SecondRun::give(const GivenInput& given) {
  const RecordHeader& logged = given.record();
  if (logged.kind == RecordKind::EpochStarted &&
      logged.sequence != plan_.epochs[0].first_sequence) {
    compare_.next_epoch();
    ++epoch_;
    winding_down_until_.reset();
    start_epoch(logged.sequence);
  }
  // The text of a changed configuration takes the place of the logged one.
  std::vector<std::uint64_t> words = given.words;
  if (logged.kind == RecordKind::ConfigLoaded && !answer_.changes.empty()) {
    const std::string text = settings::resolved_text(configs_[epoch_]);
    RecordHeader header = logged;
    header.length = record_length(text.size());
    words.assign(header.length / sizeof(std::uint64_t), 0);
    std::memcpy(words.data(), &header, sizeof header);
    std::memcpy(reinterpret_cast<char*>(words.data()) + sizeof header, text.data(), text.size());
  } else if (logged.kind == RecordKind::InstrumentDefined) {
    const Instrument& now = configs_[epoch_].instruments[index_of(logged.instrument)].instrument;
    std::memcpy(reinterpret_cast<char*>(words.data()) + sizeof(RecordHeader), &now, sizeof now);
  }
  simulation_->inject(*reinterpret_cast<RecordHeader*>(words.data()));
  if (logged.kind == RecordKind::RunEnded) winding_down_until_ = core_->now() + kWindDownNs;
}

bool SecondRun::reached(const InputPlace& place) {
  const auto next = simulation_->next_time();
  if (!next || next->ns > place.at.ns) return true;
  if (next->ns < place.at.ns) return false;
  const InputPlace here = count_.place(place.at);
  return here.market_before > place.market_before ||
         (here.market_before == place.market_before &&
          here.same_time_before >= place.same_time_before);
}

void SecondRun::run(const std::function<void(std::uint64_t)>& progress) {
  const std::int64_t begin = telemetry::monotonic_ns();
  make_simulation();
  start_epoch(plan_.epochs.front().first_sequence);
  std::size_t next_given = 0;
  std::uint64_t told = 0;
  while (true) {
    if (answer_.events >= told + (1U << 20U)) progress(told = answer_.events);
    const bool more = next_given < plan_.given.size();
    bool due = false;
    if (winding_down_until_) {  // strategies have stopped: until their orders are gone
      const auto next = simulation_->next_time();
      due = core_->ledger().orders().pool().working() == 0 || !next || *next > *winding_down_until_;
    } else {
      due = reached(more ? plan_.given[next_given].place : plan_.end);
    }
    if (due && !more) break;
    if (due) {
      give(plan_.given[next_given++]);
    } else {
      static_cast<void>(simulation_->step());
    }
  }
  compare_.finish();
  answer_.seconds = static_cast<double>(telemetry::monotonic_ns() - begin) / 1e9;
  finish();
}

void SecondRun::finish() {
  answer_.difference = compare_.difference();
  answer_.same_decisions = compare_.same();
  answer_.made =
      facts_.finish(fmt::format("the market data of {}, simulated again", plan_.dir.string()));
  answer_.made.summary.seconds = answer_.seconds;
  answer_.made.summary.assumptions = simulation_->assumptions();
}

// A live session has no simulated exchange; the same engine on paper has one.
settings::Config with_exchange(const settings::Config& logged, WhatIfAnswer& answer) {
  settings::Config config = logged;
  if (config.engine.mode != settings::Mode::Live) return config;
  config.engine.mode = settings::Mode::Paper;
  if (answer.notes.empty())
    answer.notes.push_back(
        "the log is of a live session: simulated as \"paper\"; its latencies and balances are "
        "those "
        "of --what-if and --set, else none");
  return config;
}

// What the log cannot show: said, with what it may change.
void note_gaps(const LogPlan& plan, WhatIfAnswer& answer) {
  if (!plan.note.empty()) answer.notes.push_back(plan.note);
  if (plan.market_missing != 0)
    answer.notes.push_back(fmt::format(
        "{} market data records are not in the log (lost or past its retention); decisions from "
        "there on may differ",
        plan.market_missing));
  if (!answer.changes.empty() || !answer.difference) return;
  // The exchange saw market data before they reached the engine; the log ends with the engine's.
  answer.undetermined = answer.difference->at >= plan.last_market - plan.feed_age_ns_max;
  if (answer.undetermined)
    answer.notes.push_back(fmt::format(
        "the first difference lies within {:.1f} ms of the log's last market data: the exchange "
        "knew data there that had not reached the engine, and the log",
        static_cast<double>(plan.feed_age_ns_max) / 1e6));
}
}  // namespace

WhatIfAnswer what_if(const std::filesystem::path& log_dir, const WhatIfQuestion& question,
                     const std::function<void(std::uint64_t)>& progress) {
  WhatIfAnswer answer;
  SessionFold logged{configs_of(log_dir).back()};
  const LogPlan plan = read_plan(log_dir, [&](const RecordHeader& record) { logged.take(record); });
  answer.log = logged.finish(fmt::format("the log {}", log_dir.string()));
  std::vector<settings::Config> configs;
  for (const LogEpoch& epoch : plan.epochs) {
    const settings::Config base = with_exchange(epoch.config, answer);
    settings::Config asked = question.config ? *question.config : base;
    static_cast<void>(core_setup(asked));  // strategies' defaults: keys that can be changed
    asked = with_changes(asked, question.assignments, log_dir);
    check_same_names(epoch.config, asked);
    configs.push_back(std::move(asked));
  }
  answer.changes =
      changes_between(with_exchange(plan.epochs.back().config, answer), configs.back());
  SecondRun{plan, std::move(configs), answer}.run(progress);
  note_gaps(plan, answer);
  return answer;
}
}  // namespace sq::app
