#include <algorithm>

#include "engine/wal/dump.hpp"
#include "engine/wal/repair.hpp"

namespace sq::wal {
namespace {
constexpr std::size_t kShown = 20;

std::string n(std::uint64_t value) { return std::to_string(value); }
const char* name_of(Stream stream) { return stream == Stream::Order ? "order" : "feed"; }

template <class List, class Line>
void list(std::string& text, const List& entries, bool all, Line&& line) {
  const std::size_t shown = all ? entries.size() : std::min(entries.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i) text += "  " + line(entries[i]) + "\n";
  if (shown < entries.size()) text += "  ... and " + n(entries.size() - shown) + " more\n";
}
void paragraph(std::string& text, const char* title, const std::vector<std::string>& entries,
               bool all) {
  if (entries.empty()) return;
  text += title;
  list(text, entries, all, [](const std::string& entry) { return entry; });
}

void tell_losses(std::string& text, const RepairPlan& plan, bool all) {
  if (plan.lost.empty()) {
    text += "LOST: nothing\n";
    return;
  }
  text += "LOST: " + n(plan.lost_numbers) +
          " sequence numbers (a full feed ring may have refused some of them)\n";
  list(text, plan.lost, all, [](const LostRange& range) {
    return n(range.first) + " to " + n(range.last) + ", in the " + name_of(range.stream) +
           " stream";
  });
  if (!plan.readable.empty()) {
    text += "of them can still be read, without proof:";
    for (const auto& [kind, count] : plan.readable_kinds)
      text += ' ' + n(count) + ' ' + std::string(text_of(kind));
    text += '\n';
    list(text, plan.readable, all, [](const LostRecord& record) { return record.text; });
  }
  paragraph(text, "orders that later records name and whose OrderSent is not there:\n", plan.orders,
            all);
  paragraph(text, "fills of which half the records are lost:\n", plan.fills, all);
  paragraph(text, "snapshots that cannot be used:\n", plan.snapshots_lost, all);
  text +=
      "What the lost records did to orders and positions is not in the repaired log: compare both "
      "with the venue before trading.\n";
}
}  // namespace

std::string text_of(const RepairPlan& plan, bool all) {
  std::string text;
  for (const Stream stream : kBothStreams) {
    const ReaderStatus& status = plan.first[index_of(stream)];
    if (status.condition <= Condition::End) continue;
    text += std::string("first damage of the ") + name_of(stream) +
            " stream: " + text_of(status.condition) + " at " + status.file.string() + " offset " +
            n(status.offset) + ", after sequence " + n(status.sequence) + ": " + status.what + "\n";
  }
  paragraph(text, "notes:\n", plan.notes, all);
  if (!plan.needed) return text + "nothing to repair: an engine opens this log as it is\n";
  if (!plan.damage.empty()) {
    text += "damaged places:\n";
    list(text, plan.damage, all, [](const DamagedPlace& place) {
      return place.file.string() + " offset " + n(place.offset) + ", " + n(place.bytes) +
             " bytes, after sequence " + n(place.after_sequence) + ": " + place.what;
    });
  }
  text += "kept: " + n(plan.kept[0]) + " records of the order stream up to sequence " +
          n(plan.last_kept[0]) + ", " + n(plan.kept[1]) + " of the feed stream up to " +
          n(plan.last_kept[1]) + "\n";
  if (plan.healed > 0)
    text += n(plan.healed) + " of them had a wrong checksum and are proven by the next one\n";
  tell_losses(text, plan, all);
  return text;
}
}  // namespace sq::wal
