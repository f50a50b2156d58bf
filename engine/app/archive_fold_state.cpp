// The archive's fold as bytes and back, so that a restart goes on where it was: the ledger's
// sections (wal/SNAPSHOT.md) and one of its own.
// Own section: count of orders, each id and when it was sent; count of holdings, each strategy,
// instrument, sequence of its newest change; count of day lines, each day, strategy, instrument,
// realised, fees, fills, position, sequence; count of input lines, each kind, source, instrument,
// records, bytes, sequence, first and last wall time.
#include "engine/app/archive_fold.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::app {
namespace {
constexpr std::uint32_t kArchiveSection = 64;  // behind the ledger's kinds
constexpr std::uint32_t kArchiveVersion = 1;
constexpr std::size_t kEntriesMax = std::size_t{1} << 24U;
}  // namespace

std::vector<wal::SnapshotSection> ArchiveFold::save() const {
  StateOut out;
  out.put_count(sent_.size());
  for (const auto& [id, wall] : sent_) {
    out.put(id);
    out.put(wall.ns);
  }
  out.put_count(changed_at_.size());
  for (const auto& [held, sequence] : changed_at_) {
    out.put(held.first);
    out.put(held.second);
    out.put(sequence);
  }
  out.put_count(days_.size());
  for (const auto& [key, line] : days_) {
    const auto& [day, strategy, instrument] = key;
    out.put(day);
    out.put(strategy);
    out.put(instrument);
    out.put(line.realised);
    out.put(line.fees);
    out.put(line.fills);
    out.put(line.position);
    out.put(line.sequence);
  }
  out.put_count(inputs_.size());
  for (const auto& [key, line] : inputs_) {
    const auto& [kind, source, instrument] = key;
    out.put(kind);
    out.put(source);
    out.put(instrument);
    for (const std::uint64_t n : {line.records, line.bytes, line.sequence}) out.put(n);
    out.put(line.first.ns);
    out.put(line.last.ns);
  }
  auto sections = state_.save();
  sections.push_back({kArchiveSection, kArchiveVersion, out.take()});
  return sections;
}

std::string ArchiveFold::restore(const wal::Snapshot& snapshot) {
  const wal::SnapshotSection* own = snapshot.section(kArchiveSection);
  if (own == nullptr || own->version != kArchiveVersion)
    return "the archive's section is missing, or another program's";
  if (std::string problem = state_.restore(snapshot); !problem.empty()) return problem;
  StateIn in{own->bytes};
  if (!restore_own(in) || !restore_totals(in) || !in.done())
    return "the archive's section does not fit";
  return {};
}

bool ArchiveFold::known(const Held& held) const noexcept {
  const bool owner =
      held.first == kNoStrategy || index_of(held.first) < state_.ledger().portfolio().strategies();
  return owner && index_of(held.second) < instruments_.size();
}

bool ArchiveFold::restore_own(StateIn& in) {
  for (std::size_t n = in.take_count(kEntriesMax); n > 0 && in.ok(); --n) {
    const auto id = in.take<std::uint64_t>();
    sent_[id] = WallTime{in.take<std::int64_t>()};
  }
  for (std::size_t n = in.take_count(kEntriesMax); n > 0 && in.ok(); --n) {
    const auto strategy = in.take<StrategyId>();
    const Held held{strategy, in.take<InstrumentId>()};
    changed_at_[held] = in.take<std::uint64_t>();
    if (!known(held)) return false;
  }
  return in.ok();
}

bool ArchiveFold::restore_totals(StateIn& in) {
  for (std::size_t n = in.take_count(kEntriesMax); n > 0 && in.ok(); --n) {
    const auto day = in.take<std::int64_t>();
    const auto strategy = in.take<StrategyId>();
    const Held held{strategy, in.take<InstrumentId>()};
    DayLine& line = days_[{day, held.first, held.second}];
    line.realised = in.take<std::int64_t>();
    line.fees = in.take<std::int64_t>();
    line.fills = in.take<std::uint64_t>();
    line.position = in.take<Qty>();
    line.sequence = in.take<std::uint64_t>();
    if (!known(held)) return false;
  }
  for (std::size_t n = in.take_count(kEntriesMax); n > 0 && in.ok(); --n) {
    const auto kind = in.take<std::uint16_t>();
    const auto source = in.take<std::uint16_t>();
    InputLine& line = inputs_[{kind, source, in.take<std::uint32_t>()}];
    for (std::uint64_t* value : {&line.records, &line.bytes, &line.sequence})
      *value = in.take<std::uint64_t>();
    line.first = WallTime{in.take<std::int64_t>()};
    line.last = WallTime{in.take<std::int64_t>()};
  }
  return in.ok();
}
}  // namespace sq::app
