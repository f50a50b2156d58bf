#include "engine/feed/columnar/convert.hpp"

namespace sq::feed::columnar {
namespace {
constexpr std::uint64_t kProgressEvery = 1U << 18;

void measure(const MarketFile& from, const Writer& to, Conversion& done) {
  done.bytes_read = from.bytes_read();
  done.bytes_total = from.bytes_total();
  done.bytes_written = to.counters().bytes;
}
}  // namespace

Conversion convert(MarketFile& from, Writer& to,
                   const std::function<bool(const Conversion&)>& progress) {
  Conversion done;
  for (const RecordHeader* record = from.peek(); record != nullptr; record = from.peek()) {
    // A symbol is in the file before the block that holds its first record.
    if (record->instrument != kNoInstrument && index_of(record->instrument) >= to.symbols() &&
        from.symbols().size() > to.symbols())
      to.define(from.symbols());
    if (to.add(*record) == Refused::No) {
      ++done.records;
    } else {
      ++done.refused;
    }
    from.pop();
    if ((done.records + done.refused) % kProgressEvery != 0) continue;
    to.define(from.symbols());  // ticks may be known better now
    measure(from, to, done);
    if (progress && !progress(done)) break;
  }
  to.define(from.symbols());
  to.close();
  measure(from, to, done);
  if (progress) static_cast<void>(progress(done));
  return done;
}
}  // namespace sq::feed::columnar
