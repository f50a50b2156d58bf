// The ends of venues' days against these books. A line: position, realised, fees and funding are
// the books'; of the day is what came since the close before; unrealised is the value at the mark
// toward zero minus the cost (cost minus value where short, and the other way round for inverse
// contracts); net = realised + unrealised - fees + funding, not known without a mark. The totals of
// a close add up to all that is held at the venue. A close counts when its last total is there.
#include <stdexcept>

#include "tools/wal-fold/books.hpp"

namespace fold {
namespace {
constexpr std::uint8_t kLine = 1, kEnd = 3;  // and 2: a total
constexpr std::size_t kBytes = 184;

struct Told {
  explicit Told(const std::byte* p)
      : day{at<std::int64_t>(p, 0)},
        position{at<std::int64_t>(p, 32)},
        mark{at<std::int64_t>(p, 40)},
        realised{at<std::int64_t>(p, 56)},
        unrealised{at<std::int64_t>(p, 64)},
        fees{at<std::int64_t>(p, 72)},
        funding{at<std::int64_t>(p, 80)},
        net{at<std::int64_t>(p, 88)},
        day_realised{at<std::int64_t>(p, 96)},
        day_fees{at<std::int64_t>(p, 104)},
        day_funding{at<std::int64_t>(p, 112)},
        day_net{at<std::int64_t>(p, 120)},
        net_from{at<std::int64_t>(p, 128)},
        day_fills{at<std::uint64_t>(p, 144)},
        epoch{at<std::uint32_t>(p, 160)},
        venue{at<std::uint16_t>(p, 172)},
        strategy{at<std::uint16_t>(p, 174)},
        part{at<std::uint8_t>(p, 178)},
        valued{at<std::uint8_t>(p, 180) != 0} {}
  std::int64_t day, position, mark, realised, unrealised, fees, funding, net;
  std::int64_t day_realised, day_fees, day_funding, day_net, net_from;
  std::uint64_t day_fills;
  std::uint32_t epoch;
  std::uint16_t venue, strategy;
  std::uint8_t part;
  bool valued;
};
}  // namespace

void Books::on_day_closed(const Record& record) {
  if (record.payload_bytes < kBytes)
    throw std::runtime_error("record " + std::to_string(record.sequence) + ": payload too short");
  const Told told{record.payload};
  const auto differs = [&](const char* what, std::int64_t here, std::int64_t there) {
    if (here != there)
      mismatch(record.sequence, std::string{"closed day: "} + what + " is " +
                                    std::to_string(there) + ", here " + std::to_string(here));
  };
  DayBegun& begun = days_begun_[told.venue];
  if (begun.day != told.day || begun.epoch != told.epoch) begun = {told.day, told.epoch, {}, {}};
  if (told.part != kLine) {
    begun.totals.realised += told.realised;
    begun.totals.fees += told.fees;
    begun.totals.funding += told.funding;
    if (told.part == kEnd) end_day(record, told.venue);
    return;
  }
  const Place place{told.strategy, record.instrument};
  const Holding& held = holdings_[place];
  const ClosedLine& before = closed_[place];
  differs("position", held.qty, told.position);
  differs("realised", held.realised, told.realised);
  differs("fees", held.fees, told.fees);
  differs("funding", held.funding, told.funding);
  differs("realised of the day", held.realised - before.realised, told.day_realised);
  differs("fees of the day", held.fees - before.fees, told.day_fees);
  differs("funding of the day", held.funding - before.funding, told.day_funding);
  differs("fills of the day", static_cast<std::int64_t>(held.fills - before.fills),
          static_cast<std::int64_t>(told.day_fills));
  ClosedLine line{held.realised, held.fees, held.funding, before.net, before.net_from, held.fills};
  if (told.valued) {
    std::int64_t unrealised = 0;
    const bool worth =
        held.qty == 0 || unrealised_of(record.instrument, held, told.mark, unrealised);
    differs("worth", 1, worth ? 1 : 0);
    differs("unrealised", unrealised, told.unrealised);
    line.net = held.realised + unrealised - held.fees + held.funding;
    line.net_from = told.day;
    differs("net", line.net, told.net);
    differs("net of the day", line.net - before.net, told.day_net);
    differs("day the net counts from", before.net_from, told.net_from);
  } else {
    differs("mark", 0, told.mark);
    differs("net", 0, told.net);
  }
  begun.lines[place] = line;
}

void Books::end_day(const Record& record, std::uint16_t venue) {
  const DayBegun& begun = days_begun_[venue];
  for (const auto& [place, line] : begun.lines) closed_[place] = line;
  ClosedLine all;
  for (const auto& [place, held] : holdings_) {
    const auto instrument = instruments_.find(place.second);
    if (instrument == instruments_.end() || instrument->second.venue != venue) continue;
    all.realised += held.realised;
    all.fees += held.fees;
    all.funding += held.funding;
  }
  if (all.realised != begun.totals.realised || all.fees != begun.totals.fees ||
      all.funding != begun.totals.funding)
    mismatch(record.sequence, "closed day: its totals are not what the books add up to");
  days_begun_.erase(venue);
  ++days_closed_;
}
}  // namespace fold
