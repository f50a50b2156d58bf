#include "engine/feed/csv/tardis.hpp"

#include <algorithm>
#include <memory>

#include "engine/feed/csv/csv_file.hpp"
#include "engine/feed/csv/tardis_depth.hpp"

namespace sq::feed::csv {
namespace {
class TardisTrades final : public TardisFile {
 public:
  using TardisFile::TardisFile;

 private:
  void place(const Fields& header) override {
    Column columns[] = {{"id"}, {"side"}, {"price"}, {"amount"}};
    place_columns(path(), header, columns, std::size(columns));
    id_ = columns[0], side_ = columns[1], price_ = columns[2], amount_ = columns[3];
  }
  RecordHeader* produce() override {
    InstrumentId id{};
    while (next_message(id)) {
      TradePrint trade;
      const std::string_view side = row()[side_.place];
      if (side != "buy" && side != "sell" && side != "unknown") {
        static_cast<void>(bad(side_, "buy, sell or unknown"));
        continue;
      }
      if (!read(price_, trade.price) || !read(amount_, trade.qty)) continue;
      trade.first_trade_id = trade.last_trade_id = parse_id(row()[id_.place]).value_or(0);
      trade.aggressor = side == "sell" ? Side::Sell : Side::Buy;
      trade.aggressor_unknown = side == "unknown" ? 1 : 0;
      show(id, trade.price, trade.qty);
      return stamped(make(RecordKind::TradePrint, id, trade));
    }
    return nullptr;
  }
  Column id_, side_, price_, amount_;
};

class TardisQuotes final : public TardisFile {
 public:
  using TardisFile::TardisFile;

 private:
  void place(const Fields& header) override {
    Column columns[] = {{"ask_amount"}, {"ask_price"}, {"bid_price"}, {"bid_amount"}};
    place_columns(path(), header, columns, std::size(columns));
    ask_qty_ = columns[0], ask_ = columns[1], bid_ = columns[2], bid_qty_ = columns[3];
  }
  // A side without orders has empty cells.
  bool read_side(const Column& price, const Column& amount, Price& at, Qty& qty) {
    if (row()[price.place].empty() && row()[amount.place].empty()) return true;
    return read(price, at) && read(amount, qty);
  }
  RecordHeader* produce() override {
    InstrumentId id{};
    while (next_message(id)) {
      TopOfBook top;
      if (!read_side(bid_, bid_qty_, top.bid_price, top.bid_qty) ||
          !read_side(ask_, ask_qty_, top.ask_price, top.ask_qty))
        continue;
      top.update_id = next_ids(id, local()).last;
      show(id, top.bid_price, top.bid_qty);
      show(id, top.ask_price, top.ask_qty);
      return stamped(make(RecordKind::TopOfBook, id, top));
    }
    return nullptr;
  }
  Column ask_qty_, ask_, bid_, bid_qty_;
};

constexpr std::string_view kCommon[] = {"exchange", "symbol", "timestamp", "local_timestamp"};

bool has(const Fields& header, std::string_view name) {
  for (std::size_t i = 0; i < header.size() && i < kColumnsMax; ++i)
    if (header[i] == name) return true;
  return false;
}

bool recognises(const std::filesystem::path& path, std::span<const std::byte> head) {
  const std::string line = first_line(path, head);
  Fields header;
  if (!header.split(line)) return false;
  for (const std::string_view name : kCommon)
    if (!has(header, name)) return false;
  return true;
}

std::unique_ptr<MarketFile> open(const std::filesystem::path& path, const FileOptions& options) {
  std::string_view line;
  Fields header;
  LineReader lines{path};
  static_cast<void>(lines.next(line));
  std::unique_ptr<TardisFile> file;
  if (!header.split(line) || line.empty()) refuse_file(path, "line 1: expected a header");
  if (has(header, "is_snapshot")) {
    file = std::make_unique<TardisLevels>(path, options);
  } else if (has(header, "asks[0].price") || has(header, "bids[0].price")) {
    file = std::make_unique<TardisSnapshots>(path, options);
  } else if (has(header, "side")) {
    file = std::make_unique<TardisTrades>(path, options);
  } else if (has(header, "bid_price") && !has(header, "strike_price")) {
    file = std::make_unique<TardisQuotes>(path, options);
  } else {
    refuse_file(path,
                "line 1: the header is none of incremental_book_L2, book_snapshot_N, trades, "
                "quotes and book_ticker");
  }
  file->read_header();
  return file;
}
}  // namespace

TardisFile::TardisFile(const std::filesystem::path& path, const FileOptions& options)
    : CsvFile{path, options} {}

void TardisFile::read_header() {
  std::string_view line;
  Fields header;
  if (!next_line(line) || !header.split(line)) refuse_file(path(), "line 1: expected a header");
  Column columns[] = {{"symbol"}, {"timestamp"}, {"local_timestamp"}};
  place_columns(path(), header, columns, std::size(columns));
  symbol_ = columns[0], time_ = columns[1], local_time_ = columns[2];
  width_ = header.size();
  place(header);
}

bool TardisFile::next_message(InstrumentId& id) {
  while (next_row(width_)) {
    const auto known = instrument_of(row()[symbol_.place]);
    if (!known) continue;
    if (!read_time(local_time_, kNsPerUs, local_) || !read_time(time_, kNsPerUs, venue_)) continue;
    id = *known;
    return true;
  }
  return false;
}

TardisFile::Ids TardisFile::next_ids(InstrumentId id, WallTime local) {
  if (last_ids_.size() <= index_of(id)) last_ids_.resize(index_of(id) + std::size_t{1});
  std::uint64_t& last = last_ids_[index_of(id)];
  const std::uint64_t before = last;
  last = std::max(before + 1, static_cast<std::uint64_t>(local.ns / kNsPerUs));
  return {before == 0 ? last : before + 1, last};
}

FileFormat tardis_format() noexcept {
  return {"tardis",
          "Tardis.dev CSV with its header: incremental_book_L2, book_snapshot_N, trades, quotes",
          recognises, open};
}
}  // namespace sq::feed::csv
