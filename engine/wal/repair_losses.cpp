// What a repair loses, told as exactly as what is left allows.
#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "engine/messaging/orders.hpp"
#include "engine/wal/checksum.hpp"
#include "engine/wal/dump.hpp"
#include "engine/wal/repair.hpp"
#include "engine/wal/snapshot_file.hpp"

namespace sq::wal {
namespace {
constexpr std::size_t kListedMax = 100'000;

std::string id_text(OrderId id) {
  return std::to_string(id.epoch()) + '.' + std::to_string(id.counter());
}
template <class P>
const P* payload_if(const RecordHeader& record) noexcept {
  return record.length >= sizeof(RecordHeader) + kShortestPayload<P> ? &payload_of<P>(record) : nullptr;
}
}  // namespace

// The numbers around each break of a stream. The other stream may have some of them.
std::vector<LostRange> Repair::gaps(Stream stream) {
  const std::size_t i = index_of(stream);
  std::vector<LostRange> found;
  each_kept(stream, [&](const RecordHeader& record, bool linked) {
    if (!linked && record.sequence > plan_.last_kept[i] + 1)
      found.push_back({stream, plan_.last_kept[i] + 1, record.sequence - 1});
    plan_.last_kept[i] = record.sequence;
    ++plan_.kept[i];
  });
  return found;
}

void Repair::find_lost() {
  std::array<std::vector<LostRange>, kStreams> around;
  for (const Stream stream : kBothStreams) around[index_of(stream)] = gaps(stream);
  const std::uint64_t newest = std::max(plan_.last_kept[0], plan_.last_kept[1]);
  for (const Stream stream : kBothStreams) {
    const std::size_t i = index_of(stream);
    const bool open_end = !view_.clean() && !view_.rings[i];
    const std::uint64_t known = open_end ? std::max(known_[i], newest) : known_[i];
    if ((streams_[i].damaged || open_end) && known > plan_.last_kept[i])
      around[i].push_back({stream, plan_.last_kept[i] + 1, known});
    std::vector<LostRange>& lost = plan_.lost;
    auto range = around[i].begin();
    each_kept(stream == Stream::Order ? Stream::Feed : Stream::Order,
              [&](const RecordHeader& record, bool) {
                while (range != around[i].end() && range->last < record.sequence) {
                  if (range->first <= range->last) lost.push_back(*range);
                  ++range;
                }
                if (range == around[i].end() || record.sequence < range->first) return;
                if (record.sequence > range->first)
                  lost.push_back({stream, range->first, record.sequence - 1});
                range->first = record.sequence + 1;
              });
    for (; range != around[i].end(); ++range)
      if (range->first <= range->last) lost.push_back(*range);
  }
  // A number that both streams may have had counts as an order's.
  std::stable_sort(plan_.lost.begin(), plan_.lost.end(),
                   [](const LostRange& a, const LostRange& b) { return a.first < b.first; });
  std::uint64_t counted = 0;
  for (LostRange& range : plan_.lost) {
    range.first = std::max(range.first, counted + 1);
    if (range.first > range.last) continue;
    plan_.lost_numbers += range.last - range.first + 1;
    counted = range.last;
  }
  std::erase_if(plan_.lost, [](const LostRange& range) { return range.first > range.last; });
  for (const auto& state : streams_)
    for (const auto& source : state.sources)
      if (!source->quiet) read_lost(*source);
}

// Records in damaged bytes that still look like one of the lost.
void Repair::read_lost(const Source& source) {
  const std::byte* bytes =
      source.copy.empty() ? source.mapping.data() + kHeaderBytes : source.copy.data();
  for (const Hole& hole : source.found.holes) {
    const std::uint64_t end = hole.offset + hole.length;
    for (std::uint64_t at = hole.offset; at + sizeof(RecordHeader) <= end;) {
      const auto& record = *reinterpret_cast<const RecordHeader*>(bytes + at);
      const auto range = std::lower_bound(
          plan_.lost.begin(), plan_.lost.end(), record.sequence,
          [](const LostRange& each, std::uint64_t sequence) { return each.last < sequence; });
      const bool lost = range != plan_.lost.end() && record.sequence >= range->first;
      if (!lost || !plausible(record, end - at) || stream_of(record.kind) != source.stream ||
          text_of(record.kind) == "?") {
        at += kRecordAlignment;
        continue;
      }
      ++plan_.readable_kinds[record.kind];
      if (plan_.readable.size() < kListedMax)
        plan_.readable.push_back({record.kind, record.sequence, describe(record)});
      at += record.length;
    }
  }
}

// Ids that the kept records name although the record they come from is lost.
void Repair::compare_orders() {
  if (!streams_[0].damaged) return;
  std::unordered_set<std::uint64_t> sent;
  std::unordered_set<std::uint64_t> told;
  std::unordered_map<std::uint64_t, std::string> reported;  // by order: a fill not booked yet
  bool broken = false;
  const bool begins = !streams_[0].starts_later;  // else orders may have been sent before it
  const auto name = [&](OrderId id) {
    if (!broken || !begins || id.value == 0 || sent.contains(id.value)) return;
    if (!told.insert(id.value).second) return;
    if (plan_.orders.size() < kListedMax) plan_.orders.push_back(id_text(id));
  };
  const auto add_fill = [&](const std::string& text) {
    if (plan_.fills.size() < kListedMax) plan_.fills.push_back(text);
  };
  each_kept(Stream::Order, [&](const RecordHeader& record, bool linked) {
    if (!linked) {
      for (const auto& [id, text] : reported) add_fill(text + ": reported, its booking is lost");
      broken = true;
    }
    if (!linked || !is_decision(record.kind)) reported.clear();
    if (record.kind == RecordKind::OrderSent) {
      if (const auto* request = payload_if<OrderRequest>(record)) sent.insert(request->id.value);
    } else if (record.kind == RecordKind::OrderReport) {
      const auto* report = payload_if<OrderReport>(record);
      if (report == nullptr) return;
      name(report->id);
      if (report->kind == ReportKind::Filled)
        reported[report->id.value] =
            "order " + id_text(report->id) + " trade " + std::to_string(report->trade_id);
    } else if (record.kind == RecordKind::OrderChanged) {
      if (const auto* change = payload_if<OrderChanged>(record)) name(change->id);
    } else if (record.kind == RecordKind::FillBooked) {
      const auto* fill = payload_if<FillBooked>(record);
      if (fill == nullptr) return;
      name(fill->id);
      if (reported.erase(fill->id.value) == 0 && !linked)
        add_fill("order " + id_text(fill->id) + " trade " + std::to_string(fill->trade_id) +
                 ": booked, its report is lost");
    }
  });
  for (const auto& [id, text] : reported) add_fill(text + ": reported, its booking is lost");
}

void Repair::look_at_snapshots() {
  const std::uint64_t unchanged = streams_[0].unchanged.sequence;
  for (const std::uint64_t sequence : snapshot_sequences(dir_)) {
    const auto read = read_snapshot(dir_, sequence, view_.meta.log_id, view_.meta.instance);
    if (read.fault != SnapshotFault::None) {
      plan_.snapshots_lost.push_back(read.what);
      continue;
    }
    bool found = sequence <= unchanged;
    if (!found)
      each_kept(Stream::Order, [&](const RecordHeader& record, bool) {
        found = found ||
                (record.sequence == sequence && record.checksum == read.snapshot.header.end.chain);
      });
    if (!found)
      plan_.snapshots_lost.push_back(snapshot_path(dir_, sequence).string() + ": record " +
                                     std::to_string(sequence) + " is not kept");
  }
}
}  // namespace sq::wal
