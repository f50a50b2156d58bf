#include "engine/app/ledger_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/app/core_setup.hpp"
#include "engine/app/log_fold.hpp"
#include "engine/messaging/control.hpp"

namespace sq::app {
namespace {
// The gate only counts: it is never asked for a verdict, and no strategy has to exist any more.
core::LedgerSetup counting_setup(const settings::Config& config) {
  core::LedgerSetup setup;
  setup.instruments = instruments_of(config);
  setup.strategies = config.strategies.size();
  setup.gate.instruments = setup.instruments;
  setup.gate.instrument_limits.resize(setup.instruments.size());
  setup.gate.strategy_limits.resize(setup.strategies);
  setup.gate.permitted.assign(setup.strategies, std::vector<bool>(setup.instruments.size(), true));
  return setup;
}
wal::ReaderOptions follow_orders() {
  wal::ReaderOptions options;
  options.feed = false;
  options.follow = true;
  return options;
}
}  // namespace

LedgerView::LedgerView(const settings::Config& config, const std::filesystem::path& log_dir,
                       Limits limits)
    : ledger_{limits == Limits::Folded ? fold_setup(config).ledger : counting_setup(config)},
      reader_{log_dir, follow_orders()} {}

void LedgerView::catch_up() {
  if (!problem_.empty()) return;
  while (const RecordHeader* record = reader_.next()) take(*record);
  const wal::ReaderStatus& status = reader_.status();
  if (status.condition != wal::Condition::Ok && status.condition != wal::Condition::End)
    problem_ = fmt::format("{} at {}:{}: {}", wal::text_of(status.condition), status.file.string(),
                           status.offset, status.what);
}

void LedgerView::take(const RecordHeader& record) {
  ledger_.apply(record);
  desk_.take(record);
  venues_.take(record);
  days_.take(record);
  last_wall_ = record.wall;
  last_mono_ = record.mono;
  switch (record.kind) {
    case RecordKind::FillBooked:
      if (fills_.size() == kFillsMax) fills_.pop_front();
      fills_.push_back({payload_of<FillBooked>(record), record.instrument, record.wall,
                        record.sequence});
      break;
    case RecordKind::LimitSet:
      if (limit_sets_.size() == kLimitSetsMax) limit_sets_.pop_front();
      limit_sets_.push_back(payload_of<LimitSet>(record));
      ++limit_sets_total_;
      break;
    case RecordKind::RecoveryFinished: ready_ = true; break;
    case RecordKind::RunEnded: ended_ = true; break;
    default: break;
  }
}

const LimitSet* LedgerView::limit_set_after(std::uint64_t total,
                                            std::uint32_t request) const noexcept {
  const std::uint64_t first = limit_sets_total_ - limit_sets_.size();
  for (std::uint64_t n = std::max(total, first); n < limit_sets_total_; ++n)
    if (limit_sets_[n - first].request == request) return &limit_sets_[n - first];
  return nullptr;
}
}  // namespace sq::app
