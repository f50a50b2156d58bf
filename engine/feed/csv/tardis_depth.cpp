#include "engine/feed/csv/tardis_depth.hpp"

#include <algorithm>

namespace sq::feed::csv {
namespace {
constexpr std::size_t kLevelsOfRecord =
    (kRecordLengthMax - sizeof(RecordHeader) - sizeof(DepthHeader)) / sizeof(Level);
template <class T>
decltype(auto) at_id(std::vector<T>& values, InstrumentId id) {
  if (values.size() <= index_of(id)) values.resize(index_of(id) + std::size_t{1});
  return values[index_of(id)];
}
}  // namespace

RecordHeader* TardisFile::make_depth(RecordKind kind, InstrumentId id, WallTime local,
                                     std::span<const Level> bids, std::span<const Level> asks) {
  const Ids ids = next_ids(id, local);
  DepthHeader depth;
  depth.first_id = kind == RecordKind::DepthSnapshot ? ids.last : ids.first;
  depth.last_id = ids.last;
  depth.bid_count = static_cast<std::uint32_t>(bids.size());
  depth.ask_count = static_cast<std::uint32_t>(asks.size());
  RecordHeader* const record = make(kind, id, depth, bids.size_bytes() + asks.size_bytes());
  auto* const levels =
      reinterpret_cast<Level*>(reinterpret_cast<std::byte*>(record + 1) + sizeof(DepthHeader));
  std::copy(bids.begin(), bids.end(), levels);
  std::copy(asks.begin(), asks.end(), levels + bids.size());
  return record;
}

void TardisLevels::place(const Fields& header) {
  Column columns[] = {{"is_snapshot"}, {"side"}, {"price"}, {"amount"}};
  place_columns(path(), header, columns, std::size(columns));
  snapshot_ = columns[0], side_ = columns[1], price_ = columns[2], amount_ = columns[3];
}

bool TardisLevels::parse(InstrumentId id, Row& out) {
  const std::string_view side = row()[side_.place];
  if (side != "bid" && side != "ask") return bad(side_, "bid or ask");
  if (!read_flag(snapshot_, out.snapshot) || !read(price_, out.level.price) ||
      !read(amount_, out.level.qty))
    return false;
  out.id = id;
  out.bid = side == "bid";
  out.local = local();
  out.venue = venue();
  return true;
}

// The next row that belongs to a book: not before its first snapshot.
bool TardisLevels::next_level(Row& out) {
  InstrumentId id{};
  while (next_message(id)) {
    if (!parse(id, out)) continue;
    if (out.snapshot) {
      at_id(started_, id) = true;
    } else if (!at_id(started_, id)) {
      ++kind_count("rows before the first snapshot");
      continue;
    }
    show(id, out.level.price, out.level.qty);
    return true;
  }
  return false;
}

void TardisLevels::gather() {
  first_ = row_;
  bids_.clear();
  asks_.clear();
  do {
    // A removal inside a snapshot says nothing.
    if (!row_.snapshot || row_.level.qty != Qty{}) (row_.bid ? bids_ : asks_).push_back(row_.level);
    first_.local = row_.local;  // a snapshot in several messages is whole with the last
    first_.venue = row_.venue;
    pending_ = next_level(row_);
  } while (pending_ && row_.id == first_.id && row_.snapshot == first_.snapshot &&
           (row_.snapshot || row_.local == first_.local));
  Was& was = at_id(was_, first_.id);
  disconnect_ = first_.snapshot && was == Was::Update;
  // Rows of another symbol came between: what follows belongs to the same snapshot.
  continues_ = first_.snapshot && was == Was::Snapshot;
  was = first_.snapshot ? Was::Snapshot : Was::Update;
  gathered_ = true;
}

RecordHeader* TardisLevels::emit() {
  const std::size_t bids = std::min(bids_.size(), kLevelsOfRecord);
  const std::size_t asks = std::min(asks_.size(), kLevelsOfRecord - bids);
  const bool snapshot = first_.snapshot && !continues_;
  ++kind_count(snapshot ? "snapshots" : "updates");
  RecordHeader* const record =
      make_depth(snapshot ? RecordKind::DepthSnapshot : RecordKind::DepthUpdate, first_.id,
                 first_.local, {bids_.data(), bids}, {asks_.data(), asks});
  bids_.erase(bids_.begin(), bids_.begin() + static_cast<std::ptrdiff_t>(bids));
  asks_.erase(asks_.begin(), asks_.begin() + static_cast<std::ptrdiff_t>(asks));
  gathered_ = !bids_.empty() || !asks_.empty();
  continues_ = first_.snapshot;
  return stamped(record, first_.local, first_.venue);
}

RecordHeader* TardisLevels::produce() {
  if (!gathered_) {
    if (!pending_) pending_ = next_level(row_);
    if (!pending_) return nullptr;
    gather();
  }
  if (!disconnect_) return emit();
  disconnect_ = false;
  ++counts().gaps;
  FeedStatus status;
  status.event = FeedEvent::Disconnected;
  return stamped(make(RecordKind::FeedStatus, first_.id, status), first_.local, first_.venue);
}

void TardisSnapshots::place(const Fields& header) {
  std::size_t levels = 0;
  const auto named = [&header](const std::string& name) {
    for (std::size_t i = 0; i < header.size(); ++i)
      if (header[i] == name) return true;
    return false;
  };
  while (named("asks[" + std::to_string(levels) + "].price") ||
         named("bids[" + std::to_string(levels) + "].price"))
    ++levels;
  for (std::size_t i = 0; i < levels; ++i)
    for (const char* field : {"asks[", "bids["})
      for (const char* what : {"].price", "].amount"})
        names_.push_back(field + std::to_string(i) + what);
  for (std::size_t i = 0; i < names_.size(); i += 4) {
    Column columns[] = {{names_[i]}, {names_[i + 1]}, {names_[i + 2]}, {names_[i + 3]}};
    place_columns(path(), header, columns, std::size(columns));
    asks_.push_back({columns[0], columns[1]});
    bids_.push_back({columns[2], columns[3]});
  }
}

bool TardisSnapshots::read_levels(std::span<const Pair> columns, std::vector<Level>& levels,
                                  InstrumentId id) {
  levels.clear();
  for (const Pair& pair : columns) {
    if (row()[pair.price.place].empty() && row()[pair.amount.place].empty()) continue;
    Level level;
    if (!read(pair.price, level.price) || !read(pair.amount, level.qty)) return false;
    show(id, level.price, level.qty);
    if (level.qty != Qty{}) levels.push_back(level);
  }
  return true;
}

RecordHeader* TardisSnapshots::produce() {
  InstrumentId id = row_id_;
  while (row_waits_ || next_message(id)) {
    if (!row_waits_ &&
        (!read_levels(asks_, ask_levels_, id) || !read_levels(bids_, bid_levels_, id)))
      continue;
    row_waits_ = false;
    if (!at_id(opened_, id)) {
      opened_[index_of(id)] = true;
      row_waits_ = true;
      row_id_ = id;
      return stamped(make_depth(RecordKind::DepthUpdate, id, local(), {}, {}));
    }
    ++kind_count("snapshots");
    return stamped(make_depth(RecordKind::DepthSnapshot, id, local(), bid_levels_, ask_levels_));
  }
  return nullptr;
}
}  // namespace sq::feed::csv
